#include "session/shortfall.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr Duration kGrace = 1500ms;  // for what is on its way
constexpr int kRequests = 2;
constexpr Duration kTooLong = 30s;  // whatever else comes meanwhile

}  // namespace

void Shortfall::reset() { gaps_.clear(); }

void Shortfall::lacks(std::uint32_t slot, std::uint32_t version, Instant now) {
  gaps_.try_emplace(slot, Gap{version, now, now});
}

void Shortfall::came(std::uint32_t slot, std::uint32_t version, Instant now) {
  auto at = gaps_.find(slot);
  if (at == gaps_.end() || version < at->second.version) return;
  gaps_.erase(at);
  progress_ = now;
}

Shortfall::Due Shortfall::due(Instant now) {
  Due due;
  for (auto& [slot, gap] : gaps_) {
    if (now - gap.asked < kGrace) continue;
    bool stuck = gap.requests >= kRequests && now - progress_ >= kGrace;
    due.withheld = due.withheld || stuck || now - gap.since >= kTooLong;
    if (due.slots.size() >= wire::kMaxSlotsAsked) continue;
    ++gap.requests;
    gap.asked = now;
    if (slot == kWhole)
      due.whole = true;
    else
      due.slots.push_back(SlotId{slot});
  }
  return due;
}

}  // namespace lotse::session
