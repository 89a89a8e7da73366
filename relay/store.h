// What outlives a restart of the relay: which number belongs to which session and whose key speaks for it.
#pragma once
#include <map>
#include <vector>

#include "base/time.h"
#include "wire/relay_frame.h"

namespace lotse::relay {

struct SessionRecord {
  wire::Number number{};
  SessionUuid uuid{};
  wire::KeyBytes key{};           // of the master that opened it, or of the one before `heirs`
  std::vector<wire::Heir> heirs;  // masters since, oldest first, at most wire::kMaxHeirs
  bool operator==(const SessionRecord&) const = default;

  /// Verifies the tunnel requests of the present master.
  const wire::KeyBytes& speaker() const { return heirs.empty() ? key : heirs.back().ed; }
  ParticipantId master() const { return heirs.empty() ? kFirstMaster : heirs.back().index; }
  std::uint32_t term() const { return heirs.empty() ? 0 : heirs.back().term; }
  /// Some earlier master's key.
  bool had(const wire::KeyBytes& earlier) const;
  /// True when `heir` is signed by who may: it is of the next term, or comes before the present heir in the same list.
  bool takes(const wire::Heir& heir) const;
  void follow(const wire::Heir& heir);
};

/// A failure to write is the store's to report; the session then works, but does not survive a restart.
class SessionStore {
 public:
  virtual ~SessionStore() = default;
  /// Sessions whose master was seen within `at_most`; forgets the others.
  virtual std::vector<SessionRecord> load(Duration at_most) = 0;
  /// New, or seen again now.
  virtual void put(const SessionRecord& session) = 0;
  /// Their masters are here now.
  virtual void seen(const std::vector<wire::Number>& numbers) = 0;
  virtual void erase(const wire::Number& number) = 0;
};

/// For tests and for a relay inside another program. `elapse` moves its clock.
class MemoryStore final : public SessionStore {
 public:
  std::vector<SessionRecord> load(Duration at_most) override {
    std::vector<SessionRecord> out;
    std::erase_if(sessions_, [&](const auto& item) { return clock_ - item.second.seen > at_most; });
    for (const auto& [number, item] : sessions_) out.push_back(item.record);
    return out;
  }
  void put(const SessionRecord& session) override { sessions_[session.number] = {session, clock_}; }
  void seen(const std::vector<wire::Number>& numbers) override {
    for (const wire::Number& number : numbers)
      if (auto it = sessions_.find(number); it != sessions_.end()) it->second.seen = clock_;
  }
  void erase(const wire::Number& number) override { sessions_.erase(number); }

  void elapse(Duration time) { clock_ += time; }
  std::size_t size() const { return sessions_.size(); }

 private:
  struct Item {
    SessionRecord record;
    Duration seen{};
  };
  std::map<wire::Number, Item> sessions_;
  Duration clock_{};
};

}  // namespace lotse::relay
