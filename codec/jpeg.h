// Lossy coder for photos and video: baseline JPEG without its headers. Grammar: docs/protocol/slots.md, coder 2.
#pragma once
#include <array>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/frame.h"
#include "codec/slot_codec.h"

namespace lotse::codec {

/// Whether the two colour planes are halved in both directions.
enum class Subsampling : std::uint8_t { s444 = 0, s420 = 1 };

/// One object per thread; keeps its memory between calls. Reads up to 64x64 pixels, writes the entropy-coded segment
/// and nothing else: no marker. Everything a JPEG file says besides follows from size, rank and subsampling.
class JpegEncoder {
 public:
  JpegEncoder();
  ~JpegEncoder();
  /// Appends to `out`. `rank` below Rank::lossless.
  void encode(FrameView pixels, Rank rank, Subsampling subsampling, Bytes& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class JpegDecoder {
 public:
  JpegDecoder();
  ~JpegDecoder();
  /// `rank` below Rank::lossless. Refuses markers in `data` before libjpeg sees any of it.
  Result<Done, DecodeError> decode(ByteView data, Rank rank, Subsampling subsampling, MutableFrameView out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::codec
