// Two ends of a link on a simulated network.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "net/link/link.h"
#include "tests/net/sim/network.h"

namespace lotse::sim {

namespace link = net::link;

/// One end: feeds its link with what comes, polls it when it wants to be polled.
class End {
 public:
  End(Clock& clock, link::Side side, Pipe& out, unsigned seed);
  void meet(End& other) { other_ = &other; }
  void start(const std::vector<link::Endpoint>& endpoints);
  /// Where its datagrams come from, as the other side sees it.
  link::Endpoint here;

  void send(link::TrafficClass traffic, Bytes frame);
  void wake();
  link::Link& link() { return *link_; }
  link::HeldBytes held{0, 8u << 20};
  std::function<void(Bytes)> on_frame = [](const Bytes&) {};
  /// Called after each poll: the place to send more.
  std::function<void()> on_polled = [] {};
  /// Sees each datagram that comes, before the link does.
  std::function<void(const Bytes&)> on_wire = [](const Bytes&) {};
  void receive(const Bytes& datagram, const link::Endpoint& from);
  std::uint64_t sent_to_strangers = 0;

 private:
  Clock& clock_;
  Pipe& pipe_;
  End* other_ = nullptr;
  std::unique_ptr<link::Link> link_;
  std::uint64_t order_ = 0, round_ = 0;
  bool polling_ = false;
};

/// Both ends with a pipe each way (`down`: relay to client), proven and open.
struct LinkPair {
  LinkPair(Clock& clock, Pipe& up, Pipe& down, unsigned seed);
  End client, relay;
};

/// Keeps a class of `from` filled up to what the link takes, and counts what came out at `to`.
struct Bulk {
  Bulk(End& from, End& to, link::TrafficClass traffic = link::TrafficClass::picture, std::size_t frame = 20'000);
  std::uint64_t bytes = 0;
  double mbit(Duration time) const {
    return static_cast<double>(bytes) * 8 / std::chrono::duration<double>(time).count() / 1e6;
  }
};

}  // namespace lotse::sim
