#include "record/yuv.h"

namespace lotse::record {
namespace {

// BT.709 (item 3): Kr 0.2126, Kb 0.0722, scaled to limited range, in 1/65536. The luma weights sum to
// 65536 * 219 / 255, the chroma weights to 0, so that every grey is exactly grey.
constexpr int kYb = 4064, kYg = 40254, kYr = 11966;
constexpr int kBb = 28784, kBg = -22188, kBr = -6596;
constexpr int kRb = -2639, kRg = -26145, kRr = 28784;
constexpr int kHalf = 1 << 15;

constexpr std::uint8_t fixed(int b, int g, int r, int kb, int kg, int kr, int base) {
  return static_cast<std::uint8_t>(base + ((b * kb + g * kg + r * kr + kHalf) >> 16));
}
static_assert(fixed(255, 255, 255, kYb, kYg, kYr, 16) == 235 && kBb + kBg + kBr == 0 && kRb + kRg + kRr == 0);
static_assert(fixed(255, 0, 0, kBb, kBg, kBr, 128) == 240 && fixed(0, 255, 255, kBb, kBg, kBr, 128) == 16);

}  // namespace

YuvImage::YuvImage(Size size) : size_(size) {
  const std::size_t count = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  planes_[0].assign(count, 16);
  planes_[1].assign(count, 128);
  planes_[2].assign(count, 128);
}

void YuvImage::set_row(int y, const std::uint8_t* bgrx) {
  const auto width = static_cast<std::size_t>(size_.width);
  const std::size_t start = width * static_cast<std::size_t>(y);
  std::uint8_t* luma = planes_[0].data() + start;
  std::uint8_t* blue = planes_[1].data() + start;
  std::uint8_t* red = planes_[2].data() + start;
  for (std::size_t x = 0; x < width; ++x) {
    const int b = bgrx[x * 4], g = bgrx[x * 4 + 1], r = bgrx[x * 4 + 2];
    luma[x] = fixed(b, g, r, kYb, kYg, kYr, 16);
    blue[x] = fixed(b, g, r, kBb, kBg, kBr, 128);
    red[x] = fixed(b, g, r, kRb, kRg, kRr, 128);
  }
}

}  // namespace lotse::record
