#include "ui/mark_tools.h"

#include <SDL2/SDL.h>

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

using namespace lotse;
using namespace lotse::ui;
using nlohmann::json;
using session::Stroke;
using session::Tool;
using namespace std::chrono_literals;

namespace {

/// A window whose picture of 100x50 lies at 10,20, twice as large: of screen 4 of presenter 1, watched by 2.
struct Hand {
  std::vector<json> sent;
  MarkChoice choice;
  MarkTools tools{choice, [this](json command) { sent.push_back(std::move(command)); }};
  PictureLayout layout{.x = 10, .y = 20, .scale = 2, .picture = {100, 50}};
  Instant now{1h};

  explicit Hand(MarkMode mode, Tool tool = Tool::pen) : choice{.mode = mode, .tool = tool, .color = {}} { frame(); }
  void frame() { tools.set_picture(layout, 1, 4, 2, 0x3D8FE0, now); }
  void move(int x, int y, bool over = true) {
    SDL_Event e{};
    e.type = SDL_MOUSEMOTION;
    e.motion.x = x;
    e.motion.y = y;
    tools.handle(e, over, now);
    tools.flush(now);
  }
  bool button(bool down, int x, int y, bool over = true) {
    SDL_Event e{};
    e.type = down ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP;
    e.button.button = SDL_BUTTON_LEFT;
    e.button.x = x;
    e.button.y = y;
    return tools.handle(e, over, now);
  }
  void wait(Duration time) {
    now = now + time;
    tools.flush(now);
  }
  std::vector<json> take() { return std::exchange(sent, {}); }
};

json on_screen(json command) {
  command.update({{"presenter", 1}, {"screen", 4}});
  return command;
}

/// The picture's marks have the first `points` of that stroke.
std::vector<Stroke> told(const Stroke& stroke, std::size_t points) {
  Stroke known = stroke;
  known.points.resize(points);
  return {known};
}

}  // namespace

TEST_CASE("the mouse over the picture is told at most every 50 ms, and the newest at the end") {
  Hand hand(MarkMode::point);
  hand.move(10, 20);
  CHECK(hand.take() == std::vector{on_screen({{"do", "point"}, {"x", 0}, {"y", 0}})});
  for (int i = 1; i <= 20; ++i) hand.move(10 + 2 * i, 20);
  CHECK(hand.take().empty());
  CHECK(hand.tools.wait_ms(hand.now) == 50);
  hand.wait(49ms);
  CHECK(hand.take().empty());
  hand.wait(1ms);
  CHECK(hand.take() == std::vector{on_screen({{"do", "point"}, {"x", 20}, {"y", 0}})});
  CHECK(hand.tools.wait_ms(hand.now) == -1);
}

TEST_CASE("pointing ends where the picture ends, where something of ours lies above it, and with the tool") {
  Hand hand(MarkMode::point);
  hand.move(50, 50);
  hand.take();
  const std::vector off{on_screen({{"do", "point_off"}})};
  SECTION("out of the picture, once") {
    hand.move(5, 5, false);
    hand.move(4, 4, false);
  }
  SECTION("the window is left") {
    SDL_Event e{};
    e.type = SDL_WINDOWEVENT;
    e.window.event = SDL_WINDOWEVENT_LEAVE;
    hand.tools.handle(e, true, hand.now);
  }
  SECTION("the tool is put away") {
    hand.choice.mode = MarkMode::none;
    hand.frame();
  }
  SECTION("another picture comes") { hand.tools.set_picture(hand.layout, 3, 0, 2, 0, hand.now); }
  SECTION("the picture goes") { hand.tools.set_picture({}, 1, 4, 2, 0, hand.now); }
  CHECK(hand.take() == off);
  hand.wait(1s);
  CHECK(hand.take().empty());
}

TEST_CASE("a pen sends its first point at once, then what was added, the rest when it is lifted") {
  Hand hand(MarkMode::draw);
  CHECK(hand.button(true, 10, 20));
  auto first = hand.take();
  REQUIRE(first.size() == 1);
  json expected = on_screen({{"do", "draw"}, {"tool", "pen"}, {"color", "#3d8fe0"}, {"points", {{0, 0}}}});
  expected["stroke"] = first[0]["stroke"];
  CHECK(first[0] == expected);
  hand.move(20, 20);
  hand.move(30, 20);
  CHECK(hand.take().empty());
  hand.wait(50ms);
  auto more = hand.take();
  REQUIRE(more.size() == 1);
  CHECK(more[0]["points"] == json{{5, 0}, {10, 0}});
  CHECK(more[0]["stroke"] == first[0]["stroke"]);
  hand.move(40, 22);
  CHECK(hand.button(false, 50, 24));
  auto rest = hand.take();
  REQUIRE(rest.size() == 1);
  CHECK(rest[0]["points"] == json{{15, 1}, {20, 2}});
  hand.move(60, 30);  // lifted
  hand.wait(1s);
  CHECK(hand.take().empty());
  hand.button(true, 10, 20);
  CHECK(hand.take()[0]["stroke"].get<std::uint32_t>() == first[0]["stroke"].get<std::uint32_t>() + 1);
}

TEST_CASE("numbers begin at random, so that two windows of one member do not meet") {
  std::set<std::uint32_t> firsts;
  for (int i = 0; i < 8; ++i) {
    Hand hand(MarkMode::draw);
    hand.button(true, 10, 20);
    firsts.insert(hand.take()[0]["stroke"].get<std::uint32_t>());
  }
  CHECK(firsts.size() > 1);
  CHECK(*firsts.rbegin() < 1U << 30);
}

TEST_CASE("a stroke is not longer than a session takes: another one goes on where it ends") {
  Hand hand(MarkMode::draw);
  hand.button(true, 10, 20);
  for (int i = 0; i < 2500; ++i) hand.move(i % 2 == 0 ? 30 : 90, 60);
  hand.button(false, 90, 60);
  std::map<std::uint32_t, std::size_t> points;
  for (const json& command : hand.take()) points[command["stroke"].get<std::uint32_t>()] += command["points"].size();
  CHECK(points.size() == 3);
  for (const auto& [stroke, count] : points) CHECK(count <= kMaxMarkPoints);
}

TEST_CASE("line and frame are sent once, when the mouse is released") {
  for (Tool tool : {Tool::line, Tool::frame}) {
    Hand hand(MarkMode::draw, tool);
    hand.choice.color = 0x00FF0A;
    hand.button(true, 10, 20);
    hand.move(60, 40);
    hand.wait(200ms);
    CHECK(hand.take().empty());
    REQUIRE(hand.tools.own().size() == 1);  // but it is seen here
    CHECK(hand.tools.own()[0].points == std::vector<Point>{{0, 0}, {25, 10}});
    hand.button(false, 110, 60);
    auto sent = hand.take();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0]["tool"] == (tool == Tool::line ? "line" : "frame"));
    CHECK(sent[0]["color"] == "#00ff0a");
    CHECK(sent[0]["points"] == json{{0, 0}, {50, 20}});
    hand.button(true, 30, 30);  // nowhere to
    hand.button(false, 30, 30);
    CHECK(hand.take().empty());
    CHECK(hand.tools.own().size() == 1);
  }
}

TEST_CASE("an own stroke is drawn here until the picture has all of it, or does not get it") {
  Hand hand(MarkMode::draw);
  hand.button(true, 10, 20);
  hand.move(30, 20);
  const Stroke under_way = hand.tools.own().at(0);
  CHECK(under_way.member == ParticipantId(2));
  const auto all_so_far = told(under_way, 2);
  hand.tools.settle(&all_so_far, hand.now);
  CHECK(hand.tools.own().size() == 1);  // still being drawn
  hand.button(false, 50, 20);
  const Stroke done = hand.tools.own().at(0);
  CHECK(done.points.size() == 3);
  hand.tools.settle(nullptr, hand.now);
  hand.tools.settle(&all_so_far, hand.now);
  CHECK(hand.tools.own().size() == 1);
  SECTION("told") {
    const auto all = told(done, 3);
    hand.tools.settle(&all, hand.now);
  }
  SECTION("of somebody else under the same number") {
    auto all = told(done, 3);
    all[0].member = ParticipantId(7);
    hand.tools.settle(&all, hand.now);
    CHECK(hand.tools.own().size() == 1);
    CHECK(hand.tools.wait_ms(hand.now) == 10000);
    hand.tools.settle(&all, hand.now + 10s);
  }
  CHECK(hand.tools.own().empty());
}

TEST_CASE("undo takes the last stroke back, also one that is under way") {
  Hand hand(MarkMode::draw);
  hand.button(true, 10, 20);
  hand.button(false, 30, 20);
  hand.take();
  hand.tools.undo();
  CHECK(hand.take() == std::vector{on_screen({{"do", "undo"}})});
  CHECK(hand.tools.own().empty());
  hand.button(true, 10, 20);
  hand.move(40, 20);
  hand.take();
  hand.tools.undo();
  hand.wait(50ms);
  hand.button(false, 60, 20);
  CHECK(hand.take() == std::vector{on_screen({{"do", "undo"}})});  // nothing comes after it
  hand.choice.tool = Tool::line;
  hand.button(true, 10, 20);
  hand.move(40, 20);
  hand.tools.undo();
  CHECK(hand.take().empty());  // nobody has seen it
  hand.tools.clear(MarkTools::Whose::own);
  hand.tools.clear(MarkTools::Whose::all);
  CHECK(hand.take() == std::vector{on_screen({{"do", "clear"}}), on_screen({{"do", "clear"}, {"all", true}})});
}

TEST_CASE("a text is written where the picture was clicked") {
  Hand hand(MarkMode::draw, Tool::text);
  CHECK_FALSE(hand.button(true, 5, 5, false));
  CHECK(hand.button(true, 50, 100));
  CHECK(hand.tools.take_press());
  CHECK_FALSE(hand.tools.take_press());
  REQUIRE(hand.tools.text_at());
  hand.tools.text() = "Größe?";
  hand.tools.finish_text(hand.now);
  auto sent = hand.take();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0]["tool"] == "text");
  CHECK(sent[0]["points"] == json{{20, 40 - kTextRise}});
  CHECK(hand.tools.own().at(0).text == sent[0]["text"]);
  CHECK_FALSE(hand.tools.text_at());
  SECTION("an empty one is none") {
    hand.button(true, 50, 100);
    hand.tools.text() = "  ";
    hand.tools.finish_text(hand.now);
  }
  SECTION("given up") {
    hand.button(true, 50, 100);
    hand.tools.text() = "no";
    hand.tools.cancel_text();
    hand.tools.finish_text(hand.now);
  }
  SECTION("another tool") {
    hand.button(true, 50, 100);
    hand.tools.text() = "no";
    hand.choice.tool = Tool::pen;
    hand.frame();
    CHECK_FALSE(hand.tools.text_at());
  }
  CHECK(hand.take().empty());
}

TEST_CASE("a stroke ends with its picture, and goes to no other one") {
  Hand hand(MarkMode::draw);
  hand.button(true, 10, 20);
  hand.move(40, 20);
  hand.take();
  hand.tools.set_picture(hand.layout, 3, 0, 2, 0, hand.now);
  hand.move(60, 40);
  auto sent = hand.take();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0]["presenter"] == 1);
  CHECK(hand.tools.own().empty());
}

TEST_CASE("without a tool in hand nothing is taken or sent") {
  Hand hand(MarkMode::none);
  hand.move(50, 50);
  CHECK_FALSE(hand.button(true, 50, 50));
  CHECK_FALSE(hand.button(false, 50, 50));
  CHECK(hand.take().empty());
}
