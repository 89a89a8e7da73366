// A network in simulated time: events, and a bottleneck with rate, queue, delay, loss and worse.
#pragma once
#include <functional>
#include <map>
#include <random>

#include "base/bytes.h"
#include "base/time.h"

namespace lotse::sim {

/// What happens when. Events of one instant run in the order in which they were asked for.
class Clock {
 public:
  Instant now() const { return now_; }
  void at(Instant when, std::function<void()> then) { events_.emplace(std::max(when, now_), std::move(then)); }
  void after(Duration pause, std::function<void()> then) { at(now_ + pause, std::move(then)); }
  void run_until(Instant end);

 private:
  Instant now_{std::chrono::hours(1)};
  std::multimap<Instant, std::function<void()>> events_;
};

struct Shape {
  double mbit = 20;                                       // 0: without a limit
  Duration delay = std::chrono::milliseconds(25);         // one way
  Duration queue = std::chrono::milliseconds(100);        // at the rate; drop-tail
  double loss = 0, duplicate = 0, reorder = 0, flip = 0;  // of datagrams
  Duration reorder_by = std::chrono::milliseconds(8);
};

/// One direction, shared by all who send into it.
class Pipe {
 public:
  Pipe(Clock& clock, const Shape& shape, unsigned seed) : clock_(clock), shape_(shape), random_(seed) {}
  using Sink = std::function<void(Bytes)>;
  /// `overhead`: bytes of IP and UDP.
  void send(Bytes datagram, const Sink& sink, std::size_t overhead = 28);
  void set(const Shape& shape) { shape_ = shape; }
  void cut(bool on) { cut_ = on; }
  /// Of what came to the queue: mean and largest time in it.
  Duration mean_wait() const { return passed_ ? waited_ / static_cast<std::int64_t>(passed_) : Duration{}; }
  Duration longest_wait() const { return longest_; }
  void forget() { passed_ = 0, waited_ = longest_ = {}; }

 private:
  Clock& clock_;
  Shape shape_;
  std::mt19937 random_;
  Instant free_at_;
  bool cut_ = false;
  std::uint64_t passed_ = 0;
  Duration waited_{}, longest_{};
  bool roll(double chance) { return chance > 0 && std::uniform_real_distribution<>(0, 1)(random_) < chance; }
};

}  // namespace lotse::sim
