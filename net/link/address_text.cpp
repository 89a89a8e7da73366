#include "net/link/address_text.h"

#include <arpa/inet.h>

#include "base/ip_address.h"

namespace lotse::net::link {

std::string text_of(const Endpoint& endpoint) {
  const bool v4 = is_v4(endpoint.address);
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(v4 ? AF_INET : AF_INET6, endpoint.address.data() + (v4 ? kMappedV4.size() : 0), text, sizeof text);
  return text;
}

std::string text_of(const Endpoint& endpoint, std::uint16_t port) {
  const std::string address = text_of(endpoint);
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace lotse::net::link
