#include "desktop/injected_events.h"

namespace lotse::desktop {

void InjectedEvents::expect(const RawEvent& event, Instant now) {
  std::lock_guard lock(mutex_);
  auto& times = expected_[event];
  if (times.size() == kMostOfAKind) times.pop_front();
  times.push_back(now + kPatience);
}

bool InjectedEvents::take(const RawEvent& event, Instant now) {
  std::lock_guard lock(mutex_);
  auto found = expected_.find(event);
  if (found == expected_.end()) return false;
  auto& times = found->second;
  while (!times.empty() && times.front() < now) times.pop_front();
  if (times.empty()) return false;
  times.pop_front();
  return true;
}

}  // namespace lotse::desktop
