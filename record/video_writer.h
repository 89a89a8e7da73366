// A video stream in a Matroska file: encoder and muxer.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "record/output_file.h"
#include "record/yuv.h"

namespace lotse::record {

/// Since the start of the video.
using VideoTime = std::chrono::milliseconds;

/// Encodes pictures of one size into `file`. Not thread-safe; encodes within the call. Everything throws
/// std::runtime_error with one clear line when the disk is full or no encoder takes the picture; what was flushed
/// before plays all the same.
class VideoWriter {
 public:
  enum class Codec { best, vp9, h264, mpeg4 };
  /// `best`: VP9, else H.264, else MPEG-4 Part 2, which libavcodec always has. `file` outlives the writer.
  VideoWriter(OutputFile& file, Size size, Codec codec = Codec::best);
  ~VideoWriter();

  enum class Kind { usual, key };  // playing can begin at a key picture
  /// Shows `picture` from `time` on; times rise.
  void write(const YuvImage& picture, VideoTime time, Kind kind);
  /// Hands everything written so far to the file, in a form that players read even when nothing follows.
  void flush();
  /// Writes index and duration. The last call.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::record
