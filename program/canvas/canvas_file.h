// The canvas of a viewer as a mapped file, for recorders, virtual cameras and benches (--canvas-file).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "codec/frame.h"

namespace lotse::program {

/// What the file begins with, little endian; the pixels follow, rows of `stride` bytes.
struct CanvasFileHeader {
  char magic[8];                // "LOTSECV1"
  std::uint32_t width, height;  // pixels; 0: there is no picture yet
  std::uint32_t stride;         // bytes
  std::uint32_t format;         // 1: B G R X
  std::uint64_t sequence;       // odd while the rest is written; its low 32 bits are a futex, woken by every publish()
  std::int64_t time_ns;         // CLOCK_MONOTONIC, when the picture became visible
  std::uint64_t data_offset;    // of the first pixel from the start of the file, bytes
  std::uint32_t presenter, screen, exact, reserved;
};
static_assert(sizeof(CanvasFileHeader) == 64);

enum class Exact : std::uint32_t { no = 0, yes = 1 };

/// Writes the file; readers take a picture when `sequence` is even and the same before and after, and map anew when
/// the pixels reach beyond what they have mapped. The file grows with the screen and never shrinks, so that a mapping
/// stays good. Not thread-safe.
class CanvasFile {
 public:
  /// Makes `path` with mode 0600, or takes over a canvas file that an earlier run has left. Throws std::runtime_error
  /// with one clear line when it can't be made, is something else, belongs to somebody else or is being written by
  /// another program.
  explicit CanvasFile(const std::string& path);
  /// Leaves the file with its last picture.
  ~CanvasFile();
  CanvasFile(const CanvasFile&) = delete;
  CanvasFile& operator=(const CanvasFile&) = delete;

  /// Shows `picture`, of which only `dirty` (cut at the edges) differs from what was published before; with another
  /// size, presenter or screen than before all of it counts. `visible`: CLOCK_MONOTONIC (std::chrono::steady_clock),
  /// since its epoch. Throws std::runtime_error when the file can't grow (disk full): then it still holds the picture
  /// before.
  void publish(codec::FrameView picture, std::span<const Rect> dirty, ParticipantId presenter, ScreenId screen,
               Exact exact, Instant visible);

 private:
  void take_over();
  void grow(std::size_t bytes);
  CanvasFileHeader& header() { return *reinterpret_cast<CanvasFileHeader*>(mapping_); }

  std::string path_;
  int fd_ = -1;
  std::uint8_t* mapping_ = nullptr;
  std::size_t mapped_ = 0;  // bytes; the length of the file
};

}  // namespace lotse::program
