#include "crypto/rsa.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/must.h"

namespace lotse::crypto {
namespace {

constexpr std::array<std::uint8_t, 33> kSpkiHead = {
    0x30, 0x82, 0x01, 0x22,                                                                    // SEQUENCE
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,  // rsaEncryption, NULL
    0x03, 0x82, 0x01, 0x0f, 0x00,                                                              // BIT STRING
    0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00};                                     // SEQUENCE, INTEGER n
constexpr std::array<std::uint8_t, 5> kSpkiTail = {0x02, 0x03, 0x01, 0x00, 0x01};              // INTEGER 65537

constexpr std::uint32_t kSmallPrimes = 752;  // the bound of SP 800-89 for small factors

struct ContextFree {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, ContextFree>;

Context context_for(const Pkey& key) {
  Context context{EVP_PKEY_CTX_new(key.get(), nullptr)};
  must(context != nullptr);
  return context;
}

// After encrypt_init or decrypt_init. Both digests are named: which one MGF1 takes by itself has
// differed between versions and libraries.
void set_oaep(EVP_PKEY_CTX* context, ByteView label) {
  must(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1);
  must(EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1);
  must(EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1);
  if (label.empty()) return;
  void* owned = OPENSSL_memdup(label.data(), label.size());
  must(owned != nullptr && EVP_PKEY_CTX_set0_rsa_oaep_label(context, owned, static_cast<int>(label.size())) == 1);
}

bool has_the_shape(ByteView der) {
  return der.size() == kSpkiSize && equal(der.first(kSpkiHead.size()), kSpkiHead) &&
         equal(der.last(kSpkiTail.size()), kSpkiTail) && (der[kSpkiHead.size()] & 0x80) != 0;
}

// What a broken source of random numbers is likely to give. A full check (SP 800-56B) takes 10 ms on the session's loop
// for a stranger's message, and would protect nobody: a weak key harms the client that made it.
bool divisible_by_small_prime(ByteView modulus) {
  for (std::uint32_t divisor = 2; divisor < kSmallPrimes; ++divisor) {
    bool prime = true;
    for (std::uint32_t d = 2; d * d <= divisor && prime; ++d) prime = divisor % d != 0;
    if (!prime) continue;
    std::uint64_t rest = 0;
    for (ByteReader in{modulus}; in.left() > 0;) rest = (rest << 32 | in.get<std::uint32_t>()) % divisor;
    if (rest == 0) return true;
  }
  return false;
}

}  // namespace

void PkeyFree::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

// OpenSSL keeps private numbers in its locked heap with guard pages, where there is one.
void start_secure_heap() {
  static const bool started = CRYPTO_secure_malloc_init(1u << 20, 32) != 0;  // bytes; several hundred keys
  must(started);
}

Pkey make_rsa() {
  start_secure_heap();
  Pkey key{EVP_RSA_gen(2048)};
  must(key != nullptr);
  return key;
}

Bytes spki_of(const Pkey& key) {
  std::uint8_t* der = nullptr;
  int size = i2d_PUBKEY(key.get(), &der);
  must(size > 0);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Pkey parse_spki(ByteView der) {
  if (!has_the_shape(der) || divisible_by_small_prime(der.subspan(kSpkiHead.size(), kRsaSize))) return nullptr;
  const std::uint8_t* at = der.data();
  Pkey key{d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size()))};
  ERR_clear_error();
  return key;
}

Pkey parse_private_key(ByteView der) {
  const std::uint8_t* at = der.data();
  return Pkey{d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()))};
}

Bytes oaep_encrypt(const Pkey& key, ByteView label, ByteView plaintext) {
  Context context = context_for(key);
  must(EVP_PKEY_encrypt_init(context.get()) == 1);
  set_oaep(context.get(), label);
  Bytes out(kRsaSize);
  std::size_t size = out.size();
  must(EVP_PKEY_encrypt(context.get(), out.data(), &size, plaintext.data(), plaintext.size()) == 1);
  must(size == kRsaSize);
  return out;
}

std::optional<Bytes> oaep_decrypt(const Pkey& key, ByteView label, ByteView ciphertext) {
  if (ciphertext.size() != kRsaSize) return std::nullopt;
  Context context = context_for(key);
  must(EVP_PKEY_decrypt_init(context.get()) == 1);
  set_oaep(context.get(), label);
  Bytes out(kRsaSize);
  std::size_t size = out.size();
  const bool fits = EVP_PKEY_decrypt(context.get(), out.data(), &size, ciphertext.data(), ciphertext.size()) == 1;
  ERR_clear_error();
  if (!fits) return std::nullopt;
  wipe(std::span{out}.subspan(size));
  out.resize(size);
  return out;
}

RsaKey::RsaKey() : impl_(std::make_unique<Impl>()) {}
RsaKey::~RsaKey() = default;
RsaKey::RsaKey(RsaKey&&) noexcept = default;
RsaKey& RsaKey::operator=(RsaKey&&) noexcept = default;

RsaKey RsaKey::make() {
  RsaKey key;
  key.impl_->key = make_rsa();
  return key;
}

}  // namespace lotse::crypto
