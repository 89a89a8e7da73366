#include <catch2/catch.hpp>

#include "ui/picture_scaling.h"
#include "ui/screen_strip.h"

namespace lotse::ui {
namespace {

codec::Image stripes(Size size) {
  codec::Image image(size);
  auto out = image.writable();
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      for (int c = 0; c < 3; ++c) out.row(y)[x * 4 + c] = static_cast<std::uint8_t>((x * 7 + y * 3 + c) % 256);
  return image;
}

codec::Image whole(codec::FrameView picture, Zoom zoom) {
  codec::Image out(zoomed(picture.size, zoom));
  zoom_into(picture, zoom, {0, 0, out.size().width, out.size().height}, out.writable());
  return out;
}

}  // namespace

TEST_CASE("whole multiples stay as they are, below one half blocks are averaged, in between pixels are repeated") {
  const Size size{1920, 1080};
  CHECK(zoom_for(1, size) == 1);
  CHECK(zoom_for(2, size) == 1);
  CHECK(zoom_for(0.75, size) == 1);
  CHECK(zoom_for(0.5, size) == -2);
  CHECK(zoom_for(0.4, size) == -2);
  CHECK(zoom_for(1.0 / 3, size) == -3);
  CHECK(zoom_for(0.001, size) == -16);
  CHECK(zoom_for(1.5, size) == 2);
  CHECK(zoom_for(2.25, size) == 3);
  CHECK(zoom_for(1.5, {8000, 4000}) == 1);  // no card takes the double of it
  CHECK(zoom_for(0, size) == 1);
  CHECK(zoom_for(0.5, {}) == 1);
}

TEST_CASE("a block becomes its mean, at the edges of what there is") {
  codec::Image image({3, 3});
  auto out = image.writable();
  const int values[3][3] = {{0, 100, 10}, {200, 100, 20}, {30, 40, 250}};
  for (int y = 0; y < 3; ++y)
    for (int x = 0; x < 3; ++x) out.row(y)[x * 4] = static_cast<std::uint8_t>(values[y][x]);
  codec::Image half = whole(image.view(), -2);
  REQUIRE(half.size() == Size{2, 2});
  CHECK(half.view().row(0)[0] == 100);
  CHECK(half.view().row(0)[4] == 15);
  CHECK(half.view().row(1)[0] == 35);
  CHECK(half.view().row(1)[4] == 250);
}

TEST_CASE("what is zoomed part by part is what is zoomed at once") {
  codec::Image image = stripes({101, 67});
  for (Zoom zoom : {-5, -3, -2, 1, 2, 3}) {
    codec::Image all = whole(image.view(), zoom), parts(all.size());
    for (Rect r :
         {Rect{0, 0, 50, 67}, Rect{50, 0, 51, 30}, Rect{50, 30, 51, 37}, Rect{7, 7, 3, 3}, Rect{90, 60, 99, 99}}) {
      Rect part = zoomed(r, zoom, image.size());
      zoom_into(image.view(), zoom, part, parts.writable().part(part));
    }
    INFO(zoom);
    CHECK(codec::same_pixels(all.view(), parts.view()));
  }
}

TEST_CASE("tiles are as large as they can be") {
  auto grid = [](std::size_t count, Size place) {
    TileGrid g = tile_grid(count, place, {1920, 1080});
    return std::pair(g.columns, g.rows);
  };
  CHECK(grid(2, {1600, 900}) == std::pair(1, 2));
  CHECK(grid(2, {2000, 600}) == std::pair(2, 1));
  CHECK(grid(4, {1600, 900}) == std::pair(2, 2));
  CHECK(grid(9, {1600, 900}) == std::pair(3, 3));
  CHECK(grid(1, {100, 900}) == std::pair(1, 1));
}

}  // namespace lotse::ui
