#include "desktop/x11_injector.h"

#include <xcb/xcb.h>
#include <xcb/xtest.h>

#include <stdexcept>

namespace lotse::desktop {

/// Nobody else is served meanwhile.
class X11Injector::Hold {
 public:
  Hold(const X11Connection& connection, bool wanted) : c_(wanted ? connection.raw() : nullptr) {
    if (c_) xcb_grab_server(c_);
  }
  ~Hold() {
    if (!c_) return;
    xcb_ungrab_server(c_);
    xcb_flush(c_);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  xcb_connection_t* c_;
};

X11Injector::X11Injector(X11Connection& connection, InjectedEvents& injected,
                         std::shared_ptr<const SharedWindows> shared)
    : connection_(connection), injected_(injected), shared_(std::move(shared)) {
  if (!connection.has(xcb_test_id))
    throw std::runtime_error("The X server lacks the XTEST extension, which remote control needs.");
  if (shared_) windows_ = std::make_unique<X11Windows>(connection);
  // A program that grabs the server (an open menu of some toolkits) must not shut out whoever helps.
  xcb_test_grab_control(connection.raw(), true);
}

/// Window managers keep some keys for themselves, all over the desktop: whoever may use one window has no use of them.
bool X11Injector::may_press_key(Keycode keycode) const {
  if (!shared_has_focus(connection_, *shared_)) return false;
  xcb_connection_t* c = connection_.raw();
  auto held = own(xcb_query_pointer_reply(c, xcb_query_pointer(c, connection_.root()), nullptr));
  if (!held) return false;
  const auto modifiers = static_cast<std::uint16_t>(held->mask & 0xFF);
  auto grab =
      xcb_grab_key_checked(c, true, connection_.root(), modifiers, keycode, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC);
  const bool kept = own(xcb_request_check(c, grab)) != nullptr;
  if (!kept) xcb_ungrab_key(c, keycode, connection_.root(), modifiers);
  return !kept;
}

void X11Injector::key(Keycode keycode, bool down) {
  Hold hold(connection_, shared_ != nullptr);
  if (shared_ && (down ? !may_press_key(keycode) : !down_[keycode])) return;
  if (shared_) down_[keycode] = down;
  injected_.expect({down ? RawEvent::Kind::key_down : RawEvent::Kind::key_up, keycode}, monotonic_now());
  xcb_test_fake_input(connection_.raw(), down ? XCB_KEY_PRESS : XCB_KEY_RELEASE, keycode, 0, connection_.root(), 0, 0,
                      0);
}

bool X11Injector::may_press_button() const {
  if (!refused_place_) return shared_at(connection_, *shared_, pointer_place(connection_)) != 0;
  if (std::uint32_t beneath = shared_->beneath(*refused_place_)) windows_->raise(beneath);
  return false;
}

bool X11Injector::button(int button, bool down) {
  Hold hold(connection_, shared_ != nullptr);
  if (shared_ && down && !may_press_button()) return false;
  auto detail = static_cast<std::uint8_t>(button);
  injected_.expect({down ? RawEvent::Kind::button_down : RawEvent::Kind::button_up, detail}, monotonic_now());
  xcb_test_fake_input(connection_.raw(), down ? XCB_BUTTON_PRESS : XCB_BUTTON_RELEASE, detail, 0, connection_.root(), 0,
                      0, 0);
  return true;
}

void X11Injector::move(Point position) {
  Hold hold(connection_, shared_ != nullptr);
  // Another window is not even to see the pointer pass.
  const bool refused = shared_ && !shared_at(connection_, *shared_, position);
  refused_place_ = refused ? std::optional(position) : std::nullopt;
  if (refused) return;
  injected_.expect({RawEvent::Kind::motion, 0}, monotonic_now());
  xcb_test_fake_input(connection_.raw(), XCB_MOTION_NOTIFY, 0, 0, connection_.root(),
                      static_cast<std::int16_t>(position.x), static_cast<std::int16_t>(position.y), 0);
}

bool X11Injector::keys_stray() const { return shared_ && down_.any() && !shared_has_focus(connection_, *shared_); }

void X11Injector::flush() { xcb_flush(connection_.raw()); }

}  // namespace lotse::desktop
