#include "world.h"

#include "crypto/running_hash.h"

namespace lotse::files::test {
namespace {

constexpr Duration kDisk = 100us;

std::array<std::uint8_t, 32> sha256_of(const Bytes& bytes) {
  crypto::RunningHash hash;
  hash.add(bytes);
  return hash.finish();
}

std::size_t size_of(const wire::FileMessage& message) {
  auto* chunk = std::get_if<wire::FileChunk>(&message);
  return 100 + (chunk != nullptr ? chunk->data.size() : 0);
}

}  // namespace

bool Side::say(ParticipantId, const wire::FileMessage& message) {
  if (!world_.connected) return false;
  world_.deliver(*this, message);
  return true;
}

void Side::read(const FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size) {
  world_.later(*this, kDisk, [=, this] {
    auto at = sources.find(id);
    if (at == sources.end() || at->second.size() < offset + size)
      return transfers.on_read(id, attempt, offset, nullptr, world_.now);
    auto from = at->second.begin() + static_cast<std::ptrdiff_t>(offset);
    Bytes bytes(from, from + static_cast<std::ptrdiff_t>(size));
    transfers.on_read(id, attempt, offset, &bytes, world_.now);
  });
}

void Side::digest(const FileId& id) {
  world_.later(*this, kDisk + hashing, [=, this] {
    auto sha256 = sha256_of(sources[id]);
    transfers.on_digest(id, &sha256, world_.now);
  });
}

std::optional<std::string> Side::accepted_before(const wire::FileOffer& offer) {
  return accepted.contains(offer.id) ? std::optional<std::string>("/here") : std::nullopt;
}

void Side::open_target(const wire::FileOffer& offer, const std::string&) {
  accepted[offer.id] = true;
  world_.later(*this, kDisk, [=, this] {
    if (offer.size > room) return transfers.on_target(offer.id, {}, Why::disk_full, world_.now);
    transfers.on_target(offer.id, parts[offer.id].size(), {}, world_.now);
  });
}

void Side::write(const FileId& id, std::uint64_t offset, Bytes bytes) {
  world_.later(*this, kDisk, [=, this] {
    Bytes& part = parts[id];
    if (part.size() + bytes.size() > room || offset != part.size())
      return transfers.on_written(id, {}, Why::disk_full, world_.now);
    part.insert(part.end(), bytes.begin(), bytes.end());
    written += bytes.size();
    transfers.on_written(id, part.size(), {}, world_.now);
  });
}

void Side::finish(const FileId& id, const std::array<std::uint8_t, 32>& sha256) {
  world_.later(*this, kDisk, [=, this] {
    if (sha256_of(parts[id]) != sha256) return transfers.on_finished(id, {}, {});
    whole[id] = std::move(parts[id]);
    accepted.erase(id);
    parts.erase(id);
    transfers.on_finished(id, "/here/file", {});
  });
}

void Side::close(const FileId& id, bool keep) {
  if (keep) return;
  accepted.erase(id);
  world_.later(*this, kDisk, [=, this] { parts.erase(id); });
}

void Side::restart() {
  ++life;
  std::map<FileId, Transfer> unfinished;
  for (const Transfer* transfer : transfers.all())
    if (!is_over(transfer->state)) unfinished[transfer->id] = *transfer;
  std::destroy_at(&transfers);
  std::construct_at(&transfers, *this);
  world_.everybody_is_here();
  for (const auto& [id, transfer] : unfinished)
    if (transfer.outgoing)
      transfers.offer(offer_of(transfer), transfer.peer, transfer.path, world_.now);
    else if (accepted.contains(id))
      transfers.go_on(offer_of(transfer), transfer.peer, "/here", world_.now);
}

World::World() { everybody_is_here(); }

void World::everybody_is_here() {
  std::set<ParticipantId> both{one.self, two.self};
  one.transfers.on_members(both, both, now);
  two.transfers.on_members(both, both, now);
}

void World::later(Side& side, Duration in, std::function<void()> what) {
  events_.emplace(now + in, [&side, life = side.life, what = std::move(what)] {
    if (side.life == life) what();
  });
}

void World::deliver(Side& from, wire::FileMessage message) {
  std::size_t size = size_of(message);
  Instant& free = free_at_[&from];
  free = std::max(free, now) + std::chrono::duration_cast<Duration>(
                                   std::chrono::duration<double>(static_cast<double>(size) / bytes_per_second));
  under_way_[&from] += size;
  most_under_way = std::max(most_under_way, under_way_[&from]);
  const bool lost = lets_through && !lets_through(message);
  events_.emplace(free + delay, [this, &from, size, lost, cut = cuts_, message = std::move(message)]() mutable {
    under_way_[&from] -= size;
    if (!lost && cut == cuts_ && connected)
      other(from).transfers.on_message(from.self, std::move(message), may_send, now);
  });
}

void World::run(Duration span) {
  const Instant end = now + span;
  while (true) {
    Instant next = std::min(one.transfers.next_deadline(), two.transfers.next_deadline());
    if (!events_.empty()) next = std::min(next, events_.begin()->first);
    if (next > end) break;
    now = std::max(now, next);
    while (!events_.empty() && events_.begin()->first <= now) {
      auto event = std::move(events_.begin()->second);
      events_.erase(events_.begin());
      event();
    }
    one.transfers.poll(now);
    two.transfers.poll(now);
  }
  now = end;
}

bool World::until(const std::function<bool()>& holds, Duration span) {
  for (const Instant end = now + span; now < end; run(10ms))
    if (holds()) return true;
  return holds();
}

void World::cut(Duration span) {
  connected = false;
  ++cuts_;
  run(span);
  connected = true;
  one.transfers.on_connection(now);
  two.transfers.on_connection(now);
}

FileId World::send(Side& from, std::size_t size, std::uint8_t number) {
  FileId id{};
  id[0] = number;
  id[15] = static_cast<std::uint8_t>(from.self.value());
  std::mt19937 random(number);
  Bytes& bytes = from.sources[id];
  bytes.resize(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  from.transfers.offer({.id = id, .name = "report.pdf", .size = size}, other(from).self, "/home/report.pdf", now);
  run(200ms);
  return id;
}

}  // namespace lotse::files::test
