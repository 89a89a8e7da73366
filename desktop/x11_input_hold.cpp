#include "desktop/x11_input_hold.h"

#include <xcb/xcb.h>
#include <xcb/xinput.h>

#include <algorithm>
#include <string_view>

namespace lotse::desktop {
namespace {

constexpr std::uint32_t kGrabbed = XCB_INPUT_XI_EVENT_MASK_KEY_PRESS | XCB_INPUT_XI_EVENT_MASK_KEY_RELEASE |
                                   XCB_INPUT_XI_EVENT_MASK_BUTTON_PRESS | XCB_INPUT_XI_EVENT_MASK_BUTTON_RELEASE |
                                   XCB_INPUT_XI_EVENT_MASK_MOTION;

/// The server names the devices that XTest moves so, and they are always there.
bool is_xtest(const xcb_input_xi_device_info_t* device) {
  const std::string_view name(xcb_input_xi_device_info_name(device), device->name_len);
  return name.find("XTEST") != name.npos;
}

}  // namespace

std::set<std::uint16_t> X11InputHold::physical_devices() {
  xcb_connection_t* c = connection_.raw();
  std::set<std::uint16_t> found;
  auto reply = own(xcb_input_xi_query_device_reply(c, xcb_input_xi_query_device(c, XCB_INPUT_DEVICE_ALL), nullptr));
  if (!reply) return found;
  for (auto at = xcb_input_xi_query_device_infos_iterator(reply.get()); at.rem > 0;
       xcb_input_xi_device_info_next(&at)) {
    const bool slave =
        at.data->type == XCB_INPUT_DEVICE_TYPE_SLAVE_POINTER || at.data->type == XCB_INPUT_DEVICE_TYPE_SLAVE_KEYBOARD;
    if (slave && at.data->enabled && !is_xtest(at.data)) found.insert(at.data->deviceid);
  }
  return found;
}

bool X11InputHold::grab(std::uint16_t device) {
  xcb_connection_t* c = connection_.raw();
  auto cookie = xcb_input_xi_grab_device(c, connection_.root(), XCB_CURRENT_TIME, XCB_NONE, device,
                                         XCB_INPUT_GRAB_MODE_22_ASYNC, XCB_INPUT_GRAB_MODE_22_ASYNC, 0, 1, &kGrabbed);
  auto reply = own(xcb_input_xi_grab_device_reply(c, cookie, nullptr));
  if (!reply || reply->status != XCB_GRAB_STATUS_SUCCESS) return false;
  held_.insert(device);
  return true;
}

void X11InputHold::watch_devices(bool on) {
  struct {
    xcb_input_event_mask_t head;
    std::uint32_t mask;
  } selection{{XCB_INPUT_DEVICE_ALL, 1}, on ? std::uint32_t{XCB_INPUT_XI_EVENT_MASK_HIERARCHY} : 0u};
  xcb_input_xi_select_events(connection_.raw(), connection_.root(), 1, &selection.head);
}

/// Keys and buttons are told alike: class, length, count, a byte of nothing, 32 bytes with a bit for each.
bool X11InputHold::is_pressed(std::uint16_t device) {
  xcb_connection_t* c = connection_.raw();
  auto cookie = xcb_input_query_device_state(c, static_cast<std::uint8_t>(device));
  auto reply = own(xcb_input_query_device_state_reply(c, cookie, nullptr));
  if (!reply) return false;
  for (auto at = xcb_input_query_device_state_classes_iterator(reply.get()); at.rem > 0;
       xcb_input_input_state_next(&at)) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(at.data);
    const bool told =
        at.data->class_id == XCB_INPUT_INPUT_CLASS_KEY || at.data->class_id == XCB_INPUT_INPUT_CLASS_BUTTON;
    if (told && at.data->len >= 36 && std::any_of(bytes + 4, bytes + 36, [](std::uint8_t b) { return b != 0; }))
      return true;
  }
  return false;
}

X11InputHold::Outcome X11InputHold::hold() {
  if (holds()) return Outcome::held;
  // Whoever else presses keys waits meanwhile; for a hand, whose key may go down in between, it is looked at again.
  xcb_grab_server(connection_.raw());
  const Outcome outcome = grab_all();
  if (outcome != Outcome::held) release();
  xcb_ungrab_server(connection_.raw());
  xcb_flush(connection_.raw());
  return outcome;
}

X11InputHold::Outcome X11InputHold::grab_all() {
  const std::set<std::uint16_t> devices = physical_devices();
  auto busy = [&] {
    return std::any_of(devices.begin(), devices.end(), [this](std::uint16_t device) { return is_pressed(device); });
  };
  if (busy()) return Outcome::busy;
  watch_devices(true);
  const bool all = std::all_of(devices.begin(), devices.end(), [this](std::uint16_t device) { return grab(device); });
  if (!all || !holds()) return Outcome::impossible;
  return busy() ? Outcome::busy : Outcome::held;
}

void X11InputHold::release() {
  xcb_connection_t* c = connection_.raw();
  for (std::uint16_t device : held_) xcb_input_xi_ungrab_device(c, XCB_CURRENT_TIME, device);
  held_.clear();
  watch_devices(false);
  xcb_flush(c);
}

std::optional<RawEvent> X11InputHold::handle(const X11Event& event) {
  if (!holds() || event.type() != XCB_GE_GENERIC) return std::nullopt;
  const auto& generic = event.as<xcb_ge_generic_event_t>();
  if (generic.extension != connection_.opcode(xcb_input_id)) return std::nullopt;
  // All events of devices begin alike: device, time, detail.
  const auto& input = event.as<xcb_input_key_press_event_t>();
  switch (generic.event_type) {
    case XCB_INPUT_HIERARCHY:
      for (std::uint16_t device : physical_devices())
        if (!held_.contains(device)) grab(device);
      return std::nullopt;
    case XCB_INPUT_KEY_PRESS:
      return RawEvent{RawEvent::Kind::key_down, input.detail};
    case XCB_INPUT_KEY_RELEASE:
      return RawEvent{RawEvent::Kind::key_up, input.detail};
    case XCB_INPUT_BUTTON_PRESS:
      return RawEvent{RawEvent::Kind::button_down, input.detail};
    case XCB_INPUT_BUTTON_RELEASE:
      return RawEvent{RawEvent::Kind::button_up, input.detail};
    case XCB_INPUT_MOTION:
      return RawEvent{RawEvent::Kind::motion, 0};
    default:
      return std::nullopt;
  }
}

}  // namespace lotse::desktop
