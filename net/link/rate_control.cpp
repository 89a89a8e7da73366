#include "net/link/rate_control.h"

#include <algorithm>
#include <numeric>

namespace lotse::net::link {
namespace {

using namespace std::chrono_literals;

constexpr double kStartupGain = 2.77, kWindowGain = 2.0;
constexpr std::array<double, 8> kPhaseGains{1.25, 0.75, 1, 1, 1, 1, 1, 1};
constexpr Duration kRttKept = 10s, kProbeRttTime = 100ms, kUnknownRtt = 50ms;
constexpr Duration kAckSlack = 5ms;         // acknowledgements come late and in bunches
constexpr double kQueueLosses = 0.005;      // of a round, while a queue stands: the queue is full
constexpr double kCeilingCut = 0.8;         // of what was in flight then
constexpr double kCeilingLeast = 0.8;       // of what the path holds
constexpr double kCeilingStep = 12 * 1200;  // bytes more with each look for more: added, so that flows become equal
constexpr double kPaceMargin = 0.99;        // below the rate, so that a queue drains

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

RateControl::Mark RateControl::on_sent(std::size_t bytes, std::size_t in_flight_before, Instant now) {
  if (in_flight_before == 0) first_sent_at_ = delivered_at_ = now;
  return {delivered_, delivered_at_, first_sent_at_, now, in_flight_before + bytes, app_limited_until_ > 0};
}

void RateControl::begin(Instant now) {
  now_ = now;
  have_newest_ = round_over_ = false;
}

void RateControl::acked(const Mark& mark, std::size_t bytes) {
  delivered_ += bytes;
  delivered_at_ = now_;
  round_acked_ += bytes;
  if (mark.delivered >= round_end_) round_over_ = true;
  if (!have_newest_ || mark.delivered > newest_.delivered ||
      (mark.delivered == newest_.delivered && mark.sent_at > newest_.sent_at)) {
    newest_ = mark;
    have_newest_ = true;
  }
}

void RateControl::lost(const Mark& mark, std::size_t bytes) {
  round_lost_ += bytes;
  lost_in_flight_ = std::max(lost_in_flight_, mark.in_flight);
}

void RateControl::finish(Duration rtt, std::size_t in_flight) {
  if (app_limited_until_ > 0 && delivered_ > app_limited_until_) app_limited_until_ = 0;
  if (rtt > Duration::zero()) update_rtt(rtt);
  take_rate();
  if (round_over_) next_round(in_flight);
  step(in_flight);
}

void RateControl::take_rate() {
  if (!have_newest_) return;
  first_sent_at_ = newest_.sent_at;
  Duration interval = std::max(newest_.sent_at - newest_.first_sent_at, delivered_at_ - newest_.delivered_at);
  if (interval < least_rtt_ || interval <= Duration::zero()) return;
  double rate = static_cast<double>(delivered_ - newest_.delivered) / seconds(interval);
  if (newest_.app_limited && rate < best()) return;
  double& of_round = best_[rounds_ % kRounds];
  of_round = std::max(of_round, rate);
}

void RateControl::update_rtt(Duration rtt) {
  last_rtt_ = rtt;
  round_least_ = round_least_ == Duration::zero() ? rtt : std::min(round_least_, rtt);
  bool first = least_rtt_ == Duration::zero();
  if (first || rtt < least_rtt_ + least_rtt_ / 32) least_rtt_at_ = now_;
  if (first || rtt < least_rtt_) least_rtt_ = rtt;
  if (state_ == State::probe_rtt) probe_rtt_ = probe_rtt_ == Duration::zero() ? rtt : std::min(probe_rtt_, rtt);
}

bool RateControl::queue_stands() const { return round_least_ > least_rtt_ + least_rtt_ / 8 + 2ms; }

void RateControl::next_round(std::size_t in_flight) {
  round_end_ = delivered_;
  probe_round_ = true;
  note_queue_losses();
  ++rounds_;
  // A rate is not forgotten while nothing is there to be sent.
  double kept = newest_.app_limited ? best_[(rounds_ - 1) % kRounds] : 0;
  best_[rounds_ % kRounds] = newest_.app_limited ? std::max(kept, best_[rounds_ % kRounds]) : 0;
  round_acked_ = round_lost_ = lost_in_flight_ = 0;
  round_least_ = Duration::zero();
  if (filled_ || newest_.app_limited) return;
  if (best() >= full_rate_ * 1.25) {
    full_rate_ = best();
    full_rounds_ = 0;
  } else if (++full_rounds_ >= 3) {
    filled_ = true;
  }
  (void)in_flight;
}

void RateControl::note_queue_losses() {
  double all = static_cast<double>(round_acked_ + round_lost_);
  if (round_lost_ == 0 || static_cast<double>(round_lost_) < kQueueLosses * all || !queue_stands()) return;
  if (state_ == State::startup) filled_ = true;
  double most = static_cast<double>(lost_in_flight_) * kCeilingCut;
  ceiling_ = std::max(most, kCeilingLeast * bdp());
}

void RateControl::step(std::size_t in_flight) {
  double flight = static_cast<double>(in_flight);
  if (state_ == State::startup && filled_) state_ = State::drain;
  if (state_ == State::drain && flight <= bdp()) enter_cruise();
  if (state_ == State::cruise) {
    bool over = now_ - phase_at_ > least_rtt_;
    double gain = kPhaseGains[static_cast<std::size_t>(phase_)];
    if (gain > 1) over = over && (flight >= gain * bdp() || app_limited_until_ > 0 || round_lost_ > 0);
    if (gain < 1) over = over || flight <= bdp();
    if (over) {
      phase_ = (phase_ + 1) % static_cast<int>(kPhaseGains.size());
      phase_at_ = now_;
      if (phase_ == 0 && ceiling_ > 0) ceiling_ = ceiling_ + kCeilingStep > 3 * bdp() ? 0 : ceiling_ + kCeilingStep;
    }
  }
  if (state_ == State::probe_rtt) {
    if (now_ < probe_done_ || !probe_round_) return;
    if (probe_rtt_ > Duration::zero()) least_rtt_ = probe_rtt_;
    least_rtt_at_ = now_;
    filled_ ? enter_cruise() : void(state_ = State::startup);
  } else if (least_rtt_ > Duration::zero() && now_ - least_rtt_at_ > kRttKept) {
    state_ = State::probe_rtt;
    probe_rtt_ = Duration::zero();
    probe_done_ = now_ + kProbeRttTime;
    probe_round_ = false;
  }
}

void RateControl::enter_cruise() {
  state_ = State::cruise;
  dice_ = dice_ * 1664525u + 1013904223u + static_cast<std::uint32_t>(delivered_);
  phase_ = 2 + static_cast<int>((dice_ >> 16) % 6);  // flows that start together do not look for more together
  phase_at_ = now_;
}

void RateControl::start_over(Instant now) {
  std::uint64_t delivered = delivered_;
  *this = RateControl();
  delivered_ = round_end_ = delivered;
  now_ = delivered_at_ = first_sent_at_ = least_rtt_at_ = phase_at_ = now;
}

double RateControl::best() const { return *std::max_element(best_.begin(), best_.end()); }
double RateControl::bdp() const { return best() * seconds(least_rtt_); }

double RateControl::rate() const {
  if (best() > 0) return best();
  return static_cast<double>(kFirstWindow) / seconds(least_rtt_ > Duration::zero() ? least_rtt_ : kUnknownRtt);
}

double RateControl::pacing_rate() const {
  Duration rtt = least_rtt_ > Duration::zero() ? least_rtt_ : kUnknownRtt;
  double first = static_cast<double>(kFirstWindow) / seconds(std::max(rtt, kUnknownRtt));
  double least = static_cast<double>(kLeastWindow) / seconds(rtt);  // so that the heaviest losses end
  switch (state_) {
    case State::startup:
      return std::max(kStartupGain * rate(), first);
    case State::drain:
      return std::max(rate() / kStartupGain, least);
    case State::cruise:
      return std::max(kPhaseGains[static_cast<std::size_t>(phase_)] * kPaceMargin * rate(), least);
    case State::probe_rtt:
      break;
  }
  return std::max(kPaceMargin * rate(), least);
}

std::size_t RateControl::window() const {
  double least = static_cast<double>(kLeastWindow);
  if (best() <= 0) return kFirstWindow;
  double slack = best() * seconds(kAckSlack) + 3 * static_cast<double>(kDatagram);
  if (state_ == State::probe_rtt) return static_cast<std::size_t>(std::max(least, bdp() / 2));
  double gain = state_ == State::startup || state_ == State::drain ? kStartupGain : kWindowGain;
  double most = gain * bdp() + slack;
  if (state_ == State::startup) most = std::max(most, static_cast<double>(kFirstWindow));
  if (ceiling_ > 0) most = std::min(most, ceiling_);
  return static_cast<std::size_t>(std::max(most, least));
}

}  // namespace lotse::net::link
