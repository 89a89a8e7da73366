// Changes of many slots as one payload: rectangles that moved, then the pixels that still differ, in one entropy
// stream. Format: docs/protocol/slots.md, "Patches".
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/moves.h"
#include "codec/slot_codec.h"

namespace lotse::codec {

inline constexpr std::size_t kMaxPatchCodes = 1u << 20;  // bytes of codes before zstd

/// Writes one patch after the other: begin, a call of add() or keep() for each slot, finish. One object per thread;
/// keeps its memory between patches.
class PatchEncoder {
 public:
  PatchEncoder();
  ~PatchEncoder();
  /// Starts a patch without slots. At most kMaxMoves, none empty, all inside the screen.
  void begin(std::span<const Move> moves);
  /// The next slot shall look like `now`; the receiver has `predicted` there after the moves, to the pixel. Both have
  /// the slot's size. False when there is no room: then nothing is added.
  bool add(FrameView now, FrameView predicted);
  /// The next slot stays as the moves leave it, whatever the receiver has there. False when there is no room.
  bool keep();
  /// Bytes of codes, before zstd, of the last add() or keep(); 0 when that failed, after begin() and drop_last().
  std::size_t last() const;
  /// Takes the last add() or keep() back, once.
  void drop_last();
  /// The payload. Up to kMaxPatchCodes and the moves (12 bytes each) long when nothing in it can be packed.
  Bytes finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One object per thread. Never allocates by what a payload claims: its memory is that of kMaxPatchCodes.
class PatchDecoder {
 public:
  PatchDecoder();
  ~PatchDecoder();
  /// What moves, in the order of the payload; `to`s may overlap. Nothing when the payload is cut or a rectangle is
  /// empty or not inside the screen, before or after. Says nothing about the codes.
  static std::optional<std::vector<Move>> moves(ByteView payload, Size screen);
  /// `slots`: at most 64x64 each, in the order in which they were added. They hold the prediction and become the
  /// picture; after an error some may be written. Hostile input is the normal case: nothing outside is touched.
  Result<Done, DecodeError> decode(ByteView payload, std::span<const MutableFrameView> slots);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Pixels of `area` of the picture `before` after all moves (each taken from `before`, later ones win) into `out`,
/// which has the area's size and lies elsewhere. Area and moves are inside the picture.
void predict(FrameView before, std::span<const Move> moves, const Rect& area, MutableFrameView out);

}  // namespace lotse::codec
