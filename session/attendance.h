// The master's knowledge of its members: who is here, who is silent, who has what the master has said.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "session/contact.h"

namespace lotse::session {

/// Not thread-safe.
class Attendance {
 public:
  static constexpr Duration kSilentIsAway = std::chrono::seconds(30);
  static constexpr Duration kConfirmWithin = std::chrono::seconds(5);
  static constexpr Duration kSayAgainAfter = std::chrono::seconds(1);

  /// KEY went out; it has not said READY. Nobody was told of it.
  void expect(ParticipantId id, Instant now);
  /// It is here. True when nobody knows of it: it is new, or was told as lost.
  bool arrive(ParticipantId id, Instant now);
  void heard(ParticipantId id, Instant now);
  /// All of them have the time of an outage of ours to say something again.
  void hear_all(Instant now);
  /// Its connection is gone, or it is silent; pairwise keys are kept for wire::kMemberAway.
  void lose(ParticipantId id, Instant now);
  /// True when it was told as lost already, or never told at all.
  bool forget(ParticipantId id);

  /// A PING said what `id` has. True when something of `in_force` is missing and it is time to say it again.
  bool has(ParticipantId id, const Word& word, const Word& in_force, Instant now);
  /// `who` was removed: everybody who is here must have `word` soon.
  void must_confirm(const std::string& who, const Word& word, Instant now);
  struct Unconfirmed {
    std::string removed;
    std::vector<ParticipantId> members;
  };
  /// Removals whose time is over and which somebody has not confirmed; each once.
  std::vector<Unconfirmed> unconfirmed(Instant now);

  struct Due {
    std::vector<ParticipantId> silent, lost, gone;  // to be marked away, to be told, to be forgotten
  };
  Due due(Instant now);
  Instant next_deadline() const;

 private:
  struct Presence {
    Instant heard{};
    Instant lost = Instant::never();  // since when its link is gone
    bool told = false;                // as lost, or not told as joined yet
    Word word;
    Instant said{};  // when something missing was said again
  };
  struct Removal {
    std::string who;
    Word word;
    Instant due;
  };
  std::map<ParticipantId, Presence> presence_;
  std::vector<Removal> removals_;
};

}  // namespace lotse::session
