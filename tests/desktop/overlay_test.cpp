#include <xcb/xcb.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <limits>
#include <stdexcept>
#include <thread>

#include "codec/slot_codec.h"
#include "input_recorder.h"
#include "watched_source.h"
#include "x_server.h"

namespace lotse::desktop {
namespace {

constexpr std::uint32_t kGround = 0x204060, kOther = 0x60A020, kRed = 0xE11E0F, kGreen = 0x10D030;
constexpr Size kScreen{640, 480};

/// A window over everything that was there, which the server itself paints wherever it is uncovered.
class Ground {
 public:
  Ground(XClient& client, const Rect& r, std::uint32_t color) : client_(client) {
    xcb_connection_t* c = client.raw();
    window_ = xcb_generate_id(c);
    const std::uint32_t values[] = {color, true};
    xcb_create_window(c, XCB_COPY_FROM_PARENT, window_, client.root(), static_cast<std::int16_t>(r.x),
                      static_cast<std::int16_t>(r.y), static_cast<std::uint16_t>(r.width),
                      static_cast<std::uint16_t>(r.height), 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT, values);
    xcb_map_window(c, window_);
    client.sync();
  }
  void paint(std::uint32_t color) {
    xcb_change_window_attributes(client_.raw(), window_, XCB_CW_BACK_PIXEL, &color);
    xcb_clear_area(client_.raw(), false, window_, 0, 0, 0, 0);
    client_.sync();
  }
  /// From now on the server leaves what is uncovered as it is, as for most programs.
  void paint_no_more() {
    const std::uint32_t none = XCB_BACK_PIXMAP_NONE;
    xcb_change_window_attributes(client_.raw(), window_, XCB_CW_BACK_PIXMAP, &none);
    client_.sync();
  }

 private:
  XClient& client_;
  std::uint32_t window_ = 0;
};

OverlayItem item(std::uint64_t id, const Rect& place, std::uint32_t color, int alpha = 255, std::uint64_t content = 0) {
  std::vector<std::uint8_t> argb;
  for (int i = 0; i < place.width * place.height; ++i)
    for (int shift : {0, 8, 16, 24})
      argb.push_back(
          static_cast<std::uint8_t>(shift == 24 ? alpha : static_cast<int>(color >> shift & 255) * alpha / 255));
  return {id, content, place, std::make_shared<const std::vector<std::uint8_t>>(std::move(argb))};
}

/// The left half of one colour, the right half of another one.
OverlayItem two_colors(std::uint64_t id, const Rect& place, std::uint32_t left, std::uint32_t right) {
  std::vector<std::uint8_t> argb;
  for (int y = 0; y < place.height; ++y)
    for (int x = 0; x < place.width; ++x)
      for (int shift : {0, 8, 16, 24})
        argb.push_back(static_cast<std::uint8_t>(((x < place.width / 2 ? left : right) | 0xFF000000) >> shift & 255));
  return {id, 1, place, std::make_shared<const std::vector<std::uint8_t>>(std::move(argb))};
}

std::uint32_t pixel(const XClient& client, Point p) {
  std::uint32_t value = 0;
  Bytes bytes = client.image({p.x, p.y, 1, 1});
  std::memcpy(&value, bytes.data(), 4);
  return value & 0xFFFFFF;
}

void wait_for_pixel(const XClient& client, Point p, std::uint32_t color) {
  wait_until([&] { return pixel(client, p) == color; });
}

std::uint32_t at(const Picture& picture, Point p) {
  std::uint32_t value = 0;
  std::memcpy(&value, picture.view().row(p.y) + static_cast<std::size_t>(p.x) * 4, 4);
  return value;
}

/// Pixels of another colour.
int strange(const Picture& picture, std::uint32_t color, const Rect& except = {}) {
  int count = 0;
  for (int y = 0; y < picture.view().size.height; ++y)
    for (int x = 0; x < picture.view().size.width; ++x)
      count += !except.contains({x, y}) && at(picture, {x, y}) != color;
  return count;
}

std::size_t windows(const XClient& client) {
  auto cookie = xcb_query_tree(client.raw(), client.root());
  xcb_query_tree_reply_t* reply = xcb_query_tree_reply(client.raw(), cookie, nullptr);
  const std::size_t count = reply->children_len;
  std::free(reply);
  return count;
}

/// One screen of one colour, seen once.
struct Scene {
  explicit Scene(const std::vector<std::string>& options = {}) : server("640x480x24", options) {}
  XServer server;
  XClient client{server};
  Ground ground{client, {0, 0, kScreen.width, kScreen.height}, kGround};
  WatchedSource watched{server.display()};
  Picture picture;
  void look() { picture.put(watched.frame()); }
  void show(std::vector<OverlayItem> items) { watched.source().set_overlay({}, std::move(items)); }
  /// Everything that the source has to say to what happened before: the pointer's shape comes in order.
  void settle() {
    client.set_cursor(glyph += 2);
    watched.next_shape();
  }
  std::uint16_t glyph = 0;
};

}  // namespace

TEST_CASE("what lies over a screen is on the desktop and not in the picture") {
  const std::string missing = GENERATE("none", "MIT-SHM", "DAMAGE");
  Scene s(missing == "none" ? std::vector<std::string>{} : std::vector<std::string>{"-extension", missing});
  const Rect under{150, 150, 20, 20}, beside{590, 20, 10, 10};
  Ground detail(s.client, under, kGreen);
  s.look();
  s.show({item(7, {100, 100, 30, 20}, kRed), two_colors(8, {110, 110, 300, 200}, kGreen, kRed)});
  wait_for_pixel(s.client, {100, 100}, kRed);
  wait_for_pixel(s.client, {120, 115}, kGreen);  // above the first one
  wait_for_pixel(s.client, {400, 300}, kRed);
  REQUIRE(pixel(s.client, {99, 100}) == kGround);
  REQUIRE(pixel(s.client, {259, 309}) == kGreen);
  REQUIRE(pixel(s.client, {260, 309}) == kRed);
  Ground patch(s.client, beside, kOther);
  s.look();
  const auto require_right = [&] {
    REQUIRE(strange(s.picture, kGround, under) == 100);  // the patch, as large as `beside`
    REQUIRE(strange(s.picture, kGround, beside) == 400);
    REQUIRE(at(s.picture, {150, 150}) == kGreen);
    REQUIRE(at(s.picture, {169, 169}) == kGreen);
    REQUIRE(at(s.picture, {595, 25}) == kOther);
  };
  require_right();
  s.watched.source().refresh();
  CapturedFrame whole = s.watched.frame();
  REQUIRE(whole.slots.size() == 80);
  s.picture.put(whole);
  require_right();
}

TEST_CASE("a picture that begins under an overlay has none of its colours") {
  Scene s;
  s.watched.next_screens();
  s.show({item(1, {100, 100, 30, 20}, kRed), item(2, {-10, 200, 700, 80}, kGreen), item(3, {0, 0, 640, 10}, kRed)});
  wait_for_pixel(s.client, {100, 100}, kRed);
  wait_for_pixel(s.client, {0, 0}, kRed);
  s.look();
  REQUIRE(strange(s.picture, kGround, {0, 0, 640, 10}) == 0);
  REQUIRE(at(s.picture, {300, 5}) == 0);  // there is nothing to guess from
  s.show({});
  while (strange(s.picture, kGround)) s.look();
}

TEST_CASE("what changed under an overlay is told when that has gone") {
  Scene s;
  s.look();
  s.show({item(1, {100, 100, 100, 100}, kRed)});
  wait_for_pixel(s.client, {100, 100}, kRed);
  s.ground.paint(kOther);
  const Rect under{100, 100, 100, 100};
  while (strange(s.picture, kOther, under)) s.look();
  REQUIRE(at(s.picture, {100, 100}) == kGround);
  REQUIRE(at(s.picture, {199, 199}) == kGround);
  SECTION("moved away") { s.show({item(1, {150, 150, 100, 100}, kRed)}); }
  SECTION("become another one") { s.show({item(1, {150, 150, 20, 100}, kRed, 255, 1)}); }
  SECTION("taken away") { s.show({}); }
  while (at(s.picture, {100, 100}) != kOther) s.look();
  REQUIRE(strange(s.picture, kOther, {150, 150, 50, 50}) == 0);
}

TEST_CASE("what moves over a still screen costs no slot") {
  Scene s;
  s.look();
  s.watched.next_shape();
  s.watched.source().request({});
  for (int i = 0; i < 100; ++i) {
    const Rect place{5 * i, 3 * i, 40, 30};
    s.show({two_colors(1, place, kRed, kGreen)});
    if (i % 5 == 0) wait_for_pixel(s.client, {place.x, place.y}, kRed);
  }
  s.show({});
  wait_for_pixel(s.client, {500, 300}, kGround);
  std::this_thread::sleep_for(std::chrono::milliseconds(400));  // until all places it left were looked at
  s.settle();
  REQUIRE(s.watched.frames_waiting() == 0);
  Ground patch(s.client, {590, 20, 10, 10}, kOther);
  REQUIRE(s.watched.next_frame().slots.size() == 1);
}

TEST_CASE("what a program has not drawn yet where an overlay was is not told") {
  Scene s;
  // Around the place that is left: drawn together, they have it looked at.
  Ground above(s.client, {99, 99, 1, 1}, kGround), below(s.client, {121, 121, 1, 1}, kGround);
  s.look();
  auto took = Duration::max();
  // Programs get 200 ms; a machine that is busy elsewhere may need several attempts to be that fast.
  for (int attempt = 0; took > std::chrono::milliseconds(150); ++attempt) {
    REQUIRE(attempt < 50);
    s.ground.paint(kGround);
    s.show({item(1, {100, 100, 20, 20}, kRed)});
    wait_for_pixel(s.client, {100, 100}, kRed);
    while (strange(s.picture, kGround)) s.look();
    s.ground.paint_no_more();
    const auto start = std::chrono::steady_clock::now();
    s.show({item(1, {300, 100, 20, 20}, kRed)});
    wait_for_pixel(s.client, {300, 100}, kRed);
    REQUIRE(pixel(s.client, {110, 110}) == kRed);  // still
    above.paint(kOther), below.paint(kOther);
    s.look();
    took = std::chrono::steady_clock::now() - start;
    if (took <= std::chrono::milliseconds(150)) REQUIRE(strange(s.picture, kGround) == 2);
    above.paint(kGround), below.paint(kGround);
  }
  s.ground.paint(kGround);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  while (strange(s.picture, kGround)) s.look();
}

TEST_CASE("clicks and moves go through an overlay") {
  XServer server;
  InputRecorder below(server);
  WatchedSource watched(server.display());
  watched.frame();
  watched.source().set_overlay({}, {item(1, {50, 50, 100, 100}, kRed)});
  wait_for_pixel(below.client(), {100, 100}, kRed);
  server.run({"xdotool", "mousemove", "100", "100", "click", "1"});
  RecordedEvent event = below.next(RecordedEvent::Kind::button_down);
  REQUIRE(event.detail == 1);
  REQUIRE(event.place == Point{100, 100});
}

TEST_CASE("an overlay goes with its list, with its screen and with its source") {
  XServer server;
  server.run({"xrandr", "--setmonitor", "left", "320/80x480/120+0+0", "screen"});
  server.run({"xrandr", "--setmonitor", "right", "320/80x480/120+320+0", "none"});
  XClient client(server);
  Ground ground(client, {0, 0, kScreen.width, kScreen.height}, kGround);
  const std::size_t before = windows(client);
  {
    WatchedSource watched(server.display());
    watched.next_screens();
    const ScreenId left{0}, right{1};
    watched.source().set_overlay(left, {item(1, {10, 10, 20, 20}, kRed), item(2, {50, 10, 20, 20}, kRed)});
    watched.source().set_overlay(right, {item(1, {10, 10, 20, 20}, kGreen)});
    watched.source().set_overlay(ScreenId{9}, {item(1, {200, 200, 20, 20}, kGreen)});
    wait_until([&] { return windows(client) == before + 3; });
    wait_for_pixel(client, {330, 10}, kGreen);
    watched.source().set_overlay(left, {item(2, {50, 10, 20, 20}, kRed)});
    wait_until([&] { return windows(client) == before + 2; });
    REQUIRE(pixel(client, {10, 10}) == kGround);
    REQUIRE(pixel(client, {50, 10}) == kRed);
    server.run({"xrandr", "--delmonitor", "right"});
    wait_until([&] { return windows(client) == before + 1; });
    REQUIRE(pixel(client, {330, 10}) == kGround);
    watched.source().set_overlay(left, {});
    wait_until([&] { return windows(client) == before; });
    watched.source().set_overlay(left, {item(2, {50, 10, 20, 20}, kRed)});
    wait_for_pixel(client, {50, 10}, kRed);
  }
  wait_until([&] { return windows(client) == before; });
}

TEST_CASE("an overlay moves along with its screen, and is in no picture of the screen beside it") {
  XServer server;
  server.run({"xrandr", "--setmonitor", "left", "320/80x480/120+0+0", "screen"});
  server.run({"xrandr", "--setmonitor", "right", "300/80x480/120+340+0", "none"});
  XClient client(server);
  Ground ground(client, {0, 0, kScreen.width, kScreen.height}, kGround);
  WatchedSource watched(server.display());
  watched.next_screens();
  const ScreenId left{0}, right{1};
  watched.source().set_overlay(right, {item(1, {-40, 10, 60, 20}, kRed)});
  wait_for_pixel(client, {300, 10}, kRed);
  Picture picture;
  picture.put(watched.frame(left));
  REQUIRE(strange(picture, kGround) == 0);
  server.run({"xrandr", "--delmonitor", "right", "--setmonitor", "right", "320/80x480/120+320+0", "none"});  // at once
  wait_for_pixel(client, {280, 10}, kRed);
  REQUIRE(pixel(client, {345, 10}) == kGround);
  watched.source().refresh();
  picture.put(watched.frame(left));
  REQUIRE(strange(picture, kGround) == 0);
}

TEST_CASE("a marker lets through what is under it, on the screen and in the picture") {
  Scene s;
  s.look();
  s.show({item(1, {100, 100, 50, 20}, kRed, 102)});
  wait_for_pixel(s.client, {100, 100}, kRed);
  for (int y = 0; y < 20; ++y) REQUIRE(pixel(s.client, {120, 100 + y}) == (y % 5 == 0 || y % 5 == 2 ? kRed : kGround));
  s.ground.paint(kOther);
  while (strange(s.picture, kOther, {100, 100, 50, 20})) s.look();
  REQUIRE(at(s.picture, {120, 101}) == kOther);
  REQUIRE(at(s.picture, {120, 100}) == kGround);
}

TEST_CASE("an overlay stays above windows that come later") {
  Scene s;
  s.look();
  s.show({item(1, {100, 100, 50, 20}, kRed), item(2, {120, 100, 50, 20}, kGreen)});
  wait_for_pixel(s.client, {120, 100}, kGreen);
  Ground later(s.client, {50, 50, 300, 300}, kOther);
  wait_for_pixel(s.client, {100, 100}, kRed);
  wait_for_pixel(s.client, {120, 100}, kGreen);
  REQUIRE(pixel(s.client, {99, 99}) == kOther);
  // The order of the list counts, whatever it was before.
  s.show({item(2, {120, 100, 50, 20}, kGreen), item(1, {100, 100, 50, 20}, kRed)});
  wait_for_pixel(s.client, {120, 100}, kRed);
}

TEST_CASE("reduced colours are told under an overlay, too") {
  Scene s;
  s.look();
  s.show({item(1, {100, 100, 50, 20}, kRed)});
  wait_for_pixel(s.client, {100, 100}, kRed);
  for (codec::Colors colors : {codec::Colors::c256, codec::Colors::grey}) {
    s.watched.source().set_colors(colors);
    s.look();
    std::uint8_t expected[] = {0x60, 0x40, 0x20, 0};
    codec::reduce_colors({expected, {1, 1}, 4}, codec::Colors::c256);
    codec::reduce_colors({expected, {1, 1}, 4}, colors);
    const std::uint32_t under = at(s.picture, {110, 110});
    REQUIRE(std::memcmp(&under, expected, 4) == 0);
  }
}

TEST_CASE("screens of 15, 16 and 30 bits have overlays in their own pixels") {
  const std::string screen = GENERATE("320x200x15", "320x200x16", "320x200x30", "320x200x24");
  XServer server(screen);
  XClient client(server);
  Ground ground(client, {0, 0, 320, 200}, 0);
  WatchedSource watched(server.display());
  Picture picture;
  picture.put(watched.frame());
  watched.source().set_overlay(
      {}, {two_colors(1, {10, 10, 41, 10}, 0xFFFFFF, 0x0000FF), item(2, {60, 10, 5, 5}, 0x00FF00)});
  const std::size_t bytes = screen.ends_with("4") || screen.ends_with("30") ? 4 : 2;
  const auto raw = [&](Point p) {
    std::uint32_t value = 0;
    std::memcpy(&value, client.image({p.x, p.y, 1, 1}).data(), bytes);
    return value & (screen.ends_with("24") ? 0xFFFFFF : 0xFFFFFFFF);
  };
  const int bits = screen.ends_with("30")   ? 10
                   : screen.ends_with("24") ? 8
                                            : 5,
            green = screen.ends_with("16") ? 6 : bits;
  wait_until([&] { return raw({62, 12}) == ((1u << green) - 1) << bits; });
  REQUIRE((raw({12, 12}) & ((1u << (2 * bits + green)) - 1)) == (1u << (2 * bits + green)) - 1);
  REQUIRE(raw({50, 19}) == (1u << bits) - 1);
  Ground patch(client, {100, 100, 1, 1}, 0x3FF);
  picture.put(watched.frame());
  REQUIRE(strange(picture, 0, {100, 100, 1, 1}) == 0);
}

TEST_CASE("many marks and strange ones neither end the source nor get into the picture") {
  Scene s;
  s.look();
  std::vector<OverlayItem> items;
  // Almost as many parts as there may be.
  OverlayItem comb = item(1, {0, 0, 640, 50}, kRed);
  std::vector<std::uint8_t> argb = *comb.argb;
  for (std::size_t i = 0; i < argb.size() / 4; ++i)
    if ((i % 640 + i / 640 % 2) % 8 < 4)
      std::fill_n(argb.begin() + static_cast<std::ptrdiff_t>(i * 4), 4, std::uint8_t{});
  comb.argb = std::make_shared<const std::vector<std::uint8_t>>(argb);
  items.push_back(comb);
  constexpr int kFar = std::numeric_limits<int>::max();
  for (Rect place : {Rect{kFar, kFar, 4, 4}, Rect{-kFar, -kFar, 4, 4}, Rect{40000, 0, 4, 4}, Rect{-40000, 0, 4, 4}})
    items.push_back(item(items.size() + 1, place, kGreen));
  items.push_back({100, 0, {0, 0, 50, 50}, nullptr});
  items.push_back({101, 0, {0, 0, 50, 50}, comb.argb});
  items.push_back({102, 0, {0, 0, kFar, 50}, comb.argb});
  items.push_back({103, 0, {0, 0, -5, -5}, std::make_shared<const std::vector<std::uint8_t>>(100)});
  items.push_back({104, 0, {5, 5, 5, 5}, std::make_shared<const std::vector<std::uint8_t>>(100)});  // all transparent
  items.push_back(item(1, {0, 0, 4, 4}, kGreen));                                                   // twice
  for (int i = 0; i < 300; ++i) items.push_back(item(1000 + i, {i * 2, 470, 6, 6}, kGreen));
  for (int i = 0; i < 10; ++i) s.show(items);
  wait_for_pixel(s.client, {598, 470}, kGreen);
  REQUIRE(pixel(s.client, {4, 0}) == kRed);
  REQUIRE(pixel(s.client, {3, 0}) == kGround);
  REQUIRE(pixel(s.client, {3, 1}) == kRed);
  REQUIRE(pixel(s.client, {636, 48}) == kRed);
  s.ground.paint(kGround);
  Ground patch(s.client, {0, 0, 1, 1}, kOther);
  s.look();
  REQUIRE(strange(s.picture, kGround, {0, 0, 1, 1}) == 0);
  s.show({});
  wait_for_pixel(s.client, {4, 0}, kGround);
}

}  // namespace lotse::desktop
