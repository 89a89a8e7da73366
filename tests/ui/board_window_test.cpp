// The real windows and the board: what lies there, fetching, putting, removing.
#include <SDL2/SDL.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/ui/shown.h"

using namespace lotse;
using namespace lotse::ui;
using namespace lotse::ui::test;

namespace {

json entry(const char* id, const char* name, const char* owner, bool mine = false) {
  return {{"file_id", id},       {"name", name}, {"size", 12345}, {"owner", mine ? 2 : 3},
          {"owner_name", owner}, {"mine", mine}, {"put", 1},      {"can_remove", mine}};
}
json on_the_board(std::initializer_list<json> files) { return {{"event", "board"}, {"files", json(files)}}; }

/// Fetching the file "a" under the id "g".
json fetching(const char* state, double done, json more = json::object()) {
  json event{{"event", "file"}, {"file_id", "g"},     {"board", true}, {"board_file", "a"}, {"direction", "in"},
             {"peer", 0},       {"name", "Plan.pdf"}, {"size", 12345}, {"done", done},      {"state", state}};
  event.update(more);
  return event;
}
/// The rights that a member has in the session of the scene "view".
json rights(std::initializer_list<const char*> names) {
  return {{"event", "rights"}, {"participant", 2}, {"rights", std::vector<std::string>(names.begin(), names.end())}};
}

/// A desktop without a program for choosing files, or with one that chooses these.
struct Desktop {
  std::string before = std::getenv("PATH"), folder = desk().folder + "/desktop";
  explicit Desktop(const std::string& chosen = "") {
    std::filesystem::create_directories(folder);
    setenv("PATH", folder.c_str(), 1);
    if (chosen.empty()) return;
    std::ofstream(folder + "/zenity") << "#!/bin/sh\necho \"$*\" > '" << asked() << "'\nprintf '" << chosen << "\\n'\n";
    std::filesystem::permissions(folder + "/zenity", std::filesystem::perms::owner_all);
  }
  ~Desktop() {
    setenv("PATH", before.c_str(), 1);
    std::filesystem::remove_all(folder);
  }
  std::string asked() const { return folder + "/asked"; }
};

}  // namespace

TEST_CASE("an empty board says what it is for, and only who may put files there can") {
  Shown window("view");
  CHECK(window.control("panel.files").is_null());
  window.backend.say({on_the_board({})});
  CHECK(window.press("panel.files"));
  CHECK(window.shows("Nothing on the board yet."));
  CHECK(window.control("board.put").is_null());
  window.backend.say({rights({"view", "chat", "board"})});
  CHECK_FALSE(window.control("board.put").is_null());
  window.backend.say({rights({"view", "chat"})});
  CHECK(window.control("board.put").is_null());
}

TEST_CASE("what lies on the board is saved, and its row says how far that is") {
  Shown window("view");
  window.backend.say({on_the_board({entry("a", "Plan.pdf", "Anna"), entry("b", "own.txt", "Anna Berger", true)})});
  CHECK(window.press("panel.files"));
  CHECK(window.shows("12.3 kB · by Anna"));
  CHECK(window.shows("12.3 kB · by you"));
  CHECK(window.press("board.save.a"));
  CHECK(window.backend.wait_for("board_get")["file_id"] == "a");
  SECTION("on its way, and there") {
    window.backend.say({fetching("active", 6000, {{"rate_bps", 8000}})});
    CHECK(window.shows("6.0 of 12.3 kB · 1 kB/s"));
    CHECK(window.control("board.save.a").is_null());
    CHECK_FALSE(window.shows("from the board"));  // the row says it already
    CHECK(window.press("file.pause.g"));
    CHECK(window.backend.wait_for("pause_file")["file_id"] == "g");
    CHECK(window.press("file.cancel.g"));
    CHECK(window.backend.wait_for("cancel_file")["file_id"] == "g");
    window.backend.say({fetching("done", 12345, {{"path", "/home/anna/Downloads/Plan.pdf"}})});
    CHECK_FALSE(window.control("file.show.g").is_null());
    CHECK(window.control("file.remove.g").is_null());
    CHECK(window.press("board.save.a"));  // once more
    window.backend.say({on_the_board({})});
    CHECK(window.shows("from the board"));
    CHECK(window.press("file.remove.g"));
    CHECK_FALSE(window.shows("from the board"));
  }
  SECTION("in vain") {
    window.backend.say({fetching("active", 0), fetching("failed", 0, {{"why", "gone"}})});
    CHECK(window.shows("It is no longer on the board."));
    CHECK_FALSE(window.control("board.save.a").is_null());
    window.backend.say({fetching("cancelled", 0)});
    CHECK_FALSE(window.shows("cancelled"));
    CHECK_FALSE(window.control("board.save.a").is_null());
  }
}

TEST_CASE("what others put on the board is told of, what was there before is not") {
  Shown window("view");
  window.backend.say({on_the_board({entry("a", "old.txt", "Bernd")})});
  CHECK(window.control("toast").is_null());
  window.backend.say({on_the_board({entry("a", "old.txt", "Bernd"), entry("b", "own.txt", "Anna Berger", true)})});
  CHECK(window.control("toast").is_null());
  window.backend.say(
      {on_the_board({entry("b", "own.txt", "Anna Berger", true), entry("c", "Plan {name} %s.pdf", "Anna")})});
  CHECK(window.shows("Anna has put Plan {name} %s.pdf on the board."));
}

TEST_CASE("a file goes from the board only after a question, and whoever may not has no button for it") {
  Shown window("view");
  const json others = entry("a", "Plan.pdf", "Bernd"), own = entry("b", "own.txt", "Anna Berger", true);
  window.backend.say({on_the_board({others, own})});
  CHECK(window.press("panel.files"));
  CHECK(window.control("board.remove.a").is_null());
  CHECK(window.press("board.remove.b"));
  CHECK(window.shows("Remove it from the board?"));
  CHECK(window.focused() == "removal.cancel");
  SECTION("no") {
    window.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
    CHECK(window.control("removal.remove").is_null());
    CHECK(window.sent("board_remove").empty());
  }
  SECTION("yes") {
    CHECK(window.press("removal.remove"));
    CHECK(window.backend.wait_for("board_remove")["file_id"] == "b");
    CHECK(window.control("removal.remove").is_null());
  }
  SECTION("somebody else was quicker") {
    window.backend.say({on_the_board({others})});
    CHECK(window.control("removal.remove").is_null());
  }
}

TEST_CASE("files for the board are chosen in the desktop's own dialog, without a question for whom") {
  Desktop desktop("/home/anna/a b.txt///srv/c");
  Shown window("view");
  window.backend.say({rights({"view", "chat", "board"})});
  CHECK(window.press("panel.files"));
  CHECK(window.press("board.put"));
  for (const char* file : {"/home/anna/a b.txt", "/srv/c"}) CHECK(window.backend.wait_for("board_put")["file"] == file);
  CHECK(window.sent("send_file").empty());
  std::string words;
  std::getline(std::ifstream(desktop.asked()), words);
  CHECK(words.find("--title=Choose a file for the board") != words.npos);
  window.backend.say({{{"event", "file"},
                       {"file_id", "p"},
                       {"board", true},
                       {"direction", "out"},
                       {"peer", 0},
                       {"from", 0},
                       {"to", 0},
                       {"name", "c"},
                       {"size", 10},
                       {"done", 3},
                       {"state", "active"}}});
  CHECK(window.shows("to the board"));
  CHECK_FALSE(window.control("file.pause.p").is_null());
}

TEST_CASE("where the desktop has no dialog the path of a file for the board is typed, and a drop is another matter") {
  Desktop desktop;
  Shown window("host-end");
  window.key(SDLK_ESCAPE, SDL_SCANCODE_ESCAPE);
  CHECK(window.press("board.put"));
  CHECK(window.shows("Put a file on the board"));
  CHECK(window.focused() == "send.path");
  const std::string file = desk().folder + "/plan.txt";
  std::ofstream(file) << "text";
  SECTION("typed") {
    CHECK(window.type("send.path", file));
    CHECK(window.press("send.send"));
    CHECK(window.backend.wait_for("board_put")["file"] == file);
    CHECK(window.control("send.send").is_null());
  }
  SECTION("dropped meanwhile") {
    window.drop(file);
    CHECK(window.shows("Send this file to"));
    CHECK(window.press("send.send"));
    CHECK(window.backend.wait_for("send_file")["to"] == 2);
    CHECK(window.sent("board_put").empty());
  }
}
