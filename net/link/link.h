// The link: frames of six classes over datagrams, both ways, without a socket and without a clock. Numbered packets,
// selective acknowledgements, loss recovery, pacing, a proven address; everything sealed. docs/protocol/link.md.
//
// After every call of send(), on_datagram() or open() poll() is due; then no later than next_deadline().
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "net/link/acknowledger.h"
#include "net/link/datagram_seal.h"
#include "net/link/path_prover.h"
#include "net/link/receive_stream.h"
#include "net/link/send_stream.h"
#include "net/link/sent_packets.h"
#include "wire/limits.h"

namespace lotse::net::link {

struct Datagram {
  Endpoint to;
  Bytes bytes;
};

/// What a link counts from its beginning on.
struct LinkStats {
  std::uint64_t bytes_in = 0, bytes_out = 0, packets_in = 0, packets_out = 0;  // bytes of UDP payload
  std::uint64_t lost = 0;                                                      // packets taken for lost
  std::uint64_t unopened = 0;   // dropped: a bit is wrong, or somebody else sealed it
  std::uint64_t repeated = 0;   // dropped: seen before
  std::uint64_t malformed = 0;  // dropped: sealed by the other side, and not as this page has it
  std::uint64_t refused = 0;    // dropped: no room to hold it
};

/// Not thread-safe.
class Link {
 public:
  /// `held` outlives this.
  /// `silence`: how long nothing may be answered before it is dead.
  Link(Side side, const ConnectionId& id, const LinkSecret& secret, HeldBytes& held, PathProver::Random random,
       Duration silence = Duration(wire::kPathSilence));

  /// Where the other side may be reached; more may come later.
  void try_these(const std::vector<Endpoint>& endpoints, Instant now) { prover_.try_these(endpoints, now); }
  /// The other side has answered from an address: frames can go there.
  bool proven() const { return prover_.current().has_value(); }

  /// Queues a frame of 1 byte to wire::kMaxFrame; goes out as soon as the link is proven. `order` rises.
  void send(TrafficClass traffic, SharedFrame frame, std::uint64_t order);
  /// Bytes that were not sent once yet.
  std::size_t unsent(TrafficClass traffic) const { return out_[index(traffic)].unsent(); }
  std::size_t unsent() const;  // without those of files, which stand behind everything
  /// Bytes that are kept: not sent, or not acknowledged yet.
  std::size_t kept() const;
  /// So many bytes of pictures may wait: what the path takes in 50 ms. Beyond, newer ones had better replace older.
  std::size_t room() const;

  /// Frames that come are handed out from now on; before they wait within their windows.
  void open();
  /// The next frame that came, in order within its class.
  std::optional<Bytes> next_frame();
  std::uint64_t given(TrafficClass traffic) const { return in_[index(traffic)]->given(); }
  SendStream& outgoing(TrafficClass traffic) { return out_[index(traffic)]; }

  /// One datagram whose clear header names this link. Whatever does not open is dropped and counted.
  void on_datagram(const ClearHeader& header, ByteView datagram, const Endpoint& from, Instant now);
  /// Appends what is to be sent now.
  void poll(Instant now, std::vector<Datagram>& out);
  Instant next_deadline() const;
  /// No answer for so long that it is of no use (wire::kPathSilence), or its numbers are used up, or the other side
  /// breaks the rules: to be given up.
  bool is_dead(Instant now) const;

  const LinkStats& stats() const { return stats_; }
  /// Zero while none is known.
  Duration rtt() const { return sent_.round_trip().known() ? sent_.round_trip().smoothed() : Duration::zero(); }
  double loss() const { return loss_; }            // part of the packets sent, lately
  double rate() const { return control_.rate(); }  // bytes a second that the path is thought to take
  const std::optional<Endpoint>& peer() const { return prover_.current(); }

 private:
  const Side side_;
  const Duration silence_;
  const ConnectionId id_;
  DatagramSealer sealer_;
  DatagramOpener opener_;
  PathProver prover_;
  Acknowledger received_;
  SentPackets sent_;
  RateControl control_;
  std::vector<SendStream> out_;
  std::array<std::unique_ptr<ReceiveStream>, kClasses> in_;
  LinkStats stats_;
  double loss_ = 0;
  Instant pace_, begun_at_, now_, repeat_at_ = Instant::never(), keepalive_;
  int probes_ = 0;  // that may go out now whatever the window says
  bool ping_ = false, busy_ = false, broken_ = false, begun_ = false;
  bool fresh_ = false;          // the packet under way has something that goes for the first time
  std::array<int, 2> rides_{};  // of control and input, since something new went out

  static std::size_t index(TrafficClass traffic) { return static_cast<std::size_t>(traffic); }
  enum class May : std::uint8_t { urgent, all };
  bool take(const Piece& piece, const Endpoint& from);
  bool take_data(const Data& data);
  void take_ack(const Ack& ack);
  void settle(const SentPackets::Found& found);
  void on_clock();
  void probe();
  void prove(std::vector<Datagram>& out);
  bool is_over() const;
  bool has_urgent() const;
  bool has_bulk() const;
  bool may_go(TrafficClass traffic) const;
  bool may_send_bulk() const;
  bool fits_window() const;
  void add_chunk(SentPacket& packet, TrafficClass traffic, Range range, Bytes& bytes);
  void fill(SentPacket& packet, Bytes& bytes, May may);
  void ride(SentPacket& packet, Bytes& bytes);
  std::size_t files_window() const { return control_.window() / 2; }  // about what the path holds
  bool send_one(May may, std::vector<Datagram>& out);
  void finish(SentPacket& packet, Bytes bytes, const Endpoint& to, std::vector<Datagram>& out);
  Bytes begin();
};

}  // namespace lotse::net::link
