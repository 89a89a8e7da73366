// What members say to each other: every line once and in the order in which it was said, whatever happens to
// connections in between. Each sender numbers its lines, for all and for each member; who finds a number missing asks.
// What is said in a group goes to each of its members alone, with the list of all of them.
// docs/PROTOCOL.md, "Talk".
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "session/core.h"

namespace lotse::wire::pb {
class Chat;
class Talked;
class TalkAsk;
}  // namespace lotse::wire::pb

namespace lotse::session {

/// Not thread-safe. No I/O: what it hears it notifies, what it says goes through the core.
class Talk {
 public:
  /// `can_speak`: what is said now is heard.
  Talk(Core& core, std::function<bool()> can_speak) : core_(core), can_speak_(std::move(can_speak)) {}

  /// `to`: nothing is everybody; several are a group, with ourselves. Nothing: said, or as soon as somebody can hear
  /// it. One of a rule that was broken else.
  std::optional<ErrorCode> say(const std::string& text, std::optional<std::vector<ParticipantId>> to,
                               std::uint64_t time);
  /// From now on what is said can be heard: after the first connection, after another one, after silence.
  void reachable();
  void members_changed();

  // From other members. `may_speak`: what it says is shown.
  void on_line(ParticipantId from, const wire::pb::Chat& line, bool may_speak);
  void on_talked(ParticipantId from, const wire::pb::Talked& talked);
  void on_ask(ParticipantId from, const wire::pb::TalkAsk& ask);

  void poll();
  Instant next_deadline() const;

 private:
  using Hearer = std::optional<ParticipantId>;  // nothing is all
  struct Line {
    std::map<Hearer, std::uint64_t> numbers;  // for each whom it is said to
    std::vector<ParticipantId> group{};       // empty: none
    std::string text{};
    std::uint64_t time = 0;
    bool sent = false;
  };
  /// What one member says to all, or to us alone.
  struct Heard {
    std::uint64_t next = 1;  // number that is shown next
    std::uint64_t last = 0;  // that we know was said
    struct Early {
      std::string text;
      std::vector<ParticipantId> group;
      std::uint64_t time = 0;
      bool may_speak = true;
    };
    std::map<std::uint64_t, Early> early;
    Instant ask_at = Instant::never();
    int asked = 0;  // in vain
  };
  using Source = std::pair<ParticipantId, bool>;  // true: to all

  Core& core_;
  const std::function<bool()> can_speak_;
  std::deque<Line> said_;
  std::size_t said_bytes_ = 0;
  std::map<Hearer, std::uint64_t> last_;
  std::map<Source, Heard> heard_;
  std::size_t early_bytes_ = 0;
  std::map<Source, Instant> answered_;  // who asked, for which lines
  std::set<ParticipantId> here_;
  std::map<ParticipantId, std::uint64_t> since_;  // members: the last line to all before they came
  std::uint64_t roster_version_ = 0;
  Instant tell_at_ = Instant::never();  // how far it goes, to all

  std::optional<ErrorCode> gather(std::vector<ParticipantId>& members) const;
  enum class Listed { yes, not_yet, wrong };
  Listed listed(ParticipantId from, const wire::pb::Chat& line) const;
  bool send(const Line& line, std::uint64_t number, Hearer to);
  void flush();
  void tell_how_far(ParticipantId member);
  void advance(const Source& source, Heard& heard);
  void skip(const Source& source, Heard& heard, std::uint64_t next);
  void expect(Heard& heard);
  void show(const Source& source, const Heard::Early& line);
};

}  // namespace lotse::session
