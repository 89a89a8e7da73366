#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "tests/ui/fake_backend.h"
#include "ui/file_chooser.h"
#include "ui/file_list.h"
#include "ui/input_capture.h"
#include "ui/invitation.h"
#include "ui/key_names.h"
#include "ui/picture_layout.h"
#include "ui/problems.h"
#include "ui/settings.h"
#include "ui/texts.h"
#include "ui/theme.h"

using namespace lotse;
using namespace lotse::ui;

TEST_CASE("one field reads numbers, codes, links and whole mails") {
  struct Case {
    const char *text, *number, *code, *link;
  };
  const Case cases[] = {
      {"428117903", "428117903", "", ""},
      {"428 117 903", "428117903", "", ""},
      {"428-117-903", "428117903", "", ""},
      {" 428 117 903 – 481 902 ", "428117903", "481902", ""},
      {"428 117 903 - 481902", "428117903", "481902", ""},
      {"428117903481902", "428117903", "481902", ""},
      {"428117903 481902", "428117903", "481902", ""},
      {"428\u00a0117\u00a0903 481\u00a0902", "428117903", "481902", ""},
      {"428 117 903 velvet river", "428117903", "velvet river", ""},
      {"https://relay.example.org:8443/428117903#abc.def", "", "", "https://relay.example.org:8443/428117903#abc.def"},
      {"lotse://relay/428117903#abc.def&pin=00ff.", "", "", "lotse://relay/428117903#abc.def&pin=00ff"},
      {"Anna invites you.\nOpen this link: https://r/428117903#a.b\nOr enter the number 428 117 903 and the code 481 "
       "902.\n",
       "428117903", "481902", "https://r/428117903#a.b"},
      {"hello", "", "", ""},
      {"", "", "", ""},
      {"12345", "", "", ""},
      {"https://relay/428117903", "", "", ""},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    Invitation found = read_invitation(c.text);
    CHECK(found.number == c.number);
    CHECK(found.code == c.code);
    CHECK(found.link == c.link);
  }
  CHECK_NOTHROW(read_invitation(std::string(1 << 20, '7')));
}

TEST_CASE("a copied invitation is understood again, in both languages") {
  for (const char* language : {"en", "de"}) {
    use_language(language);
    Invitation found = read_invitation(invitation_text("Anna 12", "428117903", "481902", "https://r/428117903#a.b"));
    CHECK(found.link == "https://r/428117903#a.b");
    found = read_invitation(invitation_text("Anna", "428117903", "481902", ""));
    CHECK(found.number == "428117903");
    CHECK(found.code == "481902");
  }
  use_language("en");
}

TEST_CASE("values are put into texts without being read themselves") {
  CHECK(filled("{a} and {b} {c}", {{"a", "{b}"}, {"b", "B"}}) == "{b} and B {c}");
  CHECK(filled("open { end", {}) == "open { end");
}

TEST_CASE("German is there and English stays English") {
  use_language("de");
  CHECK(std::string(_("Join")) == "Beitreten");
  CHECK(current_language() == "de");
  CHECK(std::string(P_("{count} person", "{count} people", 3)) == "{count} Personen");
  use_language("xx");
  CHECK(std::string(_("Join")) == "Join");
  CHECK(current_language() == "en");
}

TEST_CASE("translations keep the placeholders and keys of their texts") {
  std::ifstream in(std::string(LOTSE_SOURCE) + "/po/de.po");
  std::string line, id;
  std::regex word("\\{[a-z]+\\}");
  auto names = [&](const std::string& text) {
    std::multiset<std::string> found;
    for (std::sregex_iterator it(text.begin(), text.end(), word), end; it != end; ++it) found.insert(it->str());
    return found;
  };
  int seen = 0;
  while (std::getline(in, line)) {
    if (line.starts_with("msgid ")) id = line;
    const std::size_t words = line.find('"');  // behind msgstr[1]
    if (line.starts_with("msgstr")) {
      INFO(line);
      CHECK(names(id) == names(line));
      CHECK(std::count(id.begin(), id.end(), '[') ==
            std::count(line.begin() + static_cast<std::ptrdiff_t>(words), line.end(), '['));
      ++seen;
    }
  }
  CHECK(seen > 250);
}

TEST_CASE("every error code has words of its own") {
  std::set<std::string> titles;
  const char* codes[] = {"bad_request",  "bad_number",        "no_session",      "ended",        "bad_password",
                         "locked",       "lobby_refused",     "kicked",          "banned",       "full",
                         "version",      "relay_unreachable", "relay_untrusted", "proxy_auth",   "no_display",
                         "no_extension", "display_lost",      "source_gone",     "not_allowed",  "no_such_member",
                         "file_name",    "file_exists",       "disk_full",       "too_large",    "timeout",
                         "rate_limited", "internal",          "token_needed",    "token_refused"};
  for (const char* code : codes) {
    ProblemWords words = problem_words(code, "", "r");
    INFO(code);
    CHECK_FALSE(words.title.empty());
    CHECK_FALSE(words.happened.empty());
    CHECK_FALSE(words.advice.empty());
    CHECK_FALSE(words.button.empty());
    titles.insert(words.title);
  }
  CHECK(titles.size() == std::size(codes));
  CHECK(problem_words("strange", "the line", "").happened == "the line");
  CHECK(problem_words("kicked", "Removed. Reason: {relay} off topic", "r").happened.ends_with("{relay} off topic"));
}

TEST_CASE("colours hold the contrast that they promise") {
  for (const Theme* t : {&dark_theme(), &light_theme()}) {
    for (Color back : {t->background, t->surface, t->raised}) {
      CHECK(contrast(t->text, back) >= 4.5);
      CHECK(contrast(t->quiet, back) >= 4.5);
    }
    CHECK(contrast(t->text, t->chip) >= 4.5);
    CHECK(contrast(rgb(0xffffff), t->action_fill) >= 4.5);
    CHECK(contrast(rgb(0xffffff), t->danger_fill) >= 4.5);
    for (int id = 0; id < 12; ++id) CHECK(contrast(readable(participant_color("", id), t->surface), t->surface) >= 4.5);
    CHECK(contrast(readable(participant_color("#ffff00", 0), t->surface), t->surface) >= 4.5);
  }
  CHECK(participant_color("#3d8fe0", 0) == rgb(0x3d8fe0));
  CHECK(participant_color("javascript", 1) == participant_color("", 1));
}

TEST_CASE("the picture fits, stays one to one, or grows by whole multiples") {
  const Rect place{0, 0, 1000, 800};
  PictureLayout fit = lay_out({500, 200}, place, ViewMode::fit, {});
  CHECK(fit.scale == 2);
  CHECK(fit.x == 0);
  CHECK(fit.y == 200);
  CHECK(lay_out({700, 200}, place, ViewMode::sharp, {}).scale == 1);
  CHECK(lay_out({300, 200}, place, ViewMode::sharp, {}).scale == 3);
  CHECK(lay_out({2000, 1600}, place, ViewMode::sharp, {}).scale == 0.5);
  CHECK(lay_out({2000, 1600}, place, ViewMode::actual, {0, 0}).x == 0);
  CHECK(lay_out({2000, 1600}, place, ViewMode::actual, {999, 799}).x == -1000);
  CHECK(lay_out({2000, 1600}, place, ViewMode::actual, {999, 799}).y == -800);
  CHECK(lay_out({0, 0}, place, ViewMode::fit, {}).scale == 1);
}

TEST_CASE("every pixel of the picture can be reached, none beyond") {
  for (ViewMode mode : {ViewMode::fit, ViewMode::sharp, ViewMode::actual}) {
    PictureLayout layout = lay_out({320, 200}, {0, 0, 1000, 800}, mode, {});
    std::set<int> xs;
    for (int x = -50; x < 1100; ++x) {
      Point p = to_picture(layout, {x, 400});
      CHECK((p.x >= 0 && p.x < 320 && p.y >= 0 && p.y < 200));
      xs.insert(p.x);
    }
    CHECK(xs.size() == 320);
  }
}

TEST_CASE("keys have names and places") {
  CHECK(key_name(40) == "Return");
  CHECK(key_position(40) == 28);
  CHECK(key_position(4) == 30);   // A
  CHECK(key_position(20) == 16);  // Q
  CHECK(key_name(4).empty());
  CHECK(key_position(69) == 88);  // F12
  CHECK(letter_name(U'a') == "a");
  CHECK(letter_name(U'€') == "U+20AC");
  CHECK(letter_name(U'@') == "U+0040");
  CHECK(letter_name(U'😀') == "U+1F600");
}

TEST_CASE("settings and recent sessions survive, broken files do not hurt") {
  auto folder = std::filesystem::temp_directory_path() / ("lotse-ui-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  CHECK(save_settings(
      folder, {.name = "Anna Жук", .relay = "r:1", .language = "de", .theme = "light", .start_mode = "presentation"}));
  Settings settings = load_settings(folder);
  CHECK(settings.name == "Anna Жук");
  CHECK(settings.start_mode == "presentation");
  std::vector<RecentSession> recent;
  for (int i = 0; i < 30; ++i)
    add_recent(recent, {.with = "W" + std::to_string(i),
                        .kind = "helped",
                        .number = "",
                        .relay = "r",
                        .path = "direct",
                        .when = 1000 + i,
                        .seconds = 60,
                        .people = 2,
                        .recorded = true});
  CHECK(save_recent(folder, recent));
  recent = load_recent(folder);
  REQUIRE(recent.size() == kMaxRecent);
  CHECK(recent[0].with == "W29");
  CHECK(recent[0].recorded);
  for (const char* broken :
       {"", "{", "[]", "{\"sessions\":5}", "{\"sessions\":[1,{\"with\":7,\"when\":\"x\"}]}", "{\"name\":{}}"}) {
    std::ofstream(folder / "recent.json") << broken;
    std::ofstream(folder / "settings.json") << broken;
    CHECK_NOTHROW(load_recent(folder));
    CHECK(load_settings(folder).name.empty());
  }
  CHECK_FALSE(save_settings("/proc/nowhere", {}));
  std::filesystem::remove_all(folder);
}

TEST_CASE("times are told in words") {
  CHECK(duration_text(40) == "40 s");
  CHECK(duration_text(1440) == "24 min");
  CHECK(duration_text(5460) == "1 h 31 min");
  CHECK(duration_text(3660) == "1 h 01 min");
}

TEST_CASE("without a display there is one clear line") {
  setenv("SDL_VIDEODRIVER", "x11", 1);
  setenv("DISPLAY", ":7999", 1);
  test::FakeBackend backend;
  CHECK_THROWS_WITH(run_app({}, backend), Catch::StartsWith("no display"));
}

TEST_CASE("a file's way is told in sizes, speed and time") {
  use_language("en");
  Transfer t;
  t.state = TransferState::active;
  t.size = 45'000'000;
  t.done = 12'345'678;
  CHECK(transfer_words(t) == "12.3 of 45 MB");
  t.rate_bps = 27'200'000;
  t.left_s = 10;
  CHECK(transfer_words(t) == "12.3 of 45 MB · 3.4 MB/s · 10 s left");
  t.left_s = 125;
  CHECK(transfer_words(t) == "12.3 of 45 MB · 3.4 MB/s · 2 min left");
  t.state = TransferState::failed;
  t.reason = "The disk is full.";
  CHECK(transfer_words(t) == "The disk is full.");
  t.why = "disk_full";
  CHECK(transfer_words(t) == "There is not enough space for it.");
  CHECK(size_words(0) == "0 B");
  CHECK(size_words(999) == "999 B");
  CHECK(size_words(1000) == "1 kB");
  CHECK(size_words(999'949) == "1 MB");
  CHECK(size_words(1'240'000'000) == "1.2 GB");
  CHECK(size_words(9'000'000'000'000'000) == "9000 TB");
}

TEST_CASE("a long name loses its middle and keeps its end") {
  CHECK(shortened("report.pdf", 10) == "report.pdf");
  CHECK(shortened("report.pdf", 7) == "rep…pdf");
  CHECK(shortened("Größenübersicht.pdf", 9) == "Größ….pdf");
  CHECK(shortened("{name}%s", 0) == "{…s");
}

TEST_CASE("what the dialog for files prints becomes paths") {
  using Paths = std::vector<std::string>;
  CHECK(printed_paths("") == Paths{});
  CHECK(printed_paths("/home/a/b c.txt\n") == Paths{"/home/a/b c.txt"});
  CHECK(printed_paths("/a/b///c/d///e\n") == Paths{"/a/b", "/c/d", "/e"});
  CHECK(printed_paths("/a/line\n/etc/passwd\n") == Paths{"/a/line\n/etc/passwd"});  // one name, as odd as it is
  CHECK(printed_paths("warning: no display\n") == Paths{});
}
