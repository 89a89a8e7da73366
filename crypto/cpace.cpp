#include "crypto/cpace.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/must.h"

namespace lotse::crypto {
namespace {

constexpr std::string_view kDsi = "CPaceRistretto255";
constexpr std::string_view kDsiIsk = "CPaceRistretto255_ISK";
constexpr std::size_t kHashBlock = 128;  // s_in_bytes of SHA-512

void put_leb128(Bytes& out, std::size_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

void hash_sha512(std::initializer_list<ByteView> parts, std::span<std::uint8_t, 64> out) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  for (ByteView part : parts) crypto_hash_sha512_update(&state, part.data(), part.size());
  crypto_hash_sha512_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
}

}  // namespace

Bytes lv_cat(std::initializer_list<ByteView> parts) {
  Bytes out;
  std::size_t size = 0;
  for (ByteView part : parts) size += part.size() + 10;
  out.reserve(size);  // no copy of a secret is left behind by growing
  for (ByteView part : parts) put_leb128(out, part.size()), append(out, part);
  return out;
}

Point cpace_generator(ByteView prs, ByteView ci, ByteView sid) {
  // Zeros so that DSI and PRS fill the first hash block, less one byte for the length of the zeros themselves.
  Bytes head = lv_cat({as_bytes(kDsi), prs});
  const Bytes zeros(kHashBlock - 1 - std::min(head.size(), kHashBlock - 1));
  Bytes tail = lv_cat({zeros, ci, sid});
  Secret<64> hash;
  hash_sha512({head, tail}, hash.writable());
  wipe(head);
  Point generator{};
  must(crypto_core_ristretto255_from_hash(generator.data(), hash.view().data()) == 0);
  return generator;
}

CpaceShare::CpaceShare(const Point& generator, Secret<32> scalar) : scalar_(std::move(scalar)) {
  must(crypto_scalarmult_ristretto255(share_.data(), scalar_.view().data(), generator.data()) == 0);
}

CpaceShare CpaceShare::make(const Point& generator) {
  Secret<32> scalar;
  crypto_core_ristretto255_scalar_random(scalar.writable().data());
  return CpaceShare{generator, std::move(scalar)};
}

std::optional<Secret<32>> CpaceShare::agree(const Point& other) const {
  Secret<32> k;
  if (crypto_scalarmult_ristretto255(k.writable().data(), scalar_.view().data(), other.data()) != 0)
    return std::nullopt;
  return k;
}

Isk cpace_isk(ByteView sid, const Secret<32>& k, const Point& ya, ByteView ada, const Point& yb, ByteView adb) {
  Bytes head = lv_cat({as_bytes(kDsiIsk), sid, k.view()});
  Isk isk;
  hash_sha512({head, lv_cat({ya, ada}), lv_cat({yb, adb})}, isk.writable());
  wipe(head);
  return isk;
}

}  // namespace lotse::crypto
