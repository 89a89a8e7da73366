// Which windows are shared now: the capture writes it, remote input asks. And what of that is seen at a place.
#pragma once
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/geometry.h"

namespace lotse::desktop {

class X11Connection;

/// Thread-safe.
class SharedWindows {
 public:
  struct Window {
    std::uint32_t id;
    Rect area;  // pixels of the root window
    bool operator==(const Window&) const = default;
  };
  /// Lowest first.
  void set(std::vector<Window> windows);
  bool contains(std::uint32_t window) const;
  /// The highest of them that has this place, whatever lies over it; 0: none.
  std::uint32_t beneath(Point place) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Window> windows_;
};

/// The shared window that a click at this place of the root window would hit; 0: it would hit another one. A round trip
/// for each window around it.
std::uint32_t shared_at(const X11Connection& connection, const SharedWindows& shared, Point place);
/// A key that is pressed now would go to one of them.
bool shared_has_focus(const X11Connection& connection, const SharedWindows& shared);
/// Where the pointer is on the root window.
Point pointer_place(const X11Connection& connection);

}  // namespace lotse::desktop
