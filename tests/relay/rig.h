// A relay's core in simulated time, with connections whose sockets the test fills and empties.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/signing.h"
#include "relay/core.h"
#include "relay/store.h"

namespace lotse::relay::test {

using namespace std::chrono_literals;

/// Connections in memory. What is sent arrives at once, unless the connection is stalled: then it waits for `let_out`.
/// Of a closed one only the last frame, the reason, still goes out.
class Lines final : public Links {
 public:
  struct Line {
    std::deque<SharedBytes> waiting;
    std::size_t queued = 0;
    bool stalled = false, closed = false, admitted = false;
    std::vector<SharedBytes> arrived;
  };

  void send(ConnId conn, SharedBytes frame) override;
  void close(ConnId conn) override;
  std::size_t queued(ConnId conn) const override;
  std::size_t files_queued(ConnId conn) const override;
  void admitted(ConnId conn) override { line(conn).admitted = true; }

  Line& line(ConnId conn) { return lines_[conn]; }
  /// Moves up to `bytes` (at least one frame) out of a stalled line.
  void let_out(ConnId conn, std::size_t bytes);

 private:
  std::map<ConnId, Line> lines_;
};

class CountingNumbers final : public NumberSource {
 public:
  std::uint32_t number() override { return next_.empty() ? ++last_ : pop(); }
  wire::RelayNonce nonce() override {
    wire::RelayNonce nonce{};
    nonce[0] = static_cast<std::uint8_t>(++nonces_);
    nonce[1] = static_cast<std::uint8_t>(nonces_ >> 8);
    return nonce;
  }
  std::deque<std::uint32_t> next_;

 private:
  std::uint32_t last_ = 428117902;
  unsigned nonces_ = 0;
  std::uint32_t pop() {
    std::uint32_t value = next_.front();
    next_.pop_front();
    return value;
  }
};

class Rig;

/// One connection as its program sees it.
class Peer {
 public:
  Peer(Rig& rig, ConnId conn) : rig_(rig), conn_(conn) {}

  ConnId conn() const { return conn_; }
  void send(const wire::Frame& frame) { send_bytes(wire::encode(frame)); }
  void send_bytes(Bytes frame);
  void drop();

  /// Frames of one type that arrived since the last call of `clear`.
  template <class F>
  std::vector<F> got() {
    std::vector<F> out;
    for (const SharedBytes& bytes : arrived())
      if (auto frame = wire::decode(*bytes))
        if (auto* f = std::get_if<F>(&*frame)) out.push_back(*f);
    return out;
  }
  /// Headers of packets that arrived.
  std::vector<wire::PacketHeader> packets();
  const std::vector<SharedBytes>& arrived();
  void clear();
  std::optional<wire::RelayError> error();
  bool closed();
  wire::RelayNonce nonce();
  LinkId link();
  wire::Number number();

 protected:
  Rig& rig_;
  ConnId conn_;
};

struct Identity {
  SessionUuid uuid{};
  crypto::SigningKey key = crypto::SigningKey::make();
};

class Master : public Peer {
 public:
  Master(Rig& rig, ConnId conn, std::shared_ptr<Identity> identity) : Peer(rig, conn), identity_(std::move(identity)) {}

  void open(const wire::Number& number = {}, std::uint32_t epoch = 0);
  void request(wire::Operation operation, LinkId link = {}, ParticipantId target = kEverybody, std::uint32_t value = 0);
  wire::TunnelRequest signed_request(wire::Operation operation, LinkId link, ParticipantId target, std::uint32_t value);
  void admit(Peer& peer, std::uint16_t as) { request(wire::Operation::admit, peer.link(), ParticipantId{as}); }
  void announce(std::uint32_t epoch) { request(wire::Operation::epoch, {}, kEverybody, epoch); }
  const std::shared_ptr<Identity>& identity() const { return identity_; }
  std::uint64_t sequence = 0;
  std::uint32_t term = 0;

 private:
  std::shared_ptr<Identity> identity_;
};

class Rig {
 public:
  explicit Rig(Limits limits = {}) : limits_(limits) { restart(); }

  Instant now{1h};
  Lines lines;
  CountingNumbers numbers;
  MemoryStore store;
  std::unique_ptr<Core> core;

  /// A new relay on the same store; nobody is connected.
  void restart();
  Peer connect(const std::string& address = "192.0.2.1");
  Master connect_master(std::shared_ptr<Identity> identity = {}, const std::string& address = "198.51.100.1");
  /// A master with a session in epoch 1.
  Master opened();
  /// A client that attached and was admitted as `as`.
  Peer member(Master& master, std::uint16_t as, const std::string& address = "192.0.2.1");
  /// Runs the clock forward, polling at every deadline on the way.
  void pass(Duration time);
  void stall(Peer& peer) { lines.line(peer.conn()).stalled = true; }
  /// Empties the socket of a stalled peer in steps of `step` bytes until nothing waits any more.
  void flow(Peer& peer, std::size_t step = 64u << 10);

 private:
  Limits limits_;
  std::uint64_t last_conn_ = 0;
};

struct Picture {
  std::uint16_t source = 1;
  std::uint32_t slot = 0;
  std::uint32_t version = 1;
  std::uint32_t epoch = 1;
  std::uint32_t generation = 1;
  std::uint8_t rank = 0;
  std::uint8_t screen = 0;
  wire::PacketKind kind = wire::PacketKind::key;
  std::size_t size = 100;
  std::uint16_t destination = 0xFFFF;
  std::uint32_t batch = 1;                          // of keys, deltas and SIGNs
  std::vector<std::uint32_t> targets{}, sources{};  // of deltas
  bool film_key = false;
};
/// The frame of a picture packet of the rig's session.
Bytes picture_frame(const Picture& picture);
constexpr std::size_t kBig = 60u << 10;  // of a picture: three of them close the window of a socket
/// Pictures like that one in slots from 0 on.
void send_picture(Peer& from, std::uint32_t slot_count, std::uint32_t version, Picture like = {});
using SlotVersions = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
/// Slot and version of the key packets that arrived, in order.
SlotVersions slots(Peer& peer);
Bytes message_frame(std::uint16_t source, std::uint16_t destination, std::size_t size = 20, std::uint64_t counter = 1);

}  // namespace lotse::relay::test
