#include "desktop/x11_layout.h"

#include <xcb/xcb.h>
#include <xcb/xinput.h>
#ifdef __clang__
#pragma clang diagnostic ignored "-Wkeyword-macro"
#endif
#define explicit explicit_  // a field of that name
#include <xcb/xkb.h>
#undef explicit
#include <xkbcommon/xkbcommon-x11.h>
#include <xkbcommon/xkbcommon.h>

#include <stdexcept>
#include <string_view>
#include <vector>

namespace lotse::desktop {
namespace {

/// XTest's keyboard, or `otherwise` when the server has none by that name.
int test_keyboard(const X11Connection& connection, int otherwise) {
  xcb_connection_t* c = connection.raw();
  if (!connection.has(xcb_input_id)) return otherwise;
  // The server refuses this to clients that have not named their version.
  auto version = own(xcb_input_xi_query_version_reply(c, xcb_input_xi_query_version(c, 2, 2), nullptr));
  auto reply = own(xcb_input_xi_query_device_reply(c, xcb_input_xi_query_device(c, XCB_INPUT_DEVICE_ALL), nullptr));
  if (!version || !reply) return otherwise;
  for (auto i = xcb_input_xi_query_device_infos_iterator(reply.get()); i.rem; xcb_input_xi_device_info_next(&i)) {
    std::string_view name(xcb_input_xi_device_info_name(i.data),
                          static_cast<std::size_t>(xcb_input_xi_device_info_name_length(i.data)));
    if (i.data->type == XCB_INPUT_DEVICE_TYPE_SLAVE_KEYBOARD && name.substr(0, 27) == "Virtual core XTEST keyboard")
      return i.data->deviceid;
  }
  return otherwise;
}

void select_events(const X11Connection& connection, int device) {
  constexpr std::uint16_t kEvents = XCB_XKB_EVENT_TYPE_NEW_KEYBOARD_NOTIFY | XCB_XKB_EVENT_TYPE_MAP_NOTIFY;
  constexpr std::uint16_t kAllParts = 0xFF;
  xcb_xkb_select_events(connection.raw(), static_cast<std::uint16_t>(device), kEvents, 0, kEvents, kAllParts, kAllParts,
                        nullptr);
}

}  // namespace

void X11Layout::Release::operator()(xkb_context* context) const { xkb_context_unref(context); }

X11Layout::X11Layout(X11Connection& connection, Keyboard keyboard)
    : connection_(connection), context_(xkb_context_new(XKB_CONTEXT_NO_FLAGS)) {
  std::uint8_t first_event = 0;
  // It would tell on standard error that a server has gone away, which others tell better.
  if (context_) xkb_context_set_log_level(context_.get(), XKB_LOG_LEVEL_CRITICAL);
  if (!context_ ||
      !xkb_x11_setup_xkb_extension(connection.raw(), XKB_X11_MIN_MAJOR_XKB_VERSION, XKB_X11_MIN_MINOR_XKB_VERSION,
                                   XKB_X11_SETUP_XKB_EXTENSION_NO_FLAGS, nullptr, nullptr, &first_event, nullptr))
    throw std::runtime_error("The X server lacks the XKEYBOARD extension, which remote control needs.");
  first_event_ = first_event;
  core_device_ = xkb_x11_get_core_keyboard_device_id(connection.raw());
  device_ = keyboard == Keyboard::test ? test_keyboard(connection, core_device_) : core_device_;
  select_events(connection, core_device_);
  if (device_ != core_device_) select_events(connection, device_);
  if (!load()) throw std::runtime_error("The X server does not tell its keyboard layout.");
}

X11Layout::~X11Layout() = default;

bool X11Layout::load() {
  xcb_connection_t* c = connection_.raw();
  auto marker = xcb_get_input_focus(c);
  xkb_keymap* fresh = xkb_x11_keymap_new_from_device(context_.get(), c, device_, XKB_KEYMAP_COMPILE_NO_FLAGS);
  xcb_discard_reply(c, marker.sequence);
  stale_ = !fresh;  // then it is tried again with the next event or key
  if (!fresh) return false;
  keymap_ = std::make_unique<Keymap>(fresh);
  loaded_at_ = marker.sequence;
  return true;
}

void X11Layout::reload() { load(); }

bool X11Layout::handle(const X11Event& event) {
  // All XKB events share one number; those two are all that was asked for. Clients without XKB get MappingNotify.
  if (event.type() != first_event_ && event.type() != XCB_MAPPING_NOTIFY) return false;
  std::uint32_t told_at = event.as<xcb_generic_event_t>().full_sequence;
  if (static_cast<std::int32_t>(told_at - loaded_at_) >= 0) stale_ = true;
  return true;
}

void X11Layout::settle() {
  while (X11Event event = connection_.next_event()) handle(event);
  refresh();
}

bool X11Layout::refresh() { return stale_ && load(); }

KeyboardState X11Layout::state() {
  xcb_connection_t* c = connection_.raw();
  auto cookie = xcb_xkb_get_state(c, static_cast<std::uint16_t>(core_device_));
  auto reply = own(xcb_xkb_get_state_reply(c, cookie, nullptr));
  if (!reply) return {};
  return {reply->baseMods,
          reply->latchedMods,
          reply->lockedMods,
          static_cast<std::uint32_t>(reply->baseGroup),
          static_cast<std::uint32_t>(reply->latchedGroup),
          reply->lockedGroup};
}

void X11Layout::change(const std::map<Keycode, std::uint32_t>& meanings) {
  for (auto next = meanings.begin(); next != meanings.end();) {
    Keycode first = next->first;
    std::vector<std::uint32_t> keysyms;
    // The same with and without Shift. Of letters the server makes a pair, the small and the capital one.
    for (; next != meanings.end() && next->first == first + keysyms.size() / 2; ++next)
      keysyms.insert(keysyms.end(), 2, next->second);
    xcb_change_keyboard_mapping(connection_.raw(), static_cast<std::uint8_t>(keysyms.size() / 2), first, 2,
                                keysyms.data());
  }
}

}  // namespace lotse::desktop
