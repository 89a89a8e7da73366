#include "tests/net/sim/cubic.h"

#include <cmath>

namespace lotse::sim {

void Cubic::send() {
  while (static_cast<double>(flight_.size()) < window_) {
    std::uint64_t number = ++next_;
    flight_.push_back({number, clock_.now()});
    out_.send(
        Bytes(kSegment),
        [this, number](const Bytes&) {
          bytes += kSegment;
          back_.send(
              Bytes(), [this, number](const Bytes&) { on_ack(number); }, 52);
        },
        52);
  }
  arm();
}

void Cubic::arm() {
  std::uint64_t round = ++timer_;
  clock_.after(std::max<Duration>(rtt_ * 2, std::chrono::milliseconds(200)) + std::chrono::milliseconds(50),
               [this, round] {
                 if (round != timer_ || flight_.empty()) return;
                 threshold_ = std::max(2.0, window_ * 0.7);
                 most_ = window_;
                 window_ = 1;
                 epoch_ = Instant::never();
                 flight_.clear();
                 recovery_ = next_;
                 send();
               });
}

void Cubic::on_ack(std::uint64_t number) {
  auto at = std::find_if(flight_.begin(), flight_.end(), [&](const Flight& f) { return f.number == number; });
  if (at == flight_.end()) return;
  Duration sample = clock_.now() - at->at;
  rtt_ = (7 * rtt_ + sample) / 8;
  flight_.erase(at);
  while (!flight_.empty() && flight_.front().number + 3 <= number) {
    std::uint64_t lost = flight_.front().number;
    flight_.pop_front();
    on_loss(lost);
  }
  grow();
  send();
}

void Cubic::on_loss(std::uint64_t number) {
  if (number <= recovery_) return;
  recovery_ = next_;
  most_ = window_ < most_ ? window_ * 0.85 : window_;  // fast convergence
  window_ = threshold_ = std::max(2.0, window_ * 0.7);
  epoch_ = Instant::never();
}

void Cubic::grow() {
  if (window_ < threshold_) {
    window_ += 1;
    return;
  }
  Instant now = clock_.now();
  if (epoch_ == Instant::never()) {
    epoch_ = now;
    most_ = std::max(most_, window_);
    k_ = std::cbrt((most_ - window_) / 0.4);
    estimate_ = window_;
  }
  double t = std::chrono::duration<double>(now - epoch_ + rtt_).count();
  double target = std::min(0.4 * std::pow(t - k_, 3) + most_, 1.5 * window_);
  estimate_ += 3 * 0.3 / 1.7 / window_;
  target = std::max(target, estimate_);
  window_ += target > window_ ? (target - window_) / window_ : 0.01 / window_;
}

}  // namespace lotse::sim
