#include "files/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/text.h"
#include "crypto/running_hash.h"
#include "files/file_io.h"
#include "files/folder_target.h"
#include "files/names.h"

namespace lotse::files {
namespace {

constexpr std::size_t kPiece = 256u << 10;  // bytes read at a time when a hash is taken up again
constexpr int kNumbers = 10000;             // "name (N).ext" is tried so often

/// The hash of a file from its beginning, whatever part of it was seen in which order.
class PrefixHash {
 public:
  std::uint64_t reaches() const { return to_; }
  void add(std::uint64_t offset, ByteView bytes) {
    if (offset != to_) return;
    hash_.add(bytes);
    to_ += bytes.size();
  }
  using Read = std::function<bool(std::uint64_t offset, std::size_t size, Bytes& out)>;
  bool catch_up(const Read& read, std::uint64_t to, const std::atomic<bool>& stopping) {
    Bytes piece;
    while (to_ < to) {
      if (stopping) return false;
      if (!read(to_, static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, to - to_)), piece)) return false;
      add(to_, piece);
    }
    return true;
  }
  std::array<std::uint8_t, 32> finish() { return hash_.finish(); }

 private:
  crypto::RunningHash hash_;
  std::uint64_t to_ = 0;
};

struct Reading {
  Source source;
  Descriptor file{};
  std::unique_ptr<FolderReader> folder{};
  PrefixHash hash{};

  bool read(std::uint64_t offset, std::size_t size, Bytes& out) {
    if (source.folder) {
      if (!folder) folder = std::make_unique<FolderReader>(source.folder);
      return folder->read_at(offset, size, out);
    }
    if (!file.is_open()) file = Descriptor(::open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    return is_same() && read_all_at(file.get(), offset, size, out);
  }
  /// Of a folder each file is looked at when it is read.
  bool is_same() const { return source.folder || is_unchanged(file.get(), source.size, source.changed_ns); }
};

struct Writing {
  std::string folder_name, name, part;
  bool is_folder = false;
  std::uint64_t size = 0;
  Descriptor folder{}, file{};
  PrefixHash hash{};
};

/// The final name of `made`, in the folder that was opened, of what was not there before.
std::optional<std::string> settle(const Writing& w, const std::string& made) {
  for (int number = 1; number < kNumbers; ++number) {
    std::string name = number == 1 ? w.name : numbered_name(w.name, number);
    if (::renameat2(w.folder.get(), made.c_str(), w.folder.get(), name.c_str(), RENAME_NOREPLACE) == 0) return name;
    if (errno == EEXIST) continue;
    if ((errno != EINVAL && errno != ENOSYS) || w.is_folder) return std::nullopt;
    // A file system that cannot rename so.
    if (::linkat(w.folder.get(), made.c_str(), w.folder.get(), name.c_str(), 0) == 0)
      return ::unlinkat(w.folder.get(), made.c_str(), 0), name;
    if (errno != EEXIST) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Source> examine(const std::string& path, std::string& problem, Folders folders) {
  Source source;
  std::unique_ptr<char, decltype(&std::free)> absolute(::realpath(path.c_str(), nullptr), &std::free);
  struct stat s {};
  if (!absolute || ::stat(absolute.get(), &s) != 0) {
    problem = "the file cannot be opened: " + std::string(std::strerror(errno));
    return std::nullopt;
  }
  if (!S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode)) {
    problem = "that is no file";
    return std::nullopt;
  }
  if (::access(absolute.get(), R_OK) != 0) {
    problem = "the file may not be read";
    return std::nullopt;
  }
  source.path = absolute.get();
  source.name = source.path.substr(source.path.rfind('/') + 1);
  source.size = static_cast<std::uint64_t>(s.st_size);
  source.changed_ns = changed_ns(s);
  if (!S_ISDIR(s.st_mode)) return source;
  if (folders == Folders::no) {
    problem = "that is a folder: choose the files in it";
    return std::nullopt;
  }
  source.folder = list_folder(source.path, problem);
  if (!source.folder) return std::nullopt;
  source.size = source.folder->size;
  source.changed_ns = source.folder->mark;
  return source;
}

struct Disk::Impl {
  Impl(DiskEvents& to, std::function<void(std::function<void()>)> poster) : events(to), post(std::move(poster)) {}

  DiskEvents& events;
  const std::function<void(std::function<void()>)> post;
  const std::shared_ptr<int> alive = std::make_shared<int>();
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> jobs;
  std::atomic<bool> stopping = false;
  // The thread's alone.
  std::map<FileId, Reading> sources;
  std::map<FileId, Writing> targets;
  std::thread thread;  // last: it uses the rest

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [this] { return stopping || !jobs.empty(); });
      if (stopping) return;
      auto job = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
    }
  }

  void add(std::function<void()> job) {
    {
      std::lock_guard lock(mutex);
      jobs.push_back(std::move(job));
    }
    wake.notify_one();
  }

  void tell(std::function<void(DiskEvents&)> event) {
    post([this, event = std::move(event), still = std::weak_ptr<int>(alive)] {
      if (!still.expired()) event(events);
    });
  }

  void read(const FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size) {
    auto at = sources.find(id);
    auto bytes = std::make_shared<Bytes>();
    const bool read = at != sources.end() && at->second.read(offset, size, *bytes);
    if (read) at->second.hash.add(offset, *bytes);
    tell([=](DiskEvents& to) { to.on_read(id, attempt, offset, read ? bytes.get() : nullptr); });
  }

  void digest(const FileId& id) {
    auto at = sources.find(id);
    std::optional<std::array<std::uint8_t, 32>> sha256;
    Bytes nothing;
    if (at != sources.end()) {
      Reading& from = at->second;
      auto read = [&from](std::uint64_t offset, std::size_t size, Bytes& out) { return from.read(offset, size, out); };
      if (from.hash.catch_up(read, from.source.size, stopping) && from.read(0, 0, nothing)) sha256 = from.hash.finish();
      from.hash = PrefixHash();  // it may be asked for again
    }
    tell([=](DiskEvents& to) { to.on_digest(id, sha256 ? &*sha256 : nullptr); });
  }

  void open_target(const wire::FileOffer& offer, const std::string& folder) {
    Writing w;
    w.folder_name = folder;
    w.name = safe_name(offer.name);
    w.part = "." + w.name + "." + to_hex(ByteView(offer.id).first(6)) + ".part";
    w.size = offer.size;
    w.is_folder = offer.is_folder;
    w.folder = Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!w.folder.is_open()) return refuse(offer.id, Why::unwritable);
    w.file = Descriptor(
        ::openat(w.folder.get(), w.part.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0666));
    struct stat there {};
    if (!w.file.is_open() || ::fstat(w.file.get(), &there) != 0) return refuse(offer.id, why_of(errno));
    if (!S_ISREG(there.st_mode) || there.st_nlink != 1 || there.st_uid != ::geteuid())
      return refuse(offer.id, Why::unwritable);
    auto have = static_cast<std::uint64_t>(there.st_size);
    if (have > offer.size) have = 0;  // not of this file
    struct statvfs space {};
    if (::fstatvfs(w.folder.get(), &space) == 0 && offer.size - have > space.f_bavail * space.f_frsize) {
      if (have == 0) ::unlinkat(w.folder.get(), w.part.c_str(), 0);
      return refuse(offer.id, Why::disk_full);
    }
    auto read = [&w](std::uint64_t offset, std::size_t size, Bytes& out) {
      return read_all_at(w.file.get(), offset, size, out);
    };
    if (::ftruncate(w.file.get(), static_cast<off_t>(have)) != 0 || !w.hash.catch_up(read, have, stopping))
      return refuse(offer.id, Why::unwritable);
    targets.insert_or_assign(offer.id, std::move(w));
    tell([id = offer.id, have](DiskEvents& to) { to.on_target(id, have, {}); });
  }

  void refuse(const FileId& id, Why why) {
    tell([=](DiskEvents& to) { to.on_target(id, std::nullopt, why); });
  }

  void write(const FileId& id, std::uint64_t offset, const Bytes& bytes) {
    auto at = targets.find(id);
    const bool written = at != targets.end() && write_all_at(at->second.file.get(), offset, bytes);
    const Why why = written ? Why{} : why_of(errno);
    std::optional<std::uint64_t> have;
    if (written) {
      at->second.hash.add(offset, bytes);
      have = offset + bytes.size();
    }
    tell([=](DiskEvents& to) { to.on_written(id, have, why); });
  }

  void finish(const FileId& id, const std::array<std::uint8_t, 32>& sha256) {
    auto at = targets.find(id);
    if (at == targets.end()) return;
    Writing& w = at->second;
    std::optional<std::string> path;
    std::optional<Why> why;
    const bool right = w.hash.reaches() == w.size && w.hash.finish() == sha256;
    std::string made = w.part;
    if (right && w.is_folder) {
      made += ".d";
      why = take_apart(w.file.get(), w.size, w.folder.get(), made);
    }
    auto name = right && !why ? settle(w, made) : std::nullopt;
    if (name) path = w.folder_name + (w.folder_name.ends_with('/') ? "" : "/") + *name;
    if (right && !name && !why) why = why_of(errno);
    if (!name || w.is_folder) ::unlinkat(w.folder.get(), w.part.c_str(), 0);
    if (!name && w.is_folder) remove_tree(w.folder.get(), w.part + ".d");
    targets.erase(at);
    tell([=](DiskEvents& to) { to.on_finished(id, path, why); });
  }

  void close(const FileId& id, bool keep) {
    sources.erase(id);
    auto at = targets.find(id);
    if (at == targets.end()) return;
    if (!keep) ::unlinkat(at->second.folder.get(), at->second.part.c_str(), 0);
    targets.erase(at);
  }
};

Disk::Disk(DiskEvents& events, std::function<void(std::function<void()>)> post)
    : impl_(std::make_unique<Impl>(events, std::move(post))) {
  impl_->thread = std::thread([this] { impl_->run(); });
}

Disk::~Disk() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
}

void Disk::open_source(const FileId& id, Source source) {
  impl_->add([this, id, source = std::move(source)]() mutable {
    impl_->sources.insert_or_assign(id, Reading{std::move(source)});
  });
}

void Disk::read(const FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size) {
  impl_->add([=, this] { impl_->read(id, attempt, offset, size); });
}

void Disk::digest(const FileId& id) {
  impl_->add([=, this] { impl_->digest(id); });
}

void Disk::open_target(const wire::FileOffer& offer, const std::string& folder) {
  impl_->add([=, this] { impl_->open_target(offer, folder); });
}

void Disk::write(const FileId& id, std::uint64_t offset, Bytes bytes) {
  impl_->add([this, id, offset, bytes = std::move(bytes)] { impl_->write(id, offset, bytes); });
}

void Disk::finish(const FileId& id, const std::array<std::uint8_t, 32>& sha256) {
  impl_->add([=, this] { impl_->finish(id, sha256); });
}

void Disk::close(const FileId& id, bool keep) {
  impl_->add([=, this] { impl_->close(id, keep); });
}

}  // namespace lotse::files
