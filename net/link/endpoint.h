// Where a datagram came from or goes to, as the link sees it: bytes that are equal or not.
#pragma once
#include <compare>
#include <cstdint>

#include "base/ip_address.h"

namespace lotse::net::link {

struct Endpoint {
  IpAddress address{};
  std::uint16_t port = 0;
  IpAddress local{};        // our address that it came to, so that answers leave from there; zeros: any
  std::uint8_t socket = 0;  // which of ours
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace lotse::net::link
