#include "net/link/sent_packets.h"

#include <algorithm>

#include "net/link/acknowledger.h"

namespace lotse::net::link {
namespace {

using namespace std::chrono_literals;

constexpr Duration kGranularity = 1ms;
constexpr Duration kLongestProbe = 1s;  // a picture that stands still for longer looks broken
constexpr std::size_t kProbed = 2;      // packets
constexpr Duration kLostKept = 500ms;   // a late acknowledgement still counts

}  // namespace

void RoundTrip::sample(Duration rtt, Duration ack_delay) {
  latest_ = rtt;
  if (least_ == Duration::zero()) {
    least_ = smoothed_ = rtt;
    deviation_ = rtt / 2;
    return;
  }
  least_ = std::min(least_, rtt);
  Duration adjusted = rtt >= least_ + ack_delay ? rtt - ack_delay : rtt;
  Duration off = smoothed_ > adjusted ? smoothed_ - adjusted : adjusted - smoothed_;
  deviation_ = (3 * deviation_ + off) / 4;
  smoothed_ = (7 * smoothed_ + adjusted) / 8;
}

Duration RoundTrip::probe_timeout() const {
  return smoothed_ + std::max(4 * deviation_, kGranularity) + Acknowledger::kMaxDelay;
}

void SentPackets::add(const SentPacket& packet) {
  if (packet.eliciting) {
    if (in_flight_ == 0) last_progress_ = packet.at;
    in_flight_ += packet.size;
    last_eliciting_ = packet.at;
  }
  packets_.push_back(packet);
  if (!packet.eliciting) packets_.back().fate = SentPacket::Fate::acked;  // nobody will
  forget_settled(packet.at);
}

void SentPackets::settle(SentPacket& packet, SentPacket::Fate fate) {
  packet.fate = fate;
  in_flight_ -= packet.size;
}

bool SentPackets::on_ack(const Ack& ack, Instant now, Found& found) {
  std::uint64_t end = base_ + packets_.size();
  if (ack.ranges.front().end > end) return false;
  std::uint64_t newest = ack.ranges.front().end - 1;
  bool fresh = !any_acked_ || newest > largest_acked_;
  for (const Range& range : ack.ranges) {
    for (std::uint64_t n = std::max(range.begin, base_); n < range.end; ++n) {
      SentPacket& packet = at(n);
      if (packet.fate == SentPacket::Fate::acked) continue;
      if (packet.fate == SentPacket::Fate::lost) {
        packet.fate = SentPacket::Fate::acked;
        found.late.push_back(packet);
        continue;
      }
      settle(packet, SentPacket::Fate::acked);
      found.acked.push_back(packet);
      if (n == newest && fresh) found.rtt = std::max(now - packet.at, Duration(1us));
    }
  }
  largest_acked_ = std::max(largest_acked_, newest);
  any_acked_ = true;
  if (found.acked.empty() && found.late.empty()) return true;
  last_progress_ = now;
  probes_ = 0;
  if (found.rtt > Duration::zero())
    round_trip_.sample(found.rtt,
                       std::min<Duration>(std::chrono::microseconds(ack.delay_us), Acknowledger::kMaxDelay * 2));
  detect(now, found);
  forget_settled(now);
  return true;
}

void SentPackets::detect(Instant now, Found& found) {
  loss_at_ = Instant::never();
  if (!any_acked_) return;
  Duration longest = std::max(round_trip_.smoothed(), round_trip_.latest());
  Duration patience = std::max(longest * 9 / 8, kGranularity);
  while (first_open_ < base_ + packets_.size() && at(first_open_).fate != SentPacket::Fate::open) ++first_open_;
  for (std::uint64_t n = first_open_; n < base_ + packets_.size() && n < largest_acked_; ++n) {
    SentPacket& packet = at(n);
    if (packet.fate != SentPacket::Fate::open) continue;
    bool overtaken = n + kThreshold <= largest_acked_;
    if (overtaken || packet.at + patience <= now) {
      settle(packet, SentPacket::Fate::lost);
      found.lost.push_back(packet);
    } else {
      loss_at_ = std::min(loss_at_, packet.at + patience);
    }
  }
}

void SentPackets::on_time(Instant now, Found& found) {
  if (now >= loss_at_) detect(now, found);
}

Instant SentPackets::probe_at() const {
  if (in_flight_ == 0) return Instant::never();
  Duration timeout = round_trip_.probe_timeout() * (1 << std::min(probes_, 6));
  return last_eliciting_ + std::min(timeout, std::max(kLongestProbe, round_trip_.probe_timeout()));
}

Instant SentPackets::deadline() const { return std::min(loss_at_, probe_at()); }

std::vector<SentPacket> SentPackets::take_probe(Instant now) {
  std::vector<SentPacket> oldest;
  if (now < probe_at()) return oldest;
  ++probes_;
  last_eliciting_ = now;
  for (const SentPacket& packet : packets_) {
    if (packet.fate != SentPacket::Fate::open) continue;
    oldest.push_back(packet);
    if (oldest.size() == kProbed) break;
  }
  return oldest;
}

Instant SentPackets::waiting_since() const { return in_flight_ == 0 ? Instant::never() : last_progress_; }

void SentPackets::forget_settled(Instant now) {
  while (!packets_.empty()) {
    const SentPacket& first = packets_.front();
    if (first.fate == SentPacket::Fate::open) return;
    if (first.fate == SentPacket::Fate::lost && now - first.at < kLostKept) return;
    packets_.pop_front();
    ++base_;
    first_open_ = std::max(first_open_, base_);
  }
}

}  // namespace lotse::net::link
