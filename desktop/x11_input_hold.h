// The keyboards and mice of this machine, held so that what they do reaches nobody but us. Injected input is of another
// device and goes on.
#pragma once
#include <cstdint>
#include <optional>
#include <set>

#include "desktop/x11_connection.h"
#include "desktop/x11_raw_events.h"

namespace lotse::desktop {

/// Grabs the slave devices (XInput 2), which detaches them from pointer and keyboard of the desktop; those of XTest
/// stay. The server lets them go when the connection ends. Used by the thread of the connection.
class X11InputHold {
 public:
  explicit X11InputHold(X11Connection& connection) : connection_(connection) {}

  enum class Outcome { held, busy, impossible };
  /// busy: a key or a button is down there, which the desktop would take for down until the end; try again when
  /// something was lifted. impossible: there is no such device, or none that is not somebody else's. Nothing is held
  /// then.
  Outcome hold();
  void release();
  bool holds() const { return !held_.empty(); }
  /// What a held device has done. Also takes in devices that are plugged in meanwhile: call it with each event.
  std::optional<RawEvent> handle(const X11Event& event);

 private:
  Outcome grab_all();
  bool grab(std::uint16_t device);
  bool is_pressed(std::uint16_t device);
  std::set<std::uint16_t> physical_devices();
  void watch_devices(bool on);

  X11Connection& connection_;
  std::set<std::uint16_t> held_;
};

}  // namespace lotse::desktop
