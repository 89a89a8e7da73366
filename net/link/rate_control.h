// How fast and how much: a model of the path (rate at the bottleneck, round trip without a queue) rather than a
// reaction to each loss. After BBR (Cardwell et al., CACM 2017; draft-cardwell-ccwg-bbr-00), with two differences: a
// loss counts only while a queue stands, so that a radio's random losses cost nothing; and the window shrinks like
// BBRv2's when they do, so that a TCP flow beside it keeps its share. See docs/protocol/link.md, "Rate".
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace lotse::net::link {

/// Bytes and bytes a second; datagrams whole. Not thread-safe, knows no packets.
class RateControl {
 public:
  static constexpr std::size_t kDatagram = 1200;
  static constexpr std::size_t kFirstWindow = 32 * kDatagram;
  static constexpr std::size_t kLeastWindow = 4 * kDatagram;

  /// Kept with each packet from its sending to its acknowledgement.
  struct Mark {
    std::uint64_t delivered = 0;
    Instant delivered_at, first_sent_at, sent_at;
    std::size_t in_flight = 0;  // itself included
    bool app_limited = false;
  };
  Mark on_sent(std::size_t bytes, std::size_t in_flight_before, Instant now);

  /// One acknowledgement, or one look at the clock that found losses: all packets of it, then finish().
  void begin(Instant now);
  void acked(const Mark& mark, std::size_t bytes);
  void lost(const Mark& mark, std::size_t bytes);
  /// `rtt`: a new sample, or zero. `in_flight`: what is left.
  void finish(Duration rtt, std::size_t in_flight);

  /// There was room and nothing to send.
  void set_app_limited(std::size_t in_flight) { app_limited_until_ = delivered_ + in_flight + 1; }
  /// Another network: nothing that was learned holds.
  void start_over(Instant now);

  double pacing_rate() const;  // bytes a second
  double rate() const;         // of the path, as far as known
  std::size_t window() const;  // bytes in flight
  /// The window is small for a moment, to see the round trip without a queue of ours.
  bool probes_rtt() const { return state_ == State::probe_rtt; }

 private:
  enum class State : std::uint8_t { startup, drain, cruise, probe_rtt };
  static constexpr std::size_t kRounds = 10;  // that a rate is remembered

  State state_ = State::startup;
  Instant now_;
  // Delivery (draft-cheng-iccrg-delivery-rate-estimation).
  std::uint64_t delivered_ = 0, app_limited_until_ = 0, round_end_ = 0, rounds_ = 0;
  Instant delivered_at_, first_sent_at_;
  Mark newest_;
  bool have_newest_ = false, round_over_ = false;
  std::array<double, kRounds> best_{};  // rate of each of the last rounds
  Duration last_rtt_{}, least_rtt_{}, probe_rtt_{};
  Instant least_rtt_at_, probe_done_;
  bool probe_round_ = false;
  // Startup.
  double full_rate_ = 0;
  int full_rounds_ = 0;
  bool filled_ = false;
  // Cruise: eight phases of a round trip each.
  int phase_ = 2;
  Instant phase_at_;
  // Losses of the round.
  std::size_t round_acked_ = 0, round_lost_ = 0, lost_in_flight_ = 0;
  Duration round_least_{};
  double ceiling_ = 0;  // bytes in flight that a full queue allowed; 0: none known
  std::uint32_t dice_ = 1;

  void take_rate();
  void next_round(std::size_t in_flight);
  void note_queue_losses();
  void step(std::size_t in_flight);
  void enter_cruise();
  void update_rtt(Duration rtt);
  bool queue_stands() const;
  double bdp() const;
  double best() const;
};

}  // namespace lotse::net::link
