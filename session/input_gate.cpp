#include "session/input_gate.h"

namespace lotse::session {

void InputGate::grant(ParticipantId member, Instant until) { grants_[member] = until; }

bool InputGate::revoke(ParticipantId member) { return grants_.erase(member) > 0; }

std::vector<ParticipantId> InputGate::members() const {
  std::vector<ParticipantId> members;
  for (const auto& [member, until] : grants_) members.push_back(member);
  return members;
}

bool InputGate::lets_through(ParticipantId member, Instant now) const {
  auto at = grants_.find(member);
  return at != grants_.end() && now < at->second && !suspended(now);
}

std::vector<ParticipantId> InputGate::expire(Instant now) {
  std::vector<ParticipantId> over;
  for (const auto& [member, until] : grants_)
    if (until <= now) over.push_back(member);
  for (ParticipantId member : over) grants_.erase(member);
  return over;
}

Instant InputGate::next_deadline(Instant now) const {
  Instant next = local_priority(now) ? local_until_ : Instant::never();
  for (const auto& [member, until] : grants_) next = std::min(next, until);
  return next;
}

}  // namespace lotse::session
