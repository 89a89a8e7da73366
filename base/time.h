// Time as the state machines see it: it is always passed in.
#pragma once
#include <chrono>

namespace lotse {

using Duration = std::chrono::nanoseconds;

/// A point on a monotonic clock. Has no now(): the event loop or the simulated clock hands it in.
class Instant {
 public:
  constexpr Instant() = default;
  constexpr explicit Instant(Duration since_start) : since_start_(since_start) {}
  constexpr Duration since_start() const { return since_start_; }
  constexpr auto operator<=>(const Instant&) const = default;
  constexpr Instant operator+(Duration d) const { return Instant{since_start_ + d}; }
  constexpr Instant operator-(Duration d) const { return Instant{since_start_ - d}; }
  constexpr Duration operator-(Instant other) const { return since_start_ - other.since_start_; }

  static constexpr Instant never() { return Instant{Duration::max()}; }

 private:
  Duration since_start_{};
};

constexpr double milliseconds(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

}  // namespace lotse
