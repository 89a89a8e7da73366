// What a link really carries, from how its queue drains.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/time.h"

namespace lotse::session {

/// While something waits, the link shows its rate. Where nothing waits it carries at least what left, so a link that
/// nobody has filled is taken for a slow one until it has swallowed a first burst, and then for as fast as it did.
class LinkRate {
 public:
  void handed(std::size_t bytes, Instant now) {
    if (!busy_) begin(now, handed_);
    handed_ += bytes;
  }
  /// `queued`: bytes handed over, by anybody, that did not leave yet.
  void look(std::size_t queued, Instant now) {
    if (!busy_) return;
    std::uint64_t left = handed_ - std::min<std::uint64_t>(handed_, queued);
    std::uint64_t went = left - std::min(left, left_before_);
    Duration took = now - since_;
    if (queued == 0) {
      if (went >= kTelling) rise(static_cast<double>(went) / seconds(std::max(took, kShortest)));
      busy_ = false;
    } else if (took >= kSpan) {
      // Nothing left: others put more into the queue than went out, so it says nothing.
      double rate = static_cast<double>(went) / seconds(took);
      if (rate > rate_)
        rise(rate);
      else if (went > 0)
        rate_ = known_ ? rate_ * 0.5 + rate * 0.5 : rate, known_ = true;
      begin(now, left);
    }
  }
  /// Bytes a second; kUnlimited where nothing that a screen sends fills it.
  double rate() const { return rate_ < kNoLimit ? rate_ : kUnlimited; }
  /// It has shown itself: rate() is no guess.
  bool known() const { return known_; }
  /// Something waits, so the next look() may tell more.
  bool busy() const { return busy_; }
  static constexpr Duration kSpan = std::chrono::milliseconds(50);  // between looks that tell something
  static constexpr double kUnlimited = std::numeric_limits<double>::infinity();

 private:
  static constexpr Duration kShortest = std::chrono::milliseconds(1);
  static constexpr std::uint64_t kTelling = 16 << 10;  // bytes: what leaves at once on any link is less
  static constexpr double kGuess = 256 << 10, kNoLimit = 8 << 20;
  static double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }
  void rise(double rate) {
    rate_ = std::clamp(rate, rate_, kNoLimit);
    known_ = true;
  }
  void begin(Instant now, std::uint64_t left) {
    busy_ = true;
    since_ = now;
    left_before_ = left;
  }

  std::uint64_t handed_ = 0, left_before_ = 0;
  Instant since_{};
  bool busy_ = false, known_ = false;
  double rate_ = kGuess;
};

}  // namespace lotse::session
