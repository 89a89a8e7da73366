// What a helper asks of the person at another computer beside control: the facts of that computer, and that its own
// keyboard and mouse rest. docs/protocol/support.md
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "session/core.h"
#include "session/presenting.h"
#include "session/watching.h"

namespace lotse::wire::pb {
class SupportAsk;
class SupportAnswer;
}  // namespace lotse::wire::pb

namespace lotse::session {

/// Both sides of it. Who may ask is checked at the one who is asked, when it is asked and again when it is answered.
/// Not thread-safe.
class Support {
 public:
  Support(Core& core, Presenting& presenting, Watching& watching)
      : core_(core), presenting_(presenting), watching_(watching) {}

  using Refusal = std::optional<ErrorCode>;

  // From the program.
  /// SystemInfoTold follows. Another question to the same member takes the place of the one before.
  Refusal ask_system_info(ParticipantId member);
  /// Of SessionHost::want_system_info().
  void tell_system_info(ParticipantId to, const SystemInfo& info);
  /// InputLockChanged follows, now or when the person has answered.
  Refusal lock_input(ParticipantId presenter, bool on);
  /// What SessionHost::hold_local_input() was asked for cannot be, or is no more.
  void input_not_held();

  // From other members. False: dropped.
  bool on_ask(ParticipantId from, const wire::pb::SupportAsk& ask);
  bool on_answer(ParticipantId from, const wire::pb::SupportAnswer& answer);
  void members_changed();
  /// The relay is gone: what was asked is not answered any more.
  void detached();

  /// Ends the lock when whoever has it may not have it any more.
  void poll();
  Instant next_deadline() const { return lock_ ? lock_->until : Instant::never(); }

 private:
  enum class What : std::uint8_t { system_info = 1, input_lock = 2 };
  /// What one who asks us has done so far.
  struct Asker {
    std::deque<Instant> asked;  // within the last minute
    Instant info_allowed_until{};
    std::uint32_t info_question = 0;
    bool collecting = false;
  };
  struct Lock {
    ParticipantId by;
    std::uint32_t question;
    Instant until;
  };
  bool may_ask(ParticipantId from, What what) const;
  bool too_often(Asker& asker);
  Refusal ask(ParticipantId member, What what, std::uint32_t question, bool on);
  void answer(ParticipantId to, What what, std::uint32_t question, const std::string& why,
              const SystemInfo* info = nullptr);
  void collect(ParticipantId to);
  void ask_for_lock(ParticipantId from, std::uint32_t question);
  void end_lock(const std::string& why);
  void give_up(ParticipantId member, const std::string& why);

  Core& core_;
  Presenting& presenting_;
  Watching& watching_;
  std::uint32_t last_question_ = 0;
  std::map<ParticipantId, std::uint32_t> info_asked_;  // our questions
  std::map<ParticipantId, std::uint32_t> lock_asked_;  // the same, until its lock has ended
  std::map<ParticipantId, Asker> askers_;
  std::optional<Lock> lock_;  // of our own input
};

}  // namespace lotse::session
