// What we inject ourselves, so that the watcher of the local person can leave it out.
#pragma once
#include <deque>
#include <map>
#include <mutex>

#include "base/time.h"
#include "desktop/x11_raw_events.h"

namespace lotse::desktop {

/// Told by device they could not be: XTest is open to every program of the person at the machine. Any thread.
class InjectedEvents {
 public:
  /// After that long an event that was never seen counts as swallowed by the server.
  static constexpr Duration kPatience = std::chrono::seconds(1);
  static constexpr std::size_t kMostOfAKind = 1024;

  /// Before the request is sent.
  void expect(const RawEvent& event, Instant now);
  /// True once for each that is expected: then it was ours.
  bool take(const RawEvent& event, Instant now);

 private:
  std::mutex mutex_;
  std::map<RawEvent, std::deque<Instant>> expected_;
};

}  // namespace lotse::desktop
