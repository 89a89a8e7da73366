#include "codec/slot_codec.h"

#include <bit>
#include <cstdlib>

#include "codec/jpeg.h"
#include "codec/lossless.h"
#include "codec/plane.h"

namespace lotse::codec {
namespace {

// First byte of a payload. docs/protocol/slots.md
enum Coder : std::uint8_t { kFill = 0, kLossless = 1, kJpeg = 2 };

// What the chooser looks at. The limits were found on recorded desktops: within 3 % of trying everything.
constexpr double kTextRepeats = 0.40;  // of the pixels equal their left neighbour
constexpr int kTextColors = 16;
constexpr double kCheapLossless = 0.12;  // bytes a pixel
// So many repeats are flat drawing or text: of 2600 such slots below this size JPEG would have been kept for 63. Not to
// try it takes half of the time of a page of text.
constexpr double kPlainTextRepeats = 0.60;
constexpr double kPlainTextLossless = 0.5;  // bytes a pixel
constexpr std::size_t kWorthLossless = 2;   // times the bytes of the JPEG: sharp and final is worth that

double share_equal_left(const Plane& plane, const Repeats& repeats) {
  int equal = 0;
  for (int y = 0; y < plane.size.height; ++y)
    equal += std::popcount(repeats.left[static_cast<std::size_t>(y)] & ~std::uint64_t{1});  // the first has no left
  return static_cast<double>(equal) / plane.count();
}

bool is_one_color(const Plane& plane) {
  const std::uint32_t color = plane.row(0)[0];
  for (int y = 0; y < plane.size.height; ++y) {
    std::uint32_t difference = 0;
    for (int x = 0; x < plane.size.width; ++x) difference |= plane.row(y)[x] ^ color;
    if (difference != 0) return false;
  }
  return true;
}

bool has_few_colors(const Plane& plane) {
  std::array<std::uint32_t, kTextColors> colors;
  std::size_t known = 0;
  std::uint32_t last = ~plane.row(0)[0];
  for (int y = 0; y < plane.size.height; ++y) {
    for (int x = 0; x < plane.size.width; ++x) {
      const std::uint32_t color = plane.row(y)[x];
      if (color == last) continue;
      last = color;
      std::size_t i = 0;
      while (i < known && colors[i] != color) ++i;
      if (i < known) continue;
      if (known == colors.size()) return false;
      colors[known++] = color;
    }
  }
  return true;
}

bool is_grey(const Plane& plane) {
  for (int y = 0; y < plane.size.height; ++y)
    for (int x = 0; x < plane.size.width; ++x)
      if (plane.row(y)[x] != (plane.row(y)[x] & 0xFF) * 0x010101) return false;
  return true;
}

// Halved colour planes ruin coloured text; where there is no colour or everything moves they cost nothing that is seen.
Subsampling subsampling_for(const Plane& plane, Rank rank, Motion motion) {
  if (rank < Rank::normal || (rank == Rank::normal && motion == Motion::moving)) return Subsampling::s420;
  return is_grey(plane) ? Subsampling::s420 : Subsampling::s444;
}

}  // namespace

struct SlotEncoder::Impl {
  Plane plane;
  Repeats repeats;
  LosslessEncoder lossless;
  JpegEncoder jpeg;
  Bytes exact, lossy;

  void encode_lossless() {
    exact.assign(1, kLossless);
    lossless.encode(plane, repeats, exact);
  }
  void encode_jpeg(FrameView pixels, Rank rank, Motion motion) {
    const Subsampling subsampling = subsampling_for(plane, rank, motion);
    lossy.assign(1, kJpeg);
    lossy.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(rank) << 1 | static_cast<unsigned>(subsampling)));
    jpeg.encode(pixels, rank, subsampling, lossy);
  }
  bool is_exact_below(double bytes_a_pixel) const {
    return static_cast<double>(exact.size()) < bytes_a_pixel * plane.count();
  }
};

SlotEncoder::SlotEncoder() : impl_(std::make_unique<Impl>()) {}
SlotEncoder::~SlotEncoder() = default;

EncodedSlot SlotEncoder::encode(FrameView pixels, Rank rank, Motion motion) {
  if (pixels.size.empty() || pixels.size.width > kSlotSide || pixels.size.height > kSlotSide) std::abort();
  Impl& my = *impl_;
  my.plane.load(pixels);
  if (is_one_color(my.plane)) {
    const std::uint32_t color = my.plane.row(0)[0];
    return {{kFill, static_cast<std::uint8_t>(color), static_cast<std::uint8_t>(color >> 8),
             static_cast<std::uint8_t>(color >> 16)},
            Rank::lossless,
            true};
  }
  my.repeats.find(my.plane);
  const double repeats = share_equal_left(my.plane, my.repeats);
  const bool text = repeats > kTextRepeats || has_few_colors(my.plane);
  const bool like_text = rank == Rank::lossless || text;
  if (like_text) {
    const bool plain_text = repeats > kPlainTextRepeats && rank > Rank::rough;
    my.encode_lossless();
    if (rank == Rank::lossless || my.is_exact_below(plain_text ? kPlainTextLossless : kCheapLossless))
      return {my.exact, Rank::lossless, text};
  }
  my.encode_jpeg(pixels, rank, motion);
  const std::size_t worth = rank == Rank::rough ? 1 : kWorthLossless;  // the coarse first pass takes what is smaller
  if (like_text && my.exact.size() <= worth * my.lossy.size()) return {my.exact, Rank::lossless, text};
  return {my.lossy, rank, text};
}

struct SlotDecoder::Impl {
  LosslessDecoder lossless;
  JpegDecoder jpeg;
};

SlotDecoder::SlotDecoder() : impl_(std::make_unique<Impl>()) {}
SlotDecoder::~SlotDecoder() = default;

namespace {

Result<Done, DecodeError> fill(ByteView color, MutableFrameView out) {
  if (color.size() < 3) return Unexpected{DecodeError::truncated};
  if (color.size() > 3) return Unexpected{DecodeError::corrupt};
  for (int y = 0; y < out.size.height; ++y) {
    std::uint8_t* pixel = out.row(y);
    for (int x = 0; x < out.size.width; ++x, pixel += 4) {
      pixel[0] = color[0];
      pixel[1] = color[1];
      pixel[2] = color[2];
      pixel[3] = 0;
    }
  }
  return Done{};
}

}  // namespace

Result<Done, DecodeError> SlotDecoder::decode(ByteView payload, MutableFrameView out) {
  if (out.size.empty() || out.size.width > kSlotSide || out.size.height > kSlotSide) std::abort();
  if (payload.empty()) return Unexpected{DecodeError::truncated};
  const ByteView data = payload.subspan(1);
  if (payload[0] == kFill) return fill(data, out);
  if (payload[0] == kLossless) return impl_->lossless.decode(data, out);
  if (payload[0] != kJpeg) return Unexpected{DecodeError::unknown_coder};
  if (data.empty()) return Unexpected{DecodeError::truncated};
  if (data[0] >= static_cast<unsigned>(Rank::lossless) * 2) return Unexpected{DecodeError::corrupt};
  return impl_->jpeg.decode(data.subspan(1), static_cast<Rank>(data[0] >> 1), static_cast<Subsampling>(data[0] & 1),
                            out);
}

}  // namespace lotse::codec
