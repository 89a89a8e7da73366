#include "desktop/damage_boxes.h"

#include <limits>
#include <utility>

namespace lotse::desktop {
namespace {

long long pixels(const Rect& r) { return static_cast<long long>(r.width) * r.height; }

Rect bounds(const Rect& a, const Rect& b) {
  int left = std::min(a.x, b.x), top = std::min(a.y, b.y);
  return {left, top, std::max(a.right(), b.right()) - left, std::max(a.bottom(), b.bottom()) - top};
}

/// Pixels that one box around both would read in vain.
long long waste(const Rect& a, const Rect& b) {
  return pixels(bounds(a, b)) - pixels(a) - pixels(b) + pixels(a.intersect(b));
}

/// Where the cheapest partner of `box` is, and what merging wastes.
std::pair<std::size_t, long long> cheapest(const std::vector<Rect>& boxes, const Rect& box, std::size_t except) {
  std::pair<std::size_t, long long> best{boxes.size(), std::numeric_limits<long long>::max()};
  for (std::size_t i = 0; i < boxes.size(); ++i)
    if (long long w = i == except ? best.second : waste(boxes[i], box); w < best.second) best = {i, w};
  return best;
}

}  // namespace

void DamageBoxes::add(const Rect& rect) {
  if (rect.empty()) return;
  Rect box = rect;
  // A merged box may now be near a third one, so it is added again until it stands alone.
  while (!boxes_.empty()) {
    auto [partner, wasted] = cheapest(boxes_, box, boxes_.size());
    if (wasted > kGrabCost && boxes_.size() < kMost) break;
    if (wasted > kGrabCost) {  // full: the cheapest pair of all has to merge, with the new one or without
      std::size_t first = boxes_.size();
      for (std::size_t i = 0; i < boxes_.size(); ++i)
        if (auto [other, w] = cheapest(boxes_, boxes_[i], i); w < wasted) first = i, partner = other, wasted = w;
      if (first < boxes_.size()) {
        boxes_[first] = bounds(boxes_[first], boxes_[partner]);
        boxes_.erase(boxes_.begin() + static_cast<std::ptrdiff_t>(partner));
        break;
      }
    }
    box = bounds(box, boxes_[partner]);
    boxes_.erase(boxes_.begin() + static_cast<std::ptrdiff_t>(partner));
  }
  boxes_.push_back(box);
}

std::vector<Rect> DamageBoxes::take() { return std::exchange(boxes_, {}); }

}  // namespace lotse::desktop
