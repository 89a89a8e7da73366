#include "desktop/x11_connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <xcb/xcb.h>

#include <chrono>
#include <climits>
#include <stdexcept>

namespace lotse::desktop {
namespace {

std::string cannot_open(const std::string& display) {
  if (!display.empty()) return "Cannot open the X display \"" + display + "\".";
  const char* ambient = std::getenv("DISPLAY");
  if (!ambient || !*ambient) return "There is no X display: DISPLAY is not set.";
  return "Cannot open the X display \"" + std::string(ambient) + "\".";
}

/// For poll(): rounded up, so that nothing spins in the last millisecond; -1 waits for ever.
int poll_timeout(Instant until) {
  if (until == Instant::never()) return -1;
  Duration left = until - monotonic_now();
  if (left <= Duration::zero()) return 0;
  auto whole = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<long long>(whole, INT_MAX));
}

}  // namespace

X11Connection::X11Connection(const std::string& display) {
  int screen_number = 0;
  connection_ = xcb_connect(display.empty() ? nullptr : display.c_str(), &screen_number);
  if (xcb_connection_has_error(connection_)) {
    xcb_disconnect(connection_);
    throw std::runtime_error(cannot_open(display));
  }
  auto screens = xcb_setup_roots_iterator(xcb_get_setup(connection_));
  for (; screen_number > 0 && screens.rem > 1; --screen_number) xcb_screen_next(&screens);
  root_ = screens.data->root;
}

X11Connection::~X11Connection() { xcb_disconnect(connection_); }

bool X11Connection::has(xcb_extension_t& extension) const {
  const auto* data = xcb_get_extension_data(connection_, &extension);
  return data && data->present;
}

int X11Connection::first_event(xcb_extension_t& extension) const {
  return has(extension) ? xcb_get_extension_data(connection_, &extension)->first_event : -1;
}

int X11Connection::opcode(xcb_extension_t& extension) const {
  return has(extension) ? xcb_get_extension_data(connection_, &extension)->major_opcode : -1;
}

bool X11Connection::lost() const { return xcb_connection_has_error(connection_) != 0; }

Size X11Connection::root_size() const {
  auto reply = own(xcb_get_geometry_reply(connection_, xcb_get_geometry(connection_, root_), nullptr));
  return reply ? Size{reply->width, reply->height} : Size{};
}

X11Event X11Connection::next_event() { return X11Event(xcb_poll_for_event(connection_)); }

void X11Connection::wait(const Wakeup& wakeup, Instant until) {
  xcb_flush(connection_);
  pollfd fds[] = {{xcb_get_file_descriptor(connection_), POLLIN, 0}, {wakeup.fd(), POLLIN, 0}};
  poll(fds, 2, poll_timeout(until));
}

void X11Connection::interrupt() { shutdown(xcb_get_file_descriptor(connection_), SHUT_RDWR); }

Instant monotonic_now() { return Instant{std::chrono::steady_clock::now().time_since_epoch()}; }

}  // namespace lotse::desktop
