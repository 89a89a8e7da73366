#include "crypto/secret.h"

#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "crypto/must.h"

namespace lotse::crypto {
namespace {

void start_sodium() {
  static const int started = sodium_init();  // 0, or 1 when it ran before
  must(started >= 0);
}

}  // namespace

namespace detail {

void GuardedFree::operator()(std::uint8_t* p) const { sodium_free(p); }  // overwrites first

Guarded allocate_guarded(std::size_t size) {
  start_sodium();
  Guarded memory{static_cast<std::uint8_t*>(sodium_malloc(size))};
  must(memory != nullptr);
  sodium_memzero(memory.get(), size);
  return memory;
}

}  // namespace detail

void fill_random(std::span<std::uint8_t> out) {
  start_sodium();
  randombytes_buf(out.data(), out.size());
}

void wipe(std::span<std::uint8_t> memory) { sodium_memzero(memory.data(), memory.size()); }

void forbid_core_dumps() {
  rlimit none{0, 0};
  must(prctl(PR_SET_DUMPABLE, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0);
}

bool same(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace lotse::crypto
