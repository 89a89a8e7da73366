// SystemInfo as a message has it, its limits kept.
#pragma once
#include <optional>

#include "session/system_info.h"

namespace lotse::wire::pb {
class SystemInfo;
}

namespace lotse::session {

/// What is longer than wire::kMaxSystemText or more than wire::kMaxSystemEntries is cut.
void write_system_info(const SystemInfo& info, wire::pb::SystemInfo& out);
/// Nothing when it breaks one of these limits. Control characters are taken out.
std::optional<SystemInfo> read_system_info(const wire::pb::SystemInfo& in);

}  // namespace lotse::session
