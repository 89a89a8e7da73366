// Lossless coder for text and drawings: predictive byte codes, then zstd. Grammar: docs/protocol/slots.md, coder 1.
#pragma once
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/plane.h"
#include "codec/slot_codec.h"

namespace lotse::codec {

/// One object per thread; keeps its memory between calls.
class LosslessEncoder {
 public:
  LosslessEncoder();
  ~LosslessEncoder();
  /// Appends the coded slot to `out`. `repeats` belongs to `plane`.
  void encode(const Plane& plane, const Repeats& repeats, Bytes& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Never allocates after construction.
class LosslessDecoder {
 public:
  LosslessDecoder();
  ~LosslessDecoder();
  Result<Done, DecodeError> decode(ByteView data, MutableFrameView out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::codec
