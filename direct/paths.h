// The ways between this member and others that do without the relay: who asks whom, what goes which way, and back to
// the relay when a way fails. One way for each pair of a presenter and a viewer: pictures one way, input and requests
// for pictures the other; everything else stays with the relay. Neither sockets nor clocks. docs/protocol/direct.md
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "direct/fan.h"
#include "net/link/carrier.h"
#include "wire/direct_signal.h"

namespace lotse::direct {

/// automatic: by the relay until a direct way is there. only: pictures and input never by the relay. off: never direct.
enum class Wish : std::uint8_t { automatic, only, off };

/// What Paths asks of its surroundings; called from inside its functions. None may call back into it, but for
/// to_session(), inside of which send() may be called.
class PathsHost {
 public:
  virtual ~PathsHost() = default;
  virtual void to_relay(Bytes frame) = 0;
  virtual std::size_t relay_queued() const = 0;
  /// As if it came by the relay.
  virtual void to_session(ByteView frame) = 0;
  virtual void signal(ParticipantId member, const wire::DirectSignal& signal) = 0;
  virtual std::vector<wire::Candidate> candidates() = 0;
  /// A way has come or gone.
  virtual void on_way(ParticipantId member) = 0;
};

/// Who is there, as the session has it.
struct Members {
  ParticipantId self;
  std::set<ParticipantId> others;
  std::set<ParticipantId> watched;  // presenters whose pictures we see,
  std::set<ParticipantId> whole;    // and those of them of which we lack nothing
  bool admitted = false;            // the relay passes on what we say
};

struct WayState {
  bool direct = false;
  std::string via;  // lan, ipv6, punched, mapped; "" when not direct
  double rtt_ms = 0, loss_pct = 0, rate_bps = 0;
  std::string why_not;  // while not direct: no_answer, refused, off; "": not tried yet, or nothing to be had
};

/// Not thread-safe. After every call but the const ones poll() is due.
class Paths {
 public:
  /// `host` outlives this.
  Paths(PathsHost& host, Wish wish, net::link::PathProver::Random random);
  ~Paths();
  Paths(const Paths&) = delete;

  void set_wish(Wish wish, Instant now);
  void update(Members members, Instant now);
  /// The connection to the relay is a new one: it knows nothing of what it was told.
  void on_new_connection();
  /// Candidates have changed. `network_changed`: ways that failed may work now.
  void on_candidates(bool network_changed, Instant now);
  /// Nothing but the relay is there.
  bool is_idle() const { return ways_.empty() && !fan_ && !members_changed_; }

  /// A frame of the session.
  void send(Bytes frame, Instant now);
  /// As the session's host has it.
  std::size_t queued() const;
  /// A frame of the relay. True: it was for Paths alone.
  bool on_relay_frame(ByteView frame, Instant now);
  void on_relay_writable();
  void on_signal(ParticipantId from, const wire::DirectSignal& signal, Instant now);
  void on_datagram(ByteView datagram, const net::link::Endpoint& from, Instant now);

  /// Appends what is to be sent now. True: more may come from the session.
  bool poll(Instant now, std::vector<net::link::Datagram>& out);
  Instant next_deadline() const;

  /// Between us and `member`, in whichever role.
  WayState state(ParticipantId member) const;
  /// Viewers of ours on a way of their own.
  std::size_t served() const { return fan_ ? fan_->viewers().size() : 0; }
  net::link::LinkStats stats() const;

 private:
  struct Way;
  /// Ours to look at, of that presenter; or of the viewer who looks at us.
  using Key = std::pair<bool, ParticipantId>;  // true: we present

  PathsHost& host_;
  Wish wish_;
  net::link::PathProver::Random random_;
  net::link::HeldBytes held_;
  Members members_{kEverybody, {}, {}, {}, false};
  bool members_changed_ = false;
  bool say_again_ = false;  // what the relay may have lost
  std::map<Key, std::unique_ptr<Way>> ways_;
  std::map<Key, Instant> answered_;  // who was told that there is no way
  std::unique_ptr<Fan> fan_;
  bool relay_wants_ = true;
  bool drained_ = false;
  bool signalling_ = false;  // what the session sends now is the signal
  Instant now_{};
  net::link::LinkStats before_;

  Way* way_for(const wire::PacketHeader& header, net::link::TrafficClass traffic) const;
  Way* find(bool presenting, ParticipantId other) const;
  Way& open(bool presenting, ParticipantId other);
  void close(std::map<Key, std::unique_ptr<Way>>::iterator at);
  void apply_members();
  void follow(Way& way);
  void tell_relay(Way& way, bool elsewhere);
  bool may_tell_relay(const Way& way) const;
  void signal(ParticipantId member, const wire::DirectSignal& signal);
  void answer_back(ParticipantId from, const wire::DirectSignal& signal, const wire::UdpBack& back);
  void deliver(Way& way, Bytes frame);
  void make_fan();
  void serve_requests();
  std::size_t viewers_served() const;
  friend struct Way;
};

}  // namespace lotse::direct
