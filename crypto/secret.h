// Bytes that must not leak: move-only, wiped when they go, not printable.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"

namespace lotse::crypto {

/// `N` secret bytes in libsodium's guarded memory (sodium_malloc: no swap, no dump, guard pages). Not copyable by
/// accident.
template <std::size_t N>
class Secret;

namespace detail {
struct GuardedFree {
  void operator()(std::uint8_t* p) const;
};
using Guarded = std::unique_ptr<std::uint8_t, GuardedFree>;
/// Aborts when the system has no memory left: there is no way on without.
Guarded allocate_guarded(std::size_t size);
}  // namespace detail

template <std::size_t N>
class Secret {
 public:
  Secret() : data_(detail::allocate_guarded(N)) {}
  explicit Secret(std::span<const std::uint8_t, N> from) : Secret() { std::memcpy(data_.get(), from.data(), N); }
  static Secret random();
  Secret clone() const { return Secret{view()}; }

  std::span<const std::uint8_t, N> view() const { return std::span<const std::uint8_t, N>{data_.get(), N}; }
  std::span<std::uint8_t, N> writable() { return std::span<std::uint8_t, N>{data_.get(), N}; }

 private:
  detail::Guarded data_;
};

void fill_random(std::span<std::uint8_t> out);

template <std::size_t N>
Secret<N> Secret<N>::random() {
  Secret secret;
  fill_random(secret.writable());
  return secret;
}

/// Overwrites memory in a way that the compiler keeps.
void wipe(std::span<std::uint8_t> memory);

/// No core files, and no other process of the same user may trace this one or read its memory. For main(), first thing.
void forbid_core_dumps();

/// Compares tags and other values that nobody may find byte by byte: the time depends on the length alone.
bool same(ByteView a, ByteView b);

}  // namespace lotse::crypto
