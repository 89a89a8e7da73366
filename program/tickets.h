// Tickets of sessions that this person took part in: who has to join anew after a crash is the same participant again.
// The file tickets.json in the folder of settings, mode 0600. A ticket opens nothing without the session's code or
// link.
#pragma once
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace lotse::program {

/// Empty when there is none, it is older than a day, or the file cannot be read: it is a comfort, no more.
Bytes load_ticket(const std::string& folder, const std::string& number, std::int64_t unix_time);
/// In place of an older one; of more than 20 the oldest goes. A file that cannot be written is a line in the log.
void save_ticket(const std::string& folder, const std::string& number, ByteView ticket, std::int64_t unix_time);

}  // namespace lotse::program
