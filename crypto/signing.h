// Ed25519 (RFC 8032) and who may be trusted under it. Part of the `token` target: a relay verifies with it.
#pragma once
#include <array>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace lotse::crypto {

using VerifyKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// What a signature is for: its text is the first thing signed, so that none can be taken for another.
enum class Purpose { offer, join, message, picture, roster, tunnel, heir, identity, board };
/// "rv1 offer", "rv1 join", "rv1 msg", "rv1 pic", "rv1 roster", "rv1 tunnel", "rv1 heir", "rv1 identity", "rv1 board".
std::string_view prefix(Purpose purpose);

class SigningKey {
 public:
  static SigningKey make();
  /// RFC 8032's private key: 32 bytes, the whole of it.
  static SigningKey from_seed(const Secret<32>& seed);
  Secret<32> seed() const;
  const VerifyKey& verify_key() const { return public_; }
  /// Over prefix(purpose) and `parts`, one after another.
  Signature sign(Purpose purpose, std::initializer_list<ByteView> parts) const;

 private:
  SigningKey() = default;
  Secret<64> secret_;
  VerifyKey public_{};
};

bool verify(const VerifyKey& key, Purpose purpose, std::initializer_list<ByteView> parts, ByteView signature);

/// Plain Ed25519 with no prefix, for published test vectors alone: refuses keys and R of small order and S >= L.
bool verify_raw(const VerifyKey& key, ByteView message, ByteView signature);
/// The other way, out of the 32 bytes that RFC 8032 calls the private key. For the same vectors alone.
Signature sign_raw(const Secret<32>& seed, ByteView message);

/// First 10 bytes of SHA-256("rv1 fp" || ed_M), base32: what a link says about its master.
std::string fingerprint(const VerifyKey& master);
/// SHA-256 in one call.
std::array<std::uint8_t, 32> sha256(std::initializer_list<ByteView> parts);
/// Six words out of 66 bits of a 32-byte hash, from the list of 2048 words of this project (words.cpp): for a person to
/// compare a relay's key by voice.
std::string six_words(ByteView hash);
/// `bits` (30) as three words of the first 1024 of the same list.
std::string three_words(std::uint32_t bits30);

}  // namespace lotse::crypto
