// A participant's part of a session after the handshake: it obeys the master's roster and epochs, shows that it is
// alive, and comes back after an outage.
#pragma once
#include <functional>
#include <string>

#include "crypto/signing.h"
#include "session/core.h"
#include "wire/relay_frame.h"

namespace lotse::session {

class Follow {
 public:
  Follow(Core& core, crypto::VerifyKey master_key);

  /// The master's first words, out of KEY. False: not signed by the master, or it does not name us.
  bool consume_box(ByteView box);
  /// Message 5 is on its way: we are in. Called once.
  void begin();

  // After an outage: the relay has given us a link.
  void resume();
  void on_refused(wire::RefusedReason reason);

  // Under the master's pair key.
  void on_roster(const wire::pb::Message& message);
  void on_epoch(const wire::pb::Message& message);
  void on_pong(std::uint64_t value);
  void leave();

  bool resuming() const { return resuming_; }
  double rtt_ms() const { return rtt_ms_; }
  void poll();
  Instant next_deadline() const;

  std::function<void()> on_join_epoch;  // the pictures are wanted again
  std::function<void()> on_resumed;
  std::function<void(ErrorCode)> on_lost;  // the master does not know us any more

 private:
  bool take(const VerifiedRoster& verified);

  Core& core_;
  crypto::VerifyKey master_key_;
  Bytes ticket_;
  bool resuming_ = false;
  Instant resume_at_ = Instant::never(), ping_at_ = Instant::never(), erase_at_ = Instant::never();
  Epoch erase_through_;
  Instant pinged_{};
  double rtt_ms_ = 0;
};

}  // namespace lotse::session
