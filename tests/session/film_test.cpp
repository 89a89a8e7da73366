// What keeps moving goes as a film over the slots; what is beside it stays exact, and so does all of it when it rests.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/session/picture_world.h"

using namespace lotse;
using namespace lotse::test;

namespace {

constexpr Size kScreen{320, 264};
constexpr Rect kVideo{37, 29, 202, 170};  // of 4 x 4 slots, 2 x 2 of them wholly inside

struct Scene {
  explicit Scene(unsigned seed = 1) : world(kScreen, seed) {
    world.set_films(session::Films::on, 6);
    world.edit({0, 0, kScreen.width, kScreen.height}, [](codec::MutableFrameView to) {
      for (int y = 0; y < kScreen.height; ++y)
        for (int x = 0; x < kScreen.width; ++x)
          std::memset(to.row(y) + 4 * x, (x * 7 / 5 ^ y) % 5 == 0 ? 0x20 : 0xF8, 3);
    });
  }
  /// A photo that drifts, of a grain that stays.
  void play(int frames) {
    for (int i = 0; i < frames; ++i, ++frame) {
      world.edit(kVideo, [&](codec::MutableFrameView to) {
        for (int y = kVideo.y; y < kVideo.bottom(); ++y)
          for (int x = kVideo.x; x < kVideo.right(); ++x) {
            double wave = std::sin((x + 3 * frame) * 0.05) * std::cos((y - frame) * 0.04) * 70;
            int grain = (x * 7919 ^ y * 104729) % 5;
            std::uint8_t* pixel = to.row(y) + 4 * x;
            pixel[0] = static_cast<std::uint8_t>(100 + static_cast<int>(wave) + grain);
            pixel[1] = static_cast<std::uint8_t>(120 - static_cast<int>(wave / 2) + grain);
            pixel[2] = static_cast<std::uint8_t>(140 + static_cast<int>(wave / 3) + grain);
          }
      });
      world.run(33ms);
    }
  }
  /// How a viewer's pixels differ from the screen: squares, on average.
  double error(std::size_t viewer, const Rect& area) const {
    double sum = 0;
    for (int y = area.y; y < area.bottom(); ++y)
      for (int x = area.x; x < area.right(); ++x)
        for (int c = 0; c < 3; ++c) {
          double d = double(world.shown(viewer).view().row(y)[4 * x + c]) - world.screen.view().row(y)[4 * x + c];
          sum += d * d;
        }
    return sum / (3.0 * area.width * area.height);
  }
  double error_beside(std::size_t viewer) const {
    double sum = 0;
    for (const Rect& r : {Rect{0, 0, kScreen.width, kVideo.y}, Rect{0, 0, kVideo.x, kScreen.height},
                          Rect{kVideo.right(), 0, kScreen.width - kVideo.right(), kScreen.height},
                          Rect{0, kVideo.bottom(), kScreen.width, kScreen.height - kVideo.bottom()}})
      sum += error(viewer, r);
    return sum;
  }
  bool all_see() const {
    for (std::size_t i = 0; i < world.viewers(); ++i)
      if (world.watches(i) && !world.sees(i)) return false;
    return true;
  }
  std::string states() const {
    std::string all;
    for (std::size_t i = 0; i < world.viewers(); ++i) all += world.state(i) + "; ";
    return all;
  }
  PictureWorld world;
  int frame = 0;
};

}  // namespace

TEST_CASE("what keeps moving goes as a film, and is exact again when it rests") {
  Scene s;
  s.world.join(1e8, 1ms);
  s.play(40);
  std::size_t keys = s.world.keys, films = s.world.films;
  CHECK(films > 5);
  s.play(60);
  CHECK(s.world.films - films > 50);
  CHECK(s.world.keys - keys < 25);  // border slots, once, without loss
  CHECK(s.world.film_keys == 1);
  CHECK(s.world.films_seen(0) > 50);
  s.world.run(30ms);
  CHECK(s.error(0, kVideo) < 40);  // 32 dB
  CHECK(s.error_beside(0) == 0);
  CHECK_FALSE(s.world.sees(0));
  INFO(s.states());
  CHECK(s.world.until([&] { return s.all_see(); }, 3s));
  CHECK(s.world.wrong(0) == 0);
  films = s.world.films;
  s.world.run(2s);
  CHECK(s.world.films == films);
}

TEST_CASE("text that changes right beside a film is exact while it runs") {
  Scene s;
  s.world.join(1e8, 1ms);
  s.play(60);
  for (int i = 0; i < 20; ++i) {
    Rect line{4 + 3 * i, kVideo.y - 10, 8, 9};  // in slots that the film touches
    s.world.edit(line, [&](codec::MutableFrameView to) {
      for (int y = line.y; y < line.bottom(); ++y)
        for (int x = line.x; x < line.right(); ++x) std::memset(to.row(y) + 4 * x, (x * y + i) % 3 * 80, 3);
    });
    s.play(1);
  }
  s.world.run(30ms);
  CHECK(s.error_beside(0) == 0);
  CHECK(s.error(0, kVideo) < 40);
  CHECK(s.world.film_keys == 1);
  CHECK(s.world.until([&] { return s.all_see(); }, 3s));
}

TEST_CASE("who joins in the middle of a film sees it, and lost frames are made up for") {
  Scene s(2);
  s.world.join(1e8, 1ms);
  s.play(50);
  s.world.trouble = {150, 20, 60};
  std::size_t late = s.world.join(1e8, 10ms);
  s.play(60);
  CHECK(s.world.films_seen(0) > 30);
  CHECK(s.world.films_seen(late) > 10);
  CHECK(s.world.film_keys > 2);
  CHECK(s.world.film_keys < 14);  // at most every 500 ms
  s.world.trouble = {};
  INFO(s.states());
  CHECK(s.world.until([&] { return s.all_see(); }, 10s));
}

TEST_CASE("a viewer on a slow link gets fewer frames of a film, and slows nobody") {
  Scene s(3);
  s.world.join(1e8, 1ms);
  std::size_t slow = s.world.join(12e3, 1ms);
  s.play(150);
  CHECK(s.world.films_seen(0) > 80);
  CHECK(s.world.films_seen(slow) < s.world.films_seen(0) / 2);
  INFO(s.states());
  CHECK(s.world.until([&] { return s.all_see(); }, 30s));
}

TEST_CASE("no films where they are not wanted, and none any more when that changes") {
  Scene s;
  s.world.set_films(session::Films::off, 6);
  s.world.join(1e8, 1ms);
  s.play(40);
  CHECK(s.world.films == 0);
  s.world.set_films(session::Films::on, 6);
  s.play(40);
  CHECK(s.world.films > 5);
  s.world.set_films(session::Films::off, 6);
  std::size_t films = s.world.films;
  s.play(30);
  CHECK(s.world.films == films);
  CHECK(s.world.until([&] { return s.all_see(); }, 3s));
}

TEST_CASE("films among all that may happen end in the presenter's picture") {
  std::size_t films = 0;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    Scene s(seed);
    std::mt19937 random(seed);
    auto below = [&](unsigned n) { return random() % n; };
    s.world.join(1e8, 1ms);
    s.play(20);
    if (below(2) == 0)
      s.world.trouble = {static_cast<unsigned>(below(80)), static_cast<unsigned>(below(80)),
                         static_cast<unsigned>(below(80))};
    for (unsigned i = 0; i < 8; ++i) {
      s.play(static_cast<int>(below(20)));
      switch (below(8)) {
        case 0:
          if (s.world.viewers() < 4) s.world.join(below(2) ? 1e8 : 40e3, Duration(1ms * below(50)));
          break;
        case 1:
          s.world.leave(below(static_cast<unsigned>(s.world.viewers())));
          break;
        case 2:
          s.world.rekey();
          break;
        case 3:
          s.world.set_uplink(below(2) ? 30e3 : 1e9);
          break;
        case 4:
          s.world.run(1ms * below(1200));
          break;
        case 5: {
          Rect box{static_cast<int>(below(280)), static_cast<int>(below(220)), 40, 40};
          s.world.edit(box, [&](codec::MutableFrameView to) {
            for (int y = box.y; y < box.bottom(); ++y) std::memset(to.row(y) + 4 * box.x, 0x77, 4u * 40);
          });
          break;
        }
        default:
          break;
      }
    }
    films += s.world.films;
    s.world.until([&] { return s.all_see(); }, 5s);
    s.world.trouble = {};
    INFO("seed " << seed << ": " << s.states());
    REQUIRE(s.world.until([&] { return s.all_see(); }, 60s));
  }
  CHECK(films > 400);
}
