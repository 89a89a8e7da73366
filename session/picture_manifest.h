// What a manifest says of the slots of a screen.
#pragma once
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "wire/picture_proof.h"

namespace lotse::session {

struct SentSlot {
  std::uint32_t version = 0;  // 0: never sent
  Instant sent{};             // in that version
};

/// Fills in the digest of all versions and the runs of what was sent in the last kManifestSpan, the newest where there
/// are too many.
void describe(const std::vector<SentSlot>& slots, Instant now, wire::Manifest& manifest);

}  // namespace lotse::session
