#include "record/stage.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "scene.h"

namespace lotse::record {
namespace {

std::array<int, 3> at(const YuvImage& image, int x, int y) {
  const auto i =
      static_cast<std::size_t>(y) * static_cast<std::size_t>(image.size().width) + static_cast<std::size_t>(x);
  return {image.plane(0)[i], image.plane(1)[i], image.plane(2)[i]};
}

constexpr std::array<int, 3> kBlack{16, 128, 128}, kWhite{235, 128, 128};

}  // namespace

TEST_CASE("colours are converted as BT.709 says, rounded") {
  YuvImage image(Size{256, 1});
  for (int r = 0; r < 256; r += 15)
    for (int g = 0; g < 256; g += 15) {
      std::vector<std::uint8_t> row;
      for (int b = 0; b < 256; ++b)
        for (int c : {b, g, r, 255}) row.push_back(static_cast<std::uint8_t>(c));
      image.set_row(0, row.data());
      for (int b = 0; b < 256; ++b) {
        const double y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        const auto [luma, blue, red] = at(image, b, 0);
        REQUIRE(std::abs(luma - (16 + y * 219 / 255)) < 0.51);
        REQUIRE(std::abs(blue - (128 + (b - y) / 1.8556 * 224 / 255)) < 0.51);
        REQUIRE(std::abs(red - (128 + (r - y) / 1.5748 * 224 / 255)) < 0.51);
      }
    }
}

TEST_CASE("only a change is a change") {
  Stage stage(Size{64, 48});
  codec::Image page = text_page({64, 48}, 1);
  CHECK(stage.show(page.writable(), {}) == Stage::Change::yes);
  CHECK(stage.show(page.writable(), {}) == Stage::Change::no);
  fill(page, {63, 47, 1, 1}, 255, 0, 0);
  CHECK(stage.show(page.writable(), {}) == Stage::Change::yes);
  CHECK(at(stage.yuv(), 63, 47)[2] == 240);
}

TEST_CASE("a picture of another size is scaled to fit, with bars") {
  Stage stage(Size{100, 60});
  codec::Image first = plain({100, 60}, 255, 0, 0);
  stage.show(first.writable(), {});
  SECTION("taller") {
    codec::Image tall = plain({50, 60}, 255, 255, 255);
    CHECK(stage.show(tall.writable(), {}) == Stage::Change::yes);
    CHECK(at(stage.yuv(), 24, 30) == kBlack);
    CHECK(at(stage.yuv(), 25, 0) == kWhite);
    CHECK(at(stage.yuv(), 74, 59) == kWhite);
    CHECK(at(stage.yuv(), 75, 30) == kBlack);
  }
  SECTION("wider and larger, then smaller, then the first again") {
    codec::Image wide = plain({400, 120}, 255, 255, 255);
    stage.show(wide.writable(), {});
    CHECK(at(stage.yuv(), 0, 14) == kBlack);
    CHECK(at(stage.yuv(), 0, 15) == kWhite);
    CHECK(at(stage.yuv(), 99, 44) == kWhite);
    CHECK(at(stage.yuv(), 99, 45) == kBlack);
    codec::Image small = plain({10, 6}, 255, 255, 255);
    stage.show(small.writable(), {});
    CHECK(at(stage.yuv(), 0, 0) == kWhite);
    CHECK(at(stage.yuv(), 99, 59) == kWhite);
    codec::Image sliver = plain({1, 4000}, 255, 255, 255);
    stage.show(sliver.writable(), {});
    CHECK(at(stage.yuv(), 48, 30) == kBlack);
    CHECK(stage.show(first.writable(), {}) == Stage::Change::yes);
    CHECK(at(stage.yuv(), 50, 0)[2] == 240);
  }
}

TEST_CASE("the pointer is blended in, its hotspot at its position") {
  codec::Image page = plain({20, 20}, 100, 100, 100);
  PointerImage pointer{{2, 1}, {1, 0}, {0, 0, 200, 255, 60, 0, 0, 128}, {10, 5}};
  draw_pointer(page.writable(), pointer);
  const auto rgb = [&](int x, int y) {
    const std::uint8_t* p = page.view().row(y) + static_cast<std::ptrdiff_t>(x) * 4;
    return std::array<int, 3>{p[2], p[1], p[0]};
  };
  CHECK(rgb(9, 5) == std::array<int, 3>{200, 0, 0});
  CHECK(rgb(10, 5) == std::array<int, 3>{50, 50, 110});
  CHECK(rgb(8, 5) == std::array<int, 3>{100, 100, 100});
  CHECK(rgb(11, 5) == std::array<int, 3>{100, 100, 100});
  CHECK(rgb(9, 6) == std::array<int, 3>{100, 100, 100});
}

TEST_CASE("a pointer at the edge is cut, one out of this world is not drawn") {
  const codec::Image before = plain({8, 8}, 9, 9, 9);
  const std::vector<std::uint8_t> solid(16 * 16 * 4, 255);
  const auto drawn = [&](const PointerImage& pointer) {
    codec::Image page = before;
    draw_pointer(page.writable(), pointer);
    int count = 0;
    for (int y = 0; y < 8; ++y)
      for (int x = 0; x < 8; ++x) count += page.view().row(y)[x * 4] == 255;
    return count;
  };
  CHECK(drawn({{16, 16}, {0, 0}, solid, {6, 7}}) == 2);
  CHECK(drawn({{16, 16}, {15, 15}, solid, {0, 0}}) == 1);
  CHECK(drawn({{16, 16}, {0, 0}, solid, {8, 0}}) == 0);
  CHECK(drawn({{16, 16}, {0, 0}, solid, {-16, 0}}) == 0);
  CHECK(drawn({{16, 16}, {0, 0}, solid, {INT_MAX, INT_MIN}}) == 0);
  CHECK(drawn({{16, 16}, {INT_MAX, INT_MAX}, solid, {INT_MIN, INT_MIN}}) == 0);
  CHECK(drawn({{INT_MAX, INT_MAX}, {0, 0}, solid, {0, 0}}) == 0);
  CHECK(drawn({{17, 16}, {0, 0}, solid, {0, 0}}) == 0);  // fewer bytes than the size needs
  CHECK(drawn({{0, 0}, {0, 0}, {}, {0, 0}}) == 0);
}

}  // namespace lotse::record
