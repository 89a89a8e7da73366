// AES-256-GCM under keys that count their own nonces (protocol section "Keys and counters").
#pragma once
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace lotse::crypto {

inline constexpr std::size_t kTagSize = 16;
inline constexpr std::uint64_t kMaxSealsPerKey = std::uint64_t{1} << 28;

/// Key and iv of one direction: 32 bytes AES-256 key, 12 bytes iv; nonce = iv xor counter (big endian, right aligned).
using KeyAndIv = Secret<44>;

/// One turn of a SealKey's counter. Made by it alone, used up by seal(): a nonce can't be used twice.
class Counter {
 public:
  Counter(Counter&& other) noexcept : value_(other.value_), key_(other.key_) { other.key_ = 0; }
  Counter& operator=(Counter&&) = delete;
  std::uint64_t value() const { return value_; }

 private:
  friend class SealKey;
  Counter(std::uint64_t value, std::uint64_t key) : value_(value), key_(key) {}
  std::uint64_t value_;
  std::uint64_t key_;  // the SealKey that made it; 0: moved away. Another key's counter aborts.
};

/// Seals. Owns the one counter of its key. Not thread-safe.
class SealKey {
 public:
  /// `first`: where counting starts (1 where the handshake has used 0).
  explicit SealKey(KeyAndIv key, std::uint64_t first = 0);
  ~SealKey();
  SealKey(SealKey&&) noexcept;
  SealKey& operator=(SealKey&&) noexcept;

  /// True when 2^28 packets are sealed: a new epoch or a new join is due, reserve() would abort.
  bool exhausted() const;
  std::uint64_t sealed() const;
  Counter reserve();
  /// Appends ciphertext and tag of `plaintext` to `out`; `aad` is the clear header, with the counter in it. `aad` may
  /// be what `out` holds already: it is read before `out` grows. `plaintext` may not lie in `out`.
  void seal(Counter counter, ByteView aad, ByteView plaintext, Bytes& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Opens what the SealKey of the other side sealed. Knows no replay: see replay.h. Not thread-safe.
class OpenKey {
 public:
  explicit OpenKey(KeyAndIv key);
  ~OpenKey();
  OpenKey(OpenKey&&) noexcept;
  OpenKey& operator=(OpenKey&&) noexcept;

  /// The plaintext, or nothing when the tag does not fit.
  std::optional<Bytes> open(std::uint64_t counter, ByteView aad, ByteView sealed);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::crypto
