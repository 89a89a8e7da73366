// One connection to an X server, and the memory that XCB hands out.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/geometry.h"
#include "base/time.h"
#include "desktop/wakeup.h"

struct xcb_connection_t;
struct xcb_extension_t;

namespace lotse::desktop {

struct FreeDeleter {
  void operator()(void* memory) const { std::free(memory); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeDeleter>;
/// Takes over a reply or an error of XCB.
template <class T>
Owned<T> own(T* memory) {
  return Owned<T>(memory);
}

/// An event, or none.
class X11Event {
 public:
  explicit X11Event(void* memory) : memory_(memory) {}
  explicit operator bool() const { return memory_ != nullptr; }
  /// The response type without the bit for SendEvent; 0 is an error.
  int type() const { return *static_cast<const std::uint8_t*>(memory_.get()) & 0x7F; }
  template <class T>
  const T& as() const {
    return *static_cast<const T*>(memory_.get());
  }

 private:
  Owned<void> memory_;
};

/// Used by one thread; only interrupt() may come from others. Never ends the process: a dead server shows in lost().
class X11Connection {
 public:
  /// `display` as DISPLAY has it, empty for the environment's. Throws std::runtime_error, one clear line.
  explicit X11Connection(const std::string& display);
  ~X11Connection();
  X11Connection(const X11Connection&) = delete;
  X11Connection& operator=(const X11Connection&) = delete;

  xcb_connection_t* raw() const { return connection_; }
  std::uint32_t root() const { return root_; }
  bool has(xcb_extension_t& extension) const;
  /// First event number of an extension that the server has.
  int first_event(xcb_extension_t& extension) const;
  /// Major opcode: what its generic events carry as `extension`.
  int opcode(xcb_extension_t& extension) const;

  bool lost() const;
  /// The root window's size now, 0x0 when the server is gone. One round trip.
  Size root_size() const;
  /// Does not wait.
  X11Event next_event();
  /// Sends what is buffered and sleeps until the server or `wakeup` has something, or `until`. Call it only after
  /// next_event() has given none: events that XCB has already read do not wake.
  void wait(const Wakeup& wakeup, Instant until);
  /// Cuts the line, so that a thread that waits for a hung server's reply comes back. The connection is lost then.
  void interrupt();

 private:
  xcb_connection_t* connection_;
  std::uint32_t root_ = 0;
};

/// CLOCK_MONOTONIC.
Instant monotonic_now();

}  // namespace lotse::desktop
