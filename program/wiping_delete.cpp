#include "program/wiping_delete.h"

#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace {

// Bytes. No secret is longer, and pictures, which are, cost nothing more.
constexpr std::size_t kWiped = 8192;

void wipe_and_free(void* memory) noexcept {
  if (!memory) return;
  std::size_t size = malloc_usable_size(memory);
  if (size <= kWiped) explicit_bzero(memory, size);
  std::free(memory);
}

void* allocate_or_null(std::size_t size) noexcept { return std::malloc(size == 0 ? 1 : size); }

void* allocate(std::size_t size) {
  for (;;) {
    if (void* memory = allocate_or_null(size)) return memory;
    std::new_handler handler = std::get_new_handler();
    if (!handler) throw std::bad_alloc();
    handler();
  }
}

}  // namespace

// All forms but those with an alignment: nothing that holds a secret asks for one. Each of a pair has to be ours, or
// sanitizers complain.
void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate_or_null(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate_or_null(size); }
void operator delete(void* memory) noexcept { wipe_and_free(memory); }
void operator delete[](void* memory) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { wipe_and_free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { wipe_and_free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { wipe_and_free(memory); }

namespace lotse::program {

void link_wiping_delete() {}

}  // namespace lotse::program
