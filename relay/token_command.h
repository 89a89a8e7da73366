// `lotse-relay token add | list | revoke`: the operator's side of host tokens.
#pragma once
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "relay/accounts.h"

namespace lotse::relay {

struct TokenRequest {
  enum class What { add, list, revoke } what = What::list;
  std::string name, expires;  // of add; expires: see parse_span, empty: never
  HostLimits limits;          // of add
  std::string id;             // of revoke
};

/// "90m", "12h", "30d", "8w", "1y" in seconds; at least a minute and at most a hundred years. Nothing otherwise.
std::optional<std::int64_t> parse_span(const std::string& text);

/// Works on tokens.db in `data` (made when missing), also while a relay runs on it. The token of add goes to `out`
/// alone, what a person should know to `notes`. Gives the exit code; throws std::runtime_error like TokenTable.
int run_token_command(const std::filesystem::path& data, const TokenRequest& request, std::int64_t now,
                      std::ostream& out, std::ostream& notes);

/// The file in a data folder.
std::filesystem::path token_file(const std::filesystem::path& data);

}  // namespace lotse::relay
