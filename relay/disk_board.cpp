#include "relay/disk_board.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/log.h"
#include "base/text.h"

namespace lotse::relay {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kMagic = 0x4C544231;   // "LTB1"
constexpr std::size_t kHeader = 16;            // bytes: magic u32, owner u16, 0 u16, size u64
constexpr std::uint64_t kLeftFree = 64 << 20;  // bytes of the disk that boards leave to others

class Opened {
 public:
  Opened(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  ~Opened() {
    if (fd_ >= 0) ::close(fd_);
  }
  Opened(const Opened&) = delete;

  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  bool read(std::uint64_t at, std::span<std::uint8_t> to) const {
    return ::pread(fd_, to.data(), to.size(), static_cast<off_t>(at)) == static_cast<ssize_t>(to.size());
  }
  bool write(std::uint64_t at, ByteView bytes) const {
    return ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at)) == static_cast<ssize_t>(bytes.size());
  }
  std::uint64_t size() const {
    struct stat about {};
    return ::fstat(fd_, &about) == 0 ? static_cast<std::uint64_t>(about.st_size) : 0;
  }

 private:
  int fd_;
};

constexpr std::uint64_t place_of(std::uint32_t index) { return kHeader + std::uint64_t{index} * wire::kBoardSealed; }

/// Nothing: it is none of ours, or damaged.
std::optional<KeptFile> examine(const fs::path& path) {
  auto id = from_hex(path.filename().string());
  Opened file(path, O_RDONLY);
  std::array<std::uint8_t, kHeader> header{};
  if (!id || id->size() != std::tuple_size_v<wire::FileId> || !file.ok() || !file.read(0, header)) return std::nullopt;
  ByteReader in(header);
  KeptFile kept;
  std::copy(id->begin(), id->end(), kept.id.begin());
  const auto magic = in.get<std::uint32_t>();
  kept.owner = ParticipantId(in.get<std::uint16_t>());
  in.take(2);
  kept.size = in.get<std::uint64_t>();
  if (magic != kMagic || kept.size > wire::kMaxBoardFile) return std::nullopt;
  const std::uint64_t sealed = file.size() - kHeader;
  const std::uint64_t whole = kept.size + 16 * std::uint64_t{wire::board_chunks(kept.size)};
  kept.chunks = sealed == whole ? wire::board_chunks(kept.size)
                                : static_cast<std::uint32_t>(std::min(sealed, whole) / wire::kBoardSealed);
  return kept;
}

std::vector<fs::path> inside(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (fs::directory_iterator each(folder, ignored), end; each != end; each.increment(ignored)) {
    out.push_back(each->path());
    if (ignored) break;
  }
  return out;
}

}  // namespace

DiskBoard::DiskBoard(fs::path folder) : folder_(std::move(folder)) {
  std::error_code problem;
  fs::create_directories(folder_, problem);
  if (!problem) fs::permissions(folder_, fs::perms::owner_all, problem);
  if (problem)
    throw std::runtime_error("cannot use " + folder_.string() + " for the file board (" + problem.message() +
                             "): make it writable, or start with --session-board-mb 0");
  for (const fs::path& session : inside(folder_))
    for (const fs::path& path : inside(session))
      if (auto kept = examine(path)) bytes_ += kept->size;
}

fs::path DiskBoard::folder_of(const SessionUuid& session) const { return folder_ / to_hex(session); }
fs::path DiskBoard::path_of(const SessionUuid& session, const wire::FileId& id) const {
  return folder_of(session) / to_hex(id);
}

std::vector<KeptFile> DiskBoard::files(const SessionUuid& session) {
  std::vector<KeptFile> out;
  for (const fs::path& path : inside(folder_of(session)))
    if (auto kept = examine(path)) out.push_back(*kept);
  return out;
}

bool DiskBoard::begin(const SessionUuid& session, const KeptFile& file) {
  std::error_code ignored;
  fs::create_directory(folder_of(session), ignored);
  fs::permissions(folder_of(session), fs::perms::owner_all, ignored);
  struct statvfs disk {};
  if (::statvfs(folder_.c_str(), &disk) != 0 || std::uint64_t{disk.f_bavail} * disk.f_frsize < file.size + kLeftFree)
    return false;
  Bytes header;
  ByteWriter(header).put(kMagic).put(file.owner.value()).put(std::uint16_t{0}).put(file.size);
  Opened to(path_of(session, file.id), O_WRONLY | O_CREAT | O_EXCL);
  if (!to.ok() || !to.write(0, header)) {
    log_warning(std::string("the board cannot be written: ") + std::strerror(errno));
    return false;
  }
  bytes_ += file.size;
  return true;
}

bool DiskBoard::append(const SessionUuid& session, const KeptFile& file, ByteView sealed) {
  Opened to(path_of(session, file.id), O_WRONLY);
  const std::uint64_t place = place_of(file.chunks);
  if (to.ok() && to.write(place, sealed)) return true;
  log_warning(std::string("the board cannot be written: ") + std::strerror(errno));
  if (to.ok() && ::ftruncate(to.fd(), static_cast<off_t>(place)) != 0) log_warning("nor shortened");
  return false;
}

std::optional<Bytes> DiskBoard::read(const SessionUuid& session, const KeptFile& file, std::uint32_t index) {
  Opened from(path_of(session, file.id), O_RDONLY);
  Bytes sealed(wire::board_sealed_size(file.size, index));
  if (!from.ok() || !from.read(place_of(index), sealed)) return std::nullopt;
  return sealed;
}

void DiskBoard::erase(const SessionUuid& session, const KeptFile& file) {
  std::error_code ignored;
  if (fs::remove(path_of(session, file.id), ignored)) bytes_ -= std::min(bytes_, file.size);
  fs::remove(folder_of(session), ignored);  // when it was the last one
}

void DiskBoard::erase_all(const SessionUuid& session) {
  for (const KeptFile& file : files(session)) erase(session, file);
  std::error_code ignored;
  fs::remove_all(folder_of(session), ignored);
}

void DiskBoard::keep_only(const std::set<SessionUuid>& sessions) {
  for (const fs::path& path : inside(folder_)) {
    auto name = from_hex(path.filename().string());
    SessionUuid session{};
    if (!name || name->size() != session.size()) continue;  // not made by us
    std::copy(name->begin(), name->end(), session.begin());
    if (!sessions.contains(session)) erase_all(session);
  }
}

}  // namespace lotse::relay
