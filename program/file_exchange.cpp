#include "program/file_exchange.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "base/text.h"
#include "crypto/secret.h"
#include "wire/limits.h"

namespace lotse::program {
namespace {

constexpr Duration kTellGap = std::chrono::milliseconds(250);

std::string home() {
  const char* set = std::getenv("HOME");
  return set != nullptr && set[0] == '/' ? set : "/";
}

/// XDG_DOWNLOAD_DIR of user-dirs.dirs, as xdg-user-dirs writes it: XDG_DOWNLOAD_DIR="$HOME/Downloads".
std::string chosen_downloads() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  std::ifstream file((config != nullptr && config[0] == '/' ? std::string(config) : home() + "/.config") +
                     "/user-dirs.dirs");
  const std::string key = "XDG_DOWNLOAD_DIR=\"", variable = "$HOME";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key) || !line.ends_with('"')) continue;
    std::string value = line.substr(key.size(), line.size() - key.size() - 1);
    if (value.starts_with(variable)) value = home() + value.substr(variable.size());
    if (value.starts_with('/')) return value;
  }
  return home() + "/Downloads";
}

}  // namespace

std::string download_folder() {
  std::string folder = chosen_downloads();
  ::mkdir(folder.c_str(), 0777);
  return folder;
}

FileExchange::FileExchange(net::Loop& loop, std::string config_folder, Events events)
    : loop_(loop),
      events_(std::move(events)),
      memory_(std::move(config_folder)),
      transfers_(*this),
      disk_(*this, [&loop](std::function<void()> task) { loop.post(std::move(task)); }),
      timer_(loop, [this] {
        transfers_.poll(net::Loop::now());
        arm();
      }) {}

FileExchange::~FileExchange() = default;

void FileExchange::arm() { timer_.set(transfers_.next_deadline()); }

void FileExchange::start(const FileMemory::Outgoing& file) {
  disk_.open_source(file.id, file.source);
  // Names of files are bytes, and need not be text.
  const files::Source& source = file.source;
  transfers_.offer({.id = file.id,
                    .name = clean_text(source.name, wire::kMaxFileName),
                    .size = source.size,
                    .is_folder = source.folder != nullptr,
                    .files = source.folder ? static_cast<std::uint32_t>(source.folder->files) : 0},
                   ParticipantId{file.to}, source.path, net::Loop::now());
  arm();
}

void FileExchange::resume(const std::string& session, const std::set<ParticipantId>& members) {
  if (std::exchange(session_, session) == session) return;
  for (const FileMemory::Outgoing& file : memory_.unsent(session))
    if (members.contains(ParticipantId{file.to})) start(file);
  for (const FileMemory::Incoming& file : memory_.unreceived(session))
    if (members.contains(ParticipantId{file.from}))
      transfers_.go_on(file.offer, ParticipantId{file.from}, file.folder, net::Loop::now());
}

std::optional<wire::FileId> FileExchange::offer(const files::Source& source, ParticipantId to) {
  if (transfers_.all().size() >= 2 * wire::kMaxFiles) return std::nullopt;
  FileMemory::Outgoing file;
  auto begun = memory_.id_of(source);
  const files::Transfer* known = begun ? transfers_.find(*begun) : nullptr;
  if (begun && (known == nullptr || files::is_over(known->state)))
    file.id = *begun;
  else
    crypto::fill_random(file.id);
  file.source = source;
  file.session = session_;
  file.to = to.value();
  memory_.remember(file);
  start(file);
  return file.id;
}

bool FileExchange::accept(const wire::FileId& id, const std::string& folder) {
  const files::Transfer* transfer = transfers_.find(id);
  if (transfer == nullptr || !transfers_.accept(id, folder, net::Loop::now())) return false;
  memory_.remember(FileMemory::Incoming{files::offer_of(*transfer), folder, session_, transfer->peer.value()});
  return true;
}

bool FileExchange::refuse(const wire::FileId& id) { return transfers_.refuse(id, net::Loop::now()); }

bool FileExchange::pause(const wire::FileId& id, bool on) {
  bool done = transfers_.pause(id, on, net::Loop::now());
  arm();
  return done;
}

bool FileExchange::cancel(const wire::FileId& id) {
  bool done = transfers_.cancel(id, net::Loop::now());
  arm();
  return done;
}

void FileExchange::on_message(ParticipantId from, wire::FileMessage message, bool may_send) {
  transfers_.on_message(from, std::move(message), may_send, net::Loop::now());
  arm();
}

void FileExchange::on_members(const std::set<ParticipantId>& members, const std::set<ParticipantId>& here) {
  transfers_.on_members(members, here, net::Loop::now());
  arm();
}

void FileExchange::on_connection() {
  transfers_.on_connection(net::Loop::now());
  arm();
}

// --- TransfersHost ---------------------------------------------------------------------------------------------------

void FileExchange::changed(const files::Transfer& transfer) {
  Instant now = net::Loop::now();
  auto [at, first] = told_.try_emplace(transfer.id, Told{transfer.state, now});
  bool due = first || at->second.state != transfer.state || now - at->second.at >= kTellGap;
  if (files::is_over(transfer.state) && transfer.why != files::Why::left) memory_.forget(transfer.id);
  if (!due) return;
  if (files::is_over(transfer.state))
    told_.erase(at);
  else
    at->second = {transfer.state, now};
  // Not from inside of a call of the session.
  loop_.post([this, transfer, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) events_.on_change(transfer);
  });
}

void FileExchange::read(const wire::FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size) {
  disk_.read(id, attempt, offset, size);
}

std::optional<std::string> FileExchange::accepted_before(const wire::FileOffer& offer) {
  return memory_.folder_of(offer);
}

void FileExchange::open_target(const wire::FileOffer& offer, const std::string& folder) {
  disk_.open_target(offer, folder);
}

void FileExchange::write(const wire::FileId& id, std::uint64_t offset, Bytes bytes) {
  disk_.write(id, offset, std::move(bytes));
}

void FileExchange::close(const wire::FileId& id, bool keep) { disk_.close(id, keep); }

// --- DiskEvents ------------------------------------------------------------------------------------------------------

void FileExchange::on_read(const wire::FileId& id, std::uint32_t attempt, std::uint64_t offset, const Bytes* bytes) {
  transfers_.on_read(id, attempt, offset, bytes, net::Loop::now());
  arm();
}

void FileExchange::on_digest(const wire::FileId& id, const std::array<std::uint8_t, 32>* sha256) {
  transfers_.on_digest(id, sha256, net::Loop::now());
  arm();
}

void FileExchange::on_target(const wire::FileId& id, std::optional<std::uint64_t> have, files::Why why) {
  transfers_.on_target(id, have, why, net::Loop::now());
  arm();
}

void FileExchange::on_written(const wire::FileId& id, std::optional<std::uint64_t> have, files::Why why) {
  transfers_.on_written(id, have, why, net::Loop::now());
  arm();
}

void FileExchange::on_finished(const wire::FileId& id, const std::optional<std::string>& path,
                               std::optional<files::Why> why) {
  transfers_.on_finished(id, path, why);
  arm();
}

}  // namespace lotse::program
