#include "net/known_relays.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "base/text.h"

namespace lotse::net {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr const char* kFile = "known_relays.json";
constexpr std::string_view kKeyPrefix = "sha256:";

Unexpected<std::string> failure(const std::string& doing, const fs::path& path) {
  return Unexpected{"cannot " + doing + " " + path.string() + ": " + std::generic_category().message(errno)};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  int operator*() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string name_of(const RelayAddress& address) {
  const std::string text = to_string(address);
  return address.port == 443 ? text + ":443" : text;
}

std::optional<KnownRelays::Key> parse_key(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  const std::string text = value.get<std::string>();
  if (!text.starts_with(kKeyPrefix)) return std::nullopt;
  const std::optional<Bytes> bytes = from_hex(std::string_view(text).substr(kKeyPrefix.size()));
  KnownRelays::Key key{};
  if (!bytes || bytes->size() != key.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return key;
}

/// Nothing when it is no JSON, too deep, or says something twice: which of two keys would be meant?
std::optional<Json> parse_strictly(std::string_view text) {
  constexpr int kMaxDepth = 4;
  bool is_odd = false;
  std::vector<std::set<std::string>> names;
  const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kMaxDepth) is_odd = true;
    if (is_odd) return false;
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event == Json::parse_event_t::key && !names.back().insert(value.get<std::string>()).second) is_odd = true;
    return true;
  };
  Json document = Json::parse(text, check, false);
  if (is_odd || document.is_discarded()) return std::nullopt;
  return document;
}

/// Nothing when there is no such file.
Result<std::optional<std::string>, std::string> read_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a FIFO must not hold us up
  if (!file && errno == ENOENT) return std::optional<std::string>{};
  struct stat about {};
  if (!file || ::fstat(*file, &about) != 0) return failure("read", path);
  if (!S_ISREG(about.st_mode)) return Unexpected{path.string() + " is not a file"};
  std::string text(KnownRelays::kMaxFile + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(*file, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("read", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > KnownRelays::kMaxFile) return Unexpected{path.string() + " is larger than 1 MiB"};
  text.resize(size);
  return std::optional(std::move(text));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0;
}

/// Whoever reads `path`, even after a power cut, sees the old text or the new one. One writer at a time.
Result<Done, std::string> replace_file(const fs::path& path, std::string_view text) {
  const fs::path draft = path.string() + ".new";
  ::unlink(draft.c_str());
  const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return failure("write", draft);
  if (!write_all(*file, text) || ::rename(draft.c_str(), path.c_str()) != 0) {
    const auto error = failure("write", path);
    ::unlink(draft.c_str());
    return error;
  }
  const Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(*folder);
  return Done{};
}

std::string write_entries(const KnownRelays::Entries& entries) {
  Json relays = Json::object();
  for (const auto& [name, key] : entries) relays[name] = std::string(kKeyPrefix) + to_hex(key);
  return Json{{"version", 1}, {"relays", relays}}.dump(2) + "\n";
}

Result<KnownRelays::Entries, std::string> read_entries(const fs::path& path) {
  const auto text = read_file(path);
  if (!text) return Unexpected{text.error()};
  if (!*text) return KnownRelays::Entries{};
  auto entries = KnownRelays::parse(**text);
  if (!entries) return Unexpected{path.string() + " is damaged (" + entries.error() + "): repair or remove it"};
  return entries;
}

}  // namespace

Result<KnownRelays::Entries, std::string> KnownRelays::parse(std::string_view text) {
  const std::optional<Json> document = parse_strictly(text);
  if (!document || !document->is_object()) return Unexpected{std::string("not the JSON object that it should be")};
  const auto version = document->find("version");
  if (version == document->end() || *version != 1) return Unexpected{std::string("not of version 1")};
  const auto relays = document->find("relays");
  if (relays == document->end() || !relays->is_object()) return Unexpected{std::string("no list of relays")};
  if (relays->size() > kMaxRelays) return Unexpected{std::string("too many relays")};
  Entries entries;
  for (const auto& [name, value] : relays->items()) {
    const std::optional<RelayAddress> address = parse_relay_address(name);
    const std::optional<Key> key = parse_key(value);
    if (!address || name_of(*address) != name) return Unexpected{std::string("a name that is not HOST:PORT")};
    if (!key) return Unexpected{"no SHA-256 key for " + name};
    entries[name] = *key;
  }
  return entries;
}

Result<KnownRelays, std::string> KnownRelays::load(const fs::path& folder) {
  KnownRelays known(folder);
  auto entries = read_entries(folder / kFile);
  if (!entries) return Unexpected{entries.error()};
  known.relays_ = std::move(*entries);
  return known;
}

std::optional<KnownRelays::Key> KnownRelays::find(const RelayAddress& address) const {
  const auto entry = relays_.find(name_of(address));
  return entry == relays_.end() ? std::nullopt : std::optional(entry->second);
}

Result<Done, std::string> KnownRelays::remember(const RelayAddress& address, const Key& key) {
  return change(address, key);
}

Result<Done, std::string> KnownRelays::forget(const RelayAddress& address) { return change(address, std::nullopt); }

Result<Done, std::string> KnownRelays::change(const RelayAddress& address, const std::optional<Key>& key) {
  std::error_code error;
  if (fs::create_directories(folder_, error)) fs::permissions(folder_, fs::perms::owner_all, error);
  if (error) return Unexpected{"cannot make " + folder_.string() + ": " + error.message()};
  // Another program of the same person may be at it: what it adds between our reading and our writing must stay.
  const fs::path lock_path = folder_ / (std::string(kFile) + ".lock");
  const Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return failure("write", lock_path);
  while (::flock(*lock, LOCK_EX) != 0)
    if (errno != EINTR) return failure("lock", lock_path);
  auto entries = read_entries(folder_ / kFile);
  if (!entries) return Unexpected{entries.error()};
  if (key) {
    (*entries)[name_of(address)] = *key;
  } else {
    entries->erase(name_of(address));
  }
  if (entries->size() > kMaxRelays) return Unexpected{std::string("too many relays are known: forget some")};
  auto saved = replace_file(folder_ / kFile, write_entries(*entries));
  if (saved) relays_ = std::move(*entries);
  return saved;
}

}  // namespace lotse::net
