// What a member has of one screen, known without decoding anything: from clear headers, signs and manifests.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "session/slot_proofs.h"
#include "wire/packet.h"
#include "wire/picture_proof.h"

namespace lotse::bench {

/// Not thread-safe.
class Ledger {
 public:
  /// A packet of this screen, opened, its signature checked where it has one. `hash`: of a key's or delta's complete
  /// packet.
  void consume(const wire::ParsedPacket& packet, const Bytes& payload, const wire::PacketHash& hash, Instant now);

  /// Every slot has come once.
  bool usable() const { return slots_ > 0 && missing_ == 0; }
  /// The slots are those of the newest manifest, all proven by the presenter, who says that none of them is lossy.
  bool whole() const { return usable() && current_ && exact_ && proofs_.all_proven(); }
  /// Slots that the newest manifest has newer than they are here.
  std::size_t behind() const { return behind_; }

  struct Stats {
    std::uint64_t updates = 0, frames = 0, manifests = 0, old = 0;  // old: slots that came and were not newer
    std::uint64_t not_current = 0;       // manifests that did not fit what was there: something was still on its way
    std::vector<float> manifest_age_ms;  // by the presenter's clock: on one machine it is ours; at most kKept
  };
  static constexpr std::size_t kKept = 4096;
  const Stats& stats() const { return stats_; }
  Generation generation() const { return generation_; }

 private:
  void delta(const wire::PictureFields& fields, const Bytes& payload, const wire::PacketHash& hash, Instant now);
  void holds(SlotId slot);
  void geometry(const wire::PictureFields& fields, const Bytes& payload);
  void manifest(const Bytes& payload, Instant now);

  Generation generation_;
  std::size_t slots_ = 0, missing_ = 0, behind_ = 0;
  bool current_ = false, exact_ = false;
  std::vector<bool> held_;
  session::SlotProofs proofs_;
  Stats stats_;
};

}  // namespace lotse::bench
