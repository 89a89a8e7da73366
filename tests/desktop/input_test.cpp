#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xkbcommon/xkbcommon.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include "base/text.h"
#include "desktop/input_sink.h"
#include "input_recorder.h"
#include "x_server.h"

namespace lotse::desktop {
namespace {

using Kind = RecordedEvent::Kind;
constexpr std::uint32_t kShift = 1, kLock = 2, kControl = 4, kMod1 = 8, kNumLock = 16;

// Linux evdev codes.
constexpr std::uint16_t kPosY = 21, kPosQ = 16, kPosLeftShift = 42, kPosRightAlt = 100, kPosSlash = 53, kPos7 = 8;

/// Marks the end of what a test types: no key of its own means it.
constexpr std::uint32_t kEnd = XKB_KEY_F12;

struct Local {
  std::mutex mutex;
  std::condition_variable changed;
  int activity = 0, panics = 0, activity_at_panic = -1;
  LocalInputHandler handler() {
    return {[this] {
              std::lock_guard lock(mutex);
              ++activity;
              changed.notify_all();
            },
            [this] {
              std::lock_guard lock(mutex);
              ++panics;
              activity_at_panic = activity;
              changed.notify_all();
            },
            [] {}};
  }
  int now(int Local::*count) {
    std::lock_guard lock(mutex);
    return this->*count;
  }
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), condition);
  }
};

/// A server, a window that listens, and a sink.
struct Desk {
  explicit Desk(const std::string& layout = "us") {
    server.run({"setxkbmap", layout});
    server.run({"xset", "r", "off"});
    recorder = std::make_unique<InputRecorder>(server);
    input = make_x11_input(server.display(), local.handler());
  }
  void key(std::uint32_t keysym, bool down, std::uint16_t position = 0, Modifiers modifiers = {}) {
    input.sink->key({keysym, position, down, modifiers});
  }
  void tap(std::uint32_t keysym, std::uint16_t position = 0, Modifiers modifiers = {}) {
    key(keysym, true, position, modifiers);
    key(keysym, false, position, modifiers);
  }
  std::vector<std::uint32_t> typed() {
    tap(kEnd);
    return recorder->pressed_until(kEnd);
  }

  XServer server;
  Local local;
  std::unique_ptr<InputRecorder> recorder;
  DesktopInput input;
};

std::string text_of(const std::vector<std::uint32_t>& keysyms) {
  std::u32string text;
  for (std::uint32_t keysym : keysyms)
    text += keysym == XKB_KEY_Return ? U'\n' : keysym == XKB_KEY_Tab ? U'\t' : char32_t{xkb_keysym_to_utf32(keysym)};
  return to_utf8(text);
}

}  // namespace

TEST_CASE("text arrives whatever the layout") {
  std::string layout = GENERATE("us", "de", "pl", "fr", "us,ru");
  Desk desk(layout);
  std::string text =
      "Hello, World! @#{}[]\\|~^`'\"<>\n\tGrüße, Straße, ÄÖÜ ß €\nZażółć gęślą jaźń. ZAŻÓŁĆ GĘŚLĄ JAŹŃ\n"
      "ελληνικά, Привет, Ж 😀 中文 שלום";
  desk.input.sink->type(text);
  REQUIRE(text_of(desk.typed()) == text);
  REQUIRE(desk.recorder->down().empty());
}

TEST_CASE("text of more characters than there are spare keys arrives") {
  Desk desk;
  std::u32string many;
  for (char32_t c = 0x4E00; c < 0x4E00 + 150; ++c) many += c;
  desk.input.sink->type(to_utf8(many));
  REQUIRE(text_of(desk.typed()) == to_utf8(many));
}

TEST_CASE("text arrives with Caps Lock on, and with keys held") {
  Desk desk("de");
  desk.tap(XKB_KEY_Caps_Lock);
  desk.key(XKB_KEY_Control_L, true);
  desk.key(XKB_KEY_Shift_L, true, kPosLeftShift);
  desk.input.sink->type("aBÄö\n1!");
  desk.key(XKB_KEY_Shift_L, false, kPosLeftShift);
  desk.key(XKB_KEY_Control_L, false);
  REQUIRE(text_of(desk.typed()) == "aBÄö\n1!");
  REQUIRE((desk.recorder->state() & 0xFF) == kLock);
}

TEST_CASE("keys mean what the viewer's layout says") {
  std::string layout = GENERATE("us", "de", "pl");
  Desk desk(layout);
  // A German viewer: y and z where they lie there, AltGr+Q, Shift+7, umlauts; then a Polish one and dead keys.
  desk.tap('z', kPosY);
  desk.key(XKB_KEY_ISO_Level3_Shift, true, kPosRightAlt);
  desk.tap('@', kPosQ, {.alt_gr = true});
  desk.key(XKB_KEY_ISO_Level3_Shift, false, kPosRightAlt);
  desk.key(XKB_KEY_Shift_L, true, kPosLeftShift);
  desk.tap('/', kPos7, {.shift = true});
  desk.tap(XKB_KEY_Adiaeresis, 40, {.shift = true});
  desk.key(XKB_KEY_Shift_L, false, kPosLeftShift);
  desk.tap(XKB_KEY_ssharp, 12);
  desk.tap(XKB_KEY_aogonek, 30, {.alt_gr = true});
  desk.tap(XKB_KEY_dead_acute, 13);
  desk.tap('e', 18);
  desk.tap(XKB_KEY_dead_grave, 13, {.shift = true});
  desk.tap(XKB_KEY_EuroSign, 18, {.alt_gr = true});
  desk.tap(0x0101F600);
  desk.tap(0x010000F6);  // the Unicode keysym of a character that has another
  REQUIRE(desk.typed() == std::vector<std::uint32_t>{'z', '@', '/', XKB_KEY_Adiaeresis, XKB_KEY_ssharp, XKB_KEY_aogonek,
                                                     XKB_KEY_dead_acute, 'e', XKB_KEY_dead_grave, XKB_KEY_EuroSign,
                                                     0x0101F600, XKB_KEY_odiaeresis});
  REQUIRE(desk.recorder->down().empty());
}

TEST_CASE("shortcuts go by position") {
  Desk desk("us");
  std::uint32_t modifier = GENERATE(XKB_KEY_Control_L, XKB_KEY_Alt_L, XKB_KEY_Super_L);
  Modifiers modifiers{
      .control = modifier == XKB_KEY_Control_L, .alt = modifier == XKB_KEY_Alt_L, .super = modifier == XKB_KEY_Super_L};
  desk.key(modifier, true);
  std::uint32_t told = desk.recorder->next(Kind::key_down).keysym;
  REQUIRE(told == modifier);
  desk.tap('z', kPosY, modifiers);  // the key beside T on a German keyboard is Y here
  RecordedEvent pressed = desk.recorder->next(Kind::key_down);
  REQUIRE(pressed.detail == kPosY + 8);
  REQUIRE(pressed.keysym == 'y');
  REQUIRE((pressed.state & (kShift | kControl | kMod1 | 64)) != 0);
  desk.key(modifier, false);
  // Held without having been told, as after a loss of focus: it is pressed for this key.
  desk.tap('c', 46, modifiers);
  desk.recorder->next(Kind::key_up);
  RecordedEvent held = desk.recorder->next(Kind::key_down);
  while (held.detail != 46 + 8) held = desk.recorder->next(Kind::key_down);
  REQUIRE(held.state == pressed.state);
  desk.typed();
  REQUIRE(desk.recorder->down().empty());
}

TEST_CASE("Shift goes with keys that are not text") {
  Desk desk("us");
  bool told = GENERATE(true, false);
  if (told) desk.key(XKB_KEY_Shift_L, true, kPosLeftShift);
  for (std::uint32_t keysym : {XKB_KEY_Left, XKB_KEY_Tab, XKB_KEY_Home}) desk.tap(keysym, 0, {.shift = true});
  if (told) desk.key(XKB_KEY_Shift_L, false, kPosLeftShift);
  std::vector<std::uint32_t> seen;
  while (seen.size() < 3)
    if (RecordedEvent e = desk.recorder->next(Kind::key_down); e.keysym != XKB_KEY_Shift_L) {
      REQUIRE((e.state & 0xFF) == kShift);
      seen.push_back(e.keysym);
    }
  REQUIRE(seen == std::vector<std::uint32_t>{XKB_KEY_Left, XKB_KEY_ISO_Left_Tab, XKB_KEY_Home});
}

TEST_CASE("a modifier that was lifted for one key is back afterwards") {
  Desk desk("us");
  desk.input.sink->move({300, 200});
  desk.key(XKB_KEY_Shift_L, true, kPosLeftShift);
  desk.tap('/', kPos7, {.shift = true});
  desk.input.sink->button(1, true);
  REQUIRE((desk.recorder->next(Kind::button_down).state & 0xFF) == kShift);
  desk.input.sink->button(1, false);
  // While the key is held its modifiers are its own; a click in between has the viewer's again.
  desk.key('/', true, kPos7, {.shift = true});
  desk.input.sink->button(1, true);
  REQUIRE((desk.recorder->next(Kind::button_down).state & 0xFF) == kShift);
  desk.key('/', false, kPos7, {.shift = true});
  desk.key(XKB_KEY_Shift_L, false, kPosLeftShift);
  desk.typed();
  REQUIRE(desk.recorder->down().empty());
  // One that was pressed for a key comes up with it.
  desk.tap('?', kPosSlash);
  while (desk.recorder->next(Kind::key_up).keysym != XKB_KEY_Shift_L) continue;
  REQUIRE(desk.recorder->down().empty());
}

TEST_CASE("Caps Lock and Num Lock follow the viewer's") {
  Desk desk("de");
  desk.tap('A', 30, {.caps_lock = true});
  desk.tap(XKB_KEY_KP_7, 71, {.caps_lock = true, .num_lock = true});
  desk.tap('b', 48, {.shift = true, .caps_lock = true, .num_lock = true});
  REQUIRE(desk.typed() == std::vector<std::uint32_t>{'A', XKB_KEY_KP_7, 'b'});
  REQUIRE((desk.recorder->state() & 0xFF) == (kLock | kNumLock));
  desk.tap('a', 30);
  desk.tap(XKB_KEY_KP_Home, 71);
  REQUIRE(desk.typed() == std::vector<std::uint32_t>{'a', XKB_KEY_KP_Home});
  REQUIRE((desk.recorder->state() & 0xFF) == 0);
}

TEST_CASE("a viewer's repeated press is one press, the server repeats") {
  Desk desk;
  for (int i = 0; i < 5; ++i) desk.key('x', true, 45);
  desk.key('x', false, 45);
  REQUIRE(desk.typed() == std::vector<std::uint32_t>{'x'});
  desk.server.run({"xset", "r", "on"});
  desk.server.run({"xset", "r", "rate", "50", "100"});
  desk.key('x', true, 45);
  for (int i = 0; i < 5; ++i) REQUIRE(desk.recorder->next(Kind::key_down).keysym == 'x');
  desk.key('x', false, 45);
  // A level that the viewer reaches by other keys is held as long as its key, so that it repeats as itself.
  desk.key('?', true, 45);
  for (int i = 0; i < 5;)
    if (std::uint32_t keysym = desk.recorder->next(Kind::key_down).keysym; keysym == '?') ++i;
  desk.key('?', false, 45);
  desk.typed();
  REQUIRE(desk.recorder->down().empty());
}

TEST_CASE("the key that went down comes up, though its meaning has changed") {
  Desk desk("us");
  desk.key(XKB_KEY_Shift_L, true, kPosLeftShift);
  desk.key('?', true, kPosSlash, {.shift = true});
  desk.key(XKB_KEY_Shift_L, false, kPosLeftShift);
  desk.key('/', false, kPosSlash);
  // Two keys of the viewer, one of ours.
  desk.key('7', true, kPos7);
  desk.key('&', true, kPosQ, {.shift = true});
  desk.key('7', false, kPos7);
  desk.key('&', false, kPosQ);
  REQUIRE(desk.typed() == std::vector<std::uint32_t>{'?', '7', '&'});
  REQUIRE(desk.recorder->down().empty());
}

TEST_CASE("release_all lifts whatever is down") {
  Desk desk("us");
  desk.input.sink->move({300, 200});
  for (std::uint32_t keysym : {XKB_KEY_Control_L, XKB_KEY_Shift_L, XKB_KEY_Alt_L}) desk.key(keysym, true);
  desk.key('a', true, 30, {.shift = true, .control = true, .alt = true});
  desk.input.sink->button(1, true);
  desk.input.sink->button(3, true);
  desk.recorder->next(Kind::button_down);
  REQUIRE(desk.recorder->next(Kind::button_down).detail == 3);
  REQUIRE(desk.recorder->down().size() == 4);
  desk.input.sink->release_all();
  for (int i = 0; i < 2; ++i) desk.recorder->next(Kind::button_up);
  REQUIRE(desk.recorder->down().empty());
  REQUIRE((desk.recorder->state() & 0x1FFF) == 0);
  // And nothing is thought to be down any more: what comes now counts.
  desk.tap('a', 30);
  REQUIRE(desk.typed() == std::vector<std::uint32_t>{'a'});
}

TEST_CASE("release_all stops text that is still being typed") {
  Desk desk;
  std::u32string long_text;
  for (int i = 0; i < 3000; ++i) long_text += static_cast<char32_t>(0x4E00 + i);
  desk.input.sink->type(to_utf8(long_text));
  desk.recorder->next(Kind::key_down);
  desk.input.sink->release_all();
  REQUIRE(desk.typed().size() < long_text.size() / 2);
}

TEST_CASE("spare keys are given back") {
  Desk desk("us");
  auto before = desk.recorder->mapping();
  desk.input.sink->type("äöü中文");
  desk.typed();
  REQUIRE(desk.recorder->mapping() != before);
  SECTION("at the end") { desk.input.sink.reset(); }
  SECTION("after release_all") {
    desk.input.sink->release_all();
    while (desk.recorder->mapping() != before) usleep(1000);
  }
  auto after = desk.recorder->mapping();
  for (std::size_t k = 0; k < before.size(); ++k) {
    CAPTURE(k);
    CHECK(after[k] == before[k]);
  }
}

TEST_CASE("another layout of the presenter is noticed") {
  Desk desk("us");
  for (const char* layout : {"us", "de", "pl", "fr", "us"}) {
    desk.server.run({"setxkbmap", layout});
    desk.input.sink->type("zyäł@/Q中");
    REQUIRE(text_of(desk.typed()) == "zyäł@/Q中");
  }
}

TEST_CASE("the mouse stays on the desktop") {
  Desk desk;
  auto place = [&desk](Point to) {
    desk.input.sink->move(to);
    return desk.recorder->next(Kind::motion).place;
  };
  REQUIRE(place({10, 20}) == Point{10, 20});
  REQUIRE(place({5000, 7}) == Point{639, 7});
  REQUIRE(place({-2147483647, 2147483647}) == Point{0, 479});
}

TEST_CASE("buttons and wheel") {
  Desk desk;
  desk.input.sink->move({300, 200});
  for (int button : {1, 2, 3, 8, 9}) {
    desk.input.sink->button(button, true);
    desk.input.sink->button(button, true);
    desk.input.sink->button(button, false);
    RecordedEvent down = desk.recorder->next(Kind::button_down);
    REQUIRE(down.detail == button);
    REQUIRE(down.place == Point{300, 200});
    REQUIRE(desk.recorder->next(Kind::button_up).detail == button);
  }
  for (int none : {-1, 0, 4, 7, 10, 300}) desk.input.sink->button(none, true);
  desk.input.sink->wheel(0, -2);
  desk.input.sink->wheel(1, 1);
  desk.input.sink->wheel(-1, 0);
  for (int expected : {4, 4, 5, 7, 6}) REQUIRE(desk.recorder->next(Kind::button_down).detail == expected);
  desk.input.sink->wheel(0, 2000000000);
  desk.input.sink->button(1, true);
  int notches = 0;
  while (desk.recorder->next(Kind::button_down).detail == 5) ++notches;
  REQUIRE(notches == 64);
}

TEST_CASE("strange keys do no harm") {
  Desk desk;
  for (std::uint32_t keysym :
       {0u, 0xFFFFFFFFu, 0x01000000u, 0x0110FFFFu, 0x01110000u, 0x0100D800u, 0xFED5u, 0x1008FE01u})
    for (int position : {0, 248, 65535}) desk.tap(keysym, static_cast<std::uint16_t>(position));
  desk.input.sink->type(std::string("\xFF\x00\x1B[2J\xED\xA0\x80", 9));
  desk.tap('q', 16);
  auto seen = desk.typed();
  REQUIRE(!seen.empty());
  REQUIRE(seen.back() == 'q');
  REQUIRE(desk.recorder->down().empty());
}

TEST_CASE("the person at the machine is noticed, the sink is not") {
  Desk desk("us");
  desk.server.run({"xset", "r", "on"});
  desk.server.run({"xset", "r", "rate", "50", "100"});
  for (int i = 0; i < 20; ++i) desk.input.sink->move({i * 10, i * 10});
  desk.input.sink->move({300, 200});
  desk.input.sink->button(1, true);
  desk.input.sink->button(1, false);
  desk.input.sink->wheel(1, 3);
  desk.input.sink->type("Zażółć 中文");
  desk.tap(XKB_KEY_Pause);
  for (std::uint32_t keysym : {XKB_KEY_Control_L, XKB_KEY_Alt_L, XKB_KEY_Shift_L}) desk.key(keysym, true);
  desk.tap(XKB_KEY_Escape, 1, {.shift = true, .control = true, .alt = true});
  for (std::uint32_t keysym : {XKB_KEY_Control_L, XKB_KEY_Alt_L, XKB_KEY_Shift_L}) desk.key(keysym, false);
  desk.typed();
  desk.key('x', true, 45);
  for (int i = 0; i < 10; ++i) desk.recorder->next(Kind::key_down);  // held, and repeated by the server
  desk.key('x', false, 45);
  desk.typed();
  // Events are told in their order: by the time of this one, anything before it has been told.
  desk.server.run({"xdotool", "key", "Pause"});
  REQUIRE(desk.local.wait([&] { return desk.local.panics == 1; }));
  REQUIRE(desk.local.now(&Local::activity_at_panic) == 0);
  REQUIRE(desk.local.wait([&] { return desk.local.activity == 1; }));
}

TEST_CASE("local input of each kind counts") {
  std::vector<std::string> command = GENERATE(values<std::vector<std::string>>(
      {{"xdotool", "key", "a"}, {"xdotool", "click", "1"}, {"xdotool", "mousemove_relative", "9", "9"}}));
  Desk desk;
  desk.server.run(command);
  REQUIRE(desk.local.wait([&] { return desk.local.activity > 0; }));
  REQUIRE(desk.local.now(&Local::panics) == 0);
}

TEST_CASE("Pause and Ctrl+Alt+Shift+Esc are the local way out") {
  std::string layout = GENERATE("us", "de");
  std::string keys = GENERATE("Pause", "ctrl+alt+shift+Escape");
  Desk desk(layout);
  desk.server.run({"xdotool", "key", "ctrl+alt+Escape"});
  desk.server.run({"xdotool", "key", "shift+Escape"});
  REQUIRE(desk.local.wait([&] { return desk.local.activity > 0; }));
  REQUIRE(desk.local.now(&Local::panics) == 0);
  desk.server.run({"xdotool", "key", keys});
  REQUIRE(desk.local.wait([&] { return desk.local.panics == 1; }));
}

TEST_CASE("remote input needs a display and XTest") {
  REQUIRE_THROWS_WITH(make_x11_input(":987", {}), "Cannot open the X display \":987\".");
  XServer server("320x200x24", {"-extension", "XTEST"});
  REQUIRE_THROWS_WITH(make_x11_input(server.display(), {[] {}, [] {}, [] {}}),
                      Catch::Contains("lacks the XTEST extension"));
}

TEST_CASE("input outlives a server that dies or hangs") {
  Desk desk;
  SECTION("dies") {
    desk.server.kill();
    for (int i = 0; i < 5000; ++i) desk.tap('a', 30);
    REQUIRE_NOTHROW(desk.input.sink->release_all());
  }
  SECTION("hangs") {
    desk.server.stop();
    for (int i = 0; i < 5000; ++i) desk.tap('a', 30);
    desk.input = {};  // comes back
    desk.server.go_on();
    CHECK(desk.input.sink == nullptr);
  }
}

TEST_CASE("a terminal reads what is typed, composed from dead keys too") {
  XServer server;
  server.run({"setxkbmap", "us"});
  char folder[] = "/tmp/lotse-desktop-XXXXXX";
  REQUIRE(mkdtemp(folder));
  std::string pipe = std::string(folder) + "/typed";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  XProgram terminal(server, {"env", "LC_ALL=C.UTF-8", "xterm", "-u8", "-geometry", "80x24+0+0", "-e", "cat > " + pipe});
  int in = open(pipe.c_str(), O_RDONLY);  // until the terminal runs
  REQUIRE(in >= 0);
  DesktopInput input = make_x11_input(server.display(), {[] {}, [] {}, [] {}});
  input.sink->move({50, 50});
  input.sink->type("Grüße, zażółć gęślą jaźń €");
  for (bool down : {true, false}) input.sink->key({XKB_KEY_dead_acute, 13, down, {}});
  for (bool down : {true, false}) input.sink->key({'e', 18, down, {}});
  input.sink->type("\n");
  for (bool down : {true, false}) input.sink->key({'d', 32, down, {.control = true}});
  std::string read_back;
  char buffer[256];
  for (ssize_t n; (n = read(in, buffer, sizeof buffer)) > 0;) read_back.append(buffer, static_cast<std::size_t>(n));
  close(in);
  unlink(pipe.c_str());
  rmdir(folder);
  REQUIRE(read_back == "Grüße, zażółć gęślą jaźń €é\n");
}

}  // namespace lotse::desktop
