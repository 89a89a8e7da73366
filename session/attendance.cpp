#include "session/attendance.h"

#include <algorithm>
#include <utility>

#include "wire/limits.h"

namespace lotse::session {

void Attendance::expect(ParticipantId id, Instant now) {
  presence_[id] = {};
  presence_[id].heard = now;
  presence_[id].told = true;
}

bool Attendance::arrive(ParticipantId id, Instant now) {
  bool news = presence_[id].told;
  presence_[id] = {};
  presence_[id].heard = now;
  return news;
}

void Attendance::heard(ParticipantId id, Instant now) {
  if (auto at = presence_.find(id); at != presence_.end()) at->second.heard = now;
}

void Attendance::hear_all(Instant now) {
  for (auto& [id, presence] : presence_) presence.heard = now;
}

void Attendance::lose(ParticipantId id, Instant now) { presence_[id].lost = now; }

bool Attendance::forget(ParticipantId id) {
  auto at = presence_.find(id);
  bool told = at != presence_.end() && at->second.told;
  if (at != presence_.end()) presence_.erase(at);
  return told;
}

bool Attendance::has(ParticipantId id, const Word& word, const Word& in_force, Instant now) {
  auto at = presence_.find(id);
  if (at == presence_.end()) return false;
  at->second.word = word;
  if (!word.lacks(in_force) || now - at->second.said < kSayAgainAfter) return false;
  at->second.said = now;
  return true;
}

void Attendance::must_confirm(const std::string& who, const Word& word, Instant now) {
  if (removals_.size() < wire::kMaxMembers) removals_.push_back({who, word, now + kConfirmWithin});
}

std::vector<Attendance::Unconfirmed> Attendance::unconfirmed(Instant now) {
  std::vector<Unconfirmed> out;
  std::erase_if(removals_, [&](const Removal& removal) {
    if (removal.due > now) return false;
    Unconfirmed who{removal.who, {}};
    for (const auto& [id, presence] : presence_)
      if (presence.lost == Instant::never() && !presence.told && presence.word.lacks(removal.word))
        who.members.push_back(id);
    if (!who.members.empty()) out.push_back(std::move(who));
    return true;
  });
  return out;
}

Attendance::Due Attendance::due(Instant now) {
  Due out;
  for (auto& [id, presence] : presence_) {
    if (presence.lost == Instant::never()) {
      if (now - presence.heard >= kSilentIsAway) out.silent.push_back(id);
      continue;
    }
    if (!presence.told && now - presence.lost >= kSilentIsAway) {
      presence.told = true;
      out.lost.push_back(id);
    }
    if (now - presence.lost >= wire::kMemberAway) out.gone.push_back(id);
  }
  return out;
}

Instant Attendance::next_deadline() const {
  Instant next = Instant::never();
  for (const auto& [id, presence] : presence_) {
    if (presence.lost == Instant::never())
      next = std::min(next, presence.heard + kSilentIsAway);
    else
      next = std::min(next, presence.lost + (presence.told ? Duration(wire::kMemberAway) : kSilentIsAway));
  }
  for (const Removal& removal : removals_) next = std::min(next, removal.due);
  return next;
}

}  // namespace lotse::session
