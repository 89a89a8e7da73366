// Addresses as people write them.
#pragma once
#include <string>

#include "net/link/endpoint.h"

namespace lotse::net::link {

/// 192.0.2.1 or 2001:db8::1; the port does not count.
std::string text_of(const Endpoint& endpoint);
/// 192.0.2.1:4500 or [2001:db8::1]:4500.
std::string text_of(const Endpoint& endpoint, std::uint16_t port);

}  // namespace lotse::net::link
