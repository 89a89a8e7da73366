#include "codec/small_copies.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <random>

using namespace lotse;
using namespace lotse::codec;

namespace {

const auto kAnywhere = [](const Rect&) { return true; };

void put(Image& image, int x, int y, std::uint32_t color) {
  for (int i = 0; i < 3; ++i) image.writable().row(y)[4 * x + i] = static_cast<std::uint8_t>(color >> 8 * i);
}

/// A letter of 9x14 pixels with soft edges, the same for the same number.
void letter(Image& image, int x, int y, unsigned which) {
  std::mt19937 random(which);
  for (int dy = 0; dy < 14; ++dy)
    for (int dx = 0; dx < 9; ++dx)
      put(image, x + dx, y + dy, static_cast<std::uint32_t>(random() % 3 == 0 ? random() % 200 : 255) * 0x010101);
}

Image page() {
  Image image(Size{640, 400});
  for (int y = 0; y < 400; ++y)
    for (int x = 0; x < 640; ++x) put(image, x, y, 0xFFFFFF);
  for (unsigned i = 0; i < 26; ++i) letter(image, 30 + static_cast<int>(i) * 9, 100, i);
  return image;
}

bool holds(const Image& before, const Image& now, const std::vector<Move>& moves) {
  for (const Move& move : moves)
    if (!same_pixels(now.view().part(move.to),
                     before.view().part({move.from.x, move.from.y, move.to.width, move.to.height})))
      return false;
  return true;
}

int covered(const std::vector<Move>& moves, const Rect& area) {
  int pixels = 0;
  for (const Move& move : moves) pixels += move.to.intersect(area).width * move.to.intersect(area).height;
  return pixels;
}

}  // namespace

TEST_CASE("a letter that stood elsewhere is copied, whatever stands beside it") {
  Image before = page(), now = page();
  letter(now, 200, 260, 7);
  for (int y = 260; y < 274; ++y)
    for (int x = 209; x < 218; ++x) put(now, x, y, 0x000000);  // the text cursor
  Rect area = changed_area(before.view(), now.view(), {128, 192, 192, 128});
  CHECK(area.intersect({200, 260, 18, 14}) == area);
  auto moves = find_small_copies(before.view(), now.view(), area, kAnywhere);
  REQUIRE(!moves.empty());
  CHECK(holds(before, now, moves));
  CHECK(covered(moves, {200, 260, 9, 14}) > 9 * 14 / 2);
}

TEST_CASE("letters at once come from where they stood, and never twice") {
  Image before = page(), now = page();
  for (unsigned i = 0; i < 3; ++i) letter(now, 300 + static_cast<int>(i) * 9, 260, 20 - 3 * i);
  auto moves = find_small_copies(before.view(), now.view(), {300, 260, 27, 14}, kAnywhere);
  CHECK(holds(before, now, moves));
  CHECK_FALSE(moves.empty());
  for (const Move& a : moves)
    for (const Move& b : moves) CHECK((&a == &b || a.to.intersect(b.to).empty()));
}

TEST_CASE("what stands nowhere is not copied, nor what may not be taken from") {
  Image before = page(), now = page();
  letter(now, 200, 260, 77);
  CHECK(find_small_copies(before.view(), now.view(), {200, 260, 9, 14}, kAnywhere).empty());
  letter(now, 200, 260, 7);
  CHECK(find_small_copies(before.view(), now.view(), {200, 260, 9, 14}, [](const Rect&) { return false; }).empty());
  CHECK_FALSE(find_small_copies(before.view(), now.view(), {200, 260, 9, 14}, kAnywhere).empty());
}

TEST_CASE("large, empty and flat areas give nothing") {
  Image before = page(), now = page();
  CHECK(changed_area(before.view(), now.view(), {0, 0, 640, 400}).empty());
  CHECK(find_small_copies(before.view(), now.view(), {0, 0, 129, 64}, kAnywhere).empty());
  CHECK(find_small_copies(before.view(), now.view(), {}, kAnywhere).empty());
  for (int x = 0; x < 40; ++x) put(now, 300 + x, 300, 0x336699);
  CHECK(find_small_copies(before.view(), now.view(), {300, 300, 40, 1}, kAnywhere).empty());
}

TEST_CASE("copies hold for whatever is drawn, up to the picture's edges") {
  auto seed = static_cast<unsigned>(GENERATE(range(1, 40)));
  std::mt19937 random(seed);
  auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  Image before = page(), now = page();
  Rect area{below(640 - 40), below(400 - 30), 1 + below(40), 1 + below(30)};
  Point from{below(640 - 40), 85 + below(30)};
  for (int y = 0; y < area.height; ++y)
    for (int x = 0; x < area.width; ++x)
      std::memcpy(now.writable().row(area.y + y) + 4 * (area.x + x), before.view().row(from.y + y) + 4 * (from.x + x),
                  3);
  auto moves = find_small_copies(before.view(), now.view(), area, kAnywhere);
  CHECK(holds(before, now, moves));
  for (const Move& move : moves) CHECK(move.to.intersect(area) == move.to);
}
