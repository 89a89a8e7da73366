#include "relay/addresses.h"

#include "base/text.h"
#include "crypto/secret.h"
#include "crypto/signing.h"

namespace lotse::relay {

AddressNames::AddressNames(LogAddresses log) : log_(log) { crypto::fill_random(salt_); }

std::string AddressNames::name(const std::string& address) const {
  if (log_ == LogAddresses::yes) return address;
  return "h:" + to_hex(ByteView(crypto::sha256({salt_, as_bytes(address)})).first(4));
}

std::string address_bucket(const std::uint8_t* bytes, std::size_t size) {
  static constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (size == 16 && std::memcmp(bytes, mapped.data(), mapped.size()) == 0) {
    bytes += 12;
    size = 4;
  }
  if (size == 4) {
    std::string out;
    for (int i = 0; i < 4; ++i) out += (i ? "." : "") + std::to_string(bytes[i]);
    return out;
  }
  std::string out;
  for (int i = 0; i < 8; i += 2) out += to_hex(ByteView(bytes + i, 2)) + ":";
  return out + ":/64";
}

}  // namespace lotse::relay
