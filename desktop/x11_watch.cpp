#include "desktop/x11_watch.h"

#include <xcb/xinput.h>
#include <xkbcommon/xkbcommon.h>

#include <stdexcept>

namespace lotse::desktop {
namespace {

constexpr std::uint32_t kWatched = XCB_INPUT_XI_EVENT_MASK_RAW_KEY_PRESS | XCB_INPUT_XI_EVENT_MASK_RAW_KEY_RELEASE |
                                   XCB_INPUT_XI_EVENT_MASK_RAW_BUTTON_PRESS |
                                   XCB_INPUT_XI_EVENT_MASK_RAW_BUTTON_RELEASE | XCB_INPUT_XI_EVENT_MASK_RAW_MOTION;

bool is_key(RawEvent::Kind kind) { return kind == RawEvent::Kind::key_down || kind == RawEvent::Kind::key_up; }

}  // namespace

X11Watch::X11Watch(const std::string& display, LocalInputHandler handler, std::shared_ptr<InjectedEvents> injected)
    : handler_(std::move(handler)),
      injected_(std::move(injected)),
      connection_(display),
      layout_(connection_, Keyboard::core),
      hold_(connection_) {
  // Without it the person at the machine could not stop whoever controls it.
  if (!select_raw_events(connection_, kWatched))
    throw std::runtime_error("The X server lacks XInput 2.1, without which local input cannot take precedence.");
  thread_ = std::thread([this] { run(); });
}

X11Watch::~X11Watch() {
  stop_ = true;
  wakeup_.signal();
  connection_.interrupt();
  thread_.join();
}

void X11Watch::hold(bool on) {
  hold_again_ = hold_wanted_ = on;
  wakeup_.signal();
}

bool X11Watch::hold_or_release() {
  if (hold_wanted_ == hold_.holds()) return false;
  if (!hold_wanted_) return hold_.release(), true;
  if (!hold_again_.exchange(false)) return false;
  if (hold_.hold() == X11InputHold::Outcome::impossible) {
    hold_wanted_ = false;
    if (handler_.on_not_held) handler_.on_not_held();
  }
  return true;
}

void X11Watch::run() {
  block_signals_here();
  while (!stop_ && !connection_.lost()) {
    while (X11Event event = connection_.next_event()) {
      layout_.handle(event);
      const Instant now = monotonic_now();
      hold_again_ = true;
      if (auto held = hold_.handle(event)) handle(*held, now);
      if (auto raw = raw_event(connection_, event); raw && !injected_->take(*raw, now)) handle(*raw, now);
    }
    if (hold_or_release() || layout_.refresh()) continue;
    connection_.wait(wakeup_, Instant::never());
  }
}

void X11Watch::handle(const RawEvent& event, Instant now) {
  if (stop_) return;
  if (is_key(event.kind) && event.detail < down_.size()) {
    down_[event.detail] = event.kind == RawEvent::Kind::key_down;
    if (event.kind == RawEvent::Kind::key_down &&
        is_panic(layout_.keymap().plain_keysym(static_cast<Keycode>(event.detail)))) {
      hold_wanted_ = false;  // here, so that it works whatever the rest of the program does
      hold_.release();
      handler_.on_panic();
    }
  }
  if (now - told_ < kActivityInterval) return;
  told_ = now;
  handler_.on_activity();
}

bool X11Watch::is_panic(std::uint32_t keysym) const {
  if (keysym == XKB_KEY_Pause) return true;
  if (keysym != XKB_KEY_Escape) return false;
  auto held = [this](std::uint32_t left, std::uint32_t right) {
    for (std::size_t key = 8; key < down_.size(); ++key)
      if (std::uint32_t plain = down_[key] ? layout_.keymap().plain_keysym(static_cast<Keycode>(key)) : 0)
        if (plain == left || plain == right) return true;
    return false;
  };
  return held(XKB_KEY_Control_L, XKB_KEY_Control_R) && held(XKB_KEY_Alt_L, XKB_KEY_Alt_R) &&
         held(XKB_KEY_Shift_L, XKB_KEY_Shift_R);
}

}  // namespace lotse::desktop
