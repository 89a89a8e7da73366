// Where a datagram came from or goes to, as the link sees it: bytes that are equal or not.
#pragma once
#include <array>
#include <compare>
#include <cstdint>

namespace lotse::net::link {

/// IPv4 addresses are mapped (RFC 4291, 2.5.5.2).
struct Endpoint {
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;
  std::array<std::uint8_t, 16> local{};  // our address that it came to, so that answers leave from there; zeros: any
  std::uint8_t socket = 0;               // which of ours
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace lotse::net::link
