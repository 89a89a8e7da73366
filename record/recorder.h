// A session's picture as a video file.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "codec/frame.h"
#include "record/pointer.h"

namespace lotse::record {

/// Matroska, VP9 (libvpx, 4:4:4 so that text stays sharp) or, where that encoder is missing, H.264; variable frame
/// rate. Encodes on a thread of its own; a frame that it has not begun when the next comes is replaced (its time stamp
/// is that of the newest). Flushed at least once a second, so that the file plays after a kill but for the last second.
///
/// At most 20 pictures a second, and fewer where encoding would take more than half of that thread: text is read, not
/// watched, typing and scrolling look alive at 20, and the session itself needs the other core of a small machine.
/// While nothing changes the last picture is written again about once a second (a few bytes), so that the length of a
/// file that was cut off is right, too.
class Recorder {
 public:
  /// Called once, on the recorder's thread, when writing fails (disk full): one clear line. What was written until then
  /// stays; nothing follows.
  using OnError = std::function<void(const std::string&)>;
  /// Throws std::runtime_error, one clear line, when the file can't be made. Never overwrites: the file must not exist
  /// (then it is a std::system_error with EEXIST, other causes have their errno alike). The file has mode 0600.
  Recorder(const std::string& file, OnError on_error);
  ~Recorder();  // finishes

  /// Copies what it needs. `now` rises. A new size starts at the next frame: scaled to fit the first size, with bars.
  /// An empty picture is ignored. Any thread, but one at a time.
  void frame(codec::FrameView picture, const PointerImage& pointer, Instant now);
  /// Writes what is left, with the last frame lasting until `now`, and closes the file. Waits for the encoder (some
  /// tens of milliseconds). A file that never had a picture is removed. Frames that come later are ignored.
  void finish(Instant now);
  /// Length of the file. Any thread.
  std::uint64_t bytes_written() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::record
