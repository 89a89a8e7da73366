// The text of a host token: lt1.ID.SECRET. The id is looked up and shown, the secret is given to its holder once.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace lotse::relay {

struct HostTokenParts {
  std::string id;      // 8 characters of base32: 40 bits
  std::string secret;  // 32 characters of base32: 160 bits
};

/// From the system's cryptographic generator.
HostTokenParts make_host_token();
std::string to_string(const HostTokenParts& token);
/// Nothing when it is not exactly of that form, lower case.
std::optional<HostTokenParts> parse_host_token(std::string_view text);

}  // namespace lotse::relay
