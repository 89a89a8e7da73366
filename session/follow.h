// A participant's part of a session after the handshake: it obeys the master's roster and epochs, shows that it is
// alive, comes back after an outage, and follows a new master, or becomes it.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/signing.h"
#include "session/contact.h"
#include "session/core.h"
#include "wire/relay_frame.h"

namespace lotse::wire::pb {
class Heirs;
}

namespace lotse::session {

class Follow {
 public:
  explicit Follow(Core& core) : core_(core) {}

  /// The master's first words, out of KEY. False: not signed by the master, or it does not name us.
  bool consume_box(ByteView box);
  /// After consume_box: the master shows another identity than the one known by its name, or none any more.
  bool changed_master() const { return changed_master_; }
  /// Message 5 is on its way, or we were the master ourselves: we are in. Called once.
  void begin();
  /// Of an earlier join: restores name and rights in the next one. Empty when we never had one.
  const Bytes& ticket() const { return ticket_; }

  // After an outage: the relay has given us a link.
  void resume();
  void on_refused(wire::RefusedReason reason);
  /// The connection is gone: what was asked of the relay is not answered any more.
  void on_detached() { linked_ = claimed_ = false; }

  // Under the master's pair key.
  void on_roster(const wire::pb::Message& message);
  void on_epoch(const wire::pb::Message& message);
  void on_pong(const wire::pb::Message& message);
  /// Lead from now on.
  void on_hand_over(const wire::pb::Message& message);
  void on_deputy(const wire::pb::Message& message);
  /// Under the key of any pair: somebody leads from now on.
  void on_taken_over(ParticipantId from, const wire::pb::Message& message);
  void leave();

  /// What the relay was asked for last, with us as the last one: a SESSION on a connection that has one says yes.
  const std::vector<wire::Heir>& claim() const { return claim_; }
  /// It does not let us.
  void on_not_allowed();

  bool resuming() const { return resuming_; }
  Contact::State contact() const { return contact_.state(core_.now); }
  double rtt_ms() const { return contact_.rtt_ms(); }
  void poll();
  Instant next_deadline() const;

  std::function<void()> on_join_epoch;  // the pictures are wanted again
  std::function<void()> on_resumed;
  std::function<void(ErrorCode)> on_lost;  // the master does not know us any more

 private:
  bool take(const VerifiedRoster& verified);
  bool meet_master(const Member& master, const std::string& proof);
  std::optional<std::vector<wire::Heir>> heirs_to_us(const wire::pb::Heirs& message) const;
  bool is_deputy(const wire::Heir& heir) const;
  void send_claim();
  void watch_master();
  void ping();
  /// When a deputy with nobody left before it asks to lead.
  Instant claim_at() const;

  Core& core_;
  Contact contact_;
  Bytes ticket_;
  bool linked_ = false;  // the relay has given us a link
  bool resuming_ = false, changed_master_ = false;
  Instant resume_at_ = Instant::never(), erase_at_ = Instant::never();
  Epoch erase_through_;
  std::vector<wire::Heir> deputy_;  // the chain that makes us the master; empty: we are no deputy
  std::vector<wire::Heir> claim_;
  bool claimed_ = false;
  Instant claim_again_{};
};

}  // namespace lotse::session
