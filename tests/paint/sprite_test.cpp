#include "paint/sprite.h"

#include <cstring>
#include <limits>

#include "codec/frame.h"

#if defined(__SANITIZE_ADDRESS__)
// Fonts are known until the process ends.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
#endif

namespace lotse::paint {
namespace {

using session::Stroke;
using session::Tool;

constexpr Size kScreen{1920, 1080};
constexpr std::uint32_t kBlue = 0x3B8FE3, kYellow = 0xFFE040;

/// 0xAARRGGBB of a pixel of the screen; 0 beside the sprite.
std::uint32_t at(const Sprite& sprite, Point p) {
  if (!sprite.place.contains(p)) return 0;
  std::uint32_t pixel = 0;
  const std::size_t index =
      static_cast<std::size_t>(p.y - sprite.place.y) * static_cast<std::size_t>(sprite.place.width) +
      static_cast<std::size_t>(p.x - sprite.place.x);
  std::memcpy(&pixel, &sprite.argb[index * 4], 4);
  return pixel;
}

int alpha(const Sprite& sprite, Point p) { return static_cast<int>(at(sprite, p) >> 24); }

int count(const Sprite& sprite, std::uint32_t argb) {
  int found = 0;
  for (int y = sprite.place.y; y < sprite.place.bottom(); ++y)
    for (int x = sprite.place.x; x < sprite.place.right(); ++x) found += at(sprite, {x, y}) == argb;
  return found;
}

int ink(const Sprite& sprite) {
  int found = 0;
  for (std::size_t i = 3; i < sprite.argb.size(); i += 4) found += sprite.argb[i] > 0;
  return found;
}

void require_sound(const Sprite& sprite, Size most) {
  REQUIRE(sprite.place.width <= most.width);
  REQUIRE(sprite.place.height <= most.height);
  REQUIRE(sprite.argb.size() ==
          static_cast<std::size_t>(sprite.place.width) * static_cast<std::size_t>(sprite.place.height) * 4);
}

Stroke stroke(Tool tool, std::vector<Point> points, std::string text = {}) {
  return {.member = {}, .id = 1, .tool = tool, .color = kBlue, .points = std::move(points), .text = std::move(text)};
}

Sprite arrow(Point tip, const std::string& name, std::uint32_t rgb = kBlue, Size screen = {20000, 20000}) {
  return paint_arrow({.member = {}, .tip = tip}, name, rgb, screen);
}

}  // namespace

TEST_CASE("an arrow's tip is the pixel that is pointed at") {
  for (Point tip : {Point{300, 200}, Point{0, 0}, Point{16383, 16383}}) {
    const Sprite sprite = arrow(tip, "Anna");
    require_sound(sprite, {300, 100});
    REQUIRE(at(sprite, tip) == (0xFF000000 | kBlue));
    // The shaft's own colour begins there: above and to the left is the rim, then nothing.
    REQUIRE(at(sprite, {tip.x, tip.y - 1}) != (0xFF000000 | kBlue));
    REQUIRE(alpha(sprite, {tip.x - 3, tip.y}) == 0);
    REQUIRE(alpha(sprite, {tip.x, tip.y - 3}) == 0);
    REQUIRE(at(sprite, {tip.x + 2, tip.y + 10}) == (0xFF000000 | kBlue));
  }
}

TEST_CASE("a name is white on its chip, or dark where white would not be read") {
  const Sprite blue = arrow({100, 100}, "Anna"), yellow = arrow({100, 100}, "Anna", kYellow);
  REQUIRE(at(blue, {115, 131}) == (0xFF000000 | kBlue));  // inside the chip, left of the letters
  REQUIRE(at(yellow, {115, 131}) == (0xFF000000 | kYellow));
  const auto letters = [](const Sprite& sprite, std::uint32_t argb) {
    int found = 0;
    for (int y = 121; y < 140; ++y)
      for (int x = 118; x < sprite.place.right() - 8; ++x) found += at(sprite, {x, y}) == argb;
    return found;
  };
  REQUIRE(letters(blue, 0xFFFFFFFF) > 20);
  REQUIRE(letters(yellow, 0xFFFFFFFF) == 0);
  REQUIRE(letters(yellow, 0xFF11181F) > 20);
}

TEST_CASE("a name stands on the other side where the screen ends") {
  const std::string name(60, 'm');
  const Sprite corner = arrow({630, 470}, name, kBlue, {640, 480});
  REQUIRE(at(corner, {630, 470}) == (0xFF000000 | kBlue));
  REQUIRE(at(corner, {620, 456}) == (0xFF000000 | kBlue));  // the end of the chip, left of the tip and above it
  REQUIRE(corner.place.x > 380);
  REQUIRE(corner.place.right() < 660);
  // Nowhere else: so far away nothing turns.
  const Point inside{640 - kNameReach.width, 480 - kNameReach.height};
  REQUIRE(arrow(inside, name, kBlue, {640, 480}).place == arrow(inside, name).place);
  REQUIRE(arrow({5, 5}, name, kBlue, {30, 12}).place.x <= 0);  // a screen that has no room for it
}

TEST_CASE("a long name ends with an ellipsis, and none has no chip") {
  const Sprite half = arrow({0, 0}, std::string(20, 'm')), full = arrow({0, 0}, std::string(60, 'm'));
  REQUIRE(half.place.width <= 235);
  REQUIRE(full.place.width <= 235);
  REQUIRE(arrow({0, 0}, "").place.width < 40);
  REQUIRE(arrow({0, 0}, " \n\t ").place.width < 40);
  // Right to left: the letters lie in the chip, which is no wider than they are.
  const Sprite arabic = arrow({0, 0}, "مريم");
  REQUIRE(arabic.place.width < 100);
  REQUIRE(count(arabic, 0xFFFFFFFF) > count(arrow({0, 0}, ""), 0xFFFFFFFF) + 10);
}

TEST_CASE("a line covers from, to and all between in its width") {
  for (Tool tool : {Tool::line, Tool::pen, Tool::fade}) {
    const Sprite sprite = paint_stroke(stroke(tool, {{100, 50}, {160, 50}}), kScreen);
    for (int x = 100; x <= 160; ++x) REQUIRE(at(sprite, {x, 50}) == (0xFF000000 | kBlue));
    REQUIRE(at(sprite, {130, 48}) == (0xFF000000 | kBlue));
    REQUIRE(at(sprite, {130, 51}) == (0xFF000000 | kBlue));
    REQUIRE(alpha(sprite, {130, 47}) == 0);
    REQUIRE(alpha(sprite, {130, 52}) == 0);
    REQUIRE(alpha(sprite, {96, 50}) == 0);
  }
  // A line knows its ends alone, a pen every point.
  const std::vector<Point> corner = {{10, 10}, {10, 90}, {90, 90}};
  REQUIRE(alpha(paint_stroke(stroke(Tool::line, corner), kScreen), {10, 70}) == 0);
  REQUIRE(alpha(paint_stroke(stroke(Tool::pen, corner), kScreen), {10, 70}) == 255);
}

TEST_CASE("a long stroke has no gap where its parts meet") {
  std::vector<Point> points;
  for (int i = 0; i < 300; ++i) points.push_back({20 + i * 3, i % 2 ? 100 : 140});
  const Sprite sprite = paint_stroke(stroke(Tool::pen, points), kScreen);
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const Point middle{(points[i].x + points[i + 1].x) / 2, 120};
    REQUIRE(alpha(sprite, points[i]) == 255);
    REQUIRE(alpha(sprite, middle) == 255);
  }
}

TEST_CASE("one point is a dot, none is nothing") {
  for (Tool tool : {Tool::pen, Tool::line, Tool::frame, Tool::fade}) {
    const Sprite dot = paint_stroke(stroke(tool, {{40, 40}}), kScreen);
    REQUIRE(at(dot, {40, 40}) == (0xFF000000 | kBlue));
    REQUIRE(ink(dot) <= 25);
    REQUIRE(paint_stroke(stroke(tool, {}), kScreen).place.empty());
  }
  REQUIRE(paint_stroke(stroke(Tool::text, {}, "text"), kScreen).place.empty());
  REQUIRE(paint_stroke(stroke(Tool::text, {{5, 5}}, " \n"), kScreen).place.empty());
}

TEST_CASE("a marker is wide and equally translucent, where it crosses itself, too") {
  const Sprite sprite = paint_stroke(stroke(Tool::marker, {{100, 100}, {200, 100}, {150, 60}, {150, 160}}), kScreen);
  for (Point p : {Point{110, 100}, Point{110, 92}, Point{150, 100}, Point{150, 140}}) REQUIRE(alpha(sprite, p) == 102);
  REQUIRE(alpha(sprite, {110, 89}) == 0);
  // Premultiplied.
  REQUIRE((at(sprite, {110, 100}) & 0xFF) == 91);  // 0xE3 * 0.4
}

TEST_CASE("a frame is its outline, whichever corners were given") {
  for (auto corners : {std::vector<Point>{{50, 40}, {150, 90}}, {{150, 90}, {50, 40}}, {{50, 90}, {7, 7}, {150, 40}}}) {
    const Sprite sprite = paint_stroke(stroke(Tool::frame, corners), kScreen);
    for (Point p : {Point{50, 40}, Point{150, 90}, Point{50, 90}, Point{150, 40}, Point{100, 40}, Point{50, 60}})
      REQUIRE(at(sprite, p) == (0xFF000000 | kBlue));
    REQUIRE(alpha(sprite, {100, 65}) == 0);
  }
}

TEST_CASE("text begins at its corner, has a rim, and comes in any script") {
  const Sprite latin = paint_stroke(stroke(Tool::text, {{100, 50}}, "Hier"), kScreen);
  REQUIRE(latin.place.x >= 90);
  REQUIRE(latin.place.x <= 102);
  REQUIRE(latin.place.bottom() < 50 + 2 * session::kTextHeight);
  REQUIRE(count(latin, 0xFF000000 | kBlue) > 50);
  REQUIRE(count(latin, 0xFFFFFFFF) > 20);
  for (const char* text : {"مرحبا", "😀", "שלום", "汉字", "ไทย", "e\u0301"})
    REQUIRE(ink(paint_stroke(stroke(Tool::text, {{100, 50}}, text), kScreen)) > 50);
}

TEST_CASE("text is one line of clean UTF-8") {
  const auto pixels = [](const std::string& text) {
    return paint_stroke(stroke(Tool::text, {{100, 50}}, text), kScreen).argb;
  };
  REQUIRE(pixels("a\xFFz") == pixels("a\uFFFDz"));
  REQUIRE(pixels("a\n\tz") == pixels("a  z"));
  REQUIRE(pixels("a\x01z") == pixels("az"));
}

TEST_CASE("a stroke is cut at the screen, and its direction stays") {
  const Sprite sprite = paint_stroke(stroke(Tool::line, {{-1000, -1000}, {3000, 3000}}), {640, 480});
  REQUIRE(sprite.place == Rect{0, 0, 640, 480});
  REQUIRE(at(sprite, {200, 200}) == (0xFF000000 | kBlue));
  REQUIRE(alpha(sprite, {300, 200}) == 0);
  REQUIRE(paint_stroke(stroke(Tool::line, {{700, 0}, {900, 400}}), {640, 480}).place.empty());
  REQUIRE(paint_stroke(stroke(Tool::text, {{639, 479}}, std::string(200, 'W')), {640, 480}).place.width <= 640);
}

TEST_CASE("a sprite is blended over a picture and cut at its edges") {
  codec::Image image({40, 30});
  for (Point corner : {Point{-4, -3}, Point{35, 27}, Point{-100, 5}, Point{40, 30}, Point{2000000000, -2000000000}}) {
    Sprite sprite{{corner.x, corner.y, 10, 10}, {}};
    for (int i = 0; i < 100; ++i) sprite.argb.insert(sprite.argb.end(), {0x40, 0x20, 0x10, 0x80});
    blend(image.writable(), sprite.place, sprite.argb);
  }
  const auto pixel = [&](int x, int y) { return image.view().row(y) + static_cast<std::size_t>(x) * 4; };
  REQUIRE(pixel(0, 0)[0] == 0x40);
  REQUIRE(pixel(5, 6)[2] == 0x10);
  REQUIRE(pixel(6, 6)[0] == 0);
  REQUIRE(pixel(39, 29)[1] == 0x20);
  REQUIRE(pixel(34, 29)[1] == 0);
  // Half of what was there stays.
  Sprite again{{0, 0, 1, 1}, {0, 0, 0, 0x80}};
  blend(image.writable(), again.place, again.argb);
  REQUIRE(pixel(0, 0)[0] == 0x20);
  // Too few bytes.
  blend(image.writable(), {0, 0, 10, 10}, std::vector<std::uint8_t>{255, 255, 255, 255});
  REQUIRE(pixel(0, 0)[0] == 0x20);
  blend(image.writable(), {0, 0, -10, -10}, {});
}

TEST_CASE("hostile marks harm nobody") {
  std::vector<std::string> texts = {std::string(256 << 10, 'W'),
                                    std::string(256 << 10, '\xFF'),
                                    "\xED\xA0\x80\xC3",
                                    std::string("a\0b", 3),
                                    "\u202Eabc\u202D",
                                    "a\nb\r\tc",
                                    "&<b>%s%n"};
  std::string accents = "o", stack = "\u0F40";  // Tibetan letters stand below each other
  for (int i = 0; i < 100; ++i) accents += "\u0301\u0316", stack += "\u0F90";
  texts.push_back(accents), texts.push_back(stack);
  for (const std::string& text : texts) {
    require_sound(arrow({100, 100}, text), {300, 100});
    require_sound(paint_stroke(stroke(Tool::text, {{100, 100}}, text), kScreen), {1920, 160});
  }
  constexpr int kFar = std::numeric_limits<int>::max(), kNear = std::numeric_limits<int>::min();
  for (Point p : {Point{kFar, kFar}, Point{kNear, kNear}, Point{kNear, kFar}, Point{-1, 5}, Point{16384, 16384}})
    REQUIRE(arrow(p, "Anna").place.empty());
  std::vector<Point> points;
  std::uint32_t random = 4711;
  for (int i = 0; i < 5000; ++i) {
    random = random * 1664525 + 1013904223;
    points.push_back({static_cast<int>(random >> 8) % 2000 - 40, static_cast<int>(random >> 20) % 1200 - 60});
  }
  for (Tool tool : {Tool::pen, Tool::marker, Tool::line, Tool::frame, Tool::text, Tool::fade, Tool{200}}) {
    require_sound(paint_stroke(stroke(tool, points, "x"), kScreen), kScreen);
    require_sound(paint_stroke(stroke(tool, {{kFar, kNear}, {kNear, kFar}, {kFar, kFar}}, "x"), kScreen), kScreen);
    for (Size none : {Size{}, Size{-5, 100}, Size{kFar, kFar}, Size{16385, 1}})
      REQUIRE(paint_stroke(stroke(tool, {{0, 0}, {10, 10}}, "x"), none).place.empty());
  }
}

}  // namespace lotse::paint
