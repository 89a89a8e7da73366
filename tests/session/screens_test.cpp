// Several screens of one presenter, and several presenters.
#include <catch2/catch.hpp>

#include "world.h"

namespace lotse::test {
namespace {

using session::InputEvent;
using session::Right;

InputEvent move_to(std::uint8_t screen, Point position) {
  InputEvent event;
  event.kind = InputEvent::Kind::move;
  event.screen = ScreenId{screen};
  event.position = position;
  return event;
}

std::vector<bool> sharing_told(const Station& station, ParticipantId presenter) {
  std::vector<bool> told;
  for (const auto& e : station.all<session::PresenterChanged>())
    if (e.participant == presenter) told.push_back(e.sharing);
  return told;
}

}  // namespace

TEST_CASE("each monitor of a presenter is a picture of its own, and comes and goes alone") {
  Pair p;
  Station &m = p.master, &g = p.guest;
  const ParticipantId presenter = m.session().core()->self;
  m.set_monitors(2, {200, 120});
  REQUIRE(p.world.until([&] { return g.sees(m, 0) && g.sees(m, 1) && g.sees(m, 2); }));
  auto placed = g.all<session::ScreensPlaced>().back();
  REQUIRE(placed.places.size() == 3);
  REQUIRE(placed.places[2].corner == Point{m.screen.size().width + 200, 0});
  // One of them gets another size: the others stay as they are.
  auto generation = [&](std::uint8_t screen) {
    return m.session().presenting()->sender(ScreenId{screen})->generation();
  };
  auto before = generation(0);
  m.set_monitors(2, {130, 300});
  m.session().share_screens({}, p.world.now);  // all at once, as after unplugging a dock
  p.world.run(500ms);
  REQUIRE_FALSE(m.session().presenting()->sharing());
  REQUIRE(g.session().watching()->screens().empty());
  m.share();
  REQUIRE(p.world.until([&] { return g.sees(m, 0) && g.sees(m, 1) && g.sees(m, 2); }));
  REQUIRE(generation(0) > before);
  m.set_monitors(1, {130, 300});
  REQUIRE(p.world.until([&] { return g.session().watching()->screens().size() == 2; }));
  REQUIRE_FALSE(g.session().watching()->screen(presenter, ScreenId{2}));
  // The share as a whole went once and came once more.
  REQUIRE(sharing_told(g, presenter) == std::vector<bool>{true, false, true});
}

TEST_CASE("who joins late sees all screens, and the picture of each is repaired on its own") {
  Pair p;
  p.master.set_monitors(1, {300, 200});
  REQUIRE(p.world.until([&] { return p.guest.sees(p.master, 1); }));
  Station& late = p.world.station("late");
  late.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return late.sees(p.master, 0) && late.sees(p.master, 1); }, 30s));
  REQUIRE(late.all<session::ScreensPlaced>().back().places.size() == 2);
  p.guest.cut(1s);
  p.master.set_monitors(1, {64, 64});
  REQUIRE(p.world.until([&] { return p.guest.sees(p.master, 1) && late.sees(p.master, 1); }, 30s));
}

TEST_CASE("input reaches the screen that it was made on, and none that is not shared") {
  Pair p;
  Station &m = p.master, &g = p.guest;
  const ParticipantId presenter = m.session().core()->self, viewer = g.session().core()->self;
  m.set_monitors(1, {200, 120});
  REQUIRE(p.world.until([&] { return g.sees(m, 1); }));
  REQUIRE_FALSE(m.session().grant(viewer, Right::control, {}, p.world.now));
  REQUIRE(p.world.until([&] { return g.session().watching()->controls(presenter); }));
  m.injected.clear();
  g.session().input(presenter, move_to(1, {5000, 7}), p.world.now);
  g.session().input(presenter, move_to(0, {3, 4}), p.world.now);
  REQUIRE(g.session().input(presenter, move_to(2, {3, 4}), p.world.now));
  p.world.run(200ms);
  REQUIRE(m.injected.size() == 2);
  REQUIRE(m.injected[0].screen == ScreenId{1});
  REQUIRE(m.injected[0].position == Point{199, 7});  // held inside its own screen
  REQUIRE(m.injected[1].screen == ScreenId{0});
  // On its way while the monitor is unplugged: it must not land elsewhere.
  g.session().input(presenter, move_to(1, {9, 9}), p.world.now);
  m.set_monitors(0, {});
  p.world.run(200ms);
  REQUIRE(m.injected.size() == 3);
  REQUIRE(m.injected[2].kind == InputEvent::Kind::release_all);
  REQUIRE(g.session().watching()->controls(presenter));
}

TEST_CASE("the pointer is told with the screen on which it is") {
  Pair p;
  p.master.set_monitors(1, {200, 120});
  REQUIRE(p.world.until([&] { return p.guest.sees(p.master, 1); }));
  const ParticipantId presenter = p.master.session().core()->self;
  p.master.session().on_cursor_position(ScreenId{0}, {16384, 16384}, p.world.now);
  p.master.session().on_cursor_position(ScreenId{1}, {7, 8}, p.world.now);
  p.world.run(300ms);
  REQUIRE(p.guest.cursors[{presenter, ScreenId{1}}] == Point{7, 8});
  REQUIRE(p.guest.cursors[{presenter, ScreenId{0}}] == Point{16384, 16384});
}

TEST_CASE("several members present at the same time, and each ends alone") {
  Pair p;
  Station &m = p.master, &g = p.guest;
  Station& third = p.world.station("third");
  third.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return third.sees(m, 0); }, 30s));
  const ParticipantId guest = g.session().core()->self, master = m.session().core()->self;
  REQUIRE_FALSE(m.session().grant(guest, Right::present, {}, p.world.now));
  REQUIRE(p.world.until([&] {
    const auto* self = g.session().core()->member(guest);
    return self && self->rights.has(Right::present);
  }));
  g.set_monitors(1, {100, 90});
  g.fill({0, 0, 90, 90}, 0x123456);
  g.share();
  REQUIRE(p.world.until([&] { return third.sees(g, 0) && third.sees(g, 1) && m.sees(g, 1) && third.sees(m, 0); }, 20s));
  REQUIRE(third.session().watching()->screens().size() == 3);
  REQUIRE(g.session().watching()->screens().size() == 1);
  m.session().end_share(p.world.now);
  REQUIRE(p.world.until([&] { return third.session().watching()->screens().size() == 2; }));
  REQUIRE(sharing_told(third, master) == std::vector<bool>{true, false});
  REQUIRE(sharing_told(third, guest) == std::vector<bool>{true});
  g.fill({5, 5, 20, 20}, 0x654321);
  REQUIRE(p.world.until([&] { return third.sees(g, 0); }));
}

TEST_CASE("a screen that is sent once more for a late joiner does not keep the news of another one waiting") {
  Pair p;
  std::mt19937 random(7);
  p.master.resize_screen({1280, 960});
  for (int y = 0; y < 960; ++y)
    for (int x = 0; x < 1280; x += 5) p.master.fill({x, y, 5, 1}, static_cast<std::uint32_t>(random()));
  p.master.set_monitors(1, {300, 200});
  REQUIRE(p.world.until([&] { return p.guest.sees(p.master) && p.guest.exact && p.guest.sees(p.master, 1); }, 60s));
  p.world.run(12s);  // past the gap between epochs
  p.master.up_rate = 100'000;
  Station& late = p.world.station("late");
  late.join(p.number(), p.code());
  p.world.run(3s);
  p.master.set_monitors(1, {310, 200});
  const std::pair news{p.master.session().core()->self, ScreenId{1}};
  REQUIRE(p.world.until([&] { return p.guest.pictures[news].size() == Size{310, 200}; }, 4s));
  REQUIRE_FALSE(late.sees(p.master, 0));  // it is still being sent
  REQUIRE(p.world.until([&] { return late.sees(p.master, 0); }, 120s));
}

}  // namespace lotse::test
