#include "tests/codec/pictures.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace lotse::codec {
namespace {

void set(Image& image, int x, int y, int b, int g, int r) {
  std::uint8_t* pixel = image.writable().row(y) + x * 4;
  pixel[0] = static_cast<std::uint8_t>(b);
  pixel[1] = static_cast<std::uint8_t>(g);
  pixel[2] = static_cast<std::uint8_t>(r);
}

int below(Random& random, int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); }

}  // namespace

Image plain_picture(Size size, std::uint8_t b, std::uint8_t g, std::uint8_t r) {
  Image image(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) set(image, x, y, b, g, r);
  return image;
}

Image text_picture(Size size, Random& random) {
  Image image = plain_picture(size, 255, 255, 255);
  for (int line = 3; line + 9 <= size.height; line += 14) {
    for (int glyph = 2; glyph + 6 <= size.width; glyph += 8) {
      const int stem = glyph + below(random, 4), bar = line + below(random, 9);
      for (int y = line; y < line + 9; ++y) set(image, stem, y, 200, 90, 30), set(image, stem + 1, y, 30, 60, 160);
      for (int x = glyph; x < glyph + 5; ++x) set(image, x, bar, 40, 40, 40);
    }
  }
  return image;
}

Image gradient_picture(Size size) {
  Image image(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) set(image, x, y, 20 + x * 3, 230 - y * 3, 60 + x + y);
  return image;
}

Image noise_picture(Size size, Random& random) {
  Image image(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) set(image, x, y, below(random, 256), below(random, 256), below(random, 256));
  return image;
}

Image photo_picture(Size size, Random& random) {
  Image image(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double wave = std::sin(x * 0.13) * std::cos(y * 0.09) * 60, disc = std::hypot(x - 20, y - 30) < 17 ? 40 : 0;
      const int grain = below(random, 5) - 2;
      set(image, x, y, static_cast<int>(110 + wave) + grain, static_cast<int>(120 + wave / 2 + disc) + grain,
          static_cast<int>(130 - wave / 3 + disc) + grain);
    }
  }
  return image;
}

Image patchwork_picture(Size size, Random& random) {
  Image image(size);
  const int colors = 1 + below(random, 40), unrest = 1 + below(random, 30), spread = 1 + below(random, 255);
  std::vector<std::array<int, 3>> palette(static_cast<std::size_t>(colors));
  for (auto& color : palette) color = {below(random, 256), below(random, 256), below(random, 256)};
  std::array<int, 3> current = palette[0];
  for (int y = 0; y < size.height; ++y) {
    const bool copy_row = y > 0 && below(random, 3) == 0;
    for (int x = 0; x < size.width; ++x) {
      if (below(random, unrest) == 0) current = palette[static_cast<std::size_t>(below(random, colors))];
      if (below(random, 50) == 0) current[0] = (current[0] + below(random, spread)) % 256;
      const std::uint8_t* above = copy_row ? image.view().row(y - 1) + x * 4 : nullptr;
      above ? set(image, x, y, above[0], above[1], above[2]) : set(image, x, y, current[0], current[1], current[2]);
    }
  }
  return image;
}

double psnr(FrameView a, FrameView b) {
  double squares = 0;
  for (int y = 0; y < a.size.height; ++y)
    for (int i = 0; i < a.size.width * 4; ++i)
      if (i % 4 != 3) squares += std::pow(a.row(y)[i] - b.row(y)[i], 2);
  return squares == 0 ? 99 : 10 * std::log10(255.0 * 255 * 3 * a.size.width * a.size.height / squares);
}

Result<Done, DecodeError> decode_guarded(SlotDecoder& decoder, ByteView payload, Image& out) {
  constexpr int kGuard = 3;
  constexpr std::uint8_t kMark = 0xA5;
  const Size size = out.size();
  Image large({size.width + 2 * kGuard, size.height + 2 * kGuard});
  const MutableFrameView all = large.writable();
  std::fill(all.data, all.row(all.size.height), kMark);
  const Rect middle{kGuard, kGuard, size.width, size.height};
  const Result<Done, DecodeError> result = decoder.decode(payload, all.part(middle));
  bool touched = false, x_is_zero = true;
  for (int y = 0; y < all.size.height; ++y) {
    for (int i = 0; i < all.size.width * 4; ++i) {
      const bool inside = middle.contains({i / 4, y});
      if (!inside) touched |= all.row(y)[i] != kMark;
      if (inside && i % 4 == 3) x_is_zero &= all.row(y)[i] == 0;
    }
  }
  CHECK_FALSE(touched);
  if (result) CHECK(x_is_zero);
  copy_pixels(all.part(middle), out.writable());
  return result;
}

}  // namespace lotse::codec
