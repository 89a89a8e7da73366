// Whatever is drawn, lost, repeated and reordered, whoever comes and goes: soon after the last change every viewer has
// the presenter's picture, and knows it.
#include <catch2/catch.hpp>

#include "tests/session/picture_world.h"

using namespace lotse;
using namespace lotse::test;

namespace {

struct Action {
  enum class Kind { fill, noise, text, scroll, drag, wait, join, leave, rekey, resize, slow } kind{};
  unsigned a = 0, b = 0, c = 0, d = 0;
};

struct Story {
  unsigned seed = 0;
  Size screen;
  PictureWorld::Trouble trouble;
  std::vector<Action> actions;
};

/// One story in ten is of text and noise, which take a coder's work and can be seen to move; the others are flat.
Story make_story(unsigned seed) {
  std::mt19937 random(seed);
  auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  Story story{seed, {static_cast<int>(20 + below(130)), static_cast<int>(20 + below(130))}, {}, {}};
  if (below(2) == 0) story.trouble = {below(2) * below(80), below(80), below(80)};
  bool real = seed % 10 == 0;
  if (real) story.screen = {static_cast<int>(90 + below(130)), static_cast<int>(90 + below(130))};
  using Kind = Action::Kind;
  const Kind cheap[] = {Kind::fill, Kind::fill, Kind::fill, Kind::scroll, Kind::drag, Kind::wait, Kind::wait};
  const Kind dear[] = {Kind::fill, Kind::noise, Kind::text, Kind::scroll, Kind::drag, Kind::wait, Kind::wait};
  if (real) story.actions.push_back({Kind::text, 0, 0, 2400, 2400});
  unsigned count = 4 + below(real ? 40 : 16);
  for (unsigned i = 0; i < count; ++i) {
    Action action{real ? dear[below(7)] : cheap[below(7)], below(1000), below(1000), below(1000), below(1000)};
    if (action.kind == Kind::scroll || action.kind == Kind::drag)
      action = {action.kind, below(300), below(300), below(2000), below(2000)};
    if (unsigned dice = below(40); dice < 5) action.kind = static_cast<Kind>(6 + dice);
    story.actions.push_back(action);
  }
  return story;
}

Rect some_area(Size screen, const Action& action) {
  int x = static_cast<int>(action.a) * screen.width / 1000, y = static_cast<int>(action.b) * screen.height / 1000;
  return Rect{x, y, static_cast<int>(1 + action.c * 90 / 1000), static_cast<int>(1 + action.d * 90 / 1000)}.intersect(
      {0, 0, screen.width, screen.height});
}

void put(codec::MutableFrameView to, int x, int y, std::uint32_t color) {
  for (int i = 0; i < 3; ++i) to.row(y)[4 * x + i] = static_cast<std::uint8_t>(color >> 8 * i);
}

void paint(PictureWorld& world, const Action& action) {
  Size size = world.screen.size();
  Rect area = some_area(size, action);
  std::uint32_t state = action.a * 7919 + action.b * 104729 + action.c * 31 + action.d;
  auto next = [&] { return state = state * 1664525 + 1013904223; };
  auto each = [&](auto color) {
    world.edit(area, [&](codec::MutableFrameView to) {
      for (int y = area.y; y < area.bottom(); ++y)
        for (int x = area.x; x < area.right(); ++x) put(to, x, y, color());
    });
  };
  switch (action.kind) {
    case Action::Kind::fill: {
      std::uint32_t color = next();
      return each([=] { return color; });
    }
    case Action::Kind::noise:
      return each(next);
    case Action::Kind::text:
      return each([&] { return next() >> 30 == 0 ? 0x202020u : 0xFFFFFFu; });
    default: {  // scroll, drag: the area takes the pixels from elsewhere
      int dx = action.kind == Action::Kind::scroll ? 0 : static_cast<int>(next() >> 27) - 16;
      int dy = static_cast<int>(next() >> 27) - 16;
      return world.edit(area, [&](codec::MutableFrameView to) {
        codec::Image before(size);
        codec::copy_pixels(codec::FrameView(to), before.writable());
        for (int y = area.y; y < area.bottom(); ++y)
          for (int x = area.x; x < area.right(); ++x) {
            int from_x = std::clamp(x + dx, 0, size.width - 1), from_y = std::clamp(y + dy, 0, size.height - 1);
            std::memcpy(to.row(y) + 4 * x, before.view().row(from_y) + 4 * from_x, 3);
          }
      });
    }
  }
}

void act(PictureWorld& world, const Action& action) {
  switch (action.kind) {
    case Action::Kind::wait:
      return world.run(std::chrono::milliseconds(action.a * action.b / 1000));
    case Action::Kind::join:
      if (world.viewers() < 5) world.join(action.a < 300 ? 3000 + 100 * action.b : 1e8, Duration(action.c * 100us));
      return;
    case Action::Kind::leave:
      return world.leave(action.a % world.viewers());
    case Action::Kind::rekey:
      return world.rekey();
    case Action::Kind::resize:
      return world.resize({static_cast<int>(10 + action.a / 8), static_cast<int>(10 + action.b / 8)});
    case Action::Kind::slow:
      return world.set_uplink(action.a < 500 ? 4000 + 100 * action.b : 1e9);
    default:
      paint(world, action);
      return world.run(std::chrono::milliseconds(action.d % 50));
  }
}

struct Sums {
  std::size_t deltas = 0, keys = 0, moves = 0, memory = 0;
};

/// What is wrong in the end; nothing: all is well.
std::string tell(const Story& story, Sums& sums) {
  PictureWorld world(story.screen, story.seed);
  world.trouble = story.trouble;
  world.join(1e8, 1ms);
  for (const Action& action : story.actions) act(world, action);
  auto all_see = [&] {
    for (std::size_t i = 0; i < world.viewers(); ++i)
      if (world.watches(i) && !world.sees(i)) return false;
    return true;
  };
  world.until(all_see, 5s);
  world.trouble = {};  // a link that loses some of everything may keep on losing just the last packet
  std::string wrong;
  if (!world.until(all_see, 60s))
    for (std::size_t i = 0; i < world.viewers(); ++i)
      if (world.watches(i) && !world.sees(i)) wrong += "viewer " + std::to_string(i) + ": " + world.state(i) + "; ";
  for (std::size_t i = 0; i < world.viewers(); ++i)
    if (world.wrong(i) > 0 && story.trouble.lost == 0)
      wrong += "viewer " + std::to_string(i) + " had a wrong picture; ";
  if (world.most_memory() > 4u << 20) wrong += "the relay holds " + std::to_string(world.most_memory()) + " bytes; ";
  sums.deltas += world.deltas;
  sums.keys += world.keys;
  sums.moves += world.moves;
  sums.memory = std::max(sums.memory, world.most_memory());
  return wrong;
}

/// Leaves out whatever is not needed to go wrong.
Story shrink(Story story) {
  Sums ignored;
  for (std::size_t size = story.actions.size() / 2 + 1; size > 0; size /= 2)
    for (std::size_t at = 0; at + size <= story.actions.size();) {
      Story less = story;
      less.actions.erase(less.actions.begin() + static_cast<std::ptrdiff_t>(at),
                         less.actions.begin() + static_cast<std::ptrdiff_t>(at + size));
      if (tell(less, ignored).empty())
        at += size;
      else
        story = less;
    }
  return story;
}

std::string words(const Story& story) {
  static const char* const kNames[] = {"fill", "noise", "text",  "scroll", "drag", "wait",
                                       "join", "leave", "rekey", "resize", "slow"};
  std::string out = "screen " + std::to_string(story.screen.width) + "x" + std::to_string(story.screen.height) + ":";
  for (const Action& a : story.actions)
    out += std::string(" ") + kNames[static_cast<int>(a.kind)] + "(" + std::to_string(a.a) + "," + std::to_string(a.b) +
           "," + std::to_string(a.c) + "," + std::to_string(a.d) + ")";
  return out;
}

void converge(unsigned from, unsigned to) {
  Sums sums;
  for (unsigned seed = from; seed < to; ++seed) {
    Story story = make_story(seed);
    std::string wrong = tell(story, sums);
    if (wrong.empty()) continue;
    FAIL("seed " << seed << ": " << wrong << "\nas short as it gets: " << words(shrink(story)));
  }
  CHECK(sums.deltas > (to - from));
  CHECK(sums.keys > (to - from));
  CHECK(sums.moves > (to - from) / 10);
}

}  // namespace

// Four cases, so that they may run side by side.
TEST_CASE("every viewer has the picture in the end: stories 1 to 2500") { converge(1, 2501); }
TEST_CASE("every viewer has the picture in the end: stories 2501 to 5000") { converge(2501, 5001); }
TEST_CASE("every viewer has the picture in the end: stories 5001 to 7500") { converge(5001, 7501); }
TEST_CASE("every viewer has the picture in the end: stories 7501 to 10000") { converge(7501, 10001); }
