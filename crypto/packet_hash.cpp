#include "crypto/packet_hash.h"

#include <openssl/evp.h>

#include <algorithm>

#include "crypto/must.h"

namespace lotse::crypto {

std::array<std::uint8_t, 16> packet_hash(ByteView packet) {
  std::array<std::uint8_t, 32> whole{};
  must(EVP_Digest(packet.data(), packet.size(), whole.data(), nullptr, EVP_sha256(), nullptr) == 1);
  std::array<std::uint8_t, 16> hash{};
  std::copy_n(whole.begin(), hash.size(), hash.begin());
  return hash;
}

}  // namespace lotse::crypto
