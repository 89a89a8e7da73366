// The master's part of a session: it opens it at the relay, lets people in and puts them out, makes epochs and the
// roster.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/identity.h"
#include "session/admission.h"
#include "session/attendance.h"
#include "session/core.h"
#include "session/epoch_schedule.h"
#include "session/tickets.h"

namespace lotse::session {

/// Whether the address of a removed member is kept out, too; the relay does it.
enum class Ban { no, yes };

class Lead {
 public:
  struct Options {
    std::string name;
    Mode mode = Mode::presentation;
    Rights default_rights = Rights::usual();
    codec::Colors colors = codec::Colors::full;
    std::shared_ptr<const crypto::Identity> identity;  // to show; null: none
  };
  /// The first master. `core` outlives this.
  Lead(Core& core, Options options);
  /// A member that the relay has just let take over, as the last of `heirs`: says so to everybody, then makes the first
  /// epoch, roster and code of its term.
  Lead(Core& core, std::vector<wire::Heir> heirs);

  Admission& admission() { return admission_; }

  // What the relay says.
  void on_welcome(const wire::Welcome& welcome);
  /// The number was given or confirmed.
  void on_opened();
  void on_handshake(const wire::Handshake& handshake);
  void on_link_down(const wire::LinkDown& down);

  // What members say.
  void on_heard(ParticipantId from);
  void on_leave(ParticipantId from, const std::string& reason);
  void on_ping(ParticipantId from, const wire::pb::Message& message);
  void on_sharing(ParticipantId member, bool sharing);
  void on_recording(ParticipantId member, bool on);

  // What the master's person wants. False: no such member.
  bool kick(ParticipantId member, const std::string& reason, Ban ban = Ban::no);
  bool set_right(ParticipantId member, Right right, bool on);
  bool ask_to_share(ParticipantId member, bool wanted);
  void set_mode(Mode mode);
  void set_locked(bool locked);
  void set_default_rights(Rights rights);
  void set_arrows_moving(std::uint32_t most);
  void set_colors(codec::Colors colors);
  void set_name(const std::string& name);
  /// Asks a member that is here to lead from now on. False: no such member, or nobody to ask.
  bool hand_over(ParticipantId member);
  /// Names a member as the next deputy, or not any more. False: no such member, or there are wire::kMaxDeputies.
  bool set_deputy(ParticipantId member, bool on);
  /// True when `heirs` name another master after us: the caller then steps down.
  bool steps_down(std::span<const wire::Heir> heirs) const;
  /// To those who still obey us.
  void tell_stepped_down(std::span<const wire::Heir> heirs);
  void end();

  void poll();
  Instant next_deadline() const;
  Epoch epoch() const { return core_.envelope.epochs().newest(); }
  /// Called when members need the pictures again: a new epoch for a join.
  std::function<void()> on_join_epoch;

 private:
  void admit(const Admitted& admitted);
  void member_ready(LinkId link, ParticipantId index);
  void resume(LinkId link, ByteView packet);
  void new_epoch(EpochSchedule::Reason reason);
  wire::pb::Message epoch_key(bool for_join) const;
  void send_epoch(ParticipantId member, bool for_join);
  void send_roster(ParticipantId member, ByteView ticket = {});
  void roster_changed();
  Admission::Hooks hooks();
  void begin_term(std::vector<wire::Heir> heirs);
  void name_deputies();
  void poll_attendance();
  std::vector<wire::Heir> chain_with(const wire::Heir& heir) const;
  void refuse_resume(LinkId link);
  void away(ParticipantId member);
  void remove(ParticipantId member, const std::string& reason);
  void tunnel(wire::Operation operation, LinkId link = {}, ParticipantId target = ParticipantId{0xFFFF},
              std::uint32_t value = 0);
  wire::TunnelRequest signed_request(wire::Operation operation, LinkId link, ParticipantId target, std::uint32_t value);

  Core& core_;
  Options options_;
  Admission admission_;
  EpochSchedule schedule_;
  std::uint64_t sequence_ = 0;  // of tunnel requests on the present connection
  Attendance attendance_;
  Tickets tickets_;
  Instant erase_at_ = Instant::never();  // old epochs
  Epoch erase_through_;
  Instant handed_over_ = Instant::never();  // when the heir must have answered
};

}  // namespace lotse::session
