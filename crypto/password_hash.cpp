#include "crypto/password_hash.h"

#include <sodium.h>

#include "crypto/must.h"

namespace lotse::crypto {
namespace {

const char* chars(ByteView bytes) { return reinterpret_cast<const char*>(bytes.data()); }

}  // namespace

std::string password_hash(ByteView secret) {
  must(sodium_init() >= 0);
  char text[crypto_pwhash_argon2id_STRBYTES] = {};
  must(crypto_pwhash_argon2id_str(text, chars(secret), secret.size(), kPasswordHashPasses, kPasswordHashMemory) == 0);
  return text;
}

bool password_matches(const std::string& hash, ByteView secret) {
  must(sodium_init() >= 0);
  if (hash.size() >= crypto_pwhash_argon2id_STRBYTES) return false;
  return crypto_pwhash_argon2id_str_verify(hash.c_str(), chars(secret), secret.size()) == 0;
}

}  // namespace lotse::crypto
