#include "program/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lotse::program {

std::optional<FileProblem> write_new_file(const std::string& path, ByteView bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 && errno == EEXIST) return FileProblem{"file_exists", path + " exists already; choose another name"};
  if (fd < 0) return FileProblem{"unwritable", "cannot write " + path + ": " + std::strerror(errno)};
  bool whole = true;
  while (whole && !bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done > 0)
      bytes = bytes.subspan(static_cast<std::size_t>(done));
    else
      whole = done < 0 && errno == EINTR;
  }
  const int error = errno;
  whole = ::close(fd) == 0 && whole;
  if (whole) return std::nullopt;
  ::unlink(path.c_str());
  if (error == ENOSPC || error == EDQUOT) return FileProblem{"disk_full", "no room for " + path};
  return FileProblem{"unwritable", "cannot write " + path + ": " + std::strerror(error)};
}

}  // namespace lotse::program
