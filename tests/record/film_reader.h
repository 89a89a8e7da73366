// A video file as a player sees it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "codec/frame.h"

namespace lotse::record {

struct Shown {
  long long ms = 0;
  bool key = false;
  codec::Image picture;  // back in RGB, by the colour tags of the stream
};

struct Film {
  std::string codec;
  std::string pixels;         // libav's name of the pixel format
  std::string colours;        // "matrix primaries transfer range"
  long long duration_ms = 0;  // as the container says; 0: it does not
  std::vector<Shown> shown;
};

/// Throws std::runtime_error when the file can't be read or a picture can't be decoded. A cut at the end is no error.
Film read_film(const std::string& path);

/// dB, over B, G and R; 99 when equal. Luma alone: BT.709 weights.
double psnr(codec::FrameView a, codec::FrameView b);
double luma_psnr(codec::FrameView a, codec::FrameView b);

/// A folder of its own for a test's files, gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace lotse::record
