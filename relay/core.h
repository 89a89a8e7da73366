// The relay without sockets, clocks and threads: frames and time in, frames out through Links. The server drives it, so
// do simulated sessions, and so may a program that carries a relay inside.
//
// In order, for each connection: on_connect, on_frame and on_writable as they happen, on_disconnect. After any of them,
// poll() is due no later than next_deadline().
#pragma once
#include <deque>
#include <list>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "relay/accounts.h"
#include "relay/hub.h"
#include "relay/session.h"

namespace lotse::relay {

/// Not thread-safe: one loop. `links`, `numbers` and `store` outlive it.
class Core final : private Hub {
 public:
  /// Takes up the sessions that the store remembers: their masters have wire::kNumberKept to come back.
  Core(Links& links, NumberSource& numbers, SessionStore& store, const Limits& limits, Instant now);
  ~Core() override;

  /// `address` is what limits count by: an IPv4 address, the /64 of an IPv6 one. The WELCOME goes out at once; when a
  /// limit is passed, an ERROR and the end.
  void on_connect(ConnId conn, const std::string& address, Instant now);
  /// One WebSocket message. Frames of connections that were closed are ignored.
  void on_frame(ConnId conn, Bytes frame, Instant now);
  /// The queue of `conn` has shrunk.
  void on_writable(ConnId conn, Instant now);
  void on_disconnect(ConnId conn, Instant now);

  /// From now on masters need a token that `accounts` knows; null: nobody does. Outlives this. Sessions of a revoked
  /// token end within wire::kRevocationGap; those of an expired one go on until they end.
  void demand_tokens(Accounts* accounts, Instant now);
  /// The answer to Accounts::check().
  void on_token(ConnId asker, const TokenAnswer& answer, Instant now);

  /// From now on sessions have boards, in there; what is in there of no session goes. Outlives this.
  void keep_boards(BoardStore& boards, Instant now);

  void poll(Instant now);
  /// Instant::never() when nothing is due.
  Instant next_deadline() const;

  /// New limits hold for what comes from now on.
  void set_limits(const Limits& limits) { limits_ = limits; }
  /// ERROR shutting_down to everybody. The sessions stay in the store.
  void shut_down(Instant now);

  const Counters& counters() const { return counters_; }
  std::size_t sessions() const { return sessions_.size(); }
  std::size_t connections() const { return conns_.size(); }
  std::size_t cache_bytes() const { return cache_bytes_; }
  /// Frames that are alive: cached and queued.
  std::size_t frame_bytes() const { return meter_->live; }

 private:
  struct Room;  // a session and what the core keeps beside it
  using Rooms = std::map<wire::Number, std::unique_ptr<Room>>;
  struct Conn {
    std::string address;
    wire::RelayNonce nonce{};
    Room* room = nullptr;  // null while it has not opened or attached
    LinkId link;
    std::string token;                 // before OPEN
    std::optional<wire::Open> asking;  // waits for what accounts say of its token
    std::string holder;                // the id of a token that was taken
    HostLimits host_limits;
  };
  struct Address {
    std::size_t links = 0, sessions = 0, opening = 0;
    MinuteBucket joins;
  };
  struct Opening {
    ConnId conn;
    Instant until;
  };

  Links& links_;
  NumberSource& numbers_;
  SessionStore& store_;
  Limits limits_;
  Counters counters_;
  std::shared_ptr<Meter> meter_ = std::make_shared<Meter>();
  std::unordered_map<ConnId, Conn> conns_;
  std::unordered_map<std::string, Address> addresses_;
  Rooms sessions_;
  std::deque<Opening> opening_;   // the oldest first; those that went on are skipped
  Accounts* accounts_ = nullptr;  // null: no token is needed
  BoardStore* boards_ = nullptr;
  std::uint64_t accounts_version_ = 0;
  std::map<std::string, std::set<Room*>> holders_;  // whose sessions are on, by the id of their token
  Instant next_revocation_ = Instant::never();
  std::set<std::pair<Instant, Room*>> deadlines_;
  std::list<Room*> by_activity_;  // the longest quiet first
  std::size_t cache_bytes_ = 0;
  Instant next_seen_;   // when the store is told whose masters are here
  Instant next_sweep_;  // when forgotten addresses go

  // Hub
  void send(ConnId conn, SharedBytes frame) override;
  std::size_t queued(ConnId conn) const override { return links_.queued(conn); }
  std::size_t files_queued(ConnId conn) const override { return links_.files_queued(conn); }
  void cut(ConnId conn, wire::RelayError why, std::uint32_t detail) override;
  void admitted(ConnId conn) override { links_.admitted(conn); }
  BoardStore* boards() override { return boards_; }
  const Limits& limits() const override { return limits_; }
  Counters& count() override { return counters_; }
  const std::shared_ptr<Meter>& meter() const override { return meter_; }

  void first_frame(ConnId id, Conn& conn, const wire::Frame& frame, Instant now);
  void next_frame(ConnId id, Conn& conn, Bytes bytes, Instant now);
  void open(ConnId id, Conn& conn, const wire::Open& open, Instant now);
  void open_new(ConnId id, Conn& conn, const wire::Open& open, Instant now);
  void resume(ConnId id, Conn& conn, const wire::Open& open, Instant now);
  void attach(ConnId id, Conn& conn, const wire::Attach& attach, Instant now);
  void enter(ConnId id, Room& room, LinkId link);
  wire::Number free_number();
  Room& add_room(const SessionRecord& record, Instant now);
  void claim(Room& room, const std::string& address);
  void hold(Room& room, const std::string& holder, const HostLimits& limits);
  void take_token(ConnId id, Conn& conn, const wire::HostToken& token);
  bool is_heirs(const wire::Number& number) const;
  void ask_accounts(ConnId id, Conn& conn, const wire::Open& open, Instant now);
  static bool is_led(const Room& room);
  std::size_t led_by(const std::string& holder, const Room* but) const;
  bool holds_too_many(const Conn& conn, const Room* but) const;
  void poll_revocations(Instant now);
  void end_sessions_of(const std::string& holder, Instant now);
  void forget_conn(ConnId id);
  void settle(Room& room, Instant now);
  void finish(Room& room);
  void drop_room(Room& room);
  void keep_within_budget(Instant now);
  void poll_openings(Instant now);
  void tell_store(Instant now);
  void sweep_addresses(Instant now);
};

}  // namespace lotse::relay
