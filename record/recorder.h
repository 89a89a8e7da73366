// A session's picture as a video file.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "codec/frame.h"

namespace lotse::record {

/// The pointer as it is drawn into the picture.
struct PointerImage {
  Size size;  // 0x0: none
  Point hotspot;
  std::vector<std::uint8_t> argb;  // B G R A, premultiplied
  Point position;
};

/// Matroska, VP9 (libvpx, 4:4:4 so that text stays sharp) or, where that encoder is missing, H.264; variable frame
/// rate. Encodes on a thread of its own; a frame that it has not begun when the next comes is replaced (its time stamp
/// is that of the newest). Flushed at least once a second, so that the file plays after a kill but for the last second.
class Recorder {
 public:
  /// Called once, on the recorder's thread, when writing fails (disk full): one clear line.
  using OnError = std::function<void(const std::string&)>;
  /// Throws std::runtime_error, one clear line, when the file can't be made. Never overwrites: the file must not exist.
  Recorder(const std::string& file, OnError on_error);
  ~Recorder();  // finishes

  /// Copies what it needs. `now` rises. A new size starts at the next frame: scaled to fit the first size, with bars.
  void frame(codec::FrameView picture, const PointerImage& pointer, Instant now);
  /// Writes what is left, with the last frame lasting until `now`, and closes the file.
  void finish(Instant now);
  std::uint64_t bytes_written() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::record
