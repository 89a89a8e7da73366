// XInput 2 raw events on the root window: what devices do, whoever has the focus or a grab.
#pragma once
#include <cstdint>
#include <optional>

#include "desktop/x11_connection.h"

namespace lotse::desktop {

struct RawEvent {
  enum class Kind { key_down, key_up, button_down, button_up, motion };
  Kind kind;
  std::uint32_t detail;  // key code or button, 0 for motion
  auto operator<=>(const RawEvent&) const = default;
};

/// `mask`: XCB_INPUT_XI_EVENT_MASK_RAW_*. False without XInput 2.1 (which tells also during grabs).
bool select_raw_events(X11Connection& connection, std::uint32_t mask);
/// Nothing when `event` is something else.
std::optional<RawEvent> raw_event(const X11Connection& connection, const X11Event& event);

}  // namespace lotse::desktop
