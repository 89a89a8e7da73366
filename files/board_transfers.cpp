#include "files/board_transfers.h"

#include <algorithm>

namespace lotse::files {
namespace {

constexpr std::size_t kRemembered = 64;  // that are over

template <class Map>
auto* found(const Map& map, const FileId& id) {
  auto at = map.find(id);
  return at == map.end() ? nullptr : at->second.get();
}

template <class Map>
void forget_over(Map& map) {
  for (auto at = map.begin(); map.size() > kRemembered && at != map.end();)
    at = is_over(at->second->transfer().state) ? map.erase(at) : std::next(at);
}

}  // namespace

BoardPutting* BoardTransfers::putting(const FileId& id) const { return found(puts_, id); }
BoardGetting* BoardTransfers::getting(const FileId& id) const { return found(gets_, id); }

void BoardTransfers::forget() {
  forget_over(puts_);
  forget_over(gets_);
}

bool BoardTransfers::put(const FileId& id, const std::string& name, std::uint64_t size, const std::string& path,
                         Instant now) {
  const auto under_way = std::count_if(puts_.begin(), puts_.end(),
                                       [](const auto& item) { return !is_over(item.second->transfer().state); });
  if (static_cast<std::size_t>(under_way) >= wire::kBoardUnfinished) return false;
  forget();
  Transfer transfer;
  transfer.id = id;
  transfer.outgoing = transfer.board = true;
  transfer.name = name;
  transfer.size = size;
  transfer.path = path;
  auto& file = *(puts_[id] = std::make_unique<BoardPutting>(host_, to_, session_, std::move(transfer)));
  host_.changed(file.transfer());
  if (connected_) file.on_connection(now);
  return true;
}

void BoardTransfers::get(const FileId& id, const wire::FileOffer& file, const BoardKey& key,
                         const std::array<std::uint8_t, 32>& sha256, const std::string& folder, Instant now) {
  if (BoardGetting* known = getting(id); known != nullptr && !is_over(known->transfer().state)) return;
  forget();
  Transfer transfer;
  transfer.id = id;
  transfer.board = true;
  transfer.board_file = file.id;
  transfer.name = file.name;
  transfer.size = file.size;
  transfer.path = folder;
  auto& getting =
      *(gets_[id] = std::make_unique<BoardGetting>(host_, from_, session_, std::move(transfer), key, sha256));
  host_.changed(getting.transfer());
  if (connected_) getting.on_connection(now);
}

bool BoardTransfers::pause(const FileId& id, bool on, Instant now) {
  const Transfer* transfer = find(id);
  if (transfer == nullptr || is_over(transfer->state)) return false;
  if (BoardPutting* file = putting(id)) file->pause(on, now);
  if (BoardGetting* file = getting(id)) file->pause(on, now);
  spread(now);
  return true;
}

bool BoardTransfers::cancel(const FileId& id, Instant now) {
  const Transfer* transfer = find(id);
  if (transfer == nullptr || is_over(transfer->state)) return false;
  if (BoardPutting* file = putting(id)) file->cancel();
  if (BoardGetting* file = getting(id)) file->cancel();
  spread(now);
  return true;
}

const Transfer* BoardTransfers::find(const FileId& id) const {
  if (const BoardPutting* file = putting(id)) return &file->transfer();
  const BoardGetting* file = getting(id);
  return file == nullptr ? nullptr : &file->transfer();
}

std::vector<const Transfer*> BoardTransfers::all() const {
  std::vector<const Transfer*> out;
  for (const auto& [id, file] : puts_) out.push_back(&file->transfer());
  for (const auto& [id, file] : gets_) out.push_back(&file->transfer());
  return out;
}

// --- the relay -------------------------------------------------------------------------------------------------------

void BoardTransfers::on_frame(const wire::BoardFrame& frame, Instant now) {
  if (auto* have = std::get_if<wire::BoardHave>(&frame)) {
    if (BoardPutting* file = putting(have->id)) file->on_have(have->chunks, now);
  } else if (auto* chunk = std::get_if<wire::BoardChunk>(&frame)) {
    for (const auto& [id, file] : gets_)
      if (file->file() == chunk->id) file->on_chunk(*chunk, now);
  } else if (auto* no = std::get_if<wire::BoardNo>(&frame)) {
    if (BoardPutting* file = putting(no->id)) file->on_no(no->why, now);
    for (const auto& [id, file] : gets_)
      if (file->file() == no->id) file->on_no(no->why);
  }
  spread(now);
}

void BoardTransfers::on_connection(bool connected, Instant now) {
  connected_ = connected;
  for (const auto& [id, file] : puts_) connected ? file->on_connection(now) : file->on_disconnected();
  for (const auto& [id, file] : gets_) connected ? file->on_connection(now) : file->on_disconnected();
  spread(now);
}

void BoardTransfers::on_board(const std::set<FileId>& files) {
  for (const auto& [id, file] : puts_)
    if (files.contains(id)) file->on_listed();
}

// --- the disk --------------------------------------------------------------------------------------------------------

void BoardTransfers::on_read(const FileId& id, std::uint64_t offset, const Bytes* bytes, Instant now) {
  if (BoardPutting* file = putting(id)) file->on_read(offset, bytes, now);
}

void BoardTransfers::on_digest(const FileId& id, const std::array<std::uint8_t, 32>* sha256, Instant now) {
  if (BoardPutting* file = putting(id)) file->on_digest(sha256, now);
}

void BoardTransfers::on_target(const FileId& id, std::optional<std::uint64_t> have, Why why, Instant now) {
  if (BoardGetting* file = getting(id)) file->on_target(have, why, now);
  spread(now);
}

void BoardTransfers::on_written(const FileId& id, std::optional<std::uint64_t> have, Why why, Instant now) {
  if (BoardGetting* file = getting(id)) file->on_written(have, why, now);
  spread(now);
}

void BoardTransfers::on_finished(const FileId& id, const std::optional<std::string>& path, std::optional<Why> why,
                                 Instant now) {
  if (BoardGetting* file = getting(id)) file->on_finished(path, why);
  spread(now);
}

// --- time ------------------------------------------------------------------------------------------------------------

void BoardTransfers::spread(Instant now) {
  for (bool more = true; more && to_.has_room();) {
    more = false;
    for (const auto& [id, file] : puts_)
      if (file->wants() && to_.has_room()) file->send_next(), more = true;
  }
  for (const auto& [id, file] : gets_)
    while (file->wants() && from_.has_room()) file->ask_next(now);
}

void BoardTransfers::poll(Instant now) {
  for (const auto& [id, file] : puts_) file->poll(now);
  for (const auto& [id, file] : gets_) file->poll(now);
  spread(now);
}

Instant BoardTransfers::next_deadline() const {
  Instant next = Instant::never();
  for (const auto& [id, file] : puts_) next = std::min(next, file->next_deadline());
  for (const auto& [id, file] : gets_) next = std::min(next, file->next_deadline());
  return next;
}

}  // namespace lotse::files
