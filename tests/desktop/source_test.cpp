#include <xcb/xcb.h>

#include <set>

#include "codec/slot_codec.h"
#include "watched_source.h"
#include "x_server.h"

namespace lotse::desktop {
namespace {

std::set<std::uint32_t> slots_of(const CapturedFrame& frame) {
  std::set<std::uint32_t> slots;
  for (const CapturedSlot& slot : frame.slots) slots.insert(slot.slot.value());
  return slots;
}

/// Some colours everywhere, so that rows and columns cannot be mixed up unseen.
void paint(XClient& client, Size size) {
  std::uint32_t color = 0x00123457;
  for (int y = 0; y < size.height; y += 37)
    for (int x = 0; x < size.width; x += 41) client.fill({x, y, 41, 37}, color = color * 1103515245 + 12345);
}

/// XGetImage with a zero where the server may leave anything.
Bytes visible(Bytes image) {
  for (std::size_t i = 3; i < image.size(); i += 4) image[i] = 0;
  return image;
}

void require_granted(WatchedSource& watched) {
  auto state = watched.next_state();
  INFO(state.detail);
  REQUIRE(state.state == SourceState::granted);
}

}  // namespace

ShareChoice area(const Rect& rect) { return {.kind = ShareChoice::Kind::area, .monitor = {}, .area = rect}; }

TEST_CASE("the first frame is the whole screen, bit by bit") {
  std::string screen = GENERATE("640x480x24", "1366x768x24", "65x63x24", "2560x2160x24");
  XServer server(screen);
  XClient client(server);
  Size size{std::stoi(screen), std::stoi(screen.substr(screen.find('x') + 1))};
  paint(client, size);
  WatchedSource watched(server.display());
  require_granted(watched);
  CapturedFrame frame = watched.frame();
  REQUIRE(frame.size == size);
  REQUIRE(frame.slots.size() == codec::SlotGrid(size).count());
  Picture picture;
  picture.put(frame);
  REQUIRE(picture.bytes() == visible(client.image({0, 0, size.width, size.height})));
}

TEST_CASE("a frame has the slots that changed and no others") {
  XServer server;
  XClient client(server);
  WatchedSource watched(server.display());
  watched.frame();

  client.fill({70, 70, 10, 10}, 0xFF8040);  // slot (1, 1) of ten columns
  CapturedFrame one = watched.frame();
  REQUIRE(slots_of(one) == std::set<std::uint32_t>{11});
  codec::FrameView pixels = one.slots[0].pixels->view();
  REQUIRE(pixels.size == Size{64, 64});
  REQUIRE(Bytes(pixels.row(6) + 24, pixels.row(6) + 28) == Bytes{0x40, 0x80, 0xFF, 0});
  REQUIRE(Bytes(pixels.row(5) + 24, pixels.row(5) + 28) == Bytes{0, 0, 0, 0});

  client.fill({63, 63, 2, 2}, 0x00FF00);
  REQUIRE(slots_of(watched.frame()) == std::set<std::uint32_t>{0, 1, 10, 11});

  // Far apart: what lies between is not told.
  client.fill({0, 0, 1, 1}, 0x0000FF);
  client.fill({639, 479, 1, 1}, 0x0000FF);
  std::set<std::uint32_t> both;
  while (both.size() < 2) both.merge(slots_of(watched.frame()));
  REQUIRE(both == std::set<std::uint32_t>{0, 79});
}

TEST_CASE("no frame comes without a request, and none when nothing differs") {
  XServer server;
  XClient client(server);
  WatchedSource watched(server.display());
  watched.frame();
  watched.next_shape();
  std::uint16_t glyph = 0;
  // The pointer's shape is told in the order of events: what was drawn before has been seen by then.
  auto settle = [&] {
    client.set_cursor(glyph += 2);
    watched.next_shape();
  };

  client.fill({0, 0, 30, 30}, 0x111111);
  settle();
  REQUIRE(watched.frames_waiting() == 0);
  REQUIRE(slots_of(watched.frame()) == std::set<std::uint32_t>{0});

  watched.source().request({});
  client.fill({0, 0, 30, 30}, 0x111111);  // damage without a difference
  settle();
  REQUIRE(watched.frames_waiting() == 0);
  client.fill({200, 0, 30, 30}, 0x111111);
  REQUIRE(slots_of(watched.next_frame()) == std::set<std::uint32_t>{3});
}

TEST_CASE("frames followed through many drawings give the screen") {
  XServer server;
  XClient client(server);
  WatchedSource watched(server.display());
  Picture picture;
  picture.put(watched.frame());
  std::uint32_t random = 4711;
  auto next = [&random](int below) {
    random = random * 1664525 + 1013904223;
    return static_cast<int>((random >> 8) % static_cast<std::uint32_t>(below));
  };
  for (int i = 0; i < 200; ++i) {
    for (int n = next(30); n >= 0; --n) client.fill({next(640), next(480), 1 + next(90), 1 + next(40)}, random);
    if (i % 10 == 0) picture.put(watched.frame());
  }
  // Every drawing is told once more is asked for; if one were lost, this would wait in vain.
  Bytes wanted = visible(client.image({0, 0, 640, 480}));
  while (picture.bytes() != wanted) picture.put(watched.frame());
  SUCCEED();
}

TEST_CASE("refresh tells every slot again") {
  XServer server;
  WatchedSource watched(server.display());
  watched.frame();
  watched.source().refresh();
  REQUIRE(watched.frame().slots.size() == 80);
}

TEST_CASE("reduced colours are what is told and compared") {
  XServer server;
  XClient client(server);
  paint(client, {640, 480});
  WatchedSource watched(server.display());
  Picture picture;
  picture.put(watched.frame());
  auto reduced = [&client](codec::Colors colors) {
    Bytes image = visible(client.image({0, 0, 640, 480}));
    codec::reduce_colors({image.data(), {640, 480}, 640 * 4}, colors);
    return image;
  };
  for (codec::Colors colors : {codec::Colors::grey, codec::Colors::c256, codec::Colors::full}) {
    watched.source().set_colors(colors);
    picture.put(watched.frame());
    REQUIRE(picture.bytes() == reduced(colors));
  }
}

TEST_CASE("a part of the screen is shared as if it were all") {
  XServer server;
  XClient client(server);
  paint(client, {640, 480});
  WatchedSource watched(server.display(), area({100, 50, 200, 100}));
  CapturedFrame frame = watched.frame();
  REQUIRE(frame.size == Size{200, 100});
  Picture picture;
  picture.put(frame);
  REQUIRE(picture.bytes() == visible(client.image({100, 50, 200, 100})));

  client.fill({0, 0, 90, 480}, 0);  // outside
  client.fill({299, 149, 40, 40}, 0x00FFFFFF);
  REQUIRE(slots_of(watched.frame()) == std::set<std::uint32_t>{7});
  client.warp({130, 60});
  client.fill({110, 60, 5, 5}, 0x00FFFFFF);
  watched.frame();
  watched.wait_for_position({30, 10});
}

TEST_CASE("a new size of the screen is a frame with every slot") {
  XServer server;
  XClient client(server);
  paint(client, {640, 480});
  server.run({"xrandr", "--newmode", "small", "10", "400", "410", "420", "430", "300", "310", "320", "330"});
  server.run({"xrandr", "--addmode", "screen", "small"});
  WatchedSource watched(server.display());
  watched.frame();
  for (Size size : {Size{400, 300}, Size{640, 480}}) {
    server.run({"xrandr", "--output", "screen", "--mode", size.width == 400 ? "small" : "640x480"});
    CapturedFrame frame = watched.frame();
    while (frame.size != size) frame = watched.frame();
    REQUIRE(frame.slots.size() == codec::SlotGrid(size).count());
    Picture picture;
    picture.put(frame);
    client.fill({0, 0, 1, 1}, 0x00C0FFEE);
    picture.put(watched.frame());
    REQUIRE(picture.bytes() == visible(client.image({0, 0, size.width, size.height})));
  }
}

TEST_CASE("a shared part that leaves the screen is gone") {
  XServer server;
  server.run({"xrandr", "--newmode", "small", "10", "400", "410", "420", "430", "300", "310", "320", "330"});
  server.run({"xrandr", "--addmode", "screen", "small"});
  WatchedSource watched(server.display(), area({500, 0, 100, 100}));
  watched.frame();
  require_granted(watched);
  server.run({"xrandr", "--output", "screen", "--mode", "small"});
  auto state = watched.next_state();
  REQUIRE(state.state == SourceState::gone);
  REQUIRE(state.problem == SourceProblem::source_gone);
}

TEST_CASE("screens of 15, 16 and 30 bits are converted") {
  auto [screen, bytes] =
      GENERATE(table<std::string, std::size_t>({{"321x200x15", 2}, {"321x200x16", 2}, {"320x200x30", 4}}));
  XServer server(screen);
  XClient client(server);
  Size size{std::stoi(screen), 200};
  paint(client, size);
  WatchedSource watched(server.display());
  require_granted(watched);
  Picture picture;
  picture.put(watched.frame());
  Bytes raw = client.image({0, 0, size.width, size.height});
  std::size_t stride = (static_cast<std::size_t>(size.width) * bytes + 3) / 4 * 4;
  REQUIRE(raw.size() == stride * 200);
  int wrong = 0;
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      std::uint32_t v = 0;
      for (std::size_t b = 0; b < bytes; ++b)
        v |= static_cast<std::uint32_t>(
                 raw[stride * static_cast<std::size_t>(y) + static_cast<std::size_t>(x) * bytes + b])
             << 8 * b;
      int bits[3] = {5, screen.ends_with("16") ? 6 : 5, 5};  // blue, green, red
      if (screen.ends_with("30")) bits[0] = bits[1] = bits[2] = 10;
      for (int channel = 0; channel < 3; ++channel) {
        int most = (1 << bits[channel]) - 1, value = static_cast<int>(v) & most;
        v >>= bits[channel];
        int told = picture.view().row(y)[x * 4 + channel];
        // The nearest of 256 to the same share of white: at most one off by truncation.
        if (std::abs(told * most - value * 255) > most) ++wrong;
      }
    }
  REQUIRE(wrong == 0);
}

TEST_CASE("without shared memory and without damage the screen is shared all the same") {
  std::string missing = GENERATE("MIT-SHM", "DAMAGE", "XFIXES", "XInputExtension");
  XServer server("640x480x24", {"-extension", missing});
  XClient client(server);
  paint(client, {640, 480});
  WatchedSource watched(server.display());
  require_granted(watched);
  Picture picture;
  picture.put(watched.frame());
  client.fill({10, 10, 10, 10}, 0x00FFFFFF);
  picture.put(watched.frame());
  REQUIRE(picture.bytes() == visible(client.image({0, 0, 640, 480})));
  client.warp({77, 66});
  client.fill({20, 20, 10, 10}, 0x00FF00FF);
  watched.frame();
  watched.wait_for_position({77, 66});
}

TEST_CASE("what cannot be shared is refused with a reason") {
  SECTION("no display") {
    WatchedSource watched(":987");
    auto state = watched.next_state();
    REQUIRE(state.state == SourceState::refused);
    REQUIRE(state.problem == SourceProblem::no_display);
    REQUIRE(state.detail == "Cannot open the X display \":987\".");
  }
  SECTION("palette colours") {
    XServer server("320x200x8");
    WatchedSource watched(server.display());
    auto state = watched.next_state();
    REQUIRE(state.state == SourceState::refused);
    REQUIRE(state.problem == SourceProblem::no_extension);
    REQUIRE(state.detail.find("depth of 8") != std::string::npos);
  }
  SECTION("too large") {
    XServer server("17000x16x24");
    WatchedSource watched(server.display());
    auto state = watched.next_state();
    REQUIRE(state.state == SourceState::refused);
    REQUIRE(state.problem == SourceProblem::too_large);
  }
  SECTION("an area beside the screen") {
    XServer server;
    WatchedSource watched(server.display(), area({1000, 1000, 10, 10}));
    REQUIRE(watched.next_state().problem == SourceProblem::source_gone);
  }
}

TEST_CASE("a killed server is told once, and the program lives on") {
  XServer server;
  WatchedSource watched(server.display());
  require_granted(watched);
  watched.frame();
  watched.source().request({});
  server.kill();
  auto state = watched.next_state();
  REQUIRE(state.state == SourceState::gone);
  REQUIRE(state.problem == SourceProblem::display_lost);
  watched.source().request({});
  watched.source().refresh();
}

TEST_CASE("a source ends though its server hangs") {
  XServer server;
  {
    WatchedSource watched(server.display());
    watched.frame();
    server.stop();
    watched.source().refresh();
    watched.source().request({});
  }
  server.go_on();
}

TEST_CASE("the pointer's shape and place are told apart from the picture") {
  XServer server;
  XClient client(server);
  client.set_cursor(58);
  client.warp({5, 6});
  WatchedSource watched(server.display());
  CursorShape first = watched.next_shape();
  REQUIRE(!first.size.empty());
  REQUIRE(first.argb.size() == static_cast<std::size_t>(first.size.width * first.size.height) * 4);
  bool opaque = false;
  for (std::size_t i = 3; i < first.argb.size(); i += 4) opaque = opaque || first.argb[i] == 255;
  REQUIRE(opaque);
  watched.wait_for_position({5, 6});
  client.set_cursor(152);
  CursorShape second = watched.next_shape();
  REQUIRE(second.argb != first.argb);
  // A device that moves; nobody asked for frames.
  server.run({"xdotool", "mousemove_relative", "295", "194"});
  watched.wait_for_position({300, 200});
  REQUIRE(watched.frames_waiting() == 0);
  REQUIRE(watched.shapes_waiting() == 0);
}

/// Two monitors side by side on a screen of 640x480.
void put_two(XServer& server) {
  server.run({"xrandr", "--setmonitor", "left", "320/80x480/120+0+0", "screen"});
  server.run({"xrandr", "--setmonitor", "right", "320/80x480/120+320+0", "none"});
}

TEST_CASE("each of several monitors is a picture of its own, and the pointer is where it is") {
  XServer server;
  put_two(server);
  XClient client(server);
  paint(client, {640, 480});
  const ScreenId left{0}, right{1};
  WatchedSource watched(server.display());
  require_granted(watched);
  auto screens = watched.next_screens();
  REQUIRE(screens.size() == 2);
  REQUIRE(screens[0] == SharedMonitor{left, {"left", {0, 0, 320, 480}, false}});
  REQUIRE(screens[1] == SharedMonitor{right, {"right", {320, 0, 320, 480}, false}});
  Picture one, two;
  one.put(watched.frame(left));
  two.put(watched.frame(right));
  REQUIRE(one.bytes() == visible(client.image({0, 0, 320, 480})));
  REQUIRE(two.bytes() == visible(client.image({320, 0, 320, 480})));
  // What happens on one of them does not wake the other.
  watched.source().request(left);
  watched.source().request(right);
  client.fill({400, 10, 10, 10}, 0x00FFFFFF);
  CapturedFrame changed = watched.next_frame(right);
  REQUIRE(changed.slots.size() == 1);
  REQUIRE(changed.slots[0].slot == SlotId{1});
  REQUIRE(watched.frames_waiting() == 0);
  client.warp({330, 40});
  client.fill({10, 10, 10, 10}, 0x00FFFFFF);
  watched.next_frame(left);
  watched.wait_for_position({10, 40}, right);
  watched.wait_for_position(kCursorAway, left);
}

TEST_CASE("monitors come, change and go while they are shared") {
  XServer server;
  XClient client(server);
  paint(client, {640, 480});
  WatchedSource watched(server.display());
  require_granted(watched);
  REQUIRE(watched.next_screens().size() == 1);
  REQUIRE(watched.frame().size == Size{640, 480});
  auto until = [&](std::size_t count) {
    for (;;)
      if (auto screens = watched.next_screens(); screens.size() == count) return screens;
  };
  put_two(server);
  auto screens = until(2);
  REQUIRE(screens[0].monitor.name == "left");
  REQUIRE(watched.frame(ScreenId{0}).size == Size{320, 480});
  REQUIRE(watched.frame(ScreenId{1}).size == Size{320, 480});
  server.run({"xrandr", "--delmonitor", "right"});
  until(1);
  REQUIRE(watched.frame(ScreenId{0}).size == Size{640, 480});
}

TEST_CASE("a monitor that is chosen is followed by its name, and the whole desktop can be chosen") {
  XServer server;
  put_two(server);
  XClient client(server);
  paint(client, {640, 480});
  ShareChoice right{.kind = ShareChoice::Kind::monitor, .monitor = "right", .area = {}};
  ShareChoice desktop{.kind = ShareChoice::Kind::desktop, .monitor = {}, .area = {}};
  WatchedSource all(server.display(), desktop), watched(server.display(), right);
  require_granted(all);
  require_granted(watched);
  REQUIRE(all.next_screens().size() == 1);
  REQUIRE(all.frame().size == Size{640, 480});
  REQUIRE(watched.next_screens()[0].monitor.area == Rect{320, 0, 320, 480});
  REQUIRE(watched.frame().size == Size{320, 480});
  server.run({"xrandr", "--delmonitor", "right"});
  REQUIRE(watched.next_state().problem == SourceProblem::source_gone);
}

TEST_CASE("screens and monitors are listed") {
  XServer server;
  put_two(server);
  DesktopSources sources = x11_sources(server.display());
  REQUIRE(sources.screen == Size{640, 480});
  REQUIRE(sources.monitors.size() == 2);
  REQUIRE(sources.monitors[0].name == "left");
  REQUIRE(sources.monitors[1].area == Rect{320, 0, 320, 480});
  REQUIRE_THROWS_WITH(x11_sources(":987"), "Cannot open the X display \":987\".");
}

}  // namespace lotse::desktop
