#include "desktop/x11_cursor.h"

#include <xcb/xcb.h>
#include <xcb/xfixes.h>
#include <xcb/xinput.h>

#include <cstring>

#include "desktop/arrow_cursor.h"
#include "desktop/x11_raw_events.h"

namespace lotse::desktop {
namespace {

constexpr Duration kPollInterval = std::chrono::milliseconds(50);
constexpr Duration kAskAgain = std::chrono::milliseconds(500);  // for a shape that the server keeps to itself

/// FNV-1a: tells shapes apart that a server sends twice, nothing more.
std::uint64_t hash(const CursorShape& shape) {
  std::uint64_t value = 0xCBF29CE484222325;
  auto mix = [&value](std::uint64_t more) { value = (value ^ more) * 0x100000001B3; };
  for (int number : {shape.size.width, shape.size.height, shape.hotspot.x, shape.hotspot.y})
    mix(static_cast<std::uint64_t>(number));
  for (std::uint8_t byte : shape.argb) mix(byte);
  return value;
}

CursorShape shape_of(const xcb_xfixes_get_cursor_image_reply_t& reply) {
  CursorShape shape{{reply.width, reply.height}, {reply.xhot, reply.yhot}, {}};
  std::size_t bytes = static_cast<std::size_t>(xcb_xfixes_get_cursor_image_cursor_image_length(&reply)) * 4;
  shape.argb.resize(bytes);
  // 32-bit ARGB in the machine's order is B G R A in memory on every machine we run on.
  if (bytes) std::memcpy(shape.argb.data(), xcb_xfixes_get_cursor_image_cursor_image(&reply), bytes);
  return shape;
}

}  // namespace

X11Cursor::X11Cursor(X11Connection& connection) : connection_(connection) {
  xcb_connection_t* c = connection.raw();
  if (connection.has(xcb_xfixes_id)) {
    auto version = own(xcb_xfixes_query_version_reply(c, xcb_xfixes_query_version(c, 5, 0), nullptr));
    has_shape_ = version && version->major_version >= 1;
    if (has_shape_) xcb_xfixes_select_cursor_input(c, connection.root(), XCB_XFIXES_CURSOR_NOTIFY_MASK_DISPLAY_CURSOR);
  }
  has_motion_ = select_raw_events(connection, XCB_INPUT_XI_EVENT_MASK_RAW_MOTION);
}

bool X11Cursor::handle(const X11Event& event) {
  if (has_shape_ && event.type() == connection_.first_event(xcb_xfixes_id) + XCB_XFIXES_CURSOR_NOTIFY) {
    reshaped_ = moved_ = true;
    return true;
  }
  if (!raw_event(connection_, event)) return false;
  moved_ = true;
  return true;
}

bool X11Cursor::update(Instant now, ScreenSourceHandler& handler) {
  if (now >= poll_at_) moved_ = true;
  if (now >= ask_again_at_) reshaped_ = true;
  if (!(moved_ || reshaped_) || !pacer_.ready(now)) return false;
  pacer_.spend(now);
  if (reshaped_) tell_shape(now, handler);
  find_position();
  poll_at_ = has_motion_ ? Instant::never() : now + kPollInterval;
  return true;
}

Instant X11Cursor::next_deadline() const {
  return moved_ || reshaped_ ? pacer_.ready_at() : std::min(poll_at_, ask_again_at_);
}

void X11Cursor::tell_shape(Instant now, ScreenSourceHandler& handler) {
  reshaped_ = false;
  ask_again_at_ = Instant::never();
  if (!has_shape_) return;
  xcb_connection_t* c = connection_.raw();
  auto reply = own(xcb_xfixes_get_cursor_image_reply(c, xcb_xfixes_get_cursor_image(c), nullptr));
  // BadAccess: the program that made the cursor has ended, like xsetroot at login. Whether it is told then depends on
  // who connects next; the arrow stands for it so long.
  if (!reply) ask_again_at_ = now + kAskAgain;
  CursorShape shape = reply ? shape_of(*reply) : arrow_cursor();
  std::uint64_t value = hash(shape);
  if (told_shape_ == value) return;
  told_shape_ = value;
  handler.on_cursor_shape(std::move(shape));
}

void X11Cursor::find_position() {
  moved_ = false;
  xcb_connection_t* c = connection_.raw();
  auto reply = own(xcb_query_pointer_reply(c, xcb_query_pointer(c, connection_.root()), nullptr));
  if (reply) position_ = Point{reply->root_x, reply->root_y};
}

}  // namespace lotse::desktop
