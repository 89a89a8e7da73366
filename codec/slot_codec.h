// One slot's pixels <-> the payload of a KEY packet. Pure functions with scratch memory; one object per worker thread.
#pragma once
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/frame.h"

namespace lotse::codec {

/// 0 = q50 4:2:0, 1 = q75 4:2:0, 2 = q85 4:4:4 (4:2:0 in motion), 3 = q95 4:4:4, 4 = lossless.
enum class Rank : std::uint8_t { rough = 0, low = 1, normal = 2, high = 3, lossless = 4 };
enum class Motion { still, moving };
/// What the moderator lets travel: true colour, 256 colours (RGB 3-3-2), or grey. Reduced before encoding, so that
/// "lossless" then means: equal to the reduced picture.
enum class Colors : std::uint8_t { full, c256, grey };

struct EncodedSlot {
  Bytes payload;      // coder u8 (0 fill, 1 lossless, 2 JPEG), then its data; self-contained but for the slot's size
  Rank rank;          // what it came out as: fill and lossless are Rank::lossless whatever was asked
  bool text = false;  // it looks like text or drawings rather than like a photo
};

class SlotEncoder {
 public:
  SlotEncoder();
  ~SlotEncoder();
  /// The chooser of docs/ARCHITECTURE.md: fill, lossless where it is cheap (text), else JPEG at `rank`. With
  /// Rank::lossless always exact. `pixels` at most 64x64, at least 1x1.
  EncodedSlot encode(FrameView pixels, Rank rank, Motion motion);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// truncated: ends before its coder could even be asked; a cut further on is corrupt.
enum class DecodeError : std::uint8_t { truncated, unknown_coder, corrupt };

class SlotDecoder {
 public:
  SlotDecoder();
  ~SlotDecoder();
  /// Fills `out` (the slot's size, from the grid) or says why not; then `out` may be half written. Hostile input is the
  /// normal case: never reads or writes outside, never allocates by what the payload claims.
  Result<Done, DecodeError> decode(ByteView payload, MutableFrameView out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reduces a slot in place, see Colors.
void reduce_colors(MutableFrameView pixels, Colors colors);

/// XXH3 over B, G, R of each pixel (X counts as 0). Equal on presenter and viewer for equal pictures.
std::uint64_t picture_hash(FrameView pixels);

}  // namespace lotse::codec
