#include "files/file_io.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace lotse::files {

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::int64_t changed_ns(const struct ::stat& s) { return s.st_mtim.tv_sec * 1'000'000'000LL + s.st_mtim.tv_nsec; }

bool is_unchanged(int fd, std::uint64_t size, std::int64_t changed) {
  struct stat now {};
  return fd >= 0 && ::fstat(fd, &now) == 0 && S_ISREG(now.st_mode) && static_cast<std::uint64_t>(now.st_size) == size &&
         changed_ns(now) == changed;
}

bool read_all_at(int fd, std::uint64_t offset, std::size_t size, Bytes& out) {
  out.resize(size);
  for (std::size_t done = 0; done < size;) {
    ssize_t n = ::pread(fd, out.data() + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

bool write_all_at(int fd, std::uint64_t offset, ByteView bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    ssize_t n = ::pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

Why why_of(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG ? Why::disk_full : Why::unwritable;
}

}  // namespace lotse::files
