// One end of a connection between a program and its relay: TLS carries the frames, datagrams take over when they have
// shown that they come through, and TLS again when they no longer do. No frame is lost, doubled or overtakes another of
// its class by that. Knows neither sockets nor clocks. docs/protocol/link.md, "Moving" and "Coming back".
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/link/link.h"
#include "wire/relay_frame.h"

namespace lotse::net::link {

/// What a carrier asks of its surroundings; called from inside its functions. None of these may destroy the carrier;
/// deliver() alone may send.
class CarrierHost {
 public:
  virtual ~CarrierHost() = default;
  virtual void send_tls(SharedFrame frame) = 0;
  /// A frame that came by datagrams.
  virtual void deliver(Bytes frame) = 0;
  /// Relay: a new id, secret and the ports where datagrams are taken; no ports: there is no UDP.
  virtual wire::UdpGrant grant() { return {}; }
  /// Relay: where the other side may be; a relay waits to be found.
  virtual std::vector<Endpoint> candidates() { return {}; }
  /// Relay: datagrams with this id are nobody's any more.
  virtual void released(const ConnectionId&) {}
  /// Client: where these ports of the relay are; none: datagrams cannot be sent from here.
  virtual std::vector<Endpoint> reach(const std::vector<std::uint16_t>&) { return {}; }
  /// Client: there are no datagrams, or no longer.
  enum class UdpFailure : std::uint8_t { refused, no_answer };
  virtual void udp_failed(UdpFailure) {}
};

/// Not thread-safe. After every call but the const ones poll() is due.
class Carrier {
 public:
  /// `host` and `held` outlive this.
  /// `silence`: see Link.
  Carrier(Side side, CarrierHost& host, HeldBytes& held, PathProver::Random random,
          Duration silence = Duration(wire::kPathSilence));
  ~Carrier();
  Carrier(const Carrier&) = delete;

  /// Client: asks for datagrams once the relay said SESSION, and goes on asking, or comes back and stays on TLS.
  enum class Want : std::uint8_t { tls, udp };
  void want(Want want, Instant now);
  /// Client: the other side is there; on_tls() finds it in SESSION, too.
  void ready(Instant now);
  /// Relay: before a link is admitted it gets no datagrams.
  void admit(Instant now);

  void send(SharedFrame frame);
  /// A frame that came over TLS. False when it is none of the carrier's: then it is to be delivered.
  bool on_tls(ByteView frame, Instant now);
  /// The other side may be there, too; ignored while no link is up.
  void try_these(const std::vector<Endpoint>& endpoints, Instant now);
  /// Something has changed, so that asking again may be worth it now.
  void ask_soon(Instant now);
  /// What went "by TLS" last may have been lost there: says it once more.
  void say_again(Instant now);
  void on_datagram(const ClearHeader& header, ByteView datagram, const Endpoint& from, Instant now);
  /// Appends the datagrams that are to be sent now. True when what waited has gone down so far that more may come.
  bool poll(Instant now, std::vector<Datagram>& out);
  Instant next_deadline() const;

  /// What I send goes by datagrams.
  bool on_udp() const { return state_ == State::up && moved_; }
  /// What waits here, measured against wire::kPictureWindow: at that or more pictures had better wait. 0 on TLS.
  std::size_t queued() const;
  /// Bytes of files that wait here. 0 on TLS.
  std::size_t files_queued() const;
  /// Nothing that I sent waits to be acknowledged.
  bool flushed() const { return state_ == State::coming_back ? false : !link_ || link_->kept() == 0; }

  LinkStats stats() const;                          // of all links so far
  const Link* link() const { return link_.get(); }  // null: there is none
  /// Nothing is under way: neither asked for, nor granted, nor to be given back.
  bool is_idle() const { return state_ == State::none; }
  const std::optional<ConnectionId>& id() const { return id_; }

 private:
  enum class State : std::uint8_t { none, asked, up, coming_back };
  const Side side_;
  CarrierHost& host_;
  HeldBytes& held_;
  PathProver::Random random_;
  const Duration silence_;
  State state_ = State::none;
  Want want_ = Want::tls;
  bool session_ = false;                   // the relay said SESSION
  bool admitted_ = false, asked_ = false;  // relay
  Instant ask_at_ = Instant::never();      // client
  Instant granted_at_;
  Instant again_at_ = Instant::never();  // for a MOVE or BACK without an answer
  Duration pause_;
  std::unique_ptr<Link> link_;
  std::optional<ConnectionId> id_;
  bool moved_ = false, other_moved_ = false;
  bool busy_ = false, full_ = false;  // something waited, more than there is room for; nobody was told since
  std::uint64_t order_ = 0;
  std::deque<SharedFrame> waiting_;  // while coming back
  std::vector<Bytes> early_;         // came by datagrams before the MOVE that lets them through
  std::size_t waiting_bytes_ = 0;
  std::array<std::uint64_t, kClasses> gone_{};  // frames that are surely there, when coming back
  std::array<std::deque<SendStream::Kept>, kClasses> kept_;
  LinkStats before_;
  std::optional<wire::UdpBack> back_;  // the last one that was said

  void tls(const wire::Frame& frame);
  void on_ask(Instant now);
  void answer_ask(Instant now);
  void on_grant(const wire::UdpGrant& grant, Instant now);
  void on_move(const wire::UdpMove& move, Instant now);
  void on_back(const wire::UdpBack& back, Instant now);
  void begin(const ConnectionId& id, const LinkSecret& secret);
  void move_if_ready(Instant now);
  void come_back(Instant now);
  void drain();
  void later(Instant now, bool worked);
  bool waits_for_answer() const;
};

}  // namespace lotse::net::link
