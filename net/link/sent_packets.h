// What is under way: packet numbers, round trips, what is lost (RFC 9002, sections 5 and 6).
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "base/time.h"
#include "net/link/datagram.h"
#include "net/link/rate_control.h"

namespace lotse::net::link {

/// A part of a class's stream that went out in a packet.
struct Chunk {
  TrafficClass traffic{};
  Range range;
};

struct SentPacket {
  static constexpr std::size_t kChunks = 8;
  Instant at;
  std::uint16_t size = 0;
  bool eliciting = false;  // counts as in flight
  enum class Fate : std::uint8_t { open, acked, lost } fate = Fate::open;
  std::uint8_t count = 0;
  std::array<Chunk, kChunks> chunks{};
  RateControl::Mark mark;

  void add(Chunk chunk) { chunks[count++] = chunk; }
  std::span<const Chunk> parts() const { return {chunks.data(), count}; }
};

/// RFC 9002, section 5.
class RoundTrip {
 public:
  void sample(Duration rtt, Duration ack_delay);
  void forget() { *this = RoundTrip(); }
  bool known() const { return latest_ > Duration::zero(); }
  Duration smoothed() const { return smoothed_; }
  Duration latest() const { return latest_; }
  Duration least() const { return least_; }
  Duration probe_timeout() const;

 private:
  Duration latest_{}, smoothed_ = std::chrono::milliseconds(333), deviation_ = smoothed_ / 2, least_{};
};

/// Not thread-safe.
class SentPackets {
 public:
  std::uint32_t next_number() const { return static_cast<std::uint32_t>(base_ + packets_.size()); }
  void add(const SentPacket& packet);
  std::size_t in_flight() const { return in_flight_; }
  bool has_eliciting() const { return in_flight_ > 0; }
  RoundTrip& round_trip() { return round_trip_; }
  const RoundTrip& round_trip() const { return round_trip_; }

  struct Found {
    std::vector<SentPacket> acked, lost;
    std::vector<SentPacket> late;  // acknowledged after they were taken for lost
    Duration rtt{};                // a new sample, or zero
  };
  /// False when it acknowledges what was never sent.
  bool on_ack(const Ack& ack, Instant now, Found& found);
  /// Losses by the clock.
  void on_time(Instant now, Found& found);
  /// When losses are to be looked for again, or a probe is due.
  Instant deadline() const;
  /// A probe is due: the oldest packets whose contents are to go again.
  std::vector<SentPacket> take_probe(Instant now);
  /// Since when nothing that was sent was acknowledged; never while nothing waits.
  Instant waiting_since() const;

 private:
  static constexpr std::uint64_t kThreshold = 3;  // RFC 9002, section 6.1.1
  std::deque<SentPacket> packets_;
  std::uint64_t base_ = 0, first_open_ = 0;  // packet numbers; none before first_open_ is open
  std::uint64_t largest_acked_ = 0;
  bool any_acked_ = false;
  std::size_t in_flight_ = 0;
  Instant loss_at_ = Instant::never(), last_eliciting_, last_progress_;
  int probes_ = 0;
  RoundTrip round_trip_;

  SentPacket& at(std::uint64_t number) { return packets_[static_cast<std::size_t>(number - base_)]; }
  void detect(Instant now, Found& found);
  void settle(SentPacket& packet, SentPacket::Fate fate);
  void forget_settled(Instant now);
  Instant probe_at() const;
};

}  // namespace lotse::net::link
