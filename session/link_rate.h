// What a link really carries, from how its queue drains.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/time.h"

namespace lotse::session {

/// Only while something is queued does the link show its rate; a link that never queues counts as without limit.
class LinkRate {
 public:
  void handed(std::size_t bytes) { handed_ += bytes; }
  /// `queued`: bytes handed over that did not leave yet.
  void look(std::size_t queued, Instant now) {
    std::uint64_t left = handed_ - std::min<std::uint64_t>(handed_, queued);
    if (!busy_ || now - since_ > kSpan) {
      // Where the queue is mostly of others, how ours drains says nothing.
      bool ours = handed_ - handed_before_ >= queued / 2;
      if (busy_ && queued > 0 && ours && left > left_) learn(static_cast<double>(left - left_) / seconds(now - since_));
      since_ = now;
      left_ = left;
      handed_before_ = handed_;
    }
    busy_ = queued > 0;
    if (queued == 0 && now - since_ > kForget) rate_ = kUnlimited;
  }
  /// Bytes a second.
  double rate() const { return rate_; }
  static constexpr double kUnlimited = std::numeric_limits<double>::infinity();

 private:
  static constexpr Duration kSpan = std::chrono::milliseconds(50);
  static constexpr Duration kForget = std::chrono::seconds(5);
  static double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }
  void learn(double rate) { rate_ = rate_ == kUnlimited ? rate : rate_ * 0.75 + rate * 0.25; }

  std::uint64_t handed_ = 0, handed_before_ = 0, left_ = 0;
  Instant since_{};
  bool busy_ = false;
  double rate_ = kUnlimited;
};

}  // namespace lotse::session
