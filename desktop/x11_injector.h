// XTest: events as if a device had made them.
#pragma once
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/geometry.h"
#include "desktop/injected_events.h"
#include "desktop/keymap.h"
#include "desktop/shared_windows.h"
#include "desktop/x11_connection.h"
#include "desktop/x11_windows.h"

namespace lotse::desktop {

/// Tells `injected` of each event before the server has it. What is sent waits in XCB's buffer until flush().
class X11Injector {
 public:
  /// Throws std::runtime_error without XTest. `shared`: the windows that events may reach, null for all. The server is
  /// held while it is asked and told, so that no other window comes between.
  X11Injector(X11Connection& connection, InjectedEvents& injected, std::shared_ptr<const SharedWindows> shared);

  void key(Keycode keycode, bool down);
  /// False: it would have pressed on another window, or one of those that lies below another and has only now been
  /// raised.
  bool button(int button, bool down);
  void move(Point position);  // pixels of the root window, 0 to 32767; the server keeps it on the screen
  void flush();
  /// Keys are down that the server would repeat to a window that is not shared.
  bool keys_stray() const;
  /// Some may come to be.
  bool watches_keys() const { return shared_ && down_.any(); }

 private:
  class Hold;
  bool may_press_button() const;
  bool may_press_key(Keycode keycode) const;

  X11Connection& connection_;
  InjectedEvents& injected_;
  std::shared_ptr<const SharedWindows> shared_;
  std::unique_ptr<X11Windows> windows_;  // with `shared`
  std::bitset<256> down_;                // with `shared`: keys that were let through
  std::optional<Point> refused_place_;   // where the pointer was not let go last
};

}  // namespace lotse::desktop
