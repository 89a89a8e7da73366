#include "input_recorder.h"

#include <poll.h>
#include <xcb/xcb.h>
#ifdef __clang__
#pragma clang diagnostic ignored "-Wkeyword-macro"
#endif
#define explicit explicit_  // a field of that name
#include <xcb/xkb.h>
#undef explicit
#include <xkbcommon/xkbcommon-x11.h>
#include <xkbcommon/xkbcommon.h>

#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace lotse::desktop {
namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

bool is_quiet(std::uint32_t keysym) {
  return (keysym >= XKB_KEY_Shift_L && keysym <= XKB_KEY_Hyper_R) || keysym == XKB_KEY_ISO_Level3_Shift ||
         keysym == XKB_KEY_ISO_Level5_Shift || keysym == XKB_KEY_Num_Lock;
}

}  // namespace

InputRecorder::InputRecorder(const XServer& server) : client_(server), context_(xkb_context_new(XKB_CONTEXT_NO_FLAGS)) {
  xcb_connection_t* c = client_.raw();
  std::uint8_t first_event = 0;
  xkb_x11_setup_xkb_extension(c, 1, 0, XKB_X11_SETUP_XKB_EXTENSION_NO_FLAGS, nullptr, nullptr, &first_event, nullptr);
  xkb_event_ = first_event;
  constexpr std::uint16_t kEvents = XCB_XKB_EVENT_TYPE_NEW_KEYBOARD_NOTIFY | XCB_XKB_EVENT_TYPE_MAP_NOTIFY;
  xcb_xkb_select_events(c, XCB_XKB_ID_USE_CORE_KBD, kEvents, 0, kEvents, 0xFF, 0xFF, nullptr);
  load();
  window_ = xcb_generate_id(c);
  std::uint32_t values[] = {1, XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE | XCB_EVENT_MASK_BUTTON_PRESS |
                                   XCB_EVENT_MASK_BUTTON_RELEASE | XCB_EVENT_MASK_POINTER_MOTION};
  xcb_create_window(c, XCB_COPY_FROM_PARENT, window_, client_.root(), 0, 0, 640, 480, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
                    XCB_COPY_FROM_PARENT, XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK, values);
  xcb_map_window(c, window_);
  client_.sync();
  xcb_set_input_focus(c, XCB_INPUT_FOCUS_PARENT, window_, XCB_CURRENT_TIME);
  client_.sync();
}

InputRecorder::~InputRecorder() {
  xkb_state_unref(state_);
  xkb_keymap_unref(keymap_);
  xkb_context_unref(context_);
}

void InputRecorder::load() {
  xkb_state_unref(state_);
  xkb_keymap_unref(keymap_);
  int device = xkb_x11_get_core_keyboard_device_id(client_.raw());
  keymap_ = xkb_x11_keymap_new_from_device(context_, client_.raw(), device, XKB_KEYMAP_COMPILE_NO_FLAGS);
  if (!keymap_) throw std::runtime_error("no keymap");
  state_ = xkb_state_new(keymap_);
}

std::uint32_t InputRecorder::keysym_of(int keycode, std::uint32_t state) const {
  xkb_state_update_mask(state_, state & 0xFF, 0, 0, 0, 0, state >> 13 & 3);
  return xkb_state_key_get_one_sym(state_, static_cast<xkb_keycode_t>(keycode));
}

RecordedEvent InputRecorder::next() {
  xcb_connection_t* c = client_.raw();
  while (true) {
    Owned<xcb_generic_event_t> event(xcb_poll_for_event(c));
    if (!event) {
      xcb_flush(c);
      pollfd fd{xcb_get_file_descriptor(c), POLLIN, 0};
      if (poll(&fd, 1, 10000) != 1) throw std::runtime_error("no input for ten seconds");
      continue;
    }
    int type = event->response_type & 0x7F;
    if (type == xkb_event_) stale_ = true;
    if (type < XCB_KEY_PRESS || type > XCB_MOTION_NOTIFY) continue;
    // Key, button and motion events are laid out alike.
    auto& e = *reinterpret_cast<xcb_key_press_event_t*>(event.get());
    RecordedEvent told{
        static_cast<RecordedEvent::Kind>(type - XCB_KEY_PRESS), e.detail, 0, e.state, {e.root_x, e.root_y}};
    if (std::exchange(stale_, false)) load();  // when it is needed, as Xlib and GTK do
    if (type <= XCB_KEY_RELEASE) told.keysym = keysym_of(e.detail, e.state);
    return told;
  }
}

RecordedEvent InputRecorder::next(RecordedEvent::Kind kind) {
  RecordedEvent event = next();
  while (event.kind != kind) event = next();
  return event;
}

std::vector<std::uint32_t> InputRecorder::pressed_until(std::uint32_t end) {
  std::vector<std::uint32_t> keysyms;
  while (true) {
    std::uint32_t keysym = next(RecordedEvent::Kind::key_down).keysym;
    if (keysym == end) {
      while (next(RecordedEvent::Kind::key_up).keysym != end) continue;
      return keysyms;
    }
    if (!is_quiet(keysym)) keysyms.push_back(keysym);
  }
}

std::vector<int> InputRecorder::down() const {
  xcb_connection_t* c = client_.raw();
  Owned<xcb_query_keymap_reply_t> reply(xcb_query_keymap_reply(c, xcb_query_keymap(c), nullptr));
  std::vector<int> keycodes;
  for (int k = 0; k < 256; ++k)
    if (reply->keys[k / 8] >> k % 8 & 1) keycodes.push_back(k);
  return keycodes;
}

std::uint32_t InputRecorder::state() const {
  xcb_connection_t* c = client_.raw();
  Owned<xcb_query_pointer_reply_t> reply(xcb_query_pointer_reply(c, xcb_query_pointer(c, client_.root()), nullptr));
  return reply->mask;
}

std::vector<std::vector<std::uint32_t>> InputRecorder::mapping() const {
  xcb_connection_t* c = client_.raw();
  Owned<xcb_get_keyboard_mapping_reply_t> reply(
      xcb_get_keyboard_mapping_reply(c, xcb_get_keyboard_mapping(c, 8, 248), nullptr));
  const std::uint32_t* keysyms = xcb_get_keyboard_mapping_keysyms(reply.get());
  std::vector<std::vector<std::uint32_t>> keys;
  for (int k = 0; k < 248; ++k, keysyms += reply->keysyms_per_keycode) {
    keys.emplace_back(keysyms, keysyms + reply->keysyms_per_keycode);
    while (!keys.back().empty() && keys.back().back() == 0) keys.back().pop_back();
  }
  return keys;
}

}  // namespace lotse::desktop
