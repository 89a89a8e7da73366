// The person's own keyboard and mouse held off, with a server whose devices a test can press.
#include <xcb/xcb.h>
#include <xcb/xinput.h>
#include <xcb/xtest.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <string_view>

#include "desktop/input_sink.h"
#include "input_recorder.h"
#include "x_server.h"

using namespace lotse;
using namespace lotse::desktop;

namespace {

constexpr std::uint8_t kKeyA = 38, kKeyC = 54, kKeyPause = 127;  // X key codes: evdev's and 8
using Kind = RecordedEvent::Kind;

/// Keyboard and mouse of the server, not those of XTest: what is done on them came from no program, as far as it knows.
class Devices {
 public:
  explicit Devices(const XServer& server) : client_(server) {
    xcb_connection_t* c = client_.raw();
    first_event_ = xcb_get_extension_data(c, &xcb_input_id)->first_event;
    std::free(xcb_input_xi_query_version_reply(c, xcb_input_xi_query_version(c, 2, 2), nullptr));
    auto* reply = xcb_input_xi_query_device_reply(c, xcb_input_xi_query_device(c, XCB_INPUT_DEVICE_ALL), nullptr);
    for (auto at = xcb_input_xi_query_device_infos_iterator(reply); at.rem > 0; xcb_input_xi_device_info_next(&at)) {
      const std::string_view name(xcb_input_xi_device_info_name(at.data), at.data->name_len);
      if (name.find("XTEST") != name.npos) continue;
      if (at.data->type == XCB_INPUT_DEVICE_TYPE_SLAVE_KEYBOARD) keyboard_ = at.data->deviceid;
      if (at.data->type == XCB_INPUT_DEVICE_TYPE_SLAVE_POINTER) mouse_ = at.data->deviceid;
    }
    std::free(reply);
    for (std::uint16_t device : {keyboard_, mouse_}) {
      auto cookie = xcb_input_open_device(c, static_cast<std::uint8_t>(device));
      std::free(xcb_input_open_device_reply(c, cookie, nullptr));
    }
    REQUIRE(keyboard_ * mouse_ != 0);
  }
  void key(std::uint8_t code, bool down) { fake(down ? 1 : 2, code, keyboard_); }
  void tap(std::uint8_t code) { key(code, true), key(code, false); }
  void button(bool down) { fake(down ? 3 : 4, 1, mouse_); }
  /// Another program has both.
  void take(bool on) {
    xcb_connection_t* c = client_.raw();
    const std::uint32_t mask = XCB_INPUT_XI_EVENT_MASK_KEY_PRESS;
    for (std::uint16_t device : {keyboard_, mouse_}) {
      if (!on) {
        xcb_input_xi_ungrab_device(c, XCB_CURRENT_TIME, device);
        continue;
      }
      auto cookie = xcb_input_xi_grab_device(c, client_.root(), XCB_CURRENT_TIME, XCB_NONE, device,
                                             XCB_INPUT_GRAB_MODE_22_ASYNC, XCB_INPUT_GRAB_MODE_22_ASYNC, 0, 1, &mask);
      std::free(xcb_input_xi_grab_device_reply(c, cookie, nullptr));
    }
    client_.sync();
  }
  XClient& client() { return client_; }

 private:
  void fake(int type, std::uint8_t detail, std::uint16_t device) {
    xcb_test_fake_input(client_.raw(), static_cast<std::uint8_t>(first_event_ + type), detail, 0, XCB_NONE, 0, 0,
                        static_cast<std::uint8_t>(device));
    client_.sync();
  }
  XClient client_;
  int first_event_ = 0;
  std::uint16_t keyboard_ = 0, mouse_ = 0;
};

struct Held {
  XServer server;
  InputRecorder recorder{server};
  Devices devices{server};
  std::mutex mutex;
  std::condition_variable changed;
  int panics = 0, not_held = 0;
  DesktopInput input;

  Held() {
    server.run({"xset", "r", "off"});
    auto count = [this](int& what) {
      return [this, &what] {
        std::lock_guard lock(mutex);
        ++what;
        changed.notify_all();
      };
    };
    input = make_x11_input(server.display(), {[] {}, count(panics), count(not_held)});
  }
  bool wait(const int& count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), [&] { return count > 0; });
  }
  /// Whether a key of the person comes through: one by the sink comes behind it in any case.
  bool comes_through() {
    devices.tap(kKeyA);
    input.sink->key({'b', 0, true, {}});
    input.sink->key({'b', 0, false, {}});
    const auto pressed = recorder.pressed_until('b');
    return std::find(pressed.begin(), pressed.end(), std::uint32_t{'a'}) != pressed.end();
  }
  bool until_held(bool held) {
    for (int i = 0; i < 1000; ++i)
      if (comes_through() != held) return true;
    return false;
  }
};

}  // namespace

TEST_CASE("held, keyboard and mouse of the person reach nobody, and what the sink does goes on") {
  Held h;
  REQUIRE(h.comes_through());
  h.input.local->hold(true);
  REQUIRE(h.until_held(true));
  for (int i = 0; i < 5; ++i) CHECK_FALSE(h.comes_through());
  h.devices.button(true);
  h.devices.button(false);
  h.input.sink->move({77, 55});
  h.input.sink->button(3, true);
  CHECK(h.recorder.next(Kind::button_down).detail == 3);
  h.input.sink->button(3, false);
  CHECK(h.devices.client().pointer() == Point{77, 55});
  h.input.local->hold(false);
  REQUIRE(h.until_held(false));
  h.devices.button(true);
  CHECK(h.recorder.next(Kind::button_down).detail == 1);
  CHECK(h.not_held == 0);
}

TEST_CASE("Pause of the person ends it, whoever listens") {
  Held h;
  h.input.local->hold(true);
  REQUIRE(h.until_held(true));
  h.devices.tap(kKeyPause);
  REQUIRE(h.wait(h.panics));
  CHECK(h.comes_through());
}

TEST_CASE("it begins once nothing is held down, or the desktop would take it for down all the time") {
  Held h;
  h.devices.key(kKeyC, true);
  h.input.local->hold(true);
  for (int i = 0; i < 5; ++i) CHECK(h.comes_through());
  h.devices.key(kKeyC, false);
  REQUIRE(h.until_held(true));
  CHECK(h.recorder.down().empty());
}

TEST_CASE("where there is no device that could be held it is told, and nothing is") {
  Held h;
  h.devices.take(true);
  h.input.local->hold(true);
  REQUIRE(h.wait(h.not_held));
  h.devices.take(false);
  CHECK(h.comes_through());
}

TEST_CASE("a program that ends lets go") {
  Held h;
  h.input.local->hold(true);
  REQUIRE(h.until_held(true));
  h.input.local.reset();
  h.devices.tap(kKeyA);
  CHECK(h.recorder.next(Kind::key_down).detail == kKeyA);
}
