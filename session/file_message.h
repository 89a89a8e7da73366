// wire::FileMessage as it stands in a message of the session.
#pragma once
#include <optional>

#include "wire/file_message.h"

namespace lotse::wire::pb {
class File;
}

namespace lotse::session {

void write_file(const wire::FileMessage& message, wire::pb::File& out);
/// Nothing when it breaks a limit. The name is cleaned text.
std::optional<wire::FileMessage> read_file(const wire::pb::File& message);

}  // namespace lotse::session
