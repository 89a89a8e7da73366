#include "codec/lossless.h"

#include "codec/pixel_codes.h"
#include "codec/zstd_frame.h"

namespace lotse::codec {

struct LosslessEncoder::Impl {
  FramePacker packer{1};
  std::array<std::uint8_t, kMaxCodes> codes;
};

LosslessEncoder::LosslessEncoder() : impl_(std::make_unique<Impl>()) {}
LosslessEncoder::~LosslessEncoder() = default;

void LosslessEncoder::encode(const Plane& plane, const Repeats& repeats, Bytes& out) {
  const std::uint8_t* begin = impl_->codes.data();
  append(out, impl_->packer.pack({begin, write_key_codes(plane, repeats, impl_->codes.data())}));
}

struct LosslessDecoder::Impl {
  FrameUnpacker unpacker{kMaxCodes};
  Plane plane;
};

LosslessDecoder::LosslessDecoder() : impl_(std::make_unique<Impl>()) {}
LosslessDecoder::~LosslessDecoder() = default;

Result<Done, DecodeError> LosslessDecoder::decode(ByteView data, MutableFrameView out) {
  if (data.size() < 3) return Unexpected{DecodeError::truncated};
  const auto codes = impl_->unpacker.unpack(data);
  impl_->plane.size = out.size;
  if (!codes || !read_key_codes(*codes, impl_->plane)) return Unexpected{DecodeError::corrupt};
  impl_->plane.store(out);
  return Done{};
}

}  // namespace lotse::codec
