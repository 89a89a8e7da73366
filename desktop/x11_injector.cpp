#include "desktop/x11_injector.h"

#include <xcb/xcb.h>
#include <xcb/xtest.h>

#include <stdexcept>

namespace lotse::desktop {

X11Injector::X11Injector(X11Connection& connection, InjectedEvents& injected)
    : connection_(connection), injected_(injected) {
  if (!connection.has(xcb_test_id))
    throw std::runtime_error("The X server lacks the XTEST extension, which remote control needs.");
  // A program that grabs the server (an open menu of some toolkits) must not shut out whoever helps.
  xcb_test_grab_control(connection.raw(), true);
}

void X11Injector::key(Keycode keycode, bool down) {
  injected_.expect({down ? RawEvent::Kind::key_down : RawEvent::Kind::key_up, keycode}, monotonic_now());
  xcb_test_fake_input(connection_.raw(), down ? XCB_KEY_PRESS : XCB_KEY_RELEASE, keycode, 0, connection_.root(), 0, 0,
                      0);
}

void X11Injector::button(int button, bool down) {
  auto detail = static_cast<std::uint8_t>(button);
  injected_.expect({down ? RawEvent::Kind::button_down : RawEvent::Kind::button_up, detail}, monotonic_now());
  xcb_test_fake_input(connection_.raw(), down ? XCB_BUTTON_PRESS : XCB_BUTTON_RELEASE, detail, 0, connection_.root(), 0,
                      0, 0);
}

void X11Injector::move(Point position) {
  injected_.expect({RawEvent::Kind::motion, 0}, monotonic_now());
  xcb_test_fake_input(connection_.raw(), XCB_MOTION_NOTIFY, 0, 0, connection_.root(),
                      static_cast<std::int16_t>(position.x), static_cast<std::int16_t>(position.y), 0);
}

void X11Injector::flush() { xcb_flush(connection_.raw()); }

}  // namespace lotse::desktop
