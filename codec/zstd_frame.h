// Byte codes in one zstd frame without its magic number (RFC 8878), in the few forms that docs/protocol/slots.md
// allows.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>

#include "base/bytes.h"

namespace lotse::codec {

/// One object per thread; keeps its memory between calls.
class FramePacker {
 public:
  /// `level` as zstd counts them.
  explicit FramePacker(int level);
  ~FramePacker();
  /// The frame that holds `content`, at most 1 MiB; valid until the next call.
  ByteView pack(ByteView content);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Never allocates after construction.
class FrameUnpacker {
 public:
  /// Frames that hold more than `limit` bytes are refused.
  explicit FrameUnpacker(std::size_t limit);
  ~FrameUnpacker();
  /// What `frame` holds, valid until the next call; nothing when it is not exactly one frame, in order.
  std::optional<ByteView> unpack(ByteView frame);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::codec
