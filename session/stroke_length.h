// How long a stroke may be: what is painted takes time, and whoever draws may be hostile.
#pragma once
#include <cstdlib>
#include <vector>

#include "base/geometry.h"

namespace lotse::session {

/// Pixels along a stroke, as a sum of both axes: a hand that fills a page stays below it.
inline constexpr long kMaxStrokeLength = 100'000;

/// Lets go of what is beyond that.
inline void cut_to_length(std::vector<Point>& points) {
  long length = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    length += std::abs(points[i].x - points[i - 1].x) + std::abs(points[i].y - points[i - 1].y);
    if (length > kMaxStrokeLength) return points.resize(i);
  }
}

}  // namespace lotse::session
