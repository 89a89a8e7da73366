// Whatever parses as a relay's address is written in one way only, and that way means the same.
#include <cstdlib>

#include "net/relay_connection.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto address = lotse::net::parse_relay_address(text);
  if (address && lotse::net::parse_relay_address(lotse::net::to_string(*address)) != address) std::abort();
  return 0;
}
