// Argon2id (RFC 9106) for secrets that are kept to be recognised, never to be read again. Part of the `token` target: a
// relay keeps its host tokens so.
#pragma once
#include <string>

#include "base/bytes.h"

namespace lotse::crypto {

/// Memory and passes of one hash: OWASP's second choice. What is hashed here has 128 random bits and more, so this only
/// has to be slow enough to make no difference. About 20 ms.
inline constexpr std::size_t kPasswordHashMemory = 19u << 20;  // bytes
inline constexpr unsigned long long kPasswordHashPasses = 2;

/// "$argon2id$..." with a fresh salt. Takes kPasswordHashMemory; aborts when the system has not so much left. Any
/// thread.
std::string password_hash(ByteView secret);
/// False also when `hash` is no such text. Takes what `hash` says. Any thread.
bool password_matches(const std::string& hash, ByteView secret);

}  // namespace lotse::crypto
