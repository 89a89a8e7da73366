#include "codec/change.h"

#include <catch2/catch.hpp>

#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

std::vector<std::uint32_t> found(const std::vector<SlotId>& slots) {
  std::vector<std::uint32_t> numbers;
  for (SlotId slot : slots) numbers.push_back(slot.value());
  return numbers;
}

// A screen of 3x2 slots whose last column and row are narrower.
struct Screen {
  Random random{1};
  Image image = noise_picture({150, 100}, random);
  ChangeDetector detector;

  Size size() const { return image.size(); }
  Rect whole() const { return {0, 0, size().width, size().height}; }
  void touch(int x, int y) { image.writable().row(y)[x * 4 + 1] ^= 0x80; }
  std::vector<std::uint32_t> look(const Rect& area) {
    return found(detector.update(size(), area, image.view().part(area.intersect(whole()))));
  }
  std::vector<std::uint32_t> look() { return look(whole()); }
};
using Slots = std::vector<std::uint32_t>;

TEST_CASE("the first look finds every slot, the second none") {
  Screen screen;
  CHECK(screen.look() == Slots{0, 1, 2, 3, 4, 5});
  CHECK(screen.look() == Slots{});
  CHECK(same_pixels(screen.detector.reference(), screen.image.view()));
}

TEST_CASE("a black screen is new at first too") {
  ChangeDetector detector;
  const Image black({130, 64});
  CHECK(detector.update({130, 64}, {0, 0, 130, 64}, black.view()).size() == 3);
  CHECK(detector.update({130, 64}, {0, 0, 130, 64}, black.view()).empty());
}

TEST_CASE("exactly the slots with a changed pixel are found, and taken over") {
  Screen screen;
  screen.look();
  const auto [x, y, slot] = GENERATE(table<int, int, std::uint32_t>(
      {{0, 0, 0}, {63, 63, 0}, {64, 63, 1}, {63, 64, 3}, {149, 0, 2}, {128, 99, 5}, {149, 99, 5}, {100, 70, 4}}));
  screen.touch(x, y);
  CHECK(screen.look() == Slots{slot});
  CHECK(screen.look() == Slots{});
  CHECK(same_pixels(screen.detector.reference(), screen.image.view()));
}

TEST_CASE("several changes come in ascending order") {
  Screen screen;
  screen.look();
  for (auto [x, y] : {std::pair{140, 90}, {10, 10}, {10, 80}, {80, 5}, {12, 12}}) screen.touch(x, y);
  CHECK(screen.look() == Slots{0, 1, 3, 5});
}

TEST_CASE("a look at a part sees what lies in it and nothing else") {
  Screen screen;
  screen.look();
  screen.touch(70, 10);   // slot 1, inside
  screen.touch(100, 10);  // slot 1, outside
  screen.touch(10, 90);   // slot 3, outside
  CHECK(screen.look({60, 5, 20, 60}) == Slots{1});
  CHECK(screen.look({60, 5, 20, 60}) == Slots{});
  CHECK(screen.look() == Slots{1, 3});
  CHECK(same_pixels(screen.detector.reference(), screen.image.view()));
}

TEST_CASE("before the whole was seen a part is new until one look has covered its slot") {
  Screen screen;
  CHECK(screen.look({0, 0, 64, 32}) == Slots{0});
  CHECK(screen.look({0, 0, 64, 32}) == Slots{0});
  CHECK(screen.look({0, 0, 70, 64}) == Slots{0, 1});
  CHECK(screen.look({0, 0, 64, 64}) == Slots{});
  CHECK(screen.look() == Slots{1, 2, 3, 4, 5});
}

TEST_CASE("what lies outside the screen is ignored") {
  Screen screen;
  screen.look();
  screen.touch(149, 99);
  Random random(8);
  Image part = noise_picture({40, 40}, random);
  copy_pixels(screen.image.view().part({130, 80, 20, 20}), part.writable().part({0, 0, 20, 20}));
  CHECK(found(screen.detector.update(screen.size(), {130, 80, 40, 40}, part.view())) == Slots{5});
  copy_pixels(screen.image.view().part({0, 0, 20, 20}), part.writable().part({20, 20, 20, 20}));
  CHECK(screen.detector.update(screen.size(), {-20, -20, 40, 40}, part.view()).empty());
  CHECK(screen.detector.update(screen.size(), {500, 500, 40, 40}, part.view()).empty());
  CHECK(screen.detector.update(screen.size(), {10, 10, 0, 0}, part.view()).empty());
  CHECK(same_pixels(screen.detector.reference(), screen.image.view()));
}

TEST_CASE("fewer pixels than the area claims are all that is read") {
  Screen screen;
  screen.look();
  screen.touch(5, 5);
  CHECK(found(screen.detector.update(screen.size(), screen.whole(), screen.image.view().part({0, 0, 10, 10}))) ==
        Slots{0});
}

TEST_CASE("the unused byte is no change") {
  Screen screen;
  screen.look();
  screen.image.writable().row(10)[10 * 4 + 3] = 0xFF;
  CHECK(screen.look() == Slots{});
}

TEST_CASE("another size forgets, so does forget()") {
  Screen screen;
  screen.look();
  screen.detector.forget();
  CHECK(screen.detector.reference().size.empty());
  CHECK(screen.look().size() == 6);
  screen.image = noise_picture({64, 65}, screen.random);
  CHECK(screen.look() == Slots{0, 1});
  CHECK(screen.detector.grid().size() == Size{64, 65});
  CHECK(screen.detector.update({0, 0}, {0, 0, 64, 65}, screen.image.view()).empty());
  CHECK(screen.detector.update({kMaxSide + 1, 1}, {0, 0, 64, 1}, screen.image.view()).empty());
  CHECK(screen.detector.reference().size.empty());
  CHECK(screen.look() == Slots{0, 1});
}

}  // namespace
}  // namespace lotse::codec
