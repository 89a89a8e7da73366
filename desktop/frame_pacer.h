// At most sixty of something a second, without a delay for the first after a pause.
#pragma once
#include <algorithm>

#include "base/time.h"

namespace lotse::desktop {

/// A bucket of few tokens: a click is often answered by two or three drawings within milliseconds, and each of them is
/// to be seen at once; only what goes on is slowed down.
class FramePacer {
 public:
  static constexpr Duration kInterval = std::chrono::microseconds(16667);
  static constexpr int kBurst = 4;

  /// From when on the next one may go.
  Instant ready_at() const { return ready_at_; }
  bool ready(Instant now) const { return now >= ready_at_; }
  void spend(Instant now) { ready_at_ = std::max(ready_at_, now - kInterval * kBurst) + kInterval; }

 private:
  Instant ready_at_;
};

}  // namespace lotse::desktop
