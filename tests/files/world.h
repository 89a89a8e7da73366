// Two members with files between them, in simulated time: what they say may be late, lost or cut off, and disks are
// memory.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <random>

#include "files/transfers.h"
#include "wire/limits.h"

namespace lotse::files::test {

using namespace std::chrono_literals;

class World;

/// One member; its disk answers after a moment.
class Side final : public TransfersHost {
 public:
  Side(World& world, ParticipantId id) : world_(world), self(id), transfers(*this) {}

  bool say(ParticipantId to, const wire::FileMessage& message) override;
  void changed(const Transfer& transfer) override { seen.push_back(transfer); }
  void read(const FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size) override;
  void digest(const FileId& id) override;
  std::optional<std::string> accepted_before(const wire::FileOffer& offer) override;
  void open_target(const wire::FileOffer& offer, const std::string& folder) override;
  void write(const FileId& id, std::uint64_t offset, Bytes bytes) override;
  void finish(const FileId& id, const std::array<std::uint8_t, 32>& sha256) override;
  void close(const FileId& id, bool keep) override;
  State state(const FileId& id) const { return transfers.find(id) ? transfers.find(id)->state : State::offered; }
  /// The program ends without a word and starts again; what lies on its disk stays.
  void restart();

 private:
  World& world_;

 public:
  const ParticipantId self;
  Transfers transfers;
  std::vector<Transfer> seen;
  std::map<FileId, Bytes> sources, parts, whole;
  std::map<FileId, bool> accepted;  // and remembered
  Duration hashing = 0s;            // that the hash of a whole file takes
  std::size_t room = SIZE_MAX;      // bytes that its disk takes
  std::uint64_t written = 0;        // bytes, more than once counted so
  int life = 0;
};

class World {
 public:
  World();

  Side one{*this, ParticipantId{0}}, two{*this, ParticipantId{1}};
  Instant now{1s};
  Duration delay = 20ms;
  double bytes_per_second = 1e9;
  std::function<bool(const wire::FileMessage&)> lets_through;
  bool connected = true, may_send = true;

  Side& other(const Side& side) { return &side == &one ? two : one; }
  /// At `when`, unless the side has been restarted before.
  void later(Side& side, Duration in, std::function<void()> what);
  void deliver(Side& from, wire::FileMessage message);
  void run(Duration span);
  bool until(const std::function<bool()>& holds, Duration span = 60s);
  /// Everybody is here again, and what was said last may be lost.
  void cut(Duration span);
  void everybody_is_here();
  FileId send(Side& from, std::size_t size, std::uint8_t number = 1);
  std::size_t most_under_way = 0;

 private:
  std::multimap<Instant, std::function<void()>> events_;
  std::map<const Side*, Instant> free_at_;
  std::map<const Side*, std::size_t> under_way_;
  int cuts_ = 0;
};

}  // namespace lotse::files::test
