// Whether a watched picture is current: manifests, signed by the presenter once a second, say so.
#pragma once
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "wire/picture_proof.h"

namespace lotse::session {

/// The two clocks need not agree: what counts is how much later than at best a manifest comes. A delay that was there
/// from the first manifest on is not seen. Not thread-safe.
class Freshness {
 public:
  /// Somebody shares: from now on manifests are due.
  void start(Instant now);
  void heard(const wire::Manifest& manifest, Instant now);
  /// None for 3 s, or the last was 2 s later than at best.
  bool stale(Instant now) const;
  /// How much later than at best the last one came.
  Duration lag() const { return lag_; }
  /// Since the last one, or the start.
  Duration silence(Instant now) const { return now - last_; }
  /// When silence becomes stale.
  Instant next_deadline() const;

 private:
  Instant last_ = Instant::never();
  std::optional<std::int64_t> best_;  // milliseconds between the clocks
  std::uint32_t clock_ = 0;
  Duration lag_{};
};

}  // namespace lotse::session
