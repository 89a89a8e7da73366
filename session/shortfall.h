// What the presenter says that it sent and what did not come. Conflation and slow links make gaps that close; a gap
// that does not close is somebody's doing.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "wire/limits.h"

namespace lotse::session {

/// Not thread-safe. Fed by manifests, so that nothing is held against a presenter that is gone.
class Shortfall {
 public:
  /// In place of a slot: something is lacking, nobody knows what.
  static constexpr std::uint32_t kWhole = wire::kMaxSlots;

  void reset();
  /// A manifest has `version` of the slot and we have not. Known already: nothing changes.
  void lacks(std::uint32_t slot, std::uint32_t version, Instant now);
  /// The slot is there in `version`.
  void came(std::uint32_t slot, std::uint32_t version, Instant now);
  /// No slot lacks by name.
  bool none_named() const { return gaps_.empty() || gaps_.begin()->first == kWhole; }

  struct Due {
    std::vector<SlotId> slots;  // to be asked for, at most wire::kMaxSlotsAsked
    bool whole = false;         // everything is to be asked for
    bool withheld = false;      // two requests did not help, and nothing that lacks is coming
  };
  /// Call behind each manifest.
  Due due(Instant now);

 private:
  struct Gap {
    std::uint32_t version;
    Instant since, asked;
    int requests = 0;
  };
  std::map<std::uint32_t, Gap> gaps_;
  Instant progress_{};  // when the last gap closed
};

}  // namespace lotse::session
