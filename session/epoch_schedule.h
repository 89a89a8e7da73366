// When the master makes a new epoch: kicks at once, joins and leaves together, and at the latest every hour.
#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace lotse::session {

class EpochSchedule {
 public:
  enum class Reason { none, join, leave, kick, age, master };

  /// Somebody is about to join. True: make a new epoch for it now; false: it shares the one in force, which a
  /// join made less than ten seconds ago.
  bool join_needs_epoch(Instant now) const;
  /// Somebody left or was lost.
  void left(Instant now);
  void kicked(Instant now);
  /// The key is nearly used up.
  void worn(Instant now);
  /// What is due; the caller makes the epoch and says so with made().
  Reason due(Instant now) const;
  void made(Reason reason, Instant now);
  Instant next_deadline() const;

 private:
  std::optional<Instant> made_, join_made_, leave_made_;
  Instant leave_due_ = Instant::never();
  Reason leave_reason_ = Reason::none;
};

std::string_view name_of(EpochSchedule::Reason reason);

}  // namespace lotse::session
