// Chains of heirs as messages.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "wire/relay_frame.h"

namespace lotse::wire::pb {
class Heirs;
}

namespace lotse::session {

void write_heirs(std::span<const wire::Heir> heirs, wire::pb::Heirs& out);
/// Nothing when a field is out of its range, or there are more than wire::kMaxHeirs. Signatures are not looked at.
std::optional<std::vector<wire::Heir>> read_heirs(const wire::pb::Heirs& message);

}  // namespace lotse::session
