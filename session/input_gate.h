// The one gate between remote input and this machine: who may, and whether the person here is busy.
#pragma once
#include <map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace lotse::session {

/// At the presenter. Not thread-safe.
class InputGate {
 public:
  /// After local input remote input waits so long.
  static constexpr Duration kLocalPriority = std::chrono::seconds(1);

  void grant(ParticipantId member, Instant until);  // Instant::never(): until revoked
  /// True when there was a grant.
  bool revoke(ParticipantId member);
  void revoke_all() { grants_.clear(); }
  bool granted(ParticipantId member) const { return grants_.contains(member); }
  std::vector<ParticipantId> members() const;

  /// The person at this machine moved the mouse or pressed a key.
  void local_input(Instant now) { local_until_ = now + kLocalPriority; }
  /// Nobody knows at the moment whether the grants still hold: they sleep until it is known again.
  void hold(bool held) { held_ = held; }
  bool held() const { return held_; }
  bool local_priority(Instant now) const { return now < local_until_; }
  bool suspended(Instant now) const { return held_ || local_priority(now); }
  bool lets_through(ParticipantId member, Instant now) const;
  /// Ends grants whose time is over and returns whose.
  std::vector<ParticipantId> expire(Instant now);
  Instant next_deadline(Instant now) const;

 private:
  std::map<ParticipantId, Instant> grants_;
  Instant local_until_{};
  bool held_ = false;
};

}  // namespace lotse::session
