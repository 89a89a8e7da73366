#include "session/freshness.h"

#include <algorithm>

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSilence = 3s, kLag = 2s;
constexpr std::int64_t kDrift = 5000;  // clocks of computers drift by less than one in so many

}  // namespace

void Freshness::start(Instant now) {
  last_ = now;
  best_.reset();
  lag_ = {};
}

void Freshness::heard(const wire::Manifest& manifest, Instant now) {
  if (manifest.clock != clock_) best_.reset();
  clock_ = manifest.clock;
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.since_start()).count();
  // The presenter may say any time: differences wrap around instead of overflowing.
  auto delay = static_cast<std::int64_t>(static_cast<std::uint64_t>(ms) - manifest.time);
  if (best_) {
    std::int64_t drift = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_).count() / kDrift + 1;
    best_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(*best_) + static_cast<std::uint64_t>(drift));
  }
  auto over = best_ ? static_cast<std::int64_t>(static_cast<std::uint64_t>(delay) - static_cast<std::uint64_t>(*best_))
                    : std::int64_t{0};
  if (!best_ || over < 0) best_ = delay;
  lag_ = std::chrono::milliseconds(std::clamp<std::int64_t>(over, 0, 3'600'000));
  last_ = now;
}

bool Freshness::stale(Instant now) const {
  return last_ != Instant::never() && (now - last_ >= kSilence || lag_ > kLag);
}

Instant Freshness::next_deadline() const { return last_ == Instant::never() ? last_ : last_ + kSilence; }

}  // namespace lotse::session
