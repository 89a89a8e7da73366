// RSA-OAEP (RFC 8017) with 2048 bits, e = 65537, SHA-256 as digest and in MGF1. Inside crypto/ only.
#pragma once
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "crypto/handshake.h"

struct evp_pkey_st;

namespace lotse::crypto {

struct PkeyFree {
  void operator()(evp_pkey_st* key) const;  // overwrites private parts
};
using Pkey = std::unique_ptr<evp_pkey_st, PkeyFree>;

/// A SubjectPublicKeyInfo of RSA-2048 with e = 65537 in DER has but one shape, and this size.
inline constexpr std::size_t kSpkiSize = 294;
inline constexpr std::size_t kRsaSize = 256;

Pkey make_rsa();
Bytes spki_of(const Pkey& key);
/// Null unless `der` is exactly such a key with a modulus that no prime below 752 divides.
Pkey parse_spki(ByteView der);
/// PKCS #8 in DER; for published test vectors.
Pkey parse_private_key(ByteView der);

Bytes oaep_encrypt(const Pkey& key, ByteView label, ByteView plaintext);
/// One kind of failure, whatever was wrong. The caller wipes the plaintext.
std::optional<Bytes> oaep_decrypt(const Pkey& key, ByteView label, ByteView ciphertext);

struct RsaKey::Impl {
  Pkey key;
};

}  // namespace lotse::crypto
