// The host tokens that a person keeps, one a relay: relay_tokens.json in the folder of the settings, mode 0600.
#pragma once
#include <filesystem>
#include <string>

#include "base/result.h"
#include "net/relay_connection.h"

namespace lotse::program {

/// 1 to wire::kMaxHostToken bytes of printable ASCII: what a HOST_TOKEN frame can carry.
bool is_host_token(const std::string& text);
/// The first line of a file, without blanks around it. An error is one line for a person.
Result<std::string, std::string> read_token_file(const std::filesystem::path& file);

/// Empty: none is kept for this relay. A file that cannot be understood keeps none.
std::string saved_relay_token(const std::filesystem::path& folder, const net::RelayAddress& relay);
/// Replaces the file at once or not at all. An empty `token` forgets the one that was kept.
Result<Done, std::string> save_relay_token(const std::filesystem::path& folder, const net::RelayAddress& relay,
                                           const std::string& token);

}  // namespace lotse::program
