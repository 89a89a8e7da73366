#include "net/link/address_text.h"

#include <arpa/inet.h>

#include <algorithm>

namespace lotse::net::link {

std::string text_of(const Endpoint& endpoint) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};  // RFC 4291, 2.5.5.2
  const bool v4 = std::equal(kMapped.begin(), kMapped.end(), endpoint.address.begin());
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(v4 ? AF_INET : AF_INET6, endpoint.address.data() + (v4 ? kMapped.size() : 0), text, sizeof text);
  return text;
}

std::string text_of(const Endpoint& endpoint, std::uint16_t port) {
  const std::string address = text_of(endpoint);
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace lotse::net::link
