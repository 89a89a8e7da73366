// HKDF (RFC 5869) over SHA-256 or SHA-512.
#pragma once
#include <initializer_list>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace lotse::crypto {

enum class Hash { sha256, sha512 };

/// `prk` is as long as the hash. An empty salt is the RFC's run of zeros. False when `ikm` is empty: nothing of ours
/// is.
bool hkdf_extract(Hash hash, ByteView salt, ByteView ikm, std::span<std::uint8_t> prk);
/// False when `out` is longer than 255 hashes.
bool hkdf_expand(Hash hash, ByteView prk, ByteView info, std::span<std::uint8_t> out);

/// HKDF-SHA-256, as the protocol has it, over the parts one after another.
Secret<32> extract(ByteView salt, std::initializer_list<ByteView> ikm);
void expand_into(const Secret<32>& prk, std::initializer_list<ByteView> info, std::span<std::uint8_t> out);
template <std::size_t N>
Secret<N> expand(const Secret<32>& prk, std::initializer_list<ByteView> info) {
  Secret<N> out;
  expand_into(prk, info, out.writable());
  return out;
}

}  // namespace lotse::crypto
