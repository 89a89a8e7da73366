#include "board_world.h"

#include "crypto/signing.h"

namespace lotse::files::test {

using crypto::sha256;

void BoardWorld::connect(bool on) {
  connected_ = on;
  ++connection_;  // what was under way is lost
  transfers.on_connection(on, now);
}

FileId BoardWorld::put(std::size_t size, std::uint8_t number) {
  FileId id;
  id.fill(number);
  Bytes& source = sources[id];
  std::minstd_rand random(number);
  source.resize(size);
  for (std::uint8_t& byte : source) byte = static_cast<std::uint8_t>(random() >> 8);
  transfers.put(id, "file", size, "/file", now);
  return id;
}

void BoardWorld::get(const FileId& file, std::uint8_t getting) {
  FileId id;
  id.fill(getting);
  const Listed& entry = listed.at(file);
  transfers.get(id, {file, "file", entry.size}, entry.key, entry.sha256, "/folder", now);
}

void BoardWorld::run(Duration span) {
  const Instant end = now + span;
  until([&] { return now >= end; }, span);
}

bool BoardWorld::until(const std::function<bool()>& holds, Duration span) {
  for (const Instant end = now + span;;) {
    if (holds()) return true;
    Instant next = transfers.next_deadline();
    if (!events_.empty()) next = std::min(next, events_.begin()->first);
    next = std::max(next, now);
    if (next > end) return now = end, holds();
    now = next;
    if (!events_.empty() && events_.begin()->first <= now) {
      auto what = std::move(events_.begin()->second);
      events_.erase(events_.begin());
      what();
    } else {
      transfers.poll(now);
    }
  }
}

// --- the relay -------------------------------------------------------------------------------------------------------

void BoardWorld::say(const wire::BoardFrame& frame) {
  if (auto* chunk = std::get_if<wire::BoardChunk>(&frame)) {
    const Bytes bytes(chunk->sealed.begin(), chunk->sealed.end());
    auto [at, first] = sealed.try_emplace({chunk->id, chunk->index}, bytes);
    if (!first && at->second != bytes) sealed_twice = true;
  }
  if (!connected_) return;
  later(delay, [this, bytes = wire::encode_board(frame), of = connection_] {
    if (of == connection_) to_relay(bytes);
  });
}

void BoardWorld::to_relay(const Bytes& bytes) {
  const wire::BoardFrame frame = *wire::decode_board(bytes);
  if (auto* put = std::get_if<wire::BoardPut>(&frame)) answer(board.on_put(kSelf, false, *put, now));
  if (auto* chunk = std::get_if<wire::BoardChunk>(&frame)) answer(board.on_chunk(kSelf, *chunk, now));
  if (auto* remove = std::get_if<wire::BoardRemove>(&frame)) board.on_remove(kSelf, false, remove->id);
  auto* get = std::get_if<wire::BoardGet>(&frame);
  if (get == nullptr) return;
  const relay::KeptFile* file = board.whole(get->id);
  if (file == nullptr) return answer(wire::BoardNo{get->id, wire::BoardNo::Why::gone});
  for (std::uint32_t i = get->first; i < get->first + get->count && i < wire::board_chunks(file->size); ++i) {
    const Bytes piece = *board.read(*file, i);
    answer(wire::BoardChunk{get->id, i, piece});
  }
}

void BoardWorld::answer(wire::BoardFrame frame) {
  if (between && !between(frame)) return;
  later(delay, [this, bytes = wire::encode_board(frame), of = connection_] {
    if (of == connection_) transfers.on_frame(*wire::decode_board(bytes), now);
  });
}

void BoardWorld::stored(const Transfer& transfer, const BoardKey& key, const std::array<std::uint8_t, 32>& hash) {
  listed[transfer.id] = {key, hash, transfer.size};
  if (lists) later(delay, [this, id = transfer.id] { transfers.on_board({id}); });
}

// --- the disk --------------------------------------------------------------------------------------------------------

void BoardWorld::read(const FileId& id, std::uint64_t offset, std::size_t size) {
  later(1ms, [=, this] {
    const Bytes& source = sources[id];
    if (source.size() < offset + size) return transfers.on_read(id, offset, nullptr, now);
    const auto from = source.begin() + static_cast<std::ptrdiff_t>(offset);
    const Bytes piece(from, from + static_cast<std::ptrdiff_t>(size));
    transfers.on_read(id, offset, &piece, now);
  });
}

void BoardWorld::digest(const FileId& id) {
  later(1ms, [=, this] {
    auto hash = sha256({sources[id]});
    transfers.on_digest(id, &hash, now);
  });
}

void BoardWorld::open_target(const wire::FileOffer& offer, const std::string&) {
  later(1ms, [=, this] { transfers.on_target(offer.id, parts[offer.id].size(), {}, now); });
}

void BoardWorld::write(const FileId& id, std::uint64_t offset, Bytes bytes) {
  later(1ms, [=, this] {
    Bytes& part = parts[id];
    if (part.size() != offset) return transfers.on_written(id, std::nullopt, Why::unwritable, now);
    append(part, bytes);
    transfers.on_written(id, part.size(), {}, now);
  });
}

void BoardWorld::finish(const FileId& id, const std::array<std::uint8_t, 32>& hash) {
  later(1ms, [=, this] {
    if (sha256({parts[id]}) != hash) return parts.erase(id), transfers.on_finished(id, std::nullopt, {}, now);
    whole[id] = std::move(parts[id]);
    transfers.on_finished(id, "/folder/file", {}, now);
  });
}

void BoardWorld::close(const FileId& id, bool keep) {
  later(1ms, [=, this] {
    if (!keep) parts.erase(id);
  });
}

}  // namespace lotse::files::test
