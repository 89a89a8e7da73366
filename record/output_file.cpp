#include "record/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace lotse::record {

OutputFile::OutputFile(const std::string& path) : path_(path) {
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "cannot record to " + path);
}

OutputFile::~OutputFile() { ::close(fd_); }

int OutputFile::write(const std::uint8_t* data, std::size_t size) {
  while (size > 0 && error_ == 0) {
    const ssize_t written = ::write(fd_, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      error_ = written < 0 ? errno : EIO;
      break;
    }
    data += written;
    size -= static_cast<std::size_t>(written);
    position_ += static_cast<std::uint64_t>(written);
    bytes_ = std::max(bytes_.load(), position_);
  }
  return error_;
}

std::int64_t OutputFile::seek(std::int64_t offset, int whence) {
  const off_t position = ::lseek(fd_, offset, whence);
  if (position >= 0) position_ = static_cast<std::uint64_t>(position);
  return position;
}

void OutputFile::remove() { ::unlink(path_.c_str()); }

}  // namespace lotse::record
