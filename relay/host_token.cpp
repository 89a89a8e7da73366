#include "relay/host_token.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/secret.h"

namespace lotse::relay {
namespace {

constexpr std::string_view kPrefix = "lt1.";
constexpr std::size_t kIdBytes = 5, kSecretBytes = 20;
constexpr std::size_t kIdChars = kIdBytes * 8 / 5, kSecretChars = kSecretBytes * 8 / 5;

template <std::size_t N>
std::string random_base32() {
  std::array<std::uint8_t, N> bytes{};
  crypto::fill_random(bytes);
  std::string text = to_base32(bytes);
  crypto::wipe(bytes);
  return text;
}

bool is_base32(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

}  // namespace

HostTokenParts make_host_token() { return {random_base32<kIdBytes>(), random_base32<kSecretBytes>()}; }

std::string to_string(const HostTokenParts& token) { return std::string(kPrefix) + token.id + "." + token.secret; }

std::optional<HostTokenParts> parse_host_token(std::string_view text) {
  if (text.size() != kPrefix.size() + kIdChars + 1 + kSecretChars || !text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  std::string_view id = text.substr(0, kIdChars), secret = text.substr(kIdChars + 1);
  if (text[kIdChars] != '.' || !is_base32(id) || !is_base32(secret)) return std::nullopt;
  return HostTokenParts{std::string(id), std::string(secret)};
}

}  // namespace lotse::relay
