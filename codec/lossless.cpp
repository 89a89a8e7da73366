#include "codec/lossless.h"

#define ZSTD_STATIC_LINKING_ONLY  // magicless frames and contexts in memory of our own
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <new>

namespace lotse::codec {
namespace {

// The first byte of a code. docs/protocol/slots.md has the table.
constexpr int kIndex = 0x00;   // + index in the table of recent colours
constexpr int kSmall = 0x40;   // + three differences of two bits
constexpr int kMedium = 0x80;  // + difference of green; a byte with the two others follows
constexpr int kLeft = 0xC0;    // + length - 1
constexpr int kAbove = 0xDF;   // + length - 1
constexpr int kShortRun = 30;  // the longest run without a second byte
constexpr int kLongRun = 30;   // in place of length - 1: a byte with length - 31 follows
constexpr int kLongestRun = kShortRun + 1 + 255;
constexpr int kLiteral = 0xFE;  // three bytes of differences follow
constexpr int kTableSize = 64;

using Table = std::array<std::uint32_t, kTableSize>;

std::uint32_t place_of(std::uint32_t color) { return color * 0x9E3779B1u >> 26; }

int channel(std::uint32_t color, int shift) { return static_cast<int>(color >> shift & 0xFF); }

// LOCO-I's median edge detector: one of the neighbours at an edge, the plane through the three elsewhere. Written so
// that compilers find no branch in it: what it decides on is noise to a branch predictor.
int median_edge(int left, int above, int corner) {
  const int low = left < above ? left : above, high = left < above ? above : left;
  int value = left + above - corner;
  value = value < low ? low : value;
  return value > high ? high : value;
}

struct Prediction {
  int b, g, r;
};
Prediction predict(const std::uint32_t* pixel) {
  const std::uint32_t left = pixel[-1], above = pixel[-Plane::kStride], corner = pixel[-Plane::kStride - 1];
  return {median_edge(channel(left, 0), channel(above, 0), channel(corner, 0)),
          median_edge(channel(left, 8), channel(above, 8), channel(corner, 8)),
          median_edge(channel(left, 16), channel(above, 16), channel(corner, 16))};
}

std::uint32_t color_of(int b, int g, int r) {
  return static_cast<std::uint32_t>((b & 0xFF) | (g & 0xFF) << 8 | (r & 0xFF) << 16);
}

// How many pixels from (x, y) on, in reading order, have their bit set.
int run_length(const std::array<std::uint64_t, kSlotSide>& bits, Size size, int x, int y) {
  const std::uint64_t ahead = bits[static_cast<std::size_t>(y)] >> x;
  if ((ahead & 1) == 0) return 0;
  int length = std::countr_one(ahead);
  if (x + length < size.width) return length;
  while (++y < size.height) {
    const int more = std::countr_one(bits[static_cast<std::size_t>(y)]);
    length += more;
    if (more < size.width) break;
  }
  return length;
}

std::uint8_t* write_run(std::uint8_t* out, int code, int length) {
  if (length <= kShortRun) {
    *out++ = static_cast<std::uint8_t>(code + length - 1);
  } else {
    *out++ = static_cast<std::uint8_t>(code + kLongRun);
    *out++ = static_cast<std::uint8_t>(length - kShortRun - 1);
  }
  return out;
}

std::uint8_t* write_color(std::uint8_t* out, const std::uint32_t* pixel) {
  const Prediction p = predict(pixel);
  const int b = static_cast<std::int8_t>(channel(*pixel, 0) - p.b),
            g = static_cast<std::int8_t>(channel(*pixel, 8) - p.g),
            r = static_cast<std::int8_t>(channel(*pixel, 16) - p.r);
  const auto fits = [](int value, int reach) { return value >= -reach && value < reach; };
  if (fits(b, 2) && fits(g, 2) && fits(r, 2)) {
    *out++ = static_cast<std::uint8_t>(kSmall | (r + 2) << 4 | (g + 2) << 2 | (b + 2));
  } else if (fits(g, 32) && fits(b - g, 8) && fits(r - g, 8)) {
    *out++ = static_cast<std::uint8_t>(kMedium | (g + 32));
    *out++ = static_cast<std::uint8_t>((r - g + 8) << 4 | (b - g + 8));
  } else {
    *out++ = kLiteral;
    *out++ = static_cast<std::uint8_t>(*pixel);
    *out++ = static_cast<std::uint8_t>(*pixel >> 8);
    *out++ = static_cast<std::uint8_t>(*pixel >> 16);
  }
  return out;
}

std::uint8_t* write_codes(const Plane& plane, const Repeats& repeats, std::uint8_t* out) {
  Table table{};
  const Size size = plane.size;
  for (int y = 0, x = 0; y < size.height;) {
    const std::uint32_t* pixel = plane.row(y) + x;
    const int left = run_length(repeats.left, size, x, y), above = run_length(repeats.above, size, x, y);
    int length = 1;
    if (left > 0 || above > 0) {
      length = std::min(std::max(left, above), kLongestRun);
      out = write_run(out, left >= above ? kLeft : kAbove, length);
    } else if (const std::uint32_t place = place_of(*pixel); table[place] == *pixel) {
      *out++ = static_cast<std::uint8_t>(kIndex | place);
    } else {
      table[place] = *pixel;
      out = write_color(out, pixel);
    }
    for (x += length; x >= size.width; x -= size.width) ++y;
  }
  return out;
}

// Where the next pixel goes; keeps the neighbours that a Plane promises.
class Cursor {
 public:
  explicit Cursor(Plane& plane) : row_(plane.row(0)), width_(plane.size.width), left_(plane.count()) {
    row_[-1] = row_[-Plane::kStride] = 0;
  }
  int left() const { return left_; }
  std::uint32_t* pixel() { return row_ + x_; }
  void put(std::uint32_t color) {
    row_[x_] = color;
    advance(1);
  }
  /// Repeats the left neighbours; `length` at most left().
  void repeat_left(int length) {
    for_pieces(length, [](std::uint32_t* out, int count) { std::fill_n(out, count, out[-1]); });
  }
  void repeat_above(int length) {
    if (y_ == 0) {  // where above is left
      const int count = std::min(length, width_ - x_);
      repeat_left(count);
      length -= count;
    }
    for_pieces(length, [](std::uint32_t* out, int count) { std::copy_n(out - Plane::kStride, count, out); });
  }

 private:
  template <class Write>
  void for_pieces(int length, Write write) {
    while (length > 0) {
      const int count = std::min(length, width_ - x_);
      write(pixel(), count);
      advance(count);
      length -= count;
    }
  }
  void advance(int count) {
    if (y_ == 0) std::copy_n(pixel(), count, pixel() + 1 - Plane::kStride);
    left_ -= count;
    x_ += count;
    if (x_ < width_) return;
    x_ = 0;
    ++y_;
    row_ += Plane::kStride;
    row_[-1] = row_[-Plane::kStride];
  }

  std::uint32_t* row_;
  int width_, x_ = 0, y_ = 0, left_;
};

// Zero for a run that is cut or longer than what is left.
int read_length(ByteReader& in, int length_less_one, const Cursor& cursor) {
  const int length = length_less_one == kLongRun ? kShortRun + 1 + in.get<std::uint8_t>() : length_less_one + 1;
  return in.ok() && length <= cursor.left() ? length : 0;
}

std::uint32_t read_color(ByteReader& in, int code, const std::uint32_t* pixel) {
  if (code == kLiteral) {
    const int b = in.get<std::uint8_t>(), g = in.get<std::uint8_t>(), r = in.get<std::uint8_t>();
    return color_of(b, g, r);
  }
  const Prediction p = predict(pixel);
  if (code < kMedium) return color_of(p.b + (code & 3) - 2, p.g + (code >> 2 & 3) - 2, p.r + (code >> 4 & 3) - 2);
  const int g = (code & 0x3F) - 32, others = in.get<std::uint8_t>();
  return color_of(p.b + g + (others & 15) - 8, p.g + g, p.r + g + (others >> 4) - 8);
}

bool read_codes(ByteView codes, Plane& plane) {
  Table table{};
  ByteReader in(codes);
  Cursor cursor(plane);
  while (cursor.left() > 0) {
    const int code = in.get<std::uint8_t>();
    if (!in.ok() || code > kLiteral) return false;
    if (code < kSmall) {
      cursor.put(table[static_cast<std::size_t>(code)]);
    } else if (code < kLeft || code == kLiteral) {
      const std::uint32_t color = read_color(in, code, cursor.pixel());
      table[place_of(color)] = color;
      cursor.put(color);
    } else {
      const int length = read_length(in, code - (code < kAbove ? kLeft : kAbove), cursor);
      if (length == 0) return false;
      code < kAbove ? cursor.repeat_left(length) : cursor.repeat_above(length);
    }
  }
  return in.done();
}

// The header of the two forms that the encoder writes: one segment whose size takes one or two bytes, no checksum, no
// dictionary. 0 where it is none of them.
std::size_t header_size(ByteView frame) { return frame[0] == 0x20 ? 2 : frame[0] == 0x60 ? 3 : 0; }

// Whether `data` is one such frame and nothing behind it. zstd would go on with whatever follows, skip some frames and
// hand others to the decoders of its forerunners.
bool is_one_frame(ByteView data) {
  std::size_t at = header_size(data);
  bool last = at == 0;
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

struct LosslessEncoder::Impl {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::array<std::uint8_t, kMaxCodes> codes;
  std::array<std::uint8_t, ZSTD_COMPRESSBOUND(kMaxCodes)> packed;

  ~Impl() { ZSTD_freeCCtx(context); }
};

LosslessEncoder::LosslessEncoder() : impl_(std::make_unique<Impl>()) {
  if (impl_->context == nullptr) throw std::bad_alloc();
  check(ZSTD_CCtx_setParameter(impl_->context, ZSTD_c_format, ZSTD_f_zstd1_magicless));
  check(ZSTD_CCtx_setParameter(impl_->context, ZSTD_c_compressionLevel, 1));
}
LosslessEncoder::~LosslessEncoder() = default;

void LosslessEncoder::encode(const Plane& plane, const Repeats& repeats, Bytes& out) {
  const std::uint8_t* end = write_codes(plane, repeats, impl_->codes.data());
  const auto size = static_cast<std::size_t>(end - impl_->codes.data());
  const std::size_t written =
      ZSTD_compress2(impl_->context, impl_->packed.data(), impl_->packed.size(), impl_->codes.data(), size);
  check(written);
  append(out, {impl_->packed.data(), written});
}

struct LosslessDecoder::Impl {
  // A context in memory given to it: zstd then neither allocates nor accepts frames of its forerunners.
  std::vector<std::uint64_t> memory = std::vector<std::uint64_t>(ZSTD_estimateDCtxSize() / 8 + 1);
  ZSTD_DCtx* context = ZSTD_initStaticDCtx(memory.data(), memory.size() * 8);
  std::array<std::uint8_t, kMaxCodes> codes;
  Plane plane;
};

LosslessDecoder::LosslessDecoder() : impl_(std::make_unique<Impl>()) {
  if (impl_->context == nullptr) std::abort();
  check(ZSTD_DCtx_setParameter(impl_->context, ZSTD_d_format, ZSTD_f_zstd1_magicless));
}
LosslessDecoder::~LosslessDecoder() = default;

Result<Done, DecodeError> LosslessDecoder::decode(ByteView data, MutableFrameView out) {
  if (data.size() < 3) return Unexpected{DecodeError::truncated};
  if (!is_one_frame(data)) return Unexpected{DecodeError::corrupt};
  const std::size_t size =
      ZSTD_decompressDCtx(impl_->context, impl_->codes.data(), impl_->codes.size(), data.data(), data.size());
  if (ZSTD_isError(size)) return Unexpected{DecodeError::corrupt};
  impl_->plane.size = out.size;
  if (!read_codes({impl_->codes.data(), size}, impl_->plane)) return Unexpected{DecodeError::corrupt};
  impl_->plane.store(out);
  return Done{};
}

}  // namespace lotse::codec
