// What a SIGN lists of each packet.
#pragma once
#include <array>

#include "base/bytes.h"

namespace lotse::crypto {

/// The first 16 bytes of SHA-256 over a complete packet: clear header, ciphertext, tag. By OpenSSL, which uses the
/// processor's instructions for it: every byte of a picture goes through here at both ends.
std::array<std::uint8_t, 16> packet_hash(ByteView packet);

}  // namespace lotse::crypto
