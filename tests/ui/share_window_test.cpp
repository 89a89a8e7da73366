// The real windows, sharing: what can be chosen, and the own whiteboard.
#include <SDL2/SDL.h>

#include <catch2/catch.hpp>

#include "tests/ui/shown.h"

using namespace lotse;
using namespace lotse::ui;
using namespace lotse::ui::test;

namespace {

json sources(std::initializer_list<json> windows, std::initializer_list<json> applications) {
  return {{"id", "ui.sources.9"},
          {"ok", true},
          {"monitors", {{{"name", "DP-1"}, {"x", 0}, {"y", 0}, {"w", 1920}, {"h", 1080}}}},
          {"screen", {{"w", 1920}, {"h", 1080}}},
          {"windows", std::vector<json>(windows)},
          {"applications", std::vector<json>(applications)}};
}
json one(int id, const char* title, const char* app, int pid) {
  return {{"id", id}, {"what", "window:" + std::to_string(id)}, {"title", title}, {"app", app}, {"pid", pid}};
}
json program(int pid, const char* name, int windows) { return {{"pid", pid}, {"name", name}, {"windows", windows}}; }

json own_screens(bool whiteboard) {
  json screen{{"screen", 0}, {"name", "Whiteboard"}, {"w", 1600}, {"h", 1000}};
  if (whiteboard) screen["whiteboard"] = true;
  return {{"event", "screens"}, {"presenter", 2}, {"screens", {screen}}};
}

}  // namespace

TEST_CASE("applications and windows can be chosen, and are looked for again while the question is open") {
  Shown window("host");
  REQUIRE(window.press("host.share"));
  CHECK_FALSE(window.backend.wait_for("sources").is_null());
  window.backend.say({sources({one(7, "Letter", "Writer", 40), one(8, "Mail", "Post", 41),
                               one(9, "New mail", "Post", 41), one(10, "Old program", "", 0)},
                              {program(40, "Writer", 1), program(41, "Post", 2)})});
  CHECK(window.shows("Writer"));
  CHECK(window.shows("Letter"));
  CHECK(window.control("share.window:7").is_null());  // it is all that its application has
  CHECK(window.shows("2 windows, all of them"));
  CHECK_FALSE(window.control("share.window:9").is_null());
  CHECK_FALSE(window.control("share.window:10").is_null());
  CHECK_FALSE(window.backend.wait_for("sources").is_null());
  SECTION("an application") {
    REQUIRE(window.press("share.app:41"));
    REQUIRE(window.press("share.share"));
    CHECK(window.backend.wait_for("share")["what"] == "app:41");
  }
  SECTION("a window") {
    REQUIRE(window.press("share.window:9"));
    REQUIRE(window.press("share.share"));
    CHECK(window.backend.wait_for("share")["what"] == "window:9");
  }
  SECTION("what was chosen is closed meanwhile: nothing else is shared in its place") {
    REQUIRE(window.press("share.window:9"));
    window.backend.say({sources({}, {})});
    CHECK(window.control("share.window:9").is_null());
    CHECK_FALSE(window.press("share.share"));
    REQUIRE(window.press("share.screen"));
    REQUIRE(window.press("share.share"));
    CHECK(window.backend.wait_for("share")["what"] == "screen");
  }
}

TEST_CASE("the own whiteboard is seen and drawn on as any picture, and goes when it is not shared any more") {
  Shown window("view");
  REQUIRE_FALSE(window.control("viewer.control").is_null());
  window.backend.pictures().at({2, 0})->update(codec::Image({1600, 1000}).view(), {});
  window.backend.say({{{"event", "presenter"}, {"participant", 2}, {"sharing", true}}, own_screens(true)});
  CHECK(window.shows("Your whiteboard"));
  CHECK(window.control("viewer.control").is_null());
  REQUIRE(window.press("viewer.draw"));
  window.move(480, 400);
  window.button(true, 480, 400);
  window.button(false, 480, 400);
  CHECK(window.backend.wait_for("draw")["presenter"] == 2);
  REQUIRE(window.press("draw.clear_all"));  // "New page"
  CHECK(window.backend.wait_for("clear")["all"] == true);
  REQUIRE(window.press("viewer.unshare"));
  CHECK_FALSE(window.backend.wait_for("unshare").is_null());
  window.backend.say({{{"event", "presenter"}, {"participant", 2}, {"sharing", false}}});
  CHECK_FALSE(window.control("viewer.control").is_null());  // of the other presenter, again
}

TEST_CASE("an own screen that is no whiteboard is not looked at in the window") {
  Shown window("view");
  window.backend.say({{{"event", "presenter"}, {"participant", 2}, {"sharing", true}}, own_screens(false)});
  CHECK_FALSE(window.shows("Your whiteboard"));
  CHECK_FALSE(window.control("viewer.control").is_null());
}
