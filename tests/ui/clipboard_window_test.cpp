// What is copied goes to others: the menu among the people.
#include <catch2/catch.hpp>

#include "tests/ui/shown.h"

using namespace lotse;
using namespace lotse::ui;
using namespace lotse::ui::test;

TEST_CASE("a moderator sends and takes what was copied, and chooses how it goes") {
  Shown window("host-clipboard");
  CHECK(window.shows("Send what I copied to everybody"));
  CHECK(window.shows("Use what Anna Berger copied"));
  CHECK(window.shows("Clipboard to Anna Berger: 21 MB of 52 MB"));
  CHECK(window.press("clipboard.send"));
  CHECK_FALSE(window.backend.wait_for("clipboard_send").contains("to"));
  CHECK(window.press("people.clipboard"));
  CHECK(window.press("clipboard.take"));
  window.backend.wait_for("clipboard_take");
  CHECK(window.press("people.clipboard"));
  CHECK(window.press("clipboard.off"));
  CHECK(window.backend.wait_for("clipboard")["use"] == "off");
  window.backend.say({{{"event", "clipboard_use"}, {"use", "off"}}});
  window.settle();
  CHECK(window.press("people.clipboard"));
  CHECK(window.control("clipboard.send")["enabled"] == false);
}

TEST_CASE("what is copied goes to one person by the menu there") {
  Shown host("host-files");
  CHECK(host.press("person.2"));
  CHECK(host.press("2.send_clipboard"));
  CHECK(host.backend.wait_for("clipboard_send")["to"] == 2);
}

TEST_CASE("a participant without the right cannot send what it copied") {
  Shown view("view-clipboard");
  CHECK(view.control("clipboard.send")["enabled"] == false);
  CHECK(view.control("clipboard.take").is_null());
}
