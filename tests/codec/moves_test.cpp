#include "codec/moves.h"

#include <catch2/catch.hpp>

#include "codec/change.h"
#include "codec/patch.h"
#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

int below(Random& random, int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); }

int differing(FrameView a, FrameView b) {
  int count = 0;
  for (int y = 0; y < a.size.height; ++y)
    for (int x = 0; x < a.size.width; ++x) count += std::memcmp(a.row(y) + x * 4, b.row(y) + x * 4, 3) != 0;
  return count;
}

Rect whole(const Image& image) { return {0, 0, image.size().width, image.size().height}; }

// Two frames of a screen, and what a finder makes of them.
struct Screen {
  Image before, now;
  MoveFinder own;
  MoveFinder* finder = &own;
  std::vector<Move> moves;

  explicit Screen(Image image) : before(image), now(std::move(image)) {}

  // The pixels of `from` stand at `to` in the new frame; what does not fit there is cut off by `window`.
  void move(const Rect& from, Point to, const Rect& window) {
    const Rect target = Rect{to.x, to.y, from.width, from.height}.intersect(window);
    if (target.empty()) return;
    copy_pixels(before.view().part({from.x + target.x - to.x, from.y + target.y - to.y, target.width, target.height}),
                now.writable().part(target));
  }
  void paint(const Image& image, Point at) {
    copy_pixels(image.view(), now.writable().part({at.x, at.y, image.size().width, image.size().height}));
  }

  /// Pixels that are still wrong after the moves. Checks what must hold of any moves.
  int left() {
    ChangeDetector detector;
    detector.update(before.size(), whole(before), before.view());
    const auto dirty = detector.update(now.size(), whole(now), now.view());
    moves = finder->find(before.view(), now.view(), detector.grid(), dirty);
    CHECK(moves.size() <= kMaxMoves);
    for (std::size_t i = 0; i < moves.size(); ++i) {
      const Rect from{moves[i].from.x, moves[i].from.y, moves[i].to.width, moves[i].to.height};
      REQUIRE_FALSE(from.empty());
      REQUIRE(from.intersect(whole(before)) == from);
      REQUIRE(moves[i].to.intersect(whole(now)) == moves[i].to);
      for (std::size_t j = 0; j < i; ++j) REQUIRE(moves[i].to.intersect(moves[j].to).empty());
    }
    Image predicted(now.size());
    predict(before.view(), moves, whole(now), predicted.writable());
    return differing(predicted.view(), now.view());
  }
  int changed() const { return differing(before.view(), now.view()); }
  bool has(const Move& move) const { return std::find(moves.begin(), moves.end(), move) != moves.end(); }
};

// Lines of text of which many are the same and some are empty.
Image terminal_picture(Size size, Random& random) {
  Image image = plain_picture(size, 20, 20, 20);
  std::vector<Image> lines;
  for (int i = 0; i < 12; ++i) lines.push_back(text_picture({size.width, 14}, random));
  for (int y = 0; y + 14 <= size.height; y += 14) {
    const unsigned kind = static_cast<unsigned>(random() % 20);
    if (kind < lines.size()) copy_pixels(lines[kind].view(), image.writable().part({0, y, size.width, 14}));
    if (kind == 19)
      copy_pixels(text_picture({size.width / 2, 14}, random).view(), image.writable().part({0, y, size.width / 2, 14}));
  }
  return image;
}

constexpr Size kScreen{800, 600};

TEST_CASE("a scrolled terminal is found, whatever the number of lines") {
  Random random(1);
  for (int lines : {1, 2, 3, 10, 25}) {
    Screen screen(terminal_picture(kScreen, random));
    const Rect pane{40, 28, 600, 504};
    screen.move({40, 28 + lines * 14, 600, 504 - lines * 14}, {40, 28}, pane);
    screen.paint(text_picture({600, lines * 14}, random), {40, 532 - lines * 14});
    INFO(lines);
    const int left = screen.left();
    CHECK(left <= 600 * lines * 14);
    if (lines <= 10) CHECK(left < screen.changed() * (10 + 2 * lines) / 100);
  }
}

TEST_CASE("a page scrolls up, down and sideways by any number of pixels") {
  const auto [dx, dy] =
      GENERATE(table<int, int>({{0, 7}, {0, -7}, {0, 123}, {0, -311}, {5, 0}, {-5, 0}, {140, 0}, {-301, 0}}));
  Random random(2);
  Image page = text_picture(kScreen, random);
  copy_pixels(photo_picture({300, 200}, random).view(), page.writable().part({250, 180, 300, 200}));
  Screen screen(std::move(page));
  const Rect pane{33, 41, 701, 517};
  screen.move(pane, {pane.x + dx, pane.y + dy}, pane);
  INFO(dx << " " << dy);
  const int uncovered = std::abs(dx) * pane.height + std::abs(dy) * pane.width;
  CHECK(screen.left() <= uncovered + 200);
  REQUIRE(screen.moves.size() >= 1);
  CHECK(screen.moves[0].to.x - screen.moves[0].from.x == dx);
  CHECK(screen.moves[0].to.y - screen.moves[0].from.y == dy);
}

TEST_CASE("a page with a heading that stays and a banner that plays is moved around them") {
  Random random(3);
  Screen screen(text_picture(kScreen, random));
  const Rect banner{300, 200, 190, 120};
  screen.move({0, 60, 800, 540}, {0, 20}, {0, 20, 800, 580});
  screen.paint(noise_picture(banner.size(), random), {banner.x, banner.y});
  CHECK(screen.left() < 800 * 40 + 190 * 120 + 4000);
}

TEST_CASE("a window is dragged over something else") {
  Random random(4);
  const auto [photo, dx, dy] = GENERATE(table<bool, int, int>(
      {{true, 13, 9}, {false, 13, 9}, {true, -61, 40}, {false, -3, -1}, {true, 1, 0}, {false, 200, 150}}));
  const Image desk = photo ? photo_picture(kScreen, random) : text_picture(kScreen, random);
  Image window = text_picture({320, 240}, random);
  copy_pixels(plain_picture({320, 22}, 120, 80, 60).view(), window.writable().part({0, 0, 320, 22}));
  const Point from{211, 163};
  Screen screen(desk);
  screen.now = desk;
  copy_pixels(window.view(), screen.before.writable().part({from.x, from.y, 320, 240}));
  copy_pixels(window.view(), screen.now.writable().part({from.x + dx, from.y + dy, 320, 240}));
  INFO(photo << " " << dx << " " << dy);
  const int uncovered = 320 * 240 - std::max(0, 320 - std::abs(dx)) * std::max(0, 240 - std::abs(dy));
  CHECK(screen.left() <= uncovered + 400);
  SECTION("and stands at its place to the pixel") {
    REQUIRE_FALSE(screen.moves.empty());
    CHECK(screen.moves[0].to.x - screen.moves[0].from.x == dx);
    CHECK(screen.moves[0].to.y - screen.moves[0].from.y == dy);
    if (photo && dx != 1) CHECK(screen.has({{from.x + dx, from.y + dy, 320, 240}, from}));
  }
}

TEST_CASE("a window that lies partly behind another one moves in pieces") {
  Random random(5);
  const Image desk = photo_picture(kScreen, random), window = text_picture({400, 300}, random),
              front = photo_picture({260, 180}, random);
  Screen screen(desk);
  screen.now = desk;
  for (auto [image, x] : {std::pair{&screen.before, 100}, {&screen.now, 131}}) {
    copy_pixels(window.view(), image->writable().part({x, 120, 400, 300}));
    copy_pixels(front.view(), image->writable().part({300, 250, 260, 180}));
  }
  CHECK(screen.left() < 31 * 300 + 1500);
  CHECK(screen.moves.size() >= 2);
}

TEST_CASE("several regions move at once, each its own way") {
  Random random(6);
  Image image = photo_picture(kScreen, random);
  copy_pixels(text_picture({300, 500}, random).view(), image.writable().part({20, 40, 300, 500}));
  copy_pixels(text_picture({380, 200}, random).view(), image.writable().part({380, 30, 380, 200}));
  copy_pixels(text_picture({380, 200}, random).view(), image.writable().part({380, 330, 380, 200}));
  Screen screen(std::move(image));
  const Rect one{20, 40, 300, 500}, two{380, 30, 380, 200}, three{380, 330, 380, 200};
  screen.move(one, {one.x, one.y - 37}, one);
  screen.move(two, {two.x, two.y + 18}, two);
  screen.move(three, {three.x + 24, three.y}, three);
  CHECK(screen.left() < 300 * 37 + 380 * 18 + 200 * 24 + 1500);
  CHECK(screen.moves.size() >= 3);
}

TEST_CASE("the rest of a line that moves on while somebody types is a move, too") {
  Random random(7);
  Screen screen(text_picture(kScreen, random));
  const Rect line{90, 101, 600, 14};
  screen.move(line, {line.x + 8, line.y}, line);
  CHECK(screen.left() < 8 * 14 + 60);
}

TEST_CASE("what is flat fools nobody") {
  Random random(8);
  SECTION("a plain area that changes its colour or grows") {
    Screen screen(plain_picture(kScreen, 250, 250, 250));
    screen.paint(plain_picture({300, 200}, 90, 90, 90), {100, 100});
    screen.left();
    CHECK(screen.moves.empty());
  }
  SECTION("text that goes and leaves plain ground") {
    Screen screen(plain_picture(kScreen, 255, 255, 255));
    copy_pixels(text_picture({300, 200}, random).view(), screen.before.writable().part({100, 100, 300, 200}));
    screen.left();
    CHECK(screen.moves.empty());
  }
  SECTION("another picture") {
    Screen screen(photo_picture(kScreen, random));
    screen.now = noise_picture(kScreen, random);
    screen.left();
    CHECK(screen.moves.empty());
  }
  SECTION("nothing") {
    Screen screen(text_picture(kScreen, random));
    CHECK(screen.left() == 0);
    CHECK(screen.moves.empty());
  }
}

TEST_CASE("any rectangle of any picture moved anywhere is found") {
  const auto seed = static_cast<unsigned>(GENERATE(1, 2, 3));
  CAPTURE(seed);
  Random random(seed);
  for (int round = 0; round < 25; ++round) {
    const Size size{500 + below(random, 500), 300 + below(random, 400)};
    const int kind = round % 3;
    Screen screen(kind == 0   ? text_picture(size, random)
                  : kind == 1 ? photo_picture(size, random)
                              : terminal_picture(size, random));
    const Rect from = Rect{below(random, size.width - 200), below(random, size.height - 120), 160 + below(random, 500),
                           100 + below(random, 400)}
                          .intersect(whole(screen.before));
    const Point to{std::clamp(from.x + below(random, 401) - 200, 0, size.width - from.width),
                   std::clamp(from.y + below(random, 301) - 150, 0, size.height - from.height)};
    screen.move(from, to, whole(screen.now));
    INFO("round " << round << ", " << from.x << " " << from.y << " " << from.width << " " << from.height << " to "
                  << to.x << " " << to.y);
    const int left = screen.left();
    CHECK(left <= 600 + screen.changed() / 20);
  }
}

TEST_CASE("films do not cost a search each frame, and a scroll of another size after them is found at once") {
  Random random(10);
  MoveFinder finder;
  const Image page = text_picture({1200, 900}, random);
  Screen screen(page);
  screen.finder = &finder;
  for (int frame = 0; frame < 12; ++frame) {
    screen.before = screen.now;
    screen.paint(noise_picture({800, 512}, random), {0, 0});
    screen.left();
    CHECK(screen.moves.empty());
  }
  SECTION("another size") {
    screen.before = screen.now = page;
    screen.move(whole(page), {0, -24}, whole(page));
    CHECK(screen.left() <= 1200 * 24);
  }
  SECTION("the same: after some frames") {
    const Image film = noise_picture({800, 512}, random);
    screen.before = page;
    copy_pixels(film.view(), screen.before.writable().part({0, 0, 800, 512}));
    screen.now = screen.before;
    screen.move({0, 24, 800, 488}, {0, 0}, {0, 0, 800, 512});
    screen.paint(noise_picture({800, 24}, random), {0, 488});
    int frames = 0;
    do {
      screen.left();
      ++frames;
    } while (screen.moves.empty() && frames < 100);
    CHECK(frames > 1);
    CHECK(frames <= 16);
  }
}

TEST_CASE("what moves on by a known vector is found though it is too small to search for") {
  Random random(13);
  const auto scroll_a_bit = [](Screen& screen) {
    screen.before = screen.now;
    screen.move({192, 130, 32, 50}, {192, 110}, {192, 110, 32, 50});
    return screen.left();
  };
  const Image page = text_picture(kScreen, random);
  Screen fresh(page), used(page);
  scroll_a_bit(fresh);
  CHECK(fresh.moves.empty());
  used.move({40, 20, 700, 580}, {40, 0}, {40, 0, 700, 580});
  used.left();
  used.now = page;
  CHECK(scroll_a_bit(used) < 32 * 20);
  CHECK(used.moves.size() == 1);
}

TEST_CASE("what scrolls on by the same step is found though a film plays beside it") {
  Random random(11);
  MoveFinder finder;
  Screen screen(text_picture({1200, 900}, random));
  screen.finder = &finder;
  const Rect pane{0, 0, 560, 900};
  for (int frame = 0; frame < 10; ++frame) {
    screen.before = screen.now;
    screen.move({0, 20, 560, 880}, {0, 0}, pane);
    screen.paint(text_picture({560, 20}, random), {0, 880});
    screen.paint(noise_picture({600, 860}, random), {580, 20});
    CHECK(screen.left() < 600 * 860 + 560 * 20 + 300);
  }
}

TEST_CASE("small screens and sizes of no slot are looked at without harm") {
  Random random(12);
  for (Size size : {Size{1, 1}, Size{31, 200}, Size{200, 7}, Size{65, 65}, Size{129, 64}}) {
    Screen screen(noise_picture(size, random));
    screen.now = noise_picture(size, random);
    screen.left();
    screen.now = screen.before;
    screen.move(whole(screen.before), {3, 2}, whole(screen.now));
    screen.left();
  }
  MoveFinder finder;
  const Image image = noise_picture({100, 100}, random);
  CHECK(finder.find(image.view(), noise_picture({90, 100}, random).view(), SlotGrid({90, 100}), std::vector{SlotId{0}})
            .empty());
  CHECK(finder.find(image.view(), image.view(), SlotGrid({100, 100}), {}).empty());
}

}  // namespace
}  // namespace lotse::codec
