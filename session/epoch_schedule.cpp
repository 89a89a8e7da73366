#include "session/epoch_schedule.h"

#include <algorithm>

#include "wire/limits.h"

namespace lotse::session {

bool EpochSchedule::join_needs_epoch(Instant now) const {
  // Under a later epoch the relay has no pictures for whoever joins: only a join has them sealed again.
  return !join_made_ || join_made_ != made_ || now - *join_made_ >= wire::kJoinEpochGap;
}

void EpochSchedule::left(Instant now) {
  if (leave_due_ != Instant::never()) return;
  leave_due_ = now + wire::kLeaveEpochDelay;
  if (leave_made_) leave_due_ = std::max(leave_due_, *leave_made_ + wire::kLeaveEpochGap);
  leave_reason_ = Reason::leave;
}

void EpochSchedule::kicked(Instant now) {
  leave_due_ = now;
  leave_reason_ = Reason::kick;
}

void EpochSchedule::worn(Instant now) {
  leave_due_ = std::min(leave_due_, now);
  if (leave_reason_ == Reason::none) leave_reason_ = Reason::age;
}

EpochSchedule::Reason EpochSchedule::due(Instant now) const {
  if (leave_due_ <= now) return leave_reason_;
  if (made_ && now - *made_ >= wire::kEpochLife) return Reason::age;
  return Reason::none;
}

void EpochSchedule::made(Reason reason, Instant now) {
  made_ = now;
  if (reason == Reason::join) join_made_ = now;
  // Any new epoch shuts out whoever left before it.
  if (leave_due_ != Instant::never()) leave_made_ = now;
  leave_due_ = Instant::never();
  leave_reason_ = Reason::none;
}

Instant EpochSchedule::next_deadline() const {
  return made_ ? std::min(leave_due_, *made_ + wire::kEpochLife) : leave_due_;
}

std::string_view name_of(EpochSchedule::Reason reason) {
  switch (reason) {
    case EpochSchedule::Reason::none:
      return "none";
    case EpochSchedule::Reason::join:
      return "join";
    case EpochSchedule::Reason::leave:
      return "leave";
    case EpochSchedule::Reason::kick:
      return "kick";
    case EpochSchedule::Reason::age:
      return "age";
    case EpochSchedule::Reason::master:
      return "master";
  }
  return "";
}

}  // namespace lotse::session
