#include "program/invitation.h"

#include "base/text.h"
#include "wire/relay_frame.h"

namespace lotse::program {
namespace {

constexpr std::size_t kShortestCode = 6;  // fewer digits behind a number are a slip of the finger

std::optional<Invitation> parse_link(std::string_view text) {
  auto hash = text.find('#'), slash = text.substr(0, hash).rfind('/');
  if (hash == text.npos || slash == text.npos) return std::nullopt;
  std::string_view host = text.substr(0, slash), secret = text.substr(hash + 1);
  for (std::string_view scheme : {"https://", "lotse://", "lotse:"})
    if (host.starts_with(scheme)) {
      host.remove_prefix(scheme.size());
      break;
    }
  Invitation out;
  auto number = wire::parse_number(text.substr(slash + 1, hash - slash - 1));
  out.relay = net::parse_relay_address(std::string(host));
  if (!number || !out.relay) return std::nullopt;
  out.number = *number;
  if (auto amp = secret.find("&pin="); amp != secret.npos) {
    out.pin = parse_pin(secret.substr(amp + 5));
    if (!out.pin) return std::nullopt;
    secret = secret.substr(0, amp);
  }
  auto dot = secret.find('.');
  auto bytes = from_base32(secret.substr(0, dot));
  if (dot == secret.npos || !bytes || bytes->size() != 16) return std::nullopt;
  crypto::Credentials credentials{crypto::AuthMode::link, std::move(*bytes), std::string(secret.substr(dot + 1))};
  if (credentials.fingerprint->size() != 16) return std::nullopt;
  out.credentials = std::move(credentials);
  return out;
}

}  // namespace

std::optional<std::array<std::uint8_t, 32>> parse_pin(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  auto bytes = from_hex(text);
  if (!bytes || bytes->size() != 32) return std::nullopt;
  std::array<std::uint8_t, 32> pin;
  std::memcpy(pin.data(), bytes->data(), pin.size());
  return pin;
}

std::optional<Invitation> parse_invitation(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  if (text.find('#') != text.npos) return parse_link(text);
  if (auto number = wire::parse_number(text)) return Invitation{*number, {}, {}, {}};
  // Nine digits, then a code.
  std::size_t digits = 0, end = 0;
  for (; end < text.size() && digits < 9; ++end)
    if (text[end] >= '0' && text[end] <= '9') ++digits;
  auto number = wire::parse_number(text.substr(0, end));
  Bytes code = crypto::normalized_code(text.substr(end));
  if (!number || code.size() < kShortestCode) return std::nullopt;
  return Invitation{*number, {}, {}, crypto::Credentials{crypto::AuthMode::code, std::move(code), {}}};
}

std::string make_link(const net::RelayAddress& relay, const std::string& number, const std::string& secret,
                      const std::optional<std::array<std::uint8_t, 32>>& pin) {
  std::string link = "https://" + net::to_string(relay) + "/" + number + "#" + secret;
  return pin ? link + "&pin=" + to_hex(*pin) : link;
}

}  // namespace lotse::program
