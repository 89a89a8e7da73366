#include "crypto/secret.h"
#include "relay/links.h"

namespace lotse::relay {

std::uint32_t RandomNumbers::number() {
  constexpr std::uint32_t first = 100'000'000, count = 900'000'000;
  constexpr std::uint32_t fair = 4 * count;  // the largest multiple of `count` below 2^32: above it the rest is uneven
  for (;;) {
    std::array<std::uint8_t, 4> bytes{};
    crypto::fill_random(bytes);
    std::uint32_t value = ByteReader(bytes).get<std::uint32_t>();
    if (value < fair) return first + value % count;
  }
}

wire::RelayNonce RandomNumbers::nonce() {
  wire::RelayNonce nonce{};
  crypto::fill_random(nonce);
  return nonce;
}

}  // namespace lotse::relay
