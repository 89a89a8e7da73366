// The master's door: handshakes with those who knock, the code and its limits, the lobby.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "crypto/handshake.h"
#include "session/acquaintance.h"
#include "session/events.h"
#include "wire/relay_frame.h"

namespace lotse::session {

/// Somebody whose handshake is done and whom the master lets in.
struct Admitted {
  LinkId link;
  ParticipantId index;
  std::string name;
  Bytes ticket;  // of an earlier join, or what it says is one
  crypto::MasterHandshake& handshake;
};

/// Not thread-safe.
class Admission {
 public:
  enum class CodeLife { reusable, single_use };  // control mode: a code dies with its first success
  struct Hooks {
    std::function<void(LinkId, wire::HandshakeMessage, Bytes)> send;
    std::function<void(Event)> notify;
    std::function<void(Admitted)> admit;               // make KEY and send it
    std::function<void(LinkId, ParticipantId)> ready;  // READY came: it is in
    std::function<Acquaintance(const std::string&, const crypto::VerifyKey*)> meet = {};
    std::function<void(const std::string&, const crypto::VerifyKey&)> remember = {};
  };
  /// Both references outlive this; the number of `facts` may come later.
  Admission(const crypto::SessionFacts& facts, const crypto::MasterKeys& keys, Hooks hooks);

  /// A code of six random digits, or the given passphrase, or none (then everybody waits in the lobby).
  void use_auto_code(Instant now);
  void use_passphrase(std::string passphrase);
  void use_no_code();
  void set_code_life(CodeLife life) { life_ = life; }
  void set_locked(bool locked) { locked_ = locked; }
  const std::optional<std::string>& code() const { return code_; }
  bool has_auto_code() const { return auto_code_; }
  /// Replaces the code and says so.
  void new_code(Instant now);
  /// After another master, who has given the indices below.
  void continue_from(std::uint32_t next_index) { next_index_ = next_index; }
  /// SECRET.FP of a link.
  std::string link_secret() const;

  void on_message(LinkId link, wire::HandshakeMessage message, ByteView body, Instant now);
  void on_link_down(LinkId link);
  /// Answers to the lobby; false when nobody waits there under this index.
  bool admit(ParticipantId index);
  bool refuse(ParticipantId index);

  /// The code grows old, knockers who say nothing go.
  void poll(Instant now);
  Instant next_deadline() const;

 private:
  enum class State { offered, lobby, keyed };
  struct Pending {
    crypto::MasterHandshake handshake;
    ParticipantId index;
    State state = State::offered;
    Instant since{};
    std::string name;
    Bytes ticket;
  };
  /// Those who prove a secret that nobody guesses do not queue with those who might guess.
  enum class Queue : std::uint8_t { code, link };
  static Queue queue_of(ByteView join);
  static Queue queue_of(const Pending& pending);
  /// Room for one more JOIN; where there is none, the oldest that said nothing since makes it.
  bool make_room(Queue queue, Instant now);

  void on_join(LinkId link, ByteView body, Instant now);
  void on_confirm(LinkId link, Pending& pending, ByteView body);
  void let_in(LinkId link, Pending& pending);
  Acquaintance meet(const Pending& pending);
  void refuse_link(LinkId link, wire::RefusedReason reason);
  void forget(LinkId link);
  void code_used();
  bool too_many_joins(Queue queue, Instant now);
  ParticipantId take_index();
  Pending* find(ParticipantId index, LinkId& link);

  const crypto::SessionFacts& facts_;
  const crypto::MasterKeys& keys_;
  Hooks hooks_;
  std::map<LinkId, Pending> pending_;
  std::array<std::deque<Instant>, 2> recent_joins_;  // by Queue
  std::uint32_t next_index_ = 1;
  std::set<ParticipantId> free_indices_;  // offered, never keyed
  std::optional<std::string> code_;
  Bytes link_;
  bool auto_code_ = false, no_code_ = false, locked_ = false;
  CodeLife life_ = CodeLife::reusable;
  int wrong_codes_ = 0;
  Instant code_until_ = Instant::never();
  Instant now_{};
};

}  // namespace lotse::session
