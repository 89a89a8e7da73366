// XTest: events as if a device had made them.
#pragma once
#include <cstdint>

#include "base/geometry.h"
#include "desktop/injected_events.h"
#include "desktop/keymap.h"
#include "desktop/x11_connection.h"

namespace lotse::desktop {

/// Tells `injected` of each event before the server has it. What is sent waits in XCB's buffer until flush().
class X11Injector {
 public:
  /// Throws std::runtime_error without XTest.
  X11Injector(X11Connection& connection, InjectedEvents& injected);

  void key(Keycode keycode, bool down);
  void button(int button, bool down);
  void move(Point position);  // pixels of the root window, 0 to 32767; the server keeps it on the screen
  void flush();

 private:
  X11Connection& connection_;
  InjectedEvents& injected_;
};

}  // namespace lotse::desktop
