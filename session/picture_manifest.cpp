#include "session/picture_manifest.h"

#include <algorithm>

#include "crypto/signing.h"
#include "wire/limits.h"

namespace lotse::session {

void describe(const std::vector<SentSlot>& slots, Instant now, wire::Manifest& manifest) {
  std::vector<std::uint32_t> versions;
  auto recent = [&](std::uint32_t i) { return slots[i].version > 0 && now - slots[i].sent < wire::kManifestSpan; };
  std::vector<std::pair<Instant, wire::ChangedSlots>> changed;  // with when they were sent
  for (std::uint32_t i = 0; i < slots.size(); ++i) {
    versions.push_back(slots[i].version);
    if (!recent(i)) continue;
    bool goes_on = i > 0 && recent(i - 1) && slots[i - 1].version == slots[i].version &&
                   changed.back().second.slots.count < wire::kMaxRun;
    if (goes_on)
      ++changed.back().second.slots.count;
    else
      changed.push_back({slots[i].sent, {{SlotId{i}, 1}, SlotVersion{slots[i].version}}});
  }
  manifest.digest = crypto::sha256({wire::versions_of(versions)});
  manifest.complete = changed.size() <= wire::kManifestRuns;
  if (!manifest.complete) {
    auto end = changed.begin() + wire::kManifestRuns;
    std::nth_element(changed.begin(), end, changed.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    changed.erase(end, changed.end());
  }
  for (const auto& [sent, run] : changed) manifest.changed.push_back(run);
}

}  // namespace lotse::session
