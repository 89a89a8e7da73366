#include "codec/frame.h"

#include <bit>
#include <cstring>

namespace lotse::codec {
namespace {

static_assert(std::endian::native == std::endian::little, "pixels are read as 32-bit words, B lowest");
constexpr std::uint32_t kColor = 0x00FFFFFF;

bool same_colors(const std::uint8_t* a, const std::uint8_t* b, int width) {
  std::uint32_t difference = 0;
  for (int x = 0; x < width; ++x) {
    std::uint32_t p, q;
    std::memcpy(&p, a + x * 4, 4);
    std::memcpy(&q, b + x * 4, 4);
    difference |= p ^ q;
  }
  return (difference & kColor) == 0;
}

}  // namespace

void copy_pixels(FrameView from, MutableFrameView to) {
  if (from.size.empty()) return;
  for (int y = 0; y < from.size.height; ++y)
    std::memcpy(to.row(y), from.row(y), static_cast<std::size_t>(from.size.width) * 4);
}

bool same_pixels(FrameView a, FrameView b) {
  if (a.size != b.size) return false;
  for (int y = 0; y < a.size.height; ++y) {
    const std::size_t bytes = static_cast<std::size_t>(a.size.width) * 4;
    if (std::memcmp(a.row(y), b.row(y), bytes) != 0 && !same_colors(a.row(y), b.row(y), a.size.width)) return false;
  }
  return true;
}

}  // namespace lotse::codec
