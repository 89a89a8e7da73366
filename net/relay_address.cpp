#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "net/relay_connection.h"

namespace lotse::net {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// One form for every way to write the same address.
std::optional<std::string> canonical_ipv6(const std::string& text) {
  in6_addr address{};
  char canonical[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1 || text.find('\0') != std::string::npos) return std::nullopt;
  return inet_ntop(AF_INET6, &address, canonical, sizeof canonical);
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; });
}

/// A name (RFC 1123, with _) or a dotted IPv4 address.
bool is_host(const std::string& host) {
  if (host.empty() || host.size() > 253) return false;
  std::string_view rest = host, label;
  while (true) {
    label = rest.substr(0, rest.find('.'));
    if (!is_label(label)) return false;
    if (label.size() == rest.size()) break;
    rest.remove_prefix(label.size() + 1);
  }
  // The C library takes 428117903, 10.1 and 0x7f000001 for IPv4 addresses: nobody who types these means that.
  if (!is_digit(label.front()) || !(std::all_of(label.begin(), label.end(), is_digit) || label.starts_with("0x")))
    return true;
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || text.front() == '0' || error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return port;
}

}  // namespace

std::optional<RelayAddress> parse_relay_address(const std::string& given) {
  if (given.size() > 300) return std::nullopt;
  std::string text = lower(given);
  if (text.starts_with("https://")) {
    text.erase(0, 8);
    if (text.ends_with('/')) text.pop_back();
  }
  RelayAddress address;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string::npos) return std::nullopt;
    const std::optional<std::string> host = canonical_ipv6(text.substr(1, end - 1));
    if (!host) return std::nullopt;
    address.host = *host;
    port = std::string_view(text).substr(end + 1);
  } else {
    const std::size_t end = std::min(text.find(':'), text.size());
    address.host = text.substr(0, end);
    if (!is_host(address.host)) return std::nullopt;
    port = std::string_view(text).substr(end);
  }
  if (port.empty()) return address;
  const std::optional<std::uint16_t> number = port.front() == ':' ? parse_port(port.substr(1)) : std::nullopt;
  if (!number) return std::nullopt;
  address.port = *number;
  return address;
}

std::string to_string(const RelayAddress& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + address.host + "]" : address.host;
  return address.port == 443 ? host : host + ":" + std::to_string(address.port);
}

}  // namespace lotse::net
