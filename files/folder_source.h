// A folder that is sent: listed once, then read as the run of bytes that it travels as.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace lotse::files {

/// Immutable. Symbolic links and whatever is neither file nor folder are left out.
struct FolderListing {
  struct Part {
    std::string path;  // absolute
    std::uint64_t offset = 0, size = 0;
    std::int64_t changed_ns = 0;
  };
  Bytes head;
  std::vector<Part> parts;  // files that are not empty, in order
  std::uint64_t size = 0;   // head and files
  std::size_t files = 0;    // also empty ones
  std::int64_t mark = 0;    // another one when a name, a size or a time of modification is
};

/// Nothing: `problem` says why, in words for people.
std::shared_ptr<const FolderListing> list_folder(const std::string& path, std::string& problem);

/// Reads a listing. One thread.
class FolderReader {
 public:
  explicit FolderReader(std::shared_ptr<const FolderListing> listing) : listing_(std::move(listing)) {}
  ~FolderReader();
  FolderReader(const FolderReader&) = delete;
  /// False: a file is gone, or no longer what was listed.
  bool read_at(std::uint64_t offset, std::size_t size, Bytes& out);

 private:
  bool open(const FolderListing::Part& part);
  void close();

  const std::shared_ptr<const FolderListing> listing_;
  const FolderListing::Part* opened_ = nullptr;
  int fd_ = -1;
};

}  // namespace lotse::files
