#include "session/slot_proofs.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "codec/canvas.h"
#include "wire/limits.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr int kMostPatient = 5;  // doubts after which a slot is asked for no more rarely: every 9 s

constexpr std::size_t kMaxNeeds = 4 * wire::kBatchPackets;  // packets whose SIGNs one slot waits for

bool contains(const std::vector<wire::SlotRun>& runs, std::uint32_t slot) {
  return std::any_of(runs.begin(), runs.end(), [&](const wire::SlotRun& run) {
    return slot >= run.first.value() && slot - run.first.value() < run.count;
  });
}

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

void SlotProofs::Base::add(SlotId slot, std::uint32_t version, std::uint8_t rank) {
  slots_.push_back(std::uint64_t{slot.value()} << 40 | std::uint64_t{rank} << 32 | version);
}

std::uint64_t SlotProofs::Base::value() const { return codec::digest_of(slots_); }

bool SlotProofs::take(SlotId slot, const Packet& packet, Instant now) {
  Slot& s = slots_[slot.value()];
  auto offered = std::tie(packet.version, packet.rank);
  auto least = std::tie(s.least_version, s.least_rank);
  if (s.any && packet.hash == s.held.hash) return false;
  if (s.ever_proven && (offered < least || (offered == least && s.any && s.proven))) return false;
  bool newer = !s.any || offered > std::tie(s.held.version, s.held.rank);
  if (!newer && !s.doubted) return false;
  auto number = await(packet, {{slot, 1}}, now);
  hold(slot.value(), packet, number ? std::vector{*number} : std::vector<std::uint32_t>{}, now);
  return true;
}

bool SlotProofs::take(const wire::Footprint& footprint, std::uint64_t base, const Packet& packet, Instant now) {
  Base held;
  std::vector<std::uint32_t> needs;
  bool newer = true;
  auto look = [&](SlotId slot) {
    const Slot& s = slots_[slot.value()];
    held.add(slot, s.any ? s.held.version : 0, s.any ? s.held.rank : std::uint8_t{0});
    needs.insert(needs.end(), s.needs.begin(), s.needs.end());
  };
  wire::for_each_slot(footprint.targets, [&](SlotId slot) {
    look(slot);
    const Slot& s = slots_[slot.value()];
    bool rises = !s.ever_proven || s.least_version <= packet.version;
    newer = newer && rises && s.any && s.held.version < packet.version;
  });
  wire::for_each_slot(footprint.sources, look);
  if (!newer || held.value() != base) return false;
  if (auto number = await(packet, footprint.targets, now)) needs.push_back(*number);
  std::sort(needs.begin(), needs.end());
  needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
  if (needs.size() > kMaxNeeds) return false;  // SIGNs do not come, or this is no presenter
  wire::for_each_slot(footprint.targets, [&](SlotId slot) { hold(slot.value(), packet, needs, now); });
  return true;
}

/// The slot holds a packet from now on, proven or not.
void SlotProofs::hold(std::uint32_t index, const Packet& packet, std::vector<std::uint32_t> needs, Instant now) {
  Slot& s = slots_[index];
  bool waits = s.any && !s.proven;
  s.any = true;
  s.held = packet;
  s.proven = false;
  s.needs = std::move(needs);
  if (s.needs.empty())
    proved(index);
  else if (!waits)
    wait_from(index, now);
}

/// The number under which the packet is awaited; nothing when it is proven already.
std::optional<std::uint32_t> SlotProofs::await(const Packet& packet, std::vector<wire::SlotRun> slots, Instant now) {
  if (known_.contains(packet.hash)) return std::nullopt;
  std::uint32_t number = ++awaited_count_;
  awaited_.insert_or_assign(packet.hash, Awaited{number, std::move(slots), packet.version, packet.rank, now});
  awaited_order_.push_back(packet.hash);
  while (awaited_order_.size() > slots_.size() + wire::kProofsAwaited) {
    awaited_.erase(awaited_order_.front());
    awaited_order_.pop_front();
  }
  return number;
}

/// All that the slot was made of is proven.
void SlotProofs::proved(std::uint32_t index) {
  Slot& s = slots_[index];
  settle(index);
  s.proven = true;
  s.doubted = false;
  at_least(index, s.held.version, s.held.rank);
}

void SlotProofs::at_least(std::uint32_t index, std::uint32_t version, std::uint8_t rank) {
  Slot& s = slots_[index];
  if (s.ever_proven && std::tie(version, rank) < std::tie(s.least_version, s.least_rank)) return;
  s.ever_proven = true;
  s.least_version = version;
  s.least_rank = rank;
}

void SlotProofs::drop(SlotId slot) {
  Slot& s = slots_[slot.value()];
  settle(slot.value());
  s.any = s.proven = false;
  s.needs.clear();
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
  std::vector<Awaited> proven;
  for (const wire::PacketHash& hash : hashes) {
    remember(hash);
    auto at = awaited_.find(hash);
    if (at == awaited_.end()) continue;
    const Awaited& packet = proven.emplace_back(std::move(at->second));
    awaited_.erase(at);
    // No older version is taken any more, even where it was replaced meanwhile.
    wire::for_each_slot(packet.slots, [&](SlotId slot) { at_least(slot.value(), packet.version, packet.rank); });
  }
  if (proven.empty()) return;
  std::vector<std::uint32_t> waiting;
  for (const auto& [since, index] : unproven_) waiting.push_back(index);
  for (std::uint32_t index : waiting) settle_needs(index, proven);
}

/// What waits for other proofs, too, may take as long again: what replaced a packet, and what was made of it.
void SlotProofs::settle_needs(std::uint32_t index, const std::vector<Awaited>& proven) {
  Slot& s = slots_[index];
  bool needed = false;
  Instant since = s.since;
  for (const Awaited& packet : proven) {
    bool did = std::erase(s.needs, packet.number) > 0;
    if (did || contains(packet.slots, index)) since = std::max(since, packet.came);
    needed = needed || did;
  }
  if (needed && s.needs.empty())
    proved(index);
  else if (since > s.since)
    wait_from(index, since);
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
