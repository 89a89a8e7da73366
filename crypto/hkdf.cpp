#include "crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "crypto/must.h"

namespace lotse::crypto {
namespace {

struct ContextFree {
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

OSSL_PARAM octets(const char* name, ByteView bytes) {
  // OpenSSL only reads it.
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

OSSL_PARAM digest(Hash hash) {
  static char sha256_name[] = "SHA256", sha512_name[] = "SHA512";
  return OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash == Hash::sha256 ? sha256_name : sha512_name, 0);
}

bool derive(int mode, Hash hash, ByteView key, OSSL_PARAM salt_or_info, std::span<std::uint8_t> out) {
  static EVP_KDF* const hkdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  must(hkdf != nullptr);
  std::unique_ptr<EVP_KDF_CTX, ContextFree> context{EVP_KDF_CTX_new(hkdf)};
  must(context != nullptr);
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode), digest(hash),
                             octets(OSSL_KDF_PARAM_KEY, key), salt_or_info, OSSL_PARAM_construct_end()};
  return EVP_KDF_derive(context.get(), out.data(), out.size(), parameters) == 1;
}

constexpr std::uint8_t kNothing = 0;  // an address for empty runs: OpenSSL takes a null one for a missing parameter

ByteView at_an_address(ByteView bytes) { return bytes.empty() ? ByteView{&kNothing, std::size_t{0}} : bytes; }

}  // namespace

bool hkdf_extract(Hash hash, ByteView salt, ByteView ikm, std::span<std::uint8_t> prk) {
  return derive(EVP_KDF_HKDF_MODE_EXTRACT_ONLY, hash, at_an_address(ikm),
                octets(OSSL_KDF_PARAM_SALT, at_an_address(salt)), prk);
}

bool hkdf_expand(Hash hash, ByteView prk, ByteView info, std::span<std::uint8_t> out) {
  return derive(EVP_KDF_HKDF_MODE_EXPAND_ONLY, hash, prk, octets(OSSL_KDF_PARAM_INFO, at_an_address(info)), out);
}

Secret<32> extract(ByteView salt, std::initializer_list<ByteView> ikm) {
  Bytes all;
  std::size_t size = 0;
  for (ByteView part : ikm) size += part.size();
  all.reserve(size);  // no copy of a secret is left behind by growing
  for (ByteView part : ikm) append(all, part);
  Secret<32> prk;
  must(hkdf_extract(Hash::sha256, salt, all, prk.writable()));
  wipe(all);
  return prk;
}

void expand_into(const Secret<32>& prk, std::initializer_list<ByteView> info, std::span<std::uint8_t> out) {
  Bytes all;
  for (ByteView part : info) append(all, part);
  must(hkdf_expand(Hash::sha256, prk.view(), all, out));
}

}  // namespace lotse::crypto
