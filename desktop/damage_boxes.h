// Many small damaged rectangles become a few boxes that are worth a grab each.
#pragma once
#include <vector>

#include "base/geometry.h"

namespace lotse::desktop {

/// Covers every rectangle added. Boxes may overlap a little; they never waste more than what separate grabs would cost.
class DamageBoxes {
 public:
  /// A grab costs a request and a compare: about as much as this many pixels (half a slot).
  static constexpr long long kGrabCost = 2048;
  static constexpr std::size_t kMost = 8;

  void add(const Rect& rect);
  bool empty() const { return boxes_.empty(); }
  /// The boxes; none are left inside.
  std::vector<Rect> take();

 private:
  std::vector<Rect> boxes_;
};

}  // namespace lotse::desktop
