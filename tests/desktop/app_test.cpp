// Single windows that are shared: all of theirs and nothing of others, on a real server with two applications.
#include <xcb/shape.h>
#include <xcb/xcb.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <string_view>
#include <thread>

#include "desktop/input_sink.h"
#include "desktop/shared_windows.h"
#include "desktop/whiteboard.h"
#include "watched_source.h"
#include "x_server.h"

namespace lotse::desktop {
namespace {

constexpr std::uint32_t kGround = 0x204060, kOurs = 0x60A020, kPopup = 0x20A0E0, kDialog = 0xF0E010, kSecret = 0xE11E0F,
                        kAround = 0x404040;
constexpr std::uint32_t kOurPid = 4711, kOtherPid = 815;

std::uint32_t atom(XClient& client, std::string_view name) {
  xcb_connection_t* c = client.raw();
  auto cookie = xcb_intern_atom(c, false, static_cast<std::uint16_t>(name.size()), name.data());
  xcb_intern_atom_reply_t* reply = xcb_intern_atom_reply(c, cookie, nullptr);
  const std::uint32_t value = reply->atom;
  std::free(reply);
  return value;
}

/// A window of one colour, which counts the buttons and keys that reach it.
class Window {
 public:
  enum class Kind { normal, popup };
  Window(XClient& client, const Rect& r, std::uint32_t color, std::uint32_t pid, Kind kind = Kind::normal)
      : client_(client) {
    xcb_connection_t* c = client.raw();
    id_ = xcb_generate_id(c);
    const std::uint32_t values[] = {
        color, kind == Kind::popup,
        XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_POINTER_MOTION};
    xcb_create_window(c, XCB_COPY_FROM_PARENT, id_, client.root(), static_cast<std::int16_t>(r.x),
                      static_cast<std::int16_t>(r.y), static_cast<std::uint16_t>(r.width),
                      static_cast<std::uint16_t>(r.height), 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK, values);
    if (pid)
      xcb_change_property(c, XCB_PROP_MODE_REPLACE, id_, atom(client, "_NET_WM_PID"), XCB_ATOM_CARDINAL, 32, 1, &pid);
  }
  void map() {
    xcb_map_window(client_.raw(), id_);
    client_.sync();
  }
  void unmap() {
    xcb_unmap_window(client_.raw(), id_);
    client_.sync();
  }
  void destroy() {
    xcb_destroy_window(client_.raw(), id_);
    client_.sync();
  }
  void place(const Rect& r) {
    const std::uint32_t to[] = {static_cast<std::uint32_t>(r.x), static_cast<std::uint32_t>(r.y),
                                static_cast<std::uint32_t>(r.width), static_cast<std::uint32_t>(r.height)};
    xcb_configure_window(client_.raw(), id_,
                         XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y | XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT,
                         to);
    client_.sync();
  }
  void paint(std::uint32_t color) {
    xcb_change_window_attributes(client_.raw(), id_, XCB_CW_BACK_PIXEL, &color);
    xcb_clear_area(client_.raw(), false, id_, 0, 0, 0, 0);
    client_.sync();
  }
  void belong_to(std::uint32_t window) {
    xcb_change_property(client_.raw(), XCB_PROP_MODE_REPLACE, id_, XCB_ATOM_WM_TRANSIENT_FOR, XCB_ATOM_WINDOW, 32, 1,
                        &window);
  }
  void set_title(std::string_view title) {
    xcb_change_property(client_.raw(), XCB_PROP_MODE_REPLACE, id_, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 8,
                        static_cast<std::uint32_t>(title.size()), title.data());
    client_.sync();
  }
  void take_focus() {
    xcb_set_input_focus(client_.raw(), XCB_INPUT_FOCUS_PARENT, id_, XCB_CURRENT_TIME);
    client_.sync();
  }
  std::uint32_t id() const { return id_; }

 private:
  XClient& client_;
  std::uint32_t id_ = 0;
};

/// Types of the events that a client has got so far.
std::vector<int> events_of(XClient& client) {
  client.sync();
  std::vector<int> types;
  while (xcb_generic_event_t* event = xcb_poll_for_event(client.raw())) {
    types.push_back(event->response_type & 0x7F);
    std::free(event);
  }
  return types;
}

std::uint32_t pixel(const Picture& picture, int x, int y) {
  std::uint32_t value = 0;
  std::memcpy(&value, picture.view().row(y) + static_cast<std::size_t>(x) * 4, 4);
  return value;
}

std::size_t count(const Picture& picture, std::uint32_t color) {
  std::size_t found = 0;
  for (int y = 0; y < picture.view().size.height; ++y)
    for (int x = 0; x < picture.view().size.width; ++x) found += pixel(picture, x, y) == color;
  return found;
}

ShareChoice application(std::uint32_t pid) {
  return {.kind = ShareChoice::Kind::application, .monitor = {}, .area = {}, .id = pid};
}
ShareChoice window(std::uint32_t id) {
  return {.kind = ShareChoice::Kind::window, .monitor = {}, .area = {}, .id = id};
}

/// Two applications on a desktop: ours is shared.
struct Desk {
  Desk() {
    xcb_change_window_attributes(ours.raw(), ours.root(), XCB_CW_BACK_PIXEL, &kGround);
    xcb_clear_area(ours.raw(), false, ours.root(), 0, 0, 0, 0);
    main.map();
    secret.map();
  }
  /// Frames until the picture is like that. Not a pixel of the other application is in any of them.
  void see(WatchedSource& watched, const std::function<bool()>& like) {
    for (picture.put(watched.frame()); !like(); picture.put(watched.frame())) REQUIRE(count(picture, kSecret) == 0);
    REQUIRE(count(picture, kSecret) == 0);
    REQUIRE(count(picture, kGround) == 0);
  }

  XServer server;
  XClient ours{server}, theirs{server};
  Window main{ours, {100, 80, 300, 200}, kOurs, kOurPid};
  Window secret{theirs, {420, 80, 150, 200}, kSecret, kOtherPid};
  Picture picture;
};

}  // namespace

TEST_CASE("an application is its windows, whatever lies over them") {
  Desk desk;
  WatchedSource watched(desk.server.display(), application(kOurPid));
  REQUIRE(watched.next_state().state == SourceState::granted);
  REQUIRE(watched.next_screens().at(0).monitor.area == Rect{100, 80, 300, 200});
  desk.see(watched, [&] { return count(desk.picture, kOurs) == 300 * 200; });

  // What is hidden is seen as it is drawn there.
  desk.secret.place({50, 50, 200, 400});
  desk.main.paint(kDialog);
  desk.see(watched, [&] { return count(desk.picture, kDialog) == 300 * 200; });
  desk.main.paint(kOurs);
  desk.see(watched, [&] { return count(desk.picture, kOurs) == 300 * 200; });
}

TEST_CASE("a menu and a dialog of the application are seen; another one's menu is not") {
  Desk desk;
  WatchedSource watched(desk.server.display(), application(kOurPid));
  desk.see(watched, [&] { return count(desk.picture, kOurs) == 300 * 200; });

  Window popup(desk.ours, {380, 120, 60, 80}, kPopup, 0, Window::Kind::popup);  // says nothing of itself
  popup.map();
  desk.see(watched, [&] { return count(desk.picture, kPopup) == 60 * 80; });
  REQUIRE(desk.picture.view().size == Size{340, 200});
  REQUIRE(pixel(desk.picture, 330, 10) == kAround);
  REQUIRE(pixel(desk.picture, 290, 50) == kPopup);
  popup.unmap();
  desk.see(watched, [&] { return count(desk.picture, kOurs) == 300 * 200; });
  REQUIRE(desk.picture.view().size == Size{340, 200});  // it does not begin anew with each menu

  Window theirs(desk.theirs, {150, 100, 60, 80}, kSecret, 0, Window::Kind::popup);
  theirs.map();
  Window dialog(desk.ours, {120, 240, 100, 90}, kDialog, kOurPid);
  dialog.map();
  desk.see(watched, [&] { return count(desk.picture, kDialog) == 100 * 90; });
  REQUIRE(desk.picture.view().size == Size{300, 250});
}

TEST_CASE("a window has its own dialogs, and no other window of its program") {
  Desk desk;
  Window second(desk.ours, {420, 300, 100, 100}, kSecret, kOurPid), dialog(desk.ours, {110, 90, 50, 50}, kDialog, 0);
  Window unclear(desk.ours, {200, 100, 20, 20}, kSecret, 0, Window::Kind::popup);
  Window menu(desk.ours, {300, 100, 20, 20}, kPopup, 0, Window::Kind::popup);
  dialog.belong_to(desk.main.id());
  menu.belong_to(dialog.id());
  for (Window* w : {&second, &unclear, &dialog, &menu}) w->map();
  WatchedSource watched(desk.server.display(), window(desk.main.id()));
  desk.see(watched, [&] { return count(desk.picture, kDialog) == 50 * 50; });
  REQUIRE(count(desk.picture, kPopup) == 20 * 20);
  REQUIRE(desk.picture.view().size == Size{300, 200});
}

TEST_CASE("a window that moves tells its place and no slot; one of another size begins anew") {
  Desk desk;
  WatchedSource watched(desk.server.display(), application(kOurPid));
  watched.next_screens();
  desk.see(watched, [&] { return count(desk.picture, kOurs) == 300 * 200; });
  watched.source().request({});
  desk.main.place({140, 90, 300, 200});
  REQUIRE(watched.next_screens().at(0).monitor.area == Rect{140, 90, 300, 200});
  desk.main.place({140, 90, 200, 100});
  REQUIRE(watched.next_screens().at(0).monitor.area == Rect{140, 90, 200, 100});
  CapturedFrame frame = watched.next_frame();  // the only one
  REQUIRE(frame.size == Size{200, 100});
  REQUIRE(frame.slots.size() == 8);
}

TEST_CASE("minimised it stays as it was, closed it ends") {
  Desk desk;
  WatchedSource watched(desk.server.display(), application(kOurPid));
  REQUIRE(watched.next_state().state == SourceState::granted);
  desk.see(watched, [&] { return count(desk.picture, kOurs) == 300 * 200; });
  desk.main.unmap();
  desk.secret.place({0, 0, 640, 480});
  watched.source().refresh();
  desk.see(watched, [&] { return true; });
  REQUIRE(count(desk.picture, kOurs) == 300 * 200);
  desk.main.map();
  desk.main.paint(kDialog);
  desk.see(watched, [&] { return count(desk.picture, kDialog) == 300 * 200; });
  desk.main.destroy();
  auto state = watched.next_state();
  REQUIRE(state.state == SourceState::gone);
  REQUIRE(state.problem == SourceProblem::source_gone);
  REQUIRE(state.detail == "The shared application has closed its windows.");
}

TEST_CASE("what a shape cuts away is plain") {
  Desk desk;
  const xcb_rectangle_t part{20, 10, 100, 50};
  xcb_shape_rectangles(desk.ours.raw(), XCB_SHAPE_SO_SET, XCB_SHAPE_SK_BOUNDING, XCB_CLIP_ORDERING_UNSORTED,
                       desk.main.id(), 0, 0, 1, &part);
  desk.ours.sync();
  WatchedSource watched(desk.server.display(), application(kOurPid));
  desk.see(watched, [&] { return true; });
  REQUIRE(count(desk.picture, kOurs) == 100 * 50);
  REQUIRE(pixel(desk.picture, 20, 10) == kOurs);
  REQUIRE(pixel(desk.picture, 19, 10) == kAround);
}

TEST_CASE("a window that is hidden is black wherever it is, and nothing else") {
  Desk desk;
  desk.secret.place({200, 100, 150, 200});
  WatchedSource watched(desk.server.display());
  watched.source().set_hidden({desk.secret.id()});
  Picture& picture = desk.picture;
  auto see = [&](const std::function<bool()>& like) {
    while (!like()) {
      picture.put(watched.frame());
      REQUIRE(count(picture, kSecret) == 0);
    }
  };
  const auto black = [&] { return !picture.view().size.empty() && count(picture, 0) == 150 * 200; };
  see(black);
  REQUIRE(pixel(picture, 200, 100) == 0);
  REQUIRE(pixel(picture, 199, 100) == kOurs);
  std::atomic<bool> stop = false;
  std::thread mover([&] {  // while frames are taken
    for (int step = 0; !stop; ++step) desk.secret.place({step * 7 % 480, step * 5 % 270, 150, 200});
  });
  for (int frame = 0; frame < 60; ++frame) {
    picture.put(watched.frame());
    CHECK(count(picture, kSecret) == 0);
  }
  stop = true;
  mover.join();
  // Below others, where a move changes nothing that is seen.
  desk.secret.place({100, 80, 150, 200});
  desk.main.place({100, 80, 300, 200});
  const std::uint32_t above = XCB_STACK_MODE_ABOVE;
  xcb_configure_window(desk.ours.raw(), desk.main.id(), XCB_CONFIG_WINDOW_STACK_MODE, &above);
  desk.ours.sync();
  desk.secret.place({110, 80, 150, 200});
  see([&] { return pixel(picture, 105, 90) == kOurs && black(); });

  Window menu(desk.theirs, {450, 300, 60, 80}, kSecret, 0, Window::Kind::popup);
  menu.map();
  see([&] { return pixel(picture, 460, 310) == 0; });
  menu.unmap();
  see([&] { return black(); });
  watched.source().set_hidden({});
  desk.secret.place({420, 80, 150, 200});
  do picture.put(watched.frame());
  while (count(picture, kSecret) != 150 * 200);
}

TEST_CASE("the pointer is told over the application alone") {
  Desk desk;
  WatchedSource watched(desk.server.display(), application(kOurPid));
  watched.next_screens();
  DesktopInput input = make_x11_input(desk.server.display(), {[] {}, [] {}, [] {}});
  input.sink->move({130, 100});
  REQUIRE_NOTHROW(watched.wait_for_position({30, 20}));
  input.sink->move({600, 400});
  REQUIRE_NOTHROW(watched.wait_for_position(kCursorAway));
  desk.secret.place({100, 80, 50, 50});
  input.sink->move({350, 100});
  REQUIRE_NOTHROW(watched.wait_for_position({250, 20}));
  input.sink->move({120, 100});  // of the one above
  REQUIRE_NOTHROW(watched.wait_for_position(kCursorAway));
}

TEST_CASE("windows are listed with what they say of themselves") {
  Desk desk;
  desk.main.set_title("Letter");
  constexpr std::string_view kClass("writer\0Writer", 14);
  xcb_change_property(desk.ours.raw(), XCB_PROP_MODE_REPLACE, desk.main.id(), XCB_ATOM_WM_CLASS, XCB_ATOM_STRING, 8,
                      kClass.size(), kClass.data());
  desk.ours.sync();
  Window popup(desk.ours, {380, 120, 60, 80}, kPopup, kOurPid, Window::Kind::popup);
  popup.map();
  auto windows = x11_sources(desk.server.display()).windows;
  REQUIRE(windows.size() == 2);
  REQUIRE(windows[0].pid == kOtherPid);
  REQUIRE(windows[1].id == desk.main.id());
  REQUIRE(windows[1].title == "Letter");
  REQUIRE(windows[1].app == "Writer");
  REQUIRE(windows[1].pid == kOurPid);
  REQUIRE(windows[1].area == Rect{100, 80, 300, 200});
}

namespace {

/// Waits until everything that was asked of the sink before has been done.
void settle(Desk& desk, DesktopInput& input) {
  const Point before = desk.ours.pointer();
  const Point mark{before.x == 101 ? 102 : 101, 279};
  input.sink->move(mark);
  wait_until([&] { return desk.ours.pointer() == mark; });
}

std::ptrdiff_t times(const std::vector<int>& events, int type) {
  return std::count(events.begin(), events.end(), type);
}

}  // namespace

TEST_CASE("remote input reaches shared windows alone") {
  Desk desk;
  auto shared = std::make_shared<SharedWindows>();
  shared->set({{desk.main.id(), {100, 80, 300, 200}}});
  DesktopInput input = make_x11_input(desk.server.display(), {[] {}, [] {}, [] {}}, shared);
  auto click = [&](Point at) {
    input.sink->move(at);
    input.sink->button(1, true);
    input.sink->button(1, false);
    settle(desk, input);
  };
  settle(desk, input);
  events_of(desk.ours), events_of(desk.theirs);

  click({150, 100});
  REQUIRE(times(events_of(desk.ours), XCB_BUTTON_PRESS) == 1);
  click({450, 100});  // another window
  click({20, 20});    // none
  REQUIRE(times(events_of(desk.ours), XCB_BUTTON_PRESS) == 0);
  REQUIRE(events_of(desk.theirs).empty());

  // Covered: the first click raises it, and presses nothing.
  desk.secret.place({120, 90, 100, 100});
  click({150, 100});
  REQUIRE(times(events_of(desk.ours), XCB_BUTTON_PRESS) == 0);
  REQUIRE(events_of(desk.theirs).empty());
  click({150, 100});
  REQUIRE(times(events_of(desk.ours), XCB_BUTTON_PRESS) == 1);
  REQUIRE(events_of(desk.theirs).empty());

  // The pointer was put elsewhere meanwhile, by the person there.
  desk.secret.place({420, 80, 150, 200});
  desk.ours.warp({450, 100});
  events_of(desk.theirs);
  input.sink->button(1, true);
  input.sink->button(1, false);
  input.sink->wheel(0, 1);
  settle(desk, input);
  REQUIRE(times(events_of(desk.theirs), XCB_BUTTON_PRESS) == 0);
}

TEST_CASE("remote keys reach shared windows alone, and nobody's shortcuts") {
  constexpr std::uint32_t kA = 0x61, kB = 0x62, kAlt = 0xFFE9;
  constexpr std::uint8_t kKeyB = 56;
  Desk desk;
  desk.server.run({"setxkbmap", "us"});
  desk.server.run({"xset", "r", "off"});
  auto shared = std::make_shared<SharedWindows>();
  shared->set({{desk.main.id(), {100, 80, 300, 200}}});
  DesktopInput input = make_x11_input(desk.server.display(), {[] {}, [] {}, [] {}}, shared);
  auto tap = [&](std::uint32_t keysym) {
    input.sink->key({keysym, 0, true, {}});
    input.sink->key({keysym, 0, false, {}});
    settle(desk, input);
  };
  desk.main.take_focus();
  settle(desk, input);
  events_of(desk.ours), events_of(desk.theirs);
  tap(kA);
  REQUIRE(times(events_of(desk.ours), XCB_KEY_PRESS) == 1);
  desk.secret.take_focus();
  tap(kA);
  input.sink->type("password");
  settle(desk, input);
  REQUIRE(times(events_of(desk.ours), XCB_KEY_PRESS) == 0);
  REQUIRE(times(events_of(desk.theirs), XCB_KEY_PRESS) == 0);

  // A window manager keeps Alt+B.
  desk.main.take_focus();
  xcb_grab_key(desk.theirs.raw(), true, desk.theirs.root(), XCB_MOD_MASK_1, kKeyB, XCB_GRAB_MODE_ASYNC,
               XCB_GRAB_MODE_ASYNC);
  desk.theirs.sync();
  tap(kB);
  REQUIRE(times(events_of(desk.ours), XCB_KEY_PRESS) == 1);
  input.sink->key({kAlt, 56, true, {}});
  input.sink->key({kB, 48, true, {.alt = true}});
  input.sink->key({kB, 48, false, {.alt = true}});
  input.sink->key({kAlt, 56, false, {}});
  settle(desk, input);
  REQUIRE(times(events_of(desk.theirs), XCB_KEY_PRESS) == 0);
  REQUIRE(times(events_of(desk.ours), XCB_KEY_PRESS) == 1);  // Alt alone
}

TEST_CASE("a key that is held comes up when another window gets the focus") {
  constexpr std::uint32_t kA = 0x61;
  Desk desk;
  desk.server.run({"setxkbmap", "us"});
  auto shared = std::make_shared<SharedWindows>();
  shared->set({{desk.main.id(), {100, 80, 300, 200}}});
  DesktopInput input = make_x11_input(desk.server.display(), {[] {}, [] {}, [] {}}, shared);
  desk.main.take_focus();
  auto keys_down = [&] {
    xcb_query_keymap_reply_t* reply =
        xcb_query_keymap_reply(desk.ours.raw(), xcb_query_keymap(desk.ours.raw()), nullptr);
    const bool any = std::any_of(reply->keys, reply->keys + 32, [](std::uint8_t byte) { return byte != 0; });
    std::free(reply);
    return any;
  };
  input.sink->key({kA, 0, true, {}});
  REQUIRE_NOTHROW(wait_until(keys_down));
  desk.secret.take_focus();
  REQUIRE_NOTHROW(wait_until([&] { return !keys_down(); }));
}

TEST_CASE("a whiteboard is white, and told once") {
  struct Told : ScreenSourceHandler {
    void on_state(SourceState state, SourceProblem, const std::string&) override { states.push_back(state); }
    void on_screens(std::vector<SharedMonitor> list) override { screens = std::move(list); }
    void on_frame(ScreenId, CapturedFrame frame) override { frames.push_back(std::move(frame)); }
    void on_cursor_shape(CursorShape) override {}
    void on_cursor_position(ScreenId, Point) override {}
    std::vector<SourceState> states;
    std::vector<SharedMonitor> screens;
    std::vector<CapturedFrame> frames;
  } told;
  auto board = make_whiteboard();
  board->request({});
  board->start(told);
  REQUIRE(told.states == std::vector{SourceState::granted});
  REQUIRE(told.screens.at(0).monitor.area.size() == kWhiteboardSize);
  board->request({});
  board->request({});
  REQUIRE(told.frames.size() == 1);
  Picture picture;
  picture.put(told.frames[0]);
  REQUIRE(count(picture, 0xFFFFFF) == 1600 * 1000);
  board->refresh();
  REQUIRE(told.frames.size() == 2);
  REQUIRE(told.frames[1].slots.size() == told.frames[0].slots.size());
}

}  // namespace lotse::desktop
