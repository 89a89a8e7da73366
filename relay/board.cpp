#include "relay/board.h"

namespace lotse::relay {

using wire::BoardNo;

void Board::load(Instant now) {
  for (const KeptFile& file : hub_.boards()->files(session_)) files_[file.id] = {file, now};
}

bool Board::has_room(ParticipantId owner, std::uint64_t size) const {
  std::uint64_t bytes = size;
  std::size_t unfinished = 0;
  for (const auto& [id, file] : files_) {
    bytes += file.kept.size;
    if (!file.kept.whole() && file.kept.owner == owner) ++unfinished;
  }
  const Limits& limits = hub_.limits();
  return bytes <= limits.session_board && hub_.boards()->bytes() + size <= limits.relay_boards &&
         files_.size() < wire::kMaxBoardFiles && unfinished < wire::kBoardUnfinished;
}

wire::BoardFrame Board::on_put(ParticipantId from, bool master, const wire::BoardPut& put, Instant now) {
  if (hub_.boards() == nullptr) return BoardNo{put.id, BoardNo::Why::unable};
  if (auto at = files_.find(put.id); at != files_.end()) {
    File& file = at->second;
    if (file.kept.owner != from || file.kept.size != put.size) return BoardNo{put.id, BoardNo::Why::not_allowed};
    file.heard = now;
    return wire::BoardHave{put.id, file.kept.chunks};
  }
  if (!master && !allowed_.contains(from)) return BoardNo{put.id, BoardNo::Why::not_allowed};
  if (!has_room(from, put.size)) return BoardNo{put.id, BoardNo::Why::full};
  const KeptFile file{put.id, from, put.size, 0};
  if (!hub_.boards()->begin(session_, file)) return BoardNo{put.id, BoardNo::Why::unable};
  files_[put.id] = {file, now};
  return wire::BoardHave{put.id, 0};
}

wire::BoardFrame Board::on_chunk(ParticipantId from, const wire::BoardChunk& chunk, Instant now) {
  auto at = files_.find(chunk.id);
  if (at == files_.end()) return BoardNo{chunk.id, BoardNo::Why::gone};
  File& file = at->second;
  if (file.kept.owner != from) return BoardNo{chunk.id, BoardNo::Why::not_allowed};
  file.heard = now;
  const bool next = chunk.index == file.kept.chunks && !file.kept.whole();
  if (next && chunk.sealed.size() == wire::board_sealed_size(file.kept.size, chunk.index)) {
    if (!hub_.boards()->append(session_, file.kept, chunk.sealed)) {
      erase(at);
      return BoardNo{chunk.id, BoardNo::Why::unable};
    }
    ++file.kept.chunks;
  }
  return wire::BoardHave{chunk.id, file.kept.chunks};
}

void Board::on_remove(ParticipantId from, bool master, const wire::FileId& id) {
  auto at = files_.find(id);
  if (at != files_.end() && (master || at->second.kept.owner == from)) erase(at);
}

void Board::allow(ParticipantId member, bool on) {
  if (on)
    allowed_.insert(member);
  else
    allowed_.erase(member);
}

const KeptFile* Board::whole(const wire::FileId& id) const {
  auto at = files_.find(id);
  return at != files_.end() && at->second.kept.whole() ? &at->second.kept : nullptr;
}

std::optional<Bytes> Board::read(const KeptFile& file, std::uint32_t index) {
  return hub_.boards()->read(session_, file, index);
}

void Board::erase(std::map<wire::FileId, File>::iterator file) {
  hub_.boards()->erase(session_, file->second.kept);
  files_.erase(file);
}

void Board::poll(Instant now) {
  for (auto at = files_.begin(); at != files_.end();) {
    auto file = at++;
    if (!file->second.kept.whole() && now - file->second.heard >= Duration(wire::kBoardUnheard)) erase(file);
  }
}

Instant Board::next_deadline() const {
  Instant next = Instant::never();
  for (const auto& [id, file] : files_)
    if (!file.kept.whole()) next = std::min(next, file.heard + Duration(wire::kBoardUnheard));
  return next;
}

void Board::clear() {
  files_.clear();
  if (hub_.boards() != nullptr) hub_.boards()->erase_all(session_);
}

}  // namespace lotse::relay
