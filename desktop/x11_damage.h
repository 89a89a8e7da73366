// XDamage: which parts of a window were drawn on.
#pragma once
#include <cstdint>
#include <vector>

#include "base/geometry.h"
#include "desktop/x11_connection.h"

namespace lotse::desktop {

/// The server tells once that there is damage and is then silent until take(): a screen that changes while nobody asks
/// for frames costs nothing.
class X11Damage {
 public:
  /// The window with all that are inside it.
  X11Damage(X11Connection& connection, std::uint32_t window);
  ~X11Damage();
  X11Damage(const X11Damage&) = delete;
  X11Damage& operator=(const X11Damage&) = delete;

  /// The server has XDamage and XFixes; else the screen has to be polled.
  bool available() const { return damage_ != 0; }
  /// True when the event was about damage of this window.
  bool handle(const X11Event& event);
  bool pending() const { return pending_; }
  /// What was drawn on since the last take(), in pixels of the window. From here on new damage is told again. One
  /// round trip.
  std::vector<Rect> take();

 private:
  X11Connection& connection_;
  std::uint32_t damage_ = 0, region_ = 0;
  bool pending_ = false;
};

}  // namespace lotse::desktop
