// Which packets each slot of a watched screen was made of, and whether SIGNs of the presenter prove them. Any member of
// the epoch can seal a picture packet in another's name; only the presenter can sign its hash.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "wire/packet.h"
#include "wire/picture_proof.h"

namespace lotse::session {

/// Packets are shown at once and proven later. A delta makes its slots from others: they are proven when it is and all
/// that these were made of. A slot whose packets are not proven in time is *doubted*: it takes any
/// packet that is not older than what was ever proven of it, so that no forged version locks it. Not thread-safe.
class SlotProofs {
 public:
  static constexpr Duration kDoubtsForgotten = std::chrono::minutes(1);
  struct Packet {
    std::uint32_t version = 0;
    std::uint8_t rank = 0;
    wire::PacketHash hash{};
  };

  /// A new generation of so many slots: they hold nothing.
  void reset(std::size_t slots);
  /// Whether the packet is to be shown; then its slot, which exists, holds it.
  bool take(SlotId slot, const Packet& packet, Instant now);
  /// Whether the delta is to be shown: its slots, which exist, are what it was made from, `base`. Then its targets hold
  /// it.
  bool take(const wire::Footprint& footprint, std::uint64_t base, const Packet& packet, Instant now);
  /// What a delta names the slots by that it is made from; both sides compute it. Zero version: nothing there.
  class Base {
   public:
    void add(SlotId slot, std::uint32_t version, std::uint8_t rank);
    std::uint64_t value() const;

   private:
    std::vector<std::uint64_t> slots_;
  };
  /// What the slot holds is of no use. What was proven of it stays its lower bound.
  void drop(SlotId slot);
  void drop_all();
  /// The hashes of a SIGN whose signature fits; it may come before its packets.
  void prove(const std::vector<wire::PacketHash>& hashes);

  /// A SIGN has named it already.
  bool knows(const wire::PacketHash& hash) const { return known_.contains(hash); }

  bool all_proven() const { return unproven_.empty(); }
  /// Of what the slot holds, or of what was proven of it where that is doubted; 0: nothing.
  std::uint32_t version(SlotId slot) const;

  struct Doubts {
    std::vector<SlotId> slots;  // to be asked for, at most wire::kMaxSlotsAsked
    bool again = false;         // one of them not for the first time
  };
  /// Slots without a proof since `horizon`. They wait anew, longer each time.
  Doubts overdue(Instant horizon, Instant now);
  /// The presenter may be gone, and its SIGN with it: the slots without a proof since `horizon` wait anew.
  void excuse(Instant horizon, Instant now);
  /// Since when the first slot waits; never: none does.
  Instant waiting_since() const { return unproven_.empty() ? Instant::never() : unproven_.begin()->first; }

 private:
  struct HashOf {
    std::size_t operator()(const wire::PacketHash& hash) const noexcept;
  };
  struct Slot {
    bool any = false, proven = false, doubted = false, ever_proven = false;
    Packet held;
    std::vector<std::uint32_t> needs;  // what of it is not proven, the numbers of `awaited_`
    std::uint32_t least_version = 0;   // proven
    std::uint8_t least_rank = 0;
    Instant since;   // in `unproven_`
    int doubts = 0;  // without kDoubtsForgotten between them
    Instant doubted_at{};
  };
  /// A packet that was shown and is not proven.
  struct Awaited {
    std::uint32_t number;
    std::vector<wire::SlotRun> slots;
    std::uint32_t version;
    std::uint8_t rank;
    Instant came;
  };

  void remember(const wire::PacketHash& hash);
  std::optional<std::uint32_t> await(const Packet& packet, std::vector<wire::SlotRun> slots, Instant now);
  void hold(std::uint32_t index, const Packet& packet, std::vector<std::uint32_t> needs, Instant now);
  void proved(std::uint32_t index);
  void at_least(std::uint32_t index, std::uint32_t version, std::uint8_t rank);
  void settle_needs(std::uint32_t index, const std::vector<Awaited>& proven);
  void wait_from(std::uint32_t index, Instant since);
  void settle(std::uint32_t index);

  std::vector<Slot> slots_;
  std::set<std::pair<Instant, std::uint32_t>> unproven_;
  std::unordered_map<wire::PacketHash, Awaited, HashOf> awaited_;
  std::deque<wire::PacketHash> awaited_order_;  // the oldest first; some may be proven by now
  std::uint32_t awaited_count_ = 0;
  std::unordered_set<wire::PacketHash, HashOf> known_;
  std::deque<wire::PacketHash> known_order_;
};

}  // namespace lotse::session
