#include "scene.h"

namespace lotse::record {
namespace {

std::uint32_t hash(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  std::uint32_t h = a * 0x9E3779B1u ^ b * 0x85EBCA77u ^ c * 0xC2B2AE3Du;
  h = (h ^ h >> 15) * 0x2C1B3C6Du;
  return (h ^ h >> 12) * 0x297A2D39u ^ h >> 16;
}

}  // namespace

codec::Image text_page(Size size, std::uint32_t seed) {
  codec::Image image = plain(size, 250, 250, 245);
  codec::MutableFrameView to = image.writable();
  for (int y = 8; y < size.height - 8; ++y)
    for (int x = 8; x < size.width - 8; ++x) {
      const int column = x / 8, line = y / 16, px = x % 8, py = y % 16;
      if (px == 0 || py < 3 || py > 12) continue;
      const std::uint32_t glyph = hash(seed, static_cast<std::uint32_t>(column), static_cast<std::uint32_t>(line)) % 60;
      if (glyph < 10) continue;  // blanks between words
      const std::uint32_t bits = hash(glyph, static_cast<std::uint32_t>(px / 2), static_cast<std::uint32_t>(py / 2));
      if (bits % 3 != 0) continue;
      for (int c = 0; c < 3; ++c)  // strokes have soft, coloured edges
        to.row(y)[x * 4 + c] = static_cast<std::uint8_t>(px % 2 == 0 ? 30 + 40 * c : 20);
    }
  return image;
}

codec::Image noise(Size size, std::uint32_t seed) {
  codec::Image image(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width * 4; ++x)
      image.writable().row(y)[x] =
          static_cast<std::uint8_t>(hash(seed, static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y)));
  return image;
}

codec::Image plain(Size size, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  codec::Image image(size);
  fill(image, {0, 0, size.width, size.height}, r, g, b);
  return image;
}

void fill(codec::Image& image, const Rect& place, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  for (int y = place.y; y < place.bottom(); ++y)
    for (int x = place.x; x < place.right(); ++x) {
      std::uint8_t* to = image.writable().row(y) + static_cast<std::ptrdiff_t>(x) * 4;
      to[0] = b;
      to[1] = g;
      to[2] = r;
    }
}

}  // namespace lotse::record
