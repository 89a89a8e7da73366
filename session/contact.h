// A member's knowledge of its master: does it answer, and have we got all that it has said?
#pragma once
#include <compare>
#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace lotse::session {

/// What a member has of the master's word, or what is in force.
struct Word {
  std::uint32_t term = 0;
  Epoch epoch;
  std::uint64_t roster_version = 0;
  bool operator==(const Word&) const = default;
  /// Something of `newer` is missing here.
  bool lacks(const Word& newer) const {
    return term < newer.term || (term == newer.term && (epoch < newer.epoch || roster_version < newer.roster_version));
  }
};

/// Asks every two seconds. Not thread-safe, no I/O: the caller sends the PINGs.
class Contact {
 public:
  enum class State : std::uint8_t {
    heard,     // answered a PING younger than kDoubtfulAfter
    doubtful,  // grants sleep: the master may have taken them back
    lost,      // nothing is sealed to all: the master may have removed somebody
  };
  static constexpr Duration kPingEvery = std::chrono::seconds(2);
  static constexpr Duration kDoubtfulAfter = std::chrono::seconds(10);
  static constexpr Duration kLostAfter = std::chrono::seconds(60);
  static constexpr Duration kWithheldAfter = std::chrono::seconds(5);

  /// The master was heard just now, by other means than a PONG: the handshake, a RESUME.
  void begin(Instant now);
  /// Something of the master came: it is told at once that we have it.
  void confirm(Instant now) { ping_at_ = now; }
  bool ping_due(Instant now) const { return now >= ping_at_; }
  void pinged(Instant now);
  /// A PONG to the PING of `sent`, with the master's word; `own` is ours. Answers to no PING of ours are ignored.
  void on_pong(Instant sent, const Word& master, const Word& own, Instant now);
  /// What was missing has come.
  void on_word(const Word& own);

  State state(Instant now) const;
  /// The master has made an epoch of which the key has not come: nothing may be sealed under the old one.
  bool epoch_missing() const { return missing_ && epoch_missing_; }
  /// True once for each time that the master's word stays away though the master answers.
  bool withheld(Instant now);
  /// When the youngest PING was sent that was answered.
  Instant silent_since() const { return answered_; }
  double rtt_ms() const { return rtt_ms_; }
  Instant next_deadline(Instant now) const;

 private:
  Instant answered_{};
  Instant pinged_{}, ping_at_ = Instant::never();
  std::optional<Word> missing_;
  bool epoch_missing_ = false;
  Instant missing_since_{};
  bool told_ = false;
  double rtt_ms_ = 0;
};

}  // namespace lotse::session
