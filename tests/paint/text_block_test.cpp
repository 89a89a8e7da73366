// Texts of several lines and directions.
#include <catch2/catch.hpp>

#include "paint/canvas.h"
#include "paint/text.h"

using namespace lotse;
using namespace lotse::paint;

namespace {

constexpr auto kOne = TextBlock::Lines::one, kMany = TextBlock::Lines::many;

}  // namespace

TEST_CASE("a text from right to left ends at the width, another one begins at 0") {
  const TextBlock latin("hello", 15, Weight::normal, 300, kMany), hebrew("שלום", 15, Weight::normal, 300, kMany);
  CHECK(latin.box().x == 0);
  CHECK(hebrew.box().right() == 300);
  CHECK(hebrew.box().x > 200);
}

TEST_CASE("what is too wide goes on in the next line, or ends with an ellipsis") {
  const std::string text = "one two three four five six seven eight";
  const TextBlock free(text, 15, Weight::normal, 0, kOne), cut(text, 15, Weight::normal, 100, kOne),
      wrapped(text, 15, Weight::normal, 100, kMany);
  CHECK(free.box().width > 150);
  CHECK(cut.box().width <= 100);
  CHECK(cut.box().height == free.box().height);
  CHECK(wrapped.box().width <= 100);
  CHECK(wrapped.box().height >= 2 * free.box().height);
  CHECK(TextBlock(std::string(500, 'm'), 15, Weight::normal, 100, kMany).box().width <= 100);  // no space to break at
}

TEST_CASE("a part is found where it stands, a piece for each line, and is underlined there") {
  const std::string text = "שלום https://a.org/one-two-three-four-five";
  const TextBlock block(text, 15, Weight::normal, 120, kMany);
  const TextBlock::Part link{text.find("https"), text.size()};
  const std::vector<Rect> places = block.places(link);
  REQUIRE(places.size() >= 2);
  for (const Rect& place : places) {
    CHECK(place.x >= 0);
    CHECK(place.right() <= 121);
    CHECK(place.bottom() <= block.box().bottom());
  }
  CHECK(block.places({0, 4}).size() == 1);
  CHECK(block.places({5, 5}).empty());
  CHECK(block.places({text.size() + 5, text.size() + 9}).empty());

  Sprite sprite;
  {
    Canvas canvas(sprite, block.box());
    block.fill(canvas, 0xFFFFFF, 0xFF0000, {link});
  }
  auto red = [&](const Rect& place) {
    int count = 0;
    for (int y = std::max(0, place.y); y < std::min(place.bottom(), sprite.place.height); ++y)
      for (int x = std::max(0, place.x - sprite.place.x);
           x < std::min(place.right() - sprite.place.x, sprite.place.width); ++x) {
        const std::uint8_t* p = &sprite.argb[static_cast<std::size_t>(y * sprite.place.width + x) * 4];
        count += p[2] > 200 && p[0] < 50 ? 1 : 0;
      }
    return count;
  };
  for (const Rect& place : places) CHECK(red(place) >= place.width);  // the line alone has so many
  CHECK(red(block.places({0, 4})[0]) == 0);
}
