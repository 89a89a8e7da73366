#include "codec/zstd_frame.h"

#define ZSTD_STATIC_LINKING_ONLY  // magicless frames and contexts in memory of our own
#include <zstd.h>

#include <cstdlib>
#include <new>
#include <vector>

namespace lotse::codec {
namespace {

constexpr int kWindowLog = 20;                      // 1 MiB
constexpr std::size_t kTwoByteSizes = 65536 + 255;  // the largest that a header of two bytes can say

// The header of the forms that the packer writes: one segment whose size takes one, two or (where so much is allowed)
// four bytes, no checksum, no dictionary. 0 where it is none of them.
std::size_t header_size(std::uint8_t first, std::size_t limit) {
  if (first == 0xA0) return limit > kTwoByteSizes ? 5 : 0;
  return first == 0x20 ? 2 : first == 0x60 ? 3 : 0;
}

// Whether `data` is one such frame and nothing behind it. zstd would go on with whatever follows, skip some frames and
// hand others to the decoders of its forerunners.
bool is_one_frame(ByteView data, std::size_t limit) {
  std::size_t at = data.empty() ? 0 : header_size(data[0], limit);
  if (at == 0 || at > data.size()) return false;
  bool last = false;
  while (!last && data.size() - at >= 3) {  // blocks: 3 bytes little endian, last:1 kind:2 size:21
    const unsigned header = data[at] | data[at + 1] << 8 | data[at + 2] << 16;
    const std::size_t size = (header >> 1 & 3) == 1 ? 1 : header >> 3;  // kind 1 is a run of one byte
    last = (header & 1) != 0;
    if (size > data.size() - at - 3) return false;
    at += 3 + size;
  }
  return last && at == data.size();
}

void check(std::size_t zstd_result) {
  if (ZSTD_isError(zstd_result)) std::abort();  // a bug or no memory: the input is always in order
}

}  // namespace

struct FramePacker::Impl {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  Bytes packed;

  ~Impl() { ZSTD_freeCCtx(context); }
};

FramePacker::FramePacker(int level) : impl_(std::make_unique<Impl>()) {
  if (impl_->context == nullptr) throw std::bad_alloc();
  check(ZSTD_CCtx_setParameter(impl_->context, ZSTD_c_format, ZSTD_f_zstd1_magicless));
  check(ZSTD_CCtx_setParameter(impl_->context, ZSTD_c_compressionLevel, level));
  // As much as anybody packs: what is larger than the window would not come out as a single segment.
  check(ZSTD_CCtx_setParameter(impl_->context, ZSTD_c_windowLog, kWindowLog));
}
FramePacker::~FramePacker() = default;

ByteView FramePacker::pack(ByteView content) {
  Bytes& packed = impl_->packed;
  if (const std::size_t bound = ZSTD_compressBound(content.size()); packed.size() < bound) packed.resize(bound);
  const std::size_t written =
      ZSTD_compress2(impl_->context, packed.data(), packed.size(), content.data(), content.size());
  check(written);
  return {packed.data(), written};
}

struct FrameUnpacker::Impl {
  explicit Impl(std::size_t size) : limit(size) {}

  std::size_t limit;
  // A context in memory given to it: zstd then neither allocates nor accepts frames of its forerunners.
  std::vector<std::uint64_t> memory = std::vector<std::uint64_t>(ZSTD_estimateDCtxSize() / 8 + 1);
  ZSTD_DCtx* context = ZSTD_initStaticDCtx(memory.data(), memory.size() * 8);
  std::unique_ptr<std::uint8_t[]> content = std::make_unique_for_overwrite<std::uint8_t[]>(limit);
};

FrameUnpacker::FrameUnpacker(std::size_t limit) : impl_(std::make_unique<Impl>(limit)) {
  if (impl_->context == nullptr) std::abort();
  check(ZSTD_DCtx_setParameter(impl_->context, ZSTD_d_format, ZSTD_f_zstd1_magicless));
}
FrameUnpacker::~FrameUnpacker() = default;

std::optional<ByteView> FrameUnpacker::unpack(ByteView frame) {
  if (!is_one_frame(frame, impl_->limit)) return std::nullopt;
  std::uint8_t* content = impl_->content.get();
  const std::size_t size = ZSTD_decompressDCtx(impl_->context, content, impl_->limit, frame.data(), frame.size());
  if (ZSTD_isError(size)) return std::nullopt;
  return ByteView{content, size};
}

}  // namespace lotse::codec
