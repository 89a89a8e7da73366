#include <SDL2/SDL.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "ui/input_capture.h"

using namespace lotse::ui;
using nlohmann::json;

namespace {

/// A viewer with control whose picture of 100x50 lies at 10,20, twice as large.
struct Viewer {
  std::vector<json> sent;
  InputCapture capture{[this](json command) { sent.push_back(std::move(command)); }};
  PictureLayout layout{.x = 10, .y = 20, .scale = 2, .picture = {100, 50}};

  Viewer() {
    capture.set_control(nullptr, true, layout, 1);
    capture.capture_keyboard(true);
  }
  bool key(SDL_Scancode code, bool down, int mods = 0, bool repeat = false) {
    SDL_Event e{};
    e.type = down ? SDL_KEYDOWN : SDL_KEYUP;
    e.key.state = down ? SDL_PRESSED : SDL_RELEASED;
    e.key.repeat = repeat ? 1 : 0;
    e.key.keysym.scancode = code;
    const bool letter = code >= SDL_SCANCODE_A && code <= SDL_SCANCODE_Z;
    e.key.keysym.sym = letter                           ? 'a' + (code - SDL_SCANCODE_A)
                       : code == SDL_SCANCODE_SEMICOLON ? 0xF6
                                                        : 0x40000000 | code;
    e.key.keysym.mod = static_cast<Uint16>(mods);
    return capture.handle(e, true);
  }
  void text(const char* words) {
    SDL_Event e{};
    e.type = SDL_TEXTINPUT;
    SDL_strlcpy(e.text.text, words, sizeof e.text.text);
    capture.handle(e, true);
  }
  void move(int x, int y) {
    SDL_Event e{};
    e.type = SDL_MOUSEMOTION;
    e.motion.x = x;
    e.motion.y = y;
    capture.handle(e, true);
  }
  bool button(int number, bool down, int x, int y, bool over = true) {
    SDL_Event e{};
    e.type = down ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP;
    e.button.button = static_cast<Uint8>(number);
    e.button.state = down ? SDL_PRESSED : SDL_RELEASED;
    e.button.x = x;
    e.button.y = y;
    return capture.handle(e, over);
  }
  std::vector<std::string> keys() const {
    std::vector<std::string> out;
    for (const auto& c : sent)
      if (c["do"] == "key") out.push_back((c["down"] == true ? "+" : "-") + c["sym"].get<std::string>());
    return out;
  }
};
using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("a letter goes by its meaning and its place, once however long it is held") {
  Viewer v;
  v.key(SDL_SCANCODE_Q, true);
  v.text("q");
  for (int i = 0; i < 5; ++i) v.key(SDL_SCANCODE_Q, true, 0, true), v.text("q");
  v.key(SDL_SCANCODE_Q, false);
  CHECK(v.keys() == Keys{"+q", "-q"});
  CHECK(v.sent[0]["position"] == 16);
  CHECK(v.sent[0]["mods"]["shift"] == false);
}

TEST_CASE("the layout of this side decides: the same place gives another letter, released under its name") {
  Viewer v;
  v.key(SDL_SCANCODE_SEMICOLON, true);
  v.text("ö");
  v.key(SDL_SCANCODE_SEMICOLON, false);
  CHECK(v.keys() == Keys{"+U+00F6", "-U+00F6"});
}

TEST_CASE("a dead key sends nothing, what it composes goes as text") {
  Viewer v;
  v.key(SDL_SCANCODE_EQUALS, true);
  v.capture.flush();  // no text came
  v.key(SDL_SCANCODE_EQUALS, false);
  CHECK(v.keys().empty());
  SECTION("composed by the next key") {
    v.key(SDL_SCANCODE_E, true);
    v.text("é");
    v.key(SDL_SCANCODE_E, false);
    CHECK(v.keys() == Keys{"+U+00E9", "-U+00E9"});
  }
  SECTION("composed by an input method, later or longer") {
    v.text("你好");
    REQUIRE(v.sent.back()["do"] == "type");
    CHECK(v.sent.back()["text"] == "你好");
  }
}

TEST_CASE("shortcuts go by key, their text is dropped") {
  Viewer v;
  v.key(SDL_SCANCODE_LCTRL, true, KMOD_LCTRL);
  v.key(SDL_SCANCODE_C, true, KMOD_LCTRL);
  v.text("c");
  v.key(SDL_SCANCODE_C, false, KMOD_LCTRL);
  v.key(SDL_SCANCODE_LCTRL, false);
  CHECK(v.keys() == Keys{"+Control_L", "+c", "-c", "-Control_L"});
  CHECK(v.sent[1]["mods"]["control"] == true);
  CHECK(v.sent[1]["position"] == 46);
}

TEST_CASE("AltGr that makes a letter stays here, Alt that makes none goes across") {
  Viewer v;
  SECTION("AltGr") {
    v.key(SDL_SCANCODE_RALT, true, KMOD_RALT);
    v.key(SDL_SCANCODE_Q, true, KMOD_RALT);
    v.text("@");
    v.key(SDL_SCANCODE_Q, false, KMOD_RALT);
    v.key(SDL_SCANCODE_RALT, false);
    CHECK(v.keys() == Keys{"+U+0040", "-U+0040"});
    CHECK(v.sent[0]["mods"]["alt_gr"] == true);
    CHECK(v.sent[0]["mods"]["alt"] == false);
  }
  SECTION("right Alt of a US layout") {
    v.key(SDL_SCANCODE_RALT, true, KMOD_RALT);
    v.key(SDL_SCANCODE_F, true, KMOD_RALT);
    v.text("f");
    v.key(SDL_SCANCODE_F, false, KMOD_RALT);
    v.key(SDL_SCANCODE_RALT, false);
    CHECK(v.keys() == Keys{"+Alt_R", "+f", "-f", "-Alt_R"});
  }
  SECTION("right Alt with a key that is no text") {
    v.key(SDL_SCANCODE_RALT, true, KMOD_RALT);
    v.key(SDL_SCANCODE_TAB, true, KMOD_RALT);
    v.key(SDL_SCANCODE_TAB, false, KMOD_RALT);
    v.key(SDL_SCANCODE_RALT, false);
    CHECK(v.keys() == Keys{"+Alt_R", "+Tab", "-Tab", "-Alt_R"});
  }
}

TEST_CASE("locks travel as states, not as keys") {
  Viewer v;
  v.key(SDL_SCANCODE_CAPSLOCK, true);
  v.key(SDL_SCANCODE_CAPSLOCK, false, KMOD_CAPS);
  v.key(SDL_SCANCODE_A, true, KMOD_CAPS | KMOD_NUM);
  v.text("A");
  CHECK(v.keys() == Keys{"+A"});
  CHECK(v.sent.back()["mods"]["caps"] == true);
  CHECK(v.sent.back()["mods"]["num"] == true);
}

TEST_CASE("right Ctrl alone gives the keyboard back, in a shortcut it does not") {
  Viewer v;
  v.key(SDL_SCANCODE_RCTRL, true, KMOD_RCTRL);
  v.key(SDL_SCANCODE_C, true, KMOD_RCTRL);
  v.key(SDL_SCANCODE_C, false, KMOD_RCTRL);
  v.key(SDL_SCANCODE_RCTRL, false);
  CHECK(v.capture.keyboard_captured());
  v.key(SDL_SCANCODE_RCTRL, true, KMOD_RCTRL);
  v.key(SDL_SCANCODE_RCTRL, false);
  CHECK_FALSE(v.capture.keyboard_captured());
  CHECK(v.sent.back()["do"] == "release_keys");
  CHECK_FALSE(v.key(SDL_SCANCODE_A, true));
}

TEST_CASE("losing the focus or the right releases everything over there") {
  Viewer v;
  v.key(SDL_SCANCODE_LSHIFT, true, KMOD_LSHIFT);
  SECTION("focus") {
    SDL_Event e{};
    e.type = SDL_WINDOWEVENT;
    e.window.event = SDL_WINDOWEVENT_FOCUS_LOST;
    v.capture.handle(e, false);
  }
  SECTION("right") { v.capture.set_control(nullptr, false, v.layout, 1); }
  CHECK(v.sent.back()["do"] == "release_keys");
  CHECK_FALSE(v.capture.keyboard_captured());
}

TEST_CASE("moves become one a frame, in pixels of the picture, ahead of the click") {
  Viewer v;
  v.move(20, 30);
  v.move(30, 40);
  CHECK(v.sent.empty());
  v.capture.flush();
  REQUIRE(v.sent.size() == 1);
  CHECK(v.sent[0] == json({{"do", "move"}, {"presenter", 1}, {"screen", 0}, {"x", 10}, {"y", 10}}));
  v.capture.flush();
  CHECK(v.sent.size() == 1);
  v.button(SDL_BUTTON_RIGHT, true, 50, 60);
  CHECK(v.sent.back() ==
        json({{"do", "button"}, {"presenter", 1}, {"screen", 0}, {"x", 20}, {"y", 20}, {"button", 3}, {"down", true}}));
  v.button(SDL_BUTTON_RIGHT, false, 5000, -5000, false);  // let go outside: it must not stay down
  CHECK(v.sent.back() ==
        json({{"do", "button"}, {"presenter", 1}, {"screen", 0}, {"x", 99}, {"y", 0}, {"button", 3}, {"down", false}}));
  v.button(SDL_BUTTON_X1, true, 50, 60);
  CHECK(v.sent.back()["button"] == 8);
}

TEST_CASE("a click on something of ours is ours and takes the keyboard back") {
  Viewer v;
  CHECK_FALSE(v.button(SDL_BUTTON_LEFT, true, 50, 60, false));
  CHECK_FALSE(v.capture.keyboard_captured());
  CHECK(v.button(SDL_BUTTON_LEFT, true, 50, 60, true));
  CHECK(v.capture.keyboard_captured());
}

TEST_CASE("without control nothing goes across") {
  Viewer v;
  v.capture.set_control(nullptr, false, v.layout, 1);
  v.sent.clear();
  v.key(SDL_SCANCODE_A, true);
  v.text("a");
  v.move(20, 30);
  v.button(SDL_BUTTON_LEFT, true, 50, 60);
  v.capture.flush();
  v.capture.press_chord({"Alt_L", "Tab"});
  CHECK(v.sent.empty());
}

TEST_CASE("chords of the menu press in order and release backwards") {
  Viewer v;
  v.capture.press_chord({"Control_L", "Alt_L", "Delete"});
  CHECK(v.keys() == Keys{"+Control_L", "+Alt_L", "+Delete", "-Delete", "-Alt_L", "-Control_L"});
  CHECK(v.sent[2]["position"] == 111);
}
