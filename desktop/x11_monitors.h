// The monitors of an X desktop, by RandR.
#pragma once
#include <vector>

#include "desktop/screen_source.h"
#include "desktop/x11_connection.h"

namespace lotse::desktop {

/// Those that show something; none without RandR 1.5. One round trip.
std::vector<Monitor> monitors_of(const X11Connection& connection);

/// Tells when the desktop's layout may have changed: its size, its monitors, which of them is the primary one.
class X11Layouts {
 public:
  explicit X11Layouts(X11Connection& connection);
  /// True when the event was about the layout. `root`: the root window's size, where the event has it.
  bool handle(const X11Event& event, Size& root) const;

 private:
  X11Connection& connection_;
  bool has_randr_ = false;
};

}  // namespace lotse::desktop
