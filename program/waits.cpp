#include "program/waits.h"

#include <algorithm>

namespace lotse::program {

bool Waits::add(Wait wait) {
  if (waits_.size() >= kMax) return false;
  waits_.push_back(std::move(wait));
  return true;
}

void Waits::look(const Look& look) {
  for (auto at = waits_.begin(); at != waits_.end();) {
    bool concerns = at->of ? *at->of == look.of : look.viewed;
    at = concerns && at->done(look) ? waits_.erase(at) : std::next(at);
  }
}

void Waits::poll(Instant now) {
  for (auto at = waits_.begin(); at != waits_.end();) {
    if (at->deadline > now) {
      ++at;
      continue;
    }
    at->too_late();
    at = waits_.erase(at);
  }
}

Instant Waits::next_deadline() const {
  Instant next = Instant::never();
  for (const Wait& wait : waits_) next = std::min(next, wait.deadline);
  return next;
}

}  // namespace lotse::program
