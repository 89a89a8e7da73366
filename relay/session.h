// One session at the relay: its master, the links of its clients, who of them is admitted, and what may pass between
// them. All that it knows of them is in clear headers and signed tunnel requests.
#pragma once
#include <deque>
#include <set>
#include <unordered_map>

#include "relay/board.h"
#include "relay/hub.h"
#include "relay/pictures.h"
#include "relay/store.h"

namespace lotse::relay {

/// Not thread-safe. Ends of connections that it causes itself (removed, too slow) it tells the Hub by cut().
class Session {
 public:
  /// `now` starts the time for which it waits for its master.
  Session(Hub& hub, SessionRecord record, Instant now);
  ~Session();
  Session(const Session&) = delete;

  const SessionRecord& record() const { return record_; }
  bool master_present() const { return master_.has_value(); }
  bool is_over() const { return over_; }
  /// Time to forget it: released after its end, or its master stayed away.
  bool is_due(Instant now) const { return now >= until_; }
  std::size_t links() const { return links_.size(); }
  std::size_t bytes() const { return pictures_.bytes(); }

  /// The request of OPEN is by the session's key, fits the connection's nonce and is not of an older term.
  bool may_open(const wire::TunnelRequest& request, const wire::RelayNonce& nonce) const;
  /// After may_open(). Takes the place of the master's older connection, and tells it what happened while it was away.
  LinkId open(ConnId conn, const wire::RelayNonce& nonce, const wire::TunnelRequest& request, Instant now);
  /// An heir takes the session over on its own connection. False when it may not: not named by the master before it, or
  /// as deputy while the master is here or only just gone.
  bool take_over(LinkId from, const wire::TakeOver& wish, const wire::RelayNonce& nonce, Instant now);
  /// Why a client cannot attach now, or nothing.
  std::optional<wire::Error> refuses_client(const std::string& address, Instant now);  // may cut who only knocked
  LinkId attach(ConnId conn, const std::string& address, Instant now);
  /// At most so many admitted at a time beside the master; 0: as many as wire::kMaxMembers allows.
  void limit_participants(std::size_t most) { max_participants_ = most; }

  void on_handshake(LinkId from, const wire::Handshake& handshake, Instant now);
  void on_tunnel(LinkId from, const wire::TunnelRequest& request, Instant now);
  /// `frame` carries `packet`, the first byte of its type included.
  void on_packet(LinkId from, const wire::PacketHeader& header, Bytes frame, Instant now);
  void on_key_request(LinkId from, const wire::KeyRequest& request, Instant now);
  void on_elsewhere(LinkId from, const wire::Elsewhere& elsewhere, Instant now);
  void on_board(LinkId from, const wire::BoardFrame& frame, Instant now);
  /// What is kept of its board from before.
  void load_board(Instant now) { board_.load(now); }
  void on_writable(LinkId link);
  /// The connection of `link` is gone.
  void on_gone(LinkId link, Instant now);

  void poll(Instant now);
  Instant next_deadline() const;
  /// Cuts all connections. It stays, to be told from one that never was, for wire::kNumberReleased.
  void end(wire::RelayError why, Instant now);
  void drop_pictures(Instant now) { pictures_.drop_all(now); }

 private:
  struct Link {
    ConnId conn;
    LinkId id;
    std::string address;  // as limits count it; of clients
    std::optional<ParticipantId> participant;
    std::size_t handshake_bytes = 0;
    bool heard_of = false;              // by the master
    bool confirmed = false;             // it has sent more than a JOIN
    std::vector<SharedBytes> held;      // handshakes for a master that is away
    std::optional<Instant> refused_at;  // the last ERROR not_allowed
  };
  struct Pending {
    LinkId link;
    Instant until;
  };
  Hub& hub_;
  SessionRecord record_;
  std::uint32_t tag_;
  std::unordered_map<LinkId, Link> links_;
  std::map<ParticipantId, LinkId> members_;  // connected and admitted
  std::set<ParticipantId> removed_;
  std::map<ParticipantId, std::string> came_from_;  // the last wire::kMaxMembers that were admitted
  std::deque<std::string> banned_;                  // addresses, at most wire::kMaxBans
  std::size_t max_participants_ = 0;                // 0: no limit of its own
  std::deque<Pending> refused_;                     // links that the master does not want, and when they go
  std::deque<Pending> pending_;  // links to be admitted in time, the oldest first; admitted ones are skipped
  std::size_t not_admitted_ = 0;
  std::optional<LinkId> master_;
  wire::RelayNonce nonce_{};  // of the master's connection
  std::uint64_t sequence_ = 0;
  std::uint32_t term_ = 0;
  std::deque<wire::LinkDown> missed_;  // by a master that was away
  bool locked_ = false, over_ = false;
  Instant master_gone_;  // since when, while there is none
  Instant until_;
  std::uint32_t last_link_ = 0;
  MinuteBucket joins_;
  std::shared_ptr<Meter> meter_ = std::make_shared<Meter>();
  std::set<LinkId> slow_;  // to be cut at the end of the call
  Pictures pictures_;
  Board board_;

  Link* find(LinkId id);
  Link* member(ParticipantId id);
  bool is_master(const Link& link) const { return master_ == link.id; }
  Link& add_link(ConnId conn);
  void send(Link& link, SharedBytes frame);
  void send(Link& link, const wire::Frame& frame);
  void refuse(Link& link, Instant now);
  void relieve_backlog();
  void cut_slow(Instant now);
  void cut(LinkId id, wire::RelayError why, Instant now);
  void detach(LinkId id, Instant now, std::optional<ParticipantId> told_as);
  void tell_master_gone(const Link& link, std::optional<ParticipantId> told_as);
  void tell_clients_presence();
  void catch_up_master(Link& master);
  bool make_room(Instant now);
  bool take_handshake(Link& link, const wire::Handshake& handshake, Instant now);
  void handshake_to_client(Link& master, const wire::Handshake& handshake, Instant now);
  void begin_term(Link& master, const wire::RelayNonce& nonce, const wire::TunnelRequest& request, Instant now);
  bool perform(const wire::TunnelRequest& request, Instant now);
  bool admit(LinkId link, ParticipantId as, Instant now);
  void become(Link& link, ParticipantId as, Instant now);
  bool remove(const wire::TunnelRequest& request, Instant now);
  void remove_member(ParticipantId member, bool ban_too, Instant now);
  void ban(const std::string& address);
  bool is_full() const;
  void send_chunks(Link& to, const wire::BoardGet& get);
  bool has_room_for_file(const Link& to, std::size_t size) const;
  void forward_message(const Link& from, const wire::PacketHeader& header, SharedBytes frame);
  bool is_genuine(const wire::TunnelRequest& request, const wire::KeyBytes& key, const wire::RelayNonce& nonce) const;
};

/// Names a session in logs: tells sessions apart and says nothing about how to join them.
std::string log_name(const SessionRecord& record);

}  // namespace lotse::relay
