#include "desktop/x11_raw_events.h"

#include <xcb/xcb.h>
#include <xcb/xinput.h>

namespace lotse::desktop {

bool select_raw_events(X11Connection& connection, std::uint32_t mask) {
  xcb_connection_t* c = connection.raw();
  if (!connection.has(xcb_input_id)) return false;
  auto version = own(xcb_input_xi_query_version_reply(c, xcb_input_xi_query_version(c, 2, 2), nullptr));
  if (!version || version->major_version < 2 || (version->major_version == 2 && version->minor_version < 1))
    return false;
  struct {
    xcb_input_event_mask_t head;
    std::uint32_t mask;
  } selection{{XCB_INPUT_DEVICE_ALL_MASTER, 1}, mask};
  auto cookie = xcb_input_xi_select_events_checked(c, connection.root(), 1, &selection.head);
  return !own(xcb_request_check(c, cookie)) && !connection.lost();
}

std::optional<RawEvent> raw_event(const X11Connection& connection, const X11Event& event) {
  if (event.type() != XCB_GE_GENERIC) return std::nullopt;
  const auto& generic = event.as<xcb_ge_generic_event_t>();
  if (generic.extension != connection.opcode(xcb_input_id)) return std::nullopt;
  // All raw events begin alike: device, time, detail.
  std::uint32_t detail = event.as<xcb_input_raw_key_press_event_t>().detail;
  switch (generic.event_type) {
    case XCB_INPUT_RAW_KEY_PRESS:
      return RawEvent{RawEvent::Kind::key_down, detail};
    case XCB_INPUT_RAW_KEY_RELEASE:
      return RawEvent{RawEvent::Kind::key_up, detail};
    case XCB_INPUT_RAW_BUTTON_PRESS:
      return RawEvent{RawEvent::Kind::button_down, detail};
    case XCB_INPUT_RAW_BUTTON_RELEASE:
      return RawEvent{RawEvent::Kind::button_up, detail};
    case XCB_INPUT_RAW_MOTION:
      return RawEvent{RawEvent::Kind::motion, 0};
    default:
      return std::nullopt;
  }
}

}  // namespace lotse::desktop
