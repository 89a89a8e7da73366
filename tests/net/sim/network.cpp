#include "tests/net/sim/network.h"

namespace lotse::sim {

void Clock::run_until(Instant end) {
  while (!events_.empty() && events_.begin()->first <= end) {
    auto event = events_.extract(events_.begin());
    now_ = event.key();
    event.mapped()();
  }
  now_ = std::max(now_, end);
}

void Pipe::send(Bytes datagram, const Sink& sink, std::size_t overhead) {
  Instant now = clock_.now();
  if (cut_ || roll(shape_.loss)) return;
  Instant start = std::max(now, free_at_), out = now;
  if (shape_.mbit > 0) {
    if (start - now > shape_.queue) return;
    double bits = static_cast<double>(datagram.size() + overhead) * 8;
    out = start + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(bits / shape_.mbit / 1e6));
    free_at_ = out;
    ++passed_;
    waited_ += start - now;
    longest_ = std::max(longest_, start - now);
  }
  if (roll(shape_.flip) && !datagram.empty()) {
    std::size_t bit = random_() % (datagram.size() * 8);
    datagram[bit / 8] = static_cast<std::uint8_t>(datagram[bit / 8] ^ 1u << bit % 8);
  }
  Duration late = roll(shape_.reorder) ? shape_.reorder_by : Duration{};
  if (roll(shape_.duplicate)) clock_.at(out + shape_.delay * 2, [sink, datagram] { sink(datagram); });
  clock_.at(out + shape_.delay + late, [sink, datagram = std::move(datagram)] { sink(datagram); });
}

}  // namespace lotse::sim
