// The file that a recording grows in.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace lotse::record {

/// A file open for writing, mode 0600 where we made it. Closed at the end of its life. One thread writes; any may ask
/// for bytes().
class OutputFile {
 public:
  /// Throws std::system_error ("cannot record to PATH: File exists") when the file is there already or can't be made.
  explicit OutputFile(const std::string& path);
  /// Takes over `fd`, which somebody else opened; `name` for messages.
  OutputFile(int fd, std::string name) : path_(std::move(name)), fd_(fd) {}
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// At the present position. 0, or the errno of the failure; after a failure every further call gives the same.
  int write(const std::uint8_t* data, std::size_t size);
  /// As lseek(2). -1 when it fails.
  std::int64_t seek(std::int64_t offset, int whence);
  /// Removes the file's name: for a recording that never had a picture.
  void remove();

  const std::string& path() const { return path_; }
  /// errno of the first write that failed; 0: none did.
  int error() const { return error_; }
  /// Length of the file.
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::string path_;
  int fd_ = -1;
  int error_ = 0;
  std::uint64_t position_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
};

}  // namespace lotse::record
