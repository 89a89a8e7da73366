#include "files/folder_target.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <set>

#include "files/file_io.h"
#include "files/folder.h"
#include "files/names.h"

namespace lotse::files {
namespace {

constexpr std::size_t kPiece = 1u << 20;
constexpr int kMostNumbers = 10'000;

using Parts = std::vector<std::string>;

/// Folders and files as they are made, under names that are safe and not taken. Opened anew each time: there may be
/// more folders than a process has descriptors.
class Tree {
 public:
  explicit Tree(Descriptor root) : root_(std::move(root)) {}

  /// The folder that the first `depth` of `parts` name, made where it is not there. Not open: errno says why.
  Descriptor folder(const Parts& parts, std::size_t depth) {
    Descriptor at(::openat(root_.get(), ".", kFolder));
    std::string path;
    for (std::size_t i = 0; i < depth && at.is_open(); ++i) {
      const std::string in = path;
      path += "/" + parts[i];
      auto known = folders_.find(path);
      if (known == folders_.end()) {
        if (folders_.size() >= kMostEntries) return errno = EMLINK, Descriptor();
        known = folders_.emplace(path, free_name(in, parts[i])).first;
        if (::mkdirat(at.get(), known->second.c_str(), 0777) != 0) return Descriptor();
      }
      at = Descriptor(::openat(at.get(), known->second.c_str(), kFolder));
    }
    return at;
  }
  Descriptor file(const Parts& parts, bool program) {
    const Descriptor in = folder(parts, parts.size() - 1);
    std::string path;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) path += "/" + parts[i];
    const std::string name = free_name(path, parts.back());
    const int how = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    return Descriptor(in.is_open() ? ::openat(in.get(), name.c_str(), how, program ? 0777 : 0666) : -1);
  }

 private:
  static constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

  std::string free_name(const std::string& in, const std::string& wanted) {
    std::set<std::string>& taken = taken_[in];
    std::string name = wanted;
    for (int number = 2; !taken.insert(name).second && number < kMostNumbers; ++number)
      name = numbered_name(wanted, number);
    return name;
  }

  const Descriptor root_;
  std::map<std::string, std::string> folders_;          // the name of each, by the path as it came
  std::map<std::string, std::set<std::string>> taken_;  // by the path of the folder
};

bool copy(int from, std::uint64_t offset, std::uint64_t size, int to) {
  Bytes piece;
  for (std::uint64_t done = 0; done < size;) {
    auto at = static_cast<off_t>(offset + done);
    const ssize_t n = ::copy_file_range(from, &at, to, nullptr, static_cast<std::size_t>(size - done), 0);
    if (n > 0) {
      done += static_cast<std::uint64_t>(n);
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == ENOSPC || errno == EDQUOT)) return false;
    // A file system that cannot.
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size - done));
    if (!read_all_at(from, offset + done, wanted, piece) || !write_all_at(to, done, piece)) return false;
    done += wanted;
    if (::lseek(to, static_cast<off_t>(done), SEEK_SET) < 0) return false;
  }
  return true;
}

std::optional<Why> fill(int file, const FolderHead& head, Tree& tree) {
  std::uint64_t end = head.size;
  for (const FolderEntry& entry : head.entries) end += entry.size;
  // From the end on: what is copied is cut off, so that hardly more room is needed than there is already.
  for (auto entry = head.entries.rbegin(); entry != head.entries.rend(); ++entry) {
    auto parts = safe_path(entry->path);
    if (!parts) return Why::unwritable;
    if (entry->kind == FolderEntry::Kind::folder) {
      if (!tree.folder(*parts, parts->size()).is_open()) return why_of(errno);
      continue;
    }
    const Descriptor made = tree.file(*parts, entry->kind == FolderEntry::Kind::program);
    if (!made.is_open()) return why_of(errno);
    end -= entry->size;
    if (entry->size == 0) continue;
    if (!copy(file, end, entry->size, made.get()) || ::ftruncate(file, static_cast<off_t>(end)) != 0)
      return why_of(errno);
  }
  return std::nullopt;
}

}  // namespace

void remove_tree(int folder, const std::string& name) {
  if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return;
  const int fd = ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return;
  std::unique_ptr<DIR, int (*)(DIR*)> list(::fdopendir(fd), ::closedir);
  if (!list) return void(::close(fd));
  while (const dirent* one = ::readdir(list.get())) {
    const std::string inner = one->d_name;
    if (inner != "." && inner != "..") remove_tree(fd, inner);
  }
  list.reset();
  ::unlinkat(folder, name.c_str(), AT_REMOVEDIR);
}

std::optional<Why> take_apart(int file, std::uint64_t size, int folder, const std::string& hidden) {
  Bytes begin;
  if (!read_all_at(file, 0, static_cast<std::size_t>(std::min<std::uint64_t>(size, kMostHead)), begin))
    return why_of(errno);
  auto head = read_folder_head(begin, size);
  if (!head) return Why::unreadable;
  remove_tree(folder, hidden);
  if (::mkdirat(folder, hidden.c_str(), 0777) != 0) return why_of(errno);
  Descriptor root(::openat(folder, hidden.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!root.is_open()) return why_of(errno);
  Tree tree(std::move(root));
  const auto why = fill(file, *head, tree);
  if (why) remove_tree(folder, hidden);
  return why;
}

}  // namespace lotse::files
