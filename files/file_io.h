// Files by descriptor: whole reads and writes, and what went wrong.
#pragma once
#include <cstdint>
#include <utility>

#include "base/bytes.h"
#include "files/transfer.h"

struct stat;

namespace lotse::files {

/// Closes what it holds; -1: nothing.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// Time of modification.
std::int64_t changed_ns(const struct ::stat& s);
/// A plain file that is open, of that size and not written to since.
bool is_unchanged(int fd, std::uint64_t size, std::int64_t changed_ns);

/// All of `size` bytes, or false.
bool read_all_at(int fd, std::uint64_t offset, std::size_t size, Bytes& out);
bool write_all_at(int fd, std::uint64_t offset, ByteView bytes);
/// Of errno.
Why why_of(int error);

}  // namespace lotse::files
