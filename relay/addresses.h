// How addresses of clients are counted and how they appear in logs.
#pragma once
#include <array>
#include <cstdint>
#include <string>

namespace lotse::relay {

enum class LogAddresses { no, yes };

/// Names addresses in logs: the address itself, or a hash under a salt of this run, so that a log tells clients apart
/// and does not say who they are.
class AddressNames {
 public:
  explicit AddressNames(LogAddresses log);
  std::string name(const std::string& address) const;

 private:
  LogAddresses log_;
  std::array<std::uint8_t, 16> salt_{};
};

/// What limits count by: an IPv4 address (also when it comes as ::ffff:a.b.c.d), the /64 of an IPv6 one, since a single
/// customer has all of it. `bytes`: 4 or 16 in network order.
std::string address_bucket(const std::uint8_t* bytes, std::size_t size);

}  // namespace lotse::relay
