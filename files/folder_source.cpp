#include "files/folder_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "crypto/running_hash.h"
#include "files/file_io.h"
#include "files/folder.h"

namespace lotse::files {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTooMany = "that folder holds too much: at most 20,000 files and folders, not deeper than 32";

struct Found {
  FolderEntry entry;
  std::string path;
  std::int64_t changed_ns = 0;
};

/// False: too much, or it cannot be read.
bool find(const std::string& root, std::vector<Found>& found, std::string& problem) {
  std::error_code error;
  fs::recursive_directory_iterator at(root, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    struct stat s {};
    const std::string path = at->path().string();
    if (::lstat(path.c_str(), &s) != 0) continue;
    if (!S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode)) continue;
    if (::access(path.c_str(), R_OK) != 0) return problem = "a file in there may not be read: " + path, false;
    if (at.depth() >= static_cast<int>(kMostDepth) || found.size() >= kMostEntries) return problem = kTooMany, false;
    Found one;
    one.path = path;
    one.entry.path = path.substr(root.size() + 1);
    one.changed_ns = changed_ns(s);
    if (S_ISDIR(s.st_mode)) {
      one.entry.kind = FolderEntry::Kind::folder;
    } else {
      one.entry.kind = (s.st_mode & S_IXUSR) != 0 ? FolderEntry::Kind::program : FolderEntry::Kind::file;
      one.entry.size = static_cast<std::uint64_t>(s.st_size);
    }
    found.push_back(std::move(one));
  }
  if (error) problem = "the folder cannot be read: " + error.message();
  return !error;
}

}  // namespace

std::shared_ptr<const FolderListing> list_folder(const std::string& path, std::string& problem) {
  if (path == "/") return problem = kTooMany, nullptr;
  std::vector<Found> found;
  if (!find(path, found, problem)) return nullptr;
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.entry.path < b.entry.path; });
  std::vector<FolderEntry> entries;
  for (const Found& one : found) entries.push_back(one.entry);
  auto head = folder_head(entries);
  if (!head) return problem = kTooMany, nullptr;
  auto listing = std::make_shared<FolderListing>();
  listing->size = head->size();
  crypto::RunningHash hash;
  hash.add(*head);
  for (const Found& one : found) {
    if (one.entry.kind == FolderEntry::Kind::folder) continue;
    ++listing->files;
    Bytes time;
    ByteWriter(time).put(static_cast<std::uint64_t>(one.changed_ns));
    hash.add(time);
    if (one.entry.size > 0) listing->parts.push_back({one.path, listing->size, one.entry.size, one.changed_ns});
    listing->size += one.entry.size;
  }
  const auto digest = hash.finish();
  listing->mark = static_cast<std::int64_t>(ByteReader(digest).get<std::uint64_t>() >> 1);
  listing->head = std::move(*head);
  return listing;
}

FolderReader::~FolderReader() { close(); }

void FolderReader::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  opened_ = nullptr;
}

bool FolderReader::open(const FolderListing::Part& part) {
  if (opened_ != &part) {
    close();
    fd_ = ::open(part.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
    opened_ = &part;
  }
  return is_unchanged(fd_, part.size, part.changed_ns);
}

bool FolderReader::read_at(std::uint64_t offset, std::size_t size, Bytes& out) {
  out.clear();
  if (offset > listing_->size || size > listing_->size - offset) return false;
  const Bytes& head = listing_->head;
  if (offset < head.size()) {
    const auto from = head.begin() + static_cast<std::ptrdiff_t>(offset);
    out.assign(from, from + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(size, head.size() - offset)));
  }
  auto part = std::upper_bound(listing_->parts.begin(), listing_->parts.end(), offset + out.size(),
                               [](std::uint64_t at, const FolderListing::Part& p) { return at < p.offset + p.size; });
  for (Bytes piece; out.size() < size; ++part) {
    if (part == listing_->parts.end() || !open(*part)) return false;
    const std::uint64_t inside = offset + out.size() - part->offset;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size - out.size(), part->size - inside));
    if (!read_all_at(fd_, inside, wanted, piece)) return false;
    append(out, piece);
  }
  return true;
}

}  // namespace lotse::files
