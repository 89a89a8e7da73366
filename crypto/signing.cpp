#include "crypto/signing.h"

#include <sodium.h>

#include "base/text.h"
#include "crypto/must.h"

namespace lotse::crypto {
namespace {

// Ed25519 signs one run of bytes: crypto_sign_init of libsodium is another scheme (Ed25519ph).
Bytes signed_bytes(Purpose purpose, std::initializer_list<ByteView> parts) {
  Bytes all;
  append(all, as_bytes(prefix(purpose)));
  for (ByteView part : parts) append(all, part);
  return all;
}

}  // namespace

std::string_view prefix(Purpose purpose) {
  switch (purpose) {
    case Purpose::offer:
      return "rv1 offer";
    case Purpose::join:
      return "rv1 join";
    case Purpose::message:
      return "rv1 msg";
    case Purpose::picture:
      return "rv1 pic";
    case Purpose::roster:
      return "rv1 roster";
    case Purpose::tunnel:
      return "rv1 tunnel";
    case Purpose::heir:
      return "rv1 heir";
    case Purpose::identity:
      return "rv1 identity";
    case Purpose::board:
      return "rv1 board";
  }
  std::abort();
}

SigningKey SigningKey::make() {
  SigningKey key;
  crypto_sign_ed25519_keypair(key.public_.data(), key.secret_.writable().data());
  return key;
}

SigningKey SigningKey::from_seed(const Secret<32>& seed) {
  SigningKey key;
  crypto_sign_ed25519_seed_keypair(key.public_.data(), key.secret_.writable().data(), seed.view().data());
  return key;
}

Secret<32> SigningKey::seed() const {
  Secret<32> seed;
  crypto_sign_ed25519_sk_to_seed(seed.writable().data(), secret_.view().data());
  return seed;
}

Signature SigningKey::sign(Purpose purpose, std::initializer_list<ByteView> parts) const {
  Signature signature{};
  Bytes all = signed_bytes(purpose, parts);
  must(crypto_sign_ed25519_detached(signature.data(), nullptr, all.data(), all.size(), secret_.view().data()) == 0);
  return signature;
}

bool verify(const VerifyKey& key, Purpose purpose, std::initializer_list<ByteView> parts, ByteView signature) {
  return verify_raw(key, signed_bytes(purpose, parts), signature);
}

bool verify_raw(const VerifyKey& key, ByteView message, ByteView signature) {
  return signature.size() == crypto_sign_ed25519_BYTES &&
         crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

Signature sign_raw(const Secret<32>& seed, ByteView message) {
  VerifyKey key{};
  Secret<64> secret;
  Signature signature{};
  must(crypto_sign_ed25519_seed_keypair(key.data(), secret.writable().data(), seed.view().data()) == 0);
  must(crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(), secret.view().data()) ==
       0);
  return signature;
}

std::string fingerprint(const VerifyKey& master) {
  auto hash = sha256({as_bytes("rv1 fp"), master});
  return to_base32(ByteView{hash}.first(10));
}

std::array<std::uint8_t, 32> sha256(std::initializer_list<ByteView> parts) {
  std::array<std::uint8_t, 32> hash{};
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (ByteView part : parts) crypto_hash_sha256_update(&state, part.data(), part.size());
  crypto_hash_sha256_final(&state, hash.data());
  return hash;
}

}  // namespace lotse::crypto
