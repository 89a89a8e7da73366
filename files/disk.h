// The files themselves: read, written and hashed on a thread of its own, so that a slow disk holds up nothing else.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "files/folder_source.h"
#include "files/transfer.h"

namespace lotse::files {

/// A file that may be sent, as it was when somebody chose it.
struct Source {
  std::string path;  // absolute
  std::string name;
  std::uint64_t size = 0;
  std::int64_t changed_ns = 0;  // its time of modification; of a folder the mark of its listing
  std::shared_ptr<const FolderListing> folder{};
};
enum class Folders { no, yes };
/// Nothing: `problem` says why, in words for people.
std::optional<Source> examine(const std::string& path, std::string& problem, Folders folders = Folders::no);

/// What was done, in the order in which it was asked. Called through `post`.
class DiskEvents {
 public:
  virtual ~DiskEvents() = default;
  /// Null: it cannot be read, or is no longer what was chosen.
  virtual void on_read(const FileId& id, std::uint32_t attempt, std::uint64_t offset, const Bytes* bytes) = 0;
  virtual void on_digest(const FileId& id, const std::array<std::uint8_t, 32>* sha256) = 0;
  virtual void on_target(const FileId& id, std::optional<std::uint64_t> have, Why why) = 0;
  virtual void on_written(const FileId& id, std::optional<std::uint64_t> have, Why why) = 0;
  /// No path and no reason: the hash is another one, and what there was is gone.
  virtual void on_finished(const FileId& id, const std::optional<std::string>& path, std::optional<Why> why) = 0;
};

/// Made, called and destroyed on one thread. What is received lies as a hidden ".NAME.ID.part" in its folder until it
/// is whole; nothing is ever overwritten, and nothing outside of the folder is touched.
class Disk {
 public:
  /// `post` runs a task on the thread of the owner later; any thread may call it. `events` outlives this.
  Disk(DiskEvents& events, std::function<void(std::function<void()>)> post);
  ~Disk();
  Disk(const Disk&) = delete;

  void open_source(const FileId& id, Source source);
  void read(const FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size);
  void digest(const FileId& id);
  void open_target(const wire::FileOffer& offer, const std::string& folder);
  void write(const FileId& id, std::uint64_t offset, Bytes bytes);
  void finish(const FileId& id, const std::array<std::uint8_t, 32>& sha256);
  void close(const FileId& id, bool keep);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::files
