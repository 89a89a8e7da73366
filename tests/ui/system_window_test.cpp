// The real windows: the facts of another computer.
#include <SDL2/SDL.h>

#include <catch2/catch.hpp>

#include "tests/ui/shown.h"

using namespace lotse;
using namespace lotse::ui;
using namespace lotse::ui::test;

TEST_CASE("a helper asks for the facts of a computer, sees them, copies them and asks again") {
  Shown window("system-asked");
  CHECK(window.backend.wait_for("sysinfo")["participant"] == 2);
  CHECK(window.shows("Anna Berger is asked"));
  CHECK(window.control("system.again")["enabled"] == false);
  CHECK(window.control("system.copy")["enabled"] == false);
  window.backend.say({{{"event", "sysinfo"}, {"participant", 2}, {"info", sample_facts()}}});
  CHECK(window.shows("werkstatt-03"));
  CHECK(window.shows("anna · no administrator"));
  CHECK_FALSE(window.shows("Anna Berger is asked"));
  CHECK(window.press("system.copy"));
  window.settle();
  char* text = SDL_GetClipboardText();
  const std::string copied = text;
  SDL_free(text);
  CHECK(copied.find("  Computer: werkstatt-03\n") != std::string::npos);
  CHECK(window.press("system.again"));
  CHECK(window.backend.wait_for("sysinfo")["participant"] == 2);
  CHECK(window.shows("Anna Berger is asked"));
  CHECK(window.shows("werkstatt-03"));  // what is known stays
  window.backend.say({{{"event", "sysinfo_refused"}, {"participant", 2}, {"why", "too_often"}}});
  CHECK(window.shows("Wait a minute"));
  CHECK(window.press("system.close"));
  CHECK_FALSE(window.shows("werkstatt-03"));
}

TEST_CASE("a refusal is told, and that of a command too") {
  Shown window("system-refused");
  CHECK(window.shows("Anna Berger does not allow it"));
  CHECK(window.press("system.again"));
  window.backend.wait_for("sysinfo");
  const json asked = window.backend.wait_for("sysinfo");
  window.backend.say({{{"id", asked["id"]}, {"ok", false}, {"error", {{"code", "not_allowed"}, {"message", "m"}}}}});
  CHECK(window.shows("Only the moderator, and who controls the screen"));
}

TEST_CASE("who is asked allows it once, for this session, or not") {
  Shown window("consent-sysinfo");
  CHECK(window.shows("asks for the facts of this computer"));
  CHECK(window.press("consent.session"));
  const json answer = window.backend.wait_for("consent");
  CHECK(answer["allow"] == true);
  CHECK(answer["seconds"] == 86400);
}

TEST_CASE("who only views has no such entry in the menu") {
  Shown window("view");
  window.press("panel.people");
  CHECK(window.press("person.1"));
  CHECK(window.control("1.sysinfo").is_null());
  CHECK_FALSE(window.control("1.send_file").is_null());
  window.backend.say({{{"event", "granted"}, {"right", "control"}, {"presenter", 1}}});
  CHECK_FALSE(window.control("1.sysinfo").is_null());
}

TEST_CASE("who controls may ask for the lock of keyboard and mouse, hears of it, and gives them back") {
  Shown window("view");
  window.press("panel.people");
  CHECK(window.press("person.1"));
  CHECK(window.control("1.lock_input").is_null());
  window.backend.say({{{"event", "granted"}, {"right", "control"}, {"presenter", 1}}});
  CHECK(window.press("1.lock_input"));
  json command = window.backend.wait_for("lock_input");
  CHECK(command["presenter"] == 1);
  CHECK(command["on"] == true);
  window.backend.say({{{"event", "input_lock"}, {"presenter", 1}, {"on", true}, {"by", 2}}});
  CHECK(window.shows("The keyboard and mouse of Werkstatt Huber are locked"));
  CHECK(window.press("person.1"));
  CHECK(window.press("1.lock_input"));
  CHECK(window.backend.wait_for("lock_input")["on"] == false);
}

TEST_CASE("the banner of whose keyboard and mouse are locked says how to end it") {
  Shown window("presenting-locked");
  CHECK(window.shows("Anna Berger has locked your keyboard and mouse. Press Pause to end it"));
  window.backend.say({{{"event", "input_lock"}, {"presenter", 1}, {"on", false}, {"by", 0}, {"why", "time"}}});
  CHECK(window.shows("Anna Berger controls"));
}
