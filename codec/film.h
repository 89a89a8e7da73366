// What keeps moving on a screen <-> VP9: a rectangle of fixed size, frame by frame, in three temporal layers. Pure
// computing without threads of its own.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "codec/frame.h"

namespace lotse::codec {

/// Layer 0 is built on the layer 0 before it, layer 1 on layer 0, layer 2 on the newest of both; nothing is built on
/// layer 2. A key frame is built on nothing.
struct FilmFrame {
  Bytes data;
  std::uint8_t layer = 0;
  bool key = false;
};

/// Of one film. Keeps its picture, so that only what changed has to be drawn. Not thread-safe.
class FilmEncoder {
 public:
  /// Even sides, at least 2.
  explicit FilmEncoder(Size size);
  ~FilmEncoder();
  /// Inside of the film; an even corner, and even sides but for pixels that the film ends with.
  void draw(FrameView pixels, Point corner);
  enum class Key { if_due, now };
  /// The picture as it is now. `span`: since the frame before; it and the rate say what a frame may cost. Nothing when
  /// the coder gives none.
  std::optional<FilmFrame> encode(Key key, double bits_a_second, Duration span);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

enum class FilmError : std::uint8_t { unfit, corrupt };

/// The other end. One object takes the frames of one film, in order; those of a layer that is not built on may lack.
class FilmDecoder {
 public:
  explicit FilmDecoder(Size size);
  ~FilmDecoder();
  /// Fills `out` (of the film's size) or says why not; then only a key frame is of use. Hostile bytes are the normal
  /// case: whatever is not one visible frame of just this size is refused before the coder sees it.
  Result<Done, FilmError> decode(ByteView frame, MutableFrameView out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::codec
