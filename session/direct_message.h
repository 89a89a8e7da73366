// DirectSignal as it travels inside a seal.
#pragma once
#include <optional>

#include "wire/direct_signal.h"

namespace lotse::wire::pb {
class Direct;
}

namespace lotse::session {

void write_direct(const wire::DirectSignal& signal, wire::pb::Direct& out);
/// Nothing when it is malformed. Candidates to which nothing may be sent are left out (docs/protocol/direct.md).
std::optional<wire::DirectSignal> read_direct(const wire::pb::Direct& message);

}  // namespace lotse::session
