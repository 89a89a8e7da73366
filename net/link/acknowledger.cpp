#include "net/link/acknowledger.h"

#include <algorithm>

namespace lotse::net::link {

void Acknowledger::on_received(std::uint32_t number, bool eliciting, Instant now) {
  bool in_order = came_.empty() ? number == 0 : number == newest_ + 1;
  if (came_.empty() || number > newest_) {
    newest_ = number;
    newest_at_ = now;
  }
  came_.add({number, std::uint64_t{number} + 1});
  if (came_.ranges().size() > kMaxAckRanges) {
    floor_ = static_cast<std::uint32_t>(came_.ranges()[1].begin);
    came_.remove(came_.ranges().front());
  }
  if (!eliciting) return;
  ++unacknowledged_;
  bool at_once = !in_order || unacknowledged_ >= (newest_ < 100 ? 2 : kEvery);
  due_ = std::min(due_, at_once ? now : now + kMaxDelay);
}

Ack Acknowledger::make(Instant now) {
  Ack ack;
  ack.ranges.assign(came_.ranges().rbegin(), came_.ranges().rend());
  auto delay = std::chrono::duration_cast<std::chrono::microseconds>(now - newest_at_).count();
  ack.delay_us = static_cast<std::uint32_t>(std::clamp<std::int64_t>(delay, 0, 1'000'000));
  unacknowledged_ = 0;
  due_ = Instant::never();
  return ack;
}

}  // namespace lotse::net::link
