// Which packet numbers came, and when that is to be said. It also is the replay window: a number counts once.
#pragma once
#include <cstdint>

#include "base/time.h"
#include "net/link/datagram.h"

namespace lotse::net::link {

class Acknowledger {
 public:
  /// Not seen yet. What lies before the kMaxAckRanges newest ranges counts as seen. Ask before opening ...
  bool is_new(std::uint32_t number) const { return number >= floor_ && !came_.contains(number); }
  /// ... and tell after the tag verified and the contents were taken. `eliciting`: it wants an acknowledgement.
  void on_received(std::uint32_t number, bool eliciting, Instant now);
  /// When an acknowledgement is due; never when none is. One goes along earlier when something else is sent.
  Instant deadline() const { return due_; }
  bool has_news() const { return unacknowledged_ > 0; }
  /// There must be something that came.
  Ack make(Instant now);
  std::uint64_t newest() const { return newest_; }

  static constexpr Duration kMaxDelay = std::chrono::milliseconds(4);
  static constexpr int kEvery = 4;  // packets; at the beginning two, so that the rate is known soon

 private:
  RangeSet came_;
  std::uint32_t floor_ = 0;
  std::uint64_t newest_ = 0;
  Instant newest_at_;
  int unacknowledged_ = 0;
  Instant due_ = Instant::never();
};

}  // namespace lotse::net::link
