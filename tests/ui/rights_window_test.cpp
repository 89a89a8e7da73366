// What members may do, as the moderator chooses it.
#include <catch2/catch.hpp>

#include "tests/ui/shown.h"
#include "ui/rights_dialog.h"

using namespace lotse;
using namespace lotse::ui;
using namespace lotse::ui::test;

TEST_CASE("rights of one member: only what was changed is given and taken") {
  Shown window("host-files");
  CHECK(window.press("person.2"));
  CHECK(window.press("2.rights"));
  CHECK(window.shows("What Anna Berger may do"));
  CHECK(window.press("rights.draw"));
  CHECK(window.press("rights.clipboard"));
  CHECK(window.press("rights.chat"));
  CHECK(window.press("rights.chat"));  // and back
  CHECK(window.press("rights.save"));
  const json revoked = window.backend.wait_for("revoke"), granted = window.backend.wait_for("grant");
  CHECK(revoked["right"] == "draw");
  CHECK(granted["right"] == "clipboard");
  CHECK(granted["participant"] == 2);
  CHECK(window.sent("grant").empty());  // no other one
  CHECK(window.sent("revoke").empty());
}

TEST_CASE("rights of those who join, for all who are here, too") {
  Shown window("host-files");
  CHECK(window.press("people.rights"));
  CHECK(window.press("rights.preset.watch"));
  CHECK(window.press("rights.everybody"));
  CHECK(window.press("rights.arrows"));
  CHECK(window.press("arrows.20"));
  CHECK(window.press("rights.save"));
  CHECK(window.backend.wait_for("rights_default")["rights"] == json{"view"});
  CHECK(window.backend.wait_for("pointers")["moving"] == 20);
  CHECK(window.sent("revoke").size() == 6);  // chat, point and draw of two
  CHECK(window.sent("grant").empty());
}

TEST_CASE("what is cancelled changes nothing, and who has left closes the question") {
  Shown window("host-files");
  CHECK(window.press("people.rights"));
  CHECK(window.press("rights.preset.work"));
  CHECK(window.press("rights.cancel"));
  CHECK(window.sent("rights_default").empty());
  CHECK(window.press("person.3"));
  CHECK(window.press("3.rights"));
  window.backend.say({{{"event", "left"}, {"participant", 3}, {"reason", ""}}});
  window.settle();
  CHECK(window.control("rights.save").is_null());
}

TEST_CASE("control for ten minutes ends by itself") {
  Shown window("host-busy");
  CHECK(window.press("person.3"));
  CHECK(window.press("3.grant_short"));
  const json granted = window.backend.wait_for("grant");
  CHECK(granted["seconds"] == 600);
  CHECK(granted["right"] == "control");
}

TEST_CASE("rights that go together have a name") {
  for (const RightsPreset& preset : rights_presets()) {
    CHECK(preset_of(preset.rights) == preset.id);
    CHECK(preset_rights(preset.id).size() == preset.rights.size());
  }
  CHECK(preset_of({"view", "chat", "point", "draw", "control"}) == "talk");
  CHECK(preset_of({"view", "record"}) == "own");
}

TEST_CASE("who is removed is asked about first, and told why") {
  Shown window("host-files");
  CHECK(window.press("person.3"));
  CHECK(window.press("3.kick"));
  CHECK(window.shows("Remove Bernd Kowalski from the session?"));
  CHECK(window.press("kick.cancel"));
  CHECK(window.sent("kick").empty());
  CHECK(window.press("person.3"));
  CHECK(window.press("3.kick"));
  CHECK(window.type("kick.reason", "off topic"));
  CHECK(window.press("kick.for_good"));
  CHECK(window.press("kick.kick"));
  const json ban = window.backend.wait_for("ban");
  CHECK(ban["participant"] == 3);
  CHECK(ban["reason"] == "off topic");
  CHECK(window.sent("kick").empty());
}
