#include "session/slot_proofs.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "wire/limits.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr int kMostPatient = 5;  // doubts after which a slot is asked for no more rarely: every 9 s

}  // namespace

std::size_t SlotProofs::HashOf::operator()(const wire::PacketHash& hash) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

void SlotProofs::reset(std::size_t slots) {
  slots_.assign(slots, Slot{});
  unproven_.clear();
  awaited_.clear();
  awaited_order_.clear();
}

void SlotProofs::wait_from(std::uint32_t index, Instant since) {
  settle(index);
  slots_[index].since = since;
  unproven_.emplace(since, index);
}

void SlotProofs::settle(std::uint32_t index) { unproven_.erase({slots_[index].since, index}); }

bool SlotProofs::take(SlotId slot, const Packet& packet, Instant now) {
  std::uint32_t index = slot.value();
  Slot& s = slots_[index];
  auto offered = std::tie(packet.version, packet.rank);
  auto least = std::tie(s.least_version, s.least_rank);
  if (s.any && packet.hash == s.held.hash) return false;
  if (s.ever_proven && (offered < least || (offered == least && s.any && s.proven))) return false;
  bool newer = !s.any || offered > std::tie(s.held.version, s.held.rank);
  if (!newer && !s.doubted) return false;
  bool waits = s.any && !s.proven;
  s.any = true;
  s.held = packet;
  s.proven = false;
  if (known_.contains(packet.hash)) {
    proved(index, packet.version, packet.rank);
    return true;
  }
  if (!waits) wait_from(index, now);
  await(packet.hash, {index, packet.version, packet.rank, now});
  return true;
}

void SlotProofs::await(const wire::PacketHash& hash, Awaited awaited) {
  awaited_.insert_or_assign(hash, awaited);
  awaited_order_.push_back(hash);
  while (awaited_order_.size() > slots_.size() + wire::kProofsAwaited) {
    awaited_.erase(awaited_order_.front());
    awaited_order_.pop_front();
  }
}

/// The slot holds a proven packet.
void SlotProofs::proved(std::uint32_t index, std::uint32_t version, std::uint8_t rank) {
  Slot& s = slots_[index];
  settle(index);
  s.proven = s.ever_proven = true;
  s.doubted = false;
  s.least_version = version;
  s.least_rank = rank;
}

void SlotProofs::drop(SlotId slot) {
  Slot& s = slots_[slot.value()];
  settle(slot.value());
  s.any = s.proven = false;
}

void SlotProofs::drop_all() {
  for (std::uint32_t i = 0; i < slots_.size(); ++i) drop(SlotId{i});
}

void SlotProofs::remember(const wire::PacketHash& hash) {
  if (!known_.insert(hash).second) return;
  known_order_.push_back(hash);
  if (known_order_.size() <= wire::kProofsKept) return;
  known_.erase(known_order_.front());
  known_order_.pop_front();
}

void SlotProofs::prove(const std::vector<wire::PacketHash>& hashes) {
  for (const wire::PacketHash& hash : hashes) {
    remember(hash);
    auto at = awaited_.find(hash);
    if (at == awaited_.end()) continue;
    Awaited awaited = at->second;
    awaited_.erase(at);
    Slot& s = slots_[awaited.slot];
    bool newest = !s.ever_proven || std::tie(awaited.version, awaited.rank) >= std::tie(s.least_version, s.least_rank);
    if (!newest) continue;
    if (s.any && s.held.hash == hash) {
      proved(awaited.slot, awaited.version, awaited.rank);
      continue;
    }
    // It was replaced meanwhile: what replaced it may take as long again, but no older version is taken any more.
    s.ever_proven = true;
    s.least_version = awaited.version;
    s.least_rank = awaited.rank;
    if (s.any && !s.proven && awaited.came > s.since) wait_from(awaited.slot, awaited.came);
  }
}

std::uint32_t SlotProofs::version(SlotId slot) const {
  const Slot& s = slots_[slot.value()];
  if (s.any && (s.proven || !s.doubted)) return s.held.version;
  return s.any ? s.least_version : 0;
}

SlotProofs::Doubts SlotProofs::overdue(Instant horizon, Instant now) {
  Doubts doubts;
  while (!unproven_.empty() && unproven_.begin()->first <= horizon && doubts.slots.size() < wire::kMaxSlotsAsked) {
    std::uint32_t index = unproven_.begin()->second;
    Slot& s = slots_[index];
    s.doubted = true;
    if (now - s.doubted_at > kDoubtsForgotten) s.doubts = 0;
    s.doubted_at = now;
    s.doubts = std::min(s.doubts + 1, kMostPatient);
    doubts.again = doubts.again || s.doubts > 1;
    doubts.slots.push_back(SlotId{index});
    wait_from(index, now + (s.doubts < 2 ? 0s : 1s * (1 << (s.doubts - 2))));
  }
  return doubts;
}

void SlotProofs::excuse(Instant horizon, Instant now) {
  while (!unproven_.empty() && unproven_.begin()->first <= horizon) wait_from(unproven_.begin()->second, now);
}

}  // namespace lotse::session
