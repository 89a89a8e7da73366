// The master's part of a session: it opens it at the relay, lets people in and puts them out, makes epochs and the
// roster.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "session/admission.h"
#include "session/core.h"
#include "session/epoch_schedule.h"

namespace lotse::session {

class Lead {
 public:
  struct Options {
    std::string name;
    Mode mode = Mode::presentation;
    Rights default_rights = Rights::usual();
    codec::Colors colors = codec::Colors::full;
  };
  /// `core` outlives this.
  Lead(Core& core, Options options);

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
  void on_sharing(ParticipantId member, bool sharing);
  void on_recording(ParticipantId member, bool on);

  // What the master's person wants. False: no such member.
  bool kick(ParticipantId member, const std::string& reason);
  bool set_right(ParticipantId member, Right right, bool on);
  bool ask_to_share(ParticipantId member, bool wanted);
  void set_mode(Mode mode);
  void set_locked(bool locked);
  void set_default_rights(Rights rights) { options_.default_rights = rights; }
  void set_colors(codec::Colors colors);
  void set_name(const std::string& name);
  void end();

  void poll();
  Instant next_deadline() const;
  Epoch epoch() const { return core_.envelope.epochs().newest(); }
  /// Called when members need the pictures again: a new epoch for a join.
  std::function<void()> on_join_epoch;

 private:
  struct Presence {
    Instant heard{};
    Instant lost = Instant::never();  // since when its link is gone
    bool told = false;                // Left was notified
  };

  void admit(const Admitted& admitted);
  void member_ready(LinkId link, ParticipantId index);
  void resume(LinkId link, ByteView packet);
  void new_epoch(EpochSchedule::Reason reason);
  wire::pb::Message epoch_key(bool for_join) const;
  void send_epoch(ParticipantId member, bool for_join);
  void send_roster(ParticipantId member, ByteView ticket = {});
  void roster_changed();
  void away(ParticipantId member);
  void remove(ParticipantId member, const std::string& reason);
  void tunnel(wire::Operation operation, LinkId link = {}, ParticipantId target = ParticipantId{0xFFFF},
              std::uint32_t value = 0);
  wire::TunnelRequest signed_request(wire::Operation operation, LinkId link, ParticipantId target, std::uint32_t value);

  Core& core_;
  Options options_;
  Admission admission_;
  EpochSchedule schedule_;
  wire::RelayNonce nonce_{};
  std::uint64_t sequence_ = 0;
  std::uint32_t term_ = 0;
  std::map<ParticipantId, Presence> presence_;
};

}  // namespace lotse::session
