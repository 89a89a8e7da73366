// What is left of a rectangle beside another one.
#pragma once
#include <vector>

#include "base/geometry.h"

namespace lotse::codec {

/// Calls `use` with at most four rectangles: `whole` without `hole`.
template <class Use>
void for_parts_outside(const Rect& whole, const Rect& hole, Use use) {
  Rect in = whole.intersect(hole);
  if (in.empty()) return use(whole);
  auto part = [&](const Rect& r) {
    if (!r.empty()) use(r);
  };
  part({whole.x, whole.y, whole.width, in.y - whole.y});
  part({whole.x, in.bottom(), whole.width, whole.bottom() - in.bottom()});
  part({whole.x, in.y, in.x - whole.x, in.height});
  part({in.right(), in.y, whole.right() - in.right(), in.height});
}

inline std::vector<Rect> parts_outside(const std::vector<Rect>& whole, const Rect& hole) {
  std::vector<Rect> out;
  for (const Rect& part : whole) for_parts_outside(part, hole, [&](const Rect& r) { out.push_back(r); });
  return out;
}

}  // namespace lotse::codec
