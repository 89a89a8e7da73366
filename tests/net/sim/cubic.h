// A TCP flow with CUBIC (RFC 9438) and selective acknowledgements, always with something to send: what a link shares
// its path with.
#pragma once
#include <deque>
#include <set>

#include "tests/net/sim/network.h"

namespace lotse::sim {

class Cubic {
 public:
  Cubic(Clock& clock, Pipe& out, Pipe& back) : clock_(clock), out_(out), back_(back) {}
  void start() { send(); }
  std::uint64_t bytes = 0;  // that came, each once
  double mbit(Duration time) const {
    return static_cast<double>(bytes) * 8 / std::chrono::duration<double>(time).count() / 1e6;
  }

 private:
  static constexpr std::size_t kSegment = 1448;
  struct Flight {
    std::uint64_t number;  // of the sending, rising
    Instant at;
  };
  Clock& clock_;
  Pipe &out_, &back_;
  double window_ = 10, threshold_ = 1e9, most_ = 0, estimate_ = 0;
  Instant epoch_ = Instant::never();
  double k_ = 0;
  std::deque<Flight> flight_;
  std::uint64_t next_ = 0, recovery_ = 0;
  Duration rtt_ = std::chrono::milliseconds(200);
  std::uint64_t timer_ = 0;

  void send();
  void on_ack(std::uint64_t number);
  void grow();
  void on_loss(std::uint64_t number);
  void arm();
};

}  // namespace lotse::sim
