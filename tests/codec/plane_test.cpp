#include "codec/plane.h"

#include <catch2/catch.hpp>

#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

TEST_CASE("repeats are what a pixel by pixel comparison says, at every size") {
  Random random(13);
  Plane plane;  // used again and again, as the encoder does: what a larger slot left must not show
  Repeats repeats;
  for (int side = 1; side <= kSlotSide; ++side) {
    for (Size size : {Size{side, kSlotSide}, Size{kSlotSide, side}, Size{side, side}}) {
      const Image image = patchwork_picture(size, random);
      plane.load(image.view());
      repeats.find(plane);
      const auto color = [&](int x, int y) {
        const std::uint8_t* p = image.view().row(y) + x * 4;
        return p[0] | p[1] << 8 | p[2] << 16;
      };
      for (int y = 0; y < size.height; ++y) {
        std::uint64_t left = 0, above = 0;
        for (int x = 0; x < size.width; ++x) {
          const int l = x > 0 ? color(x - 1, y) : y > 0 ? color(0, y - 1) : 0, a = y > 0 ? color(x, y - 1) : l;
          left |= std::uint64_t{color(x, y) == l} << x;
          above |= std::uint64_t{color(x, y) == a} << x;
        }
        REQUIRE(repeats.left[static_cast<std::size_t>(y)] == left);
        REQUIRE(repeats.above[static_cast<std::size_t>(y)] == above);
      }
    }
  }
}

}  // namespace
}  // namespace lotse::codec
