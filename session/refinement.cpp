#include "session/refinement.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace lotse::session {
namespace {

constexpr double kSaved = 0.1;  // seconds of its share that may go at once

int distance(const Rect& area, Point point) {
  int x = std::max({area.x - point.x, point.x - area.right(), 0});
  int y = std::max({area.y - point.y, point.y - area.bottom(), 0});
  return std::max(x, y);
}

}  // namespace

void Refinement::order(std::vector<Candidate>& candidates, std::size_t most) const {
  auto urgency = [&](const Candidate& c) { return std::tuple(c.rank, !c.text, distance(c.area, pointer_), c.slot); };
  auto end = candidates.begin() + static_cast<std::ptrdiff_t>(std::min(most, candidates.size()));
  std::partial_sort(candidates.begin(), end, candidates.end(),
                    [&](const Candidate& a, const Candidate& b) { return urgency(a) < urgency(b); });
  candidates.erase(end, candidates.end());
}

bool Refinement::may(double rate, Duration still, Instant now) {
  double seconds = std::chrono::duration<double>(now - filled_).count();
  filled_ = now;
  if (std::isinf(rate) || still >= kLongStill) {
    left_ = 0;
    return true;
  }
  left_ = std::min(left_ + kShare * rate * seconds, kShare * rate * kSaved);
  return left_ > 0;
}

}  // namespace lotse::session
