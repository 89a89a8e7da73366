#include "desktop/cover.h"

#include <cstring>

namespace lotse::desktop {
namespace {

/// `rows`: one digit a pixel, its alpha of 9; the colour is 0xC08040.
std::vector<std::uint8_t> image(const std::vector<std::string>& rows) {
  std::vector<std::uint8_t> argb;
  for (const std::string& row : rows)
    for (char digit : row) {
      const int alpha = (digit - '0') * 255 / 9;
      for (int value : {0x40, 0x80, 0xC0, 255}) argb.push_back(static_cast<std::uint8_t>(value * alpha / 255));
    }
  return argb;
}

Cover cover(const std::vector<std::string>& rows) {
  return cover_of(image(rows), {static_cast<int>(rows[0].size()), static_cast<int>(rows.size())});
}

/// Letters are colours.
codec::Image letters(const std::vector<std::string>& rows) {
  codec::Image all({static_cast<int>(rows[0].size()), static_cast<int>(rows.size())});
  for (std::size_t y = 0; y < rows.size(); ++y)
    for (std::size_t x = 0; x < rows[y].size(); ++x)
      all.writable().row(static_cast<int>(y))[x * 4] = static_cast<std::uint8_t>(rows[y][x]);
  return all;
}

std::vector<std::string> text_of(const codec::Image& image) {
  std::vector<std::string> rows;
  for (int y = 0; y < image.size().height; ++y) {
    rows.emplace_back();
    for (int x = 0; x < image.size().width; ++x)
      rows.back() += image.view().row(y)[x * 4] ? static_cast<char>(image.view().row(y)[x * 4]) : ' ';
  }
  return rows;
}

}  // namespace

TEST_CASE("what is half opaque is shown, in bands") {
  REQUIRE(cover({"0000", "0550", "0990", "9009", "0440"}).parts ==
          std::vector<Rect>{{1, 1, 2, 2}, {0, 3, 1, 1}, {3, 3, 1, 1}});
  REQUIRE(cover({"99", "99", "00", "99"}).parts == std::vector<Rect>{{0, 0, 2, 2}, {0, 3, 2, 1}});
  REQUIRE(cover({"90", "99", "90"}).parts == std::vector<Rect>{{0, 0, 1, 1}, {0, 1, 2, 1}, {0, 2, 1, 1}});
  REQUIRE(cover({"000"}).parts.empty());
  REQUIRE(cover_of({}, {}).parts.empty());
}

TEST_CASE("of what is translucent everywhere as many rows are shown") {
  auto rows_of = [](char alpha) {
    std::vector<int> rows;
    for (const Rect& part : cover(std::vector<std::string>(10, std::string(3, alpha))).parts)
      for (int y = part.y; y < part.bottom(); ++y) rows.push_back(y);
    return rows;
  };
  REQUIRE(rows_of('1') == std::vector<int>{0, 5});
  REQUIRE(rows_of('4') == std::vector<int>{0, 2, 5, 7});
  REQUIRE(rows_of('5').size() == 10);
  // Its soft edge is cut at half of what it has, too.
  REQUIRE(cover({"01340"}).parts == std::vector<Rect>{{2, 0, 2, 1}});
}

TEST_CASE("where there were too many parts the smallest gaps are filled") {
  std::string row;
  for (int i = 0; i < 100; ++i) row += i % 2 ? "900900000" : "9090000";
  std::vector<std::string> rows;
  for (int i = 0; i < 30; ++i) rows.push_back(i % 2 ? row : "0" + row.substr(1));
  const Cover found = cover(rows);
  REQUIRE(found.parts.size() <= kMostParts);
  REQUIRE(found.parts.size() > kMostParts / 2);
  REQUIRE(found.parts[1] == Rect{7, 0, 4, 1});
  REQUIRE(found.color == 0xC08040);
}

TEST_CASE("one colour is recognized through rounding") {
  REQUIRE(cover({"05990"}).color == 0xC08040);
  REQUIRE(cover({"243"}).color.has_value());
  std::vector<std::uint8_t> two = image({"99"});
  two[0] = 0;
  REQUIRE(!cover_of(two, {2, 1}).color);
  REQUIRE(opaque_color(image({"9"}).data()) == 0xC08040);
  REQUIRE(opaque_color(image({"0"}).data()) == 0);
  const std::uint8_t wrong[] = {255, 1, 0, 1};  // more than its alpha allows
  REQUIRE(opaque_color(wrong) == 0x00FFFF);
}

TEST_CASE("what was there before comes back under a cover") {
  codec::Image now = letters({"abcd", "efgh"}), before = letters({"ABCD", "EFGH"});
  const std::vector<Rect> parts = {{1, 0, 2, 1}, {3, 0, 1, 2}, {2, 0, 1, 1}};
  uncover(now.writable(), parts, before.view());
  REQUIRE(text_of(now) == std::vector<std::string>{"aBCD", "efgH"});
}

TEST_CASE("what nobody has seen is guessed from beside it, never from the cover") {
  codec::Image now = letters({"xxxx", "xbxx", "axxb", "xxxx", "abcx"});
  const std::vector<Rect> parts = {{0, 0, 4, 1}, {0, 1, 1, 1}, {2, 1, 2, 1}, {1, 2, 2, 1}, {0, 3, 4, 1}, {3, 4, 1, 1}};
  uncover_by_guess(now.writable(), parts);
  REQUIRE(text_of(now) == std::vector<std::string>{"    ", "bbbb", "aabb", "aabb", "abcc"});
}

}  // namespace lotse::desktop
