// A member and a relay's board in simulated time: what they say may be late or lost with the connection, the relay may
// lie, and the disk is memory.
#pragma once
#include <functional>
#include <map>
#include <random>

#include "files/board_transfers.h"
#include "relay/board.h"

namespace lotse::files::test {

using namespace std::chrono_literals;

class BoardWorld final : public BoardHost, relay::Hub {
 public:
  static constexpr ParticipantId kSelf{1};
  static constexpr SessionUuid kSession{9, 8, 7};

  BoardTransfers transfers{*this, kSession};
  relay::MemoryBoard kept;
  relay::Limits limit;
  relay::Board board{*this, kSession};
  Instant now{1s};
  Duration delay = 20ms;
  bool lists = true;                               // the moderator puts on the board what is stored
  std::function<bool(wire::BoardFrame&)> between;  // of the relay's answers: false withholds, and it may change one
  std::map<FileId, Bytes> sources, parts, whole;
  std::map<std::pair<FileId, std::uint32_t>, Bytes> sealed;  // as it was said first
  bool sealed_twice = false;
  struct Listed {
    BoardKey key;
    std::array<std::uint8_t, 32> sha256{};
    std::uint64_t size = 0;
  };
  std::map<FileId, Listed> listed;
  std::vector<Transfer> seen;

  BoardWorld() { board.allow(kSelf, true); }
  void connect(bool on);
  FileId put(std::size_t size, std::uint8_t number = 1);
  /// Into the folder of the id `getting`.
  void get(const FileId& file, std::uint8_t getting);
  State state(const FileId& id) const { return transfers.find(id) ? transfers.find(id)->state : State::offered; }
  void later(Duration in, std::function<void()> what) { events_.emplace(now + in, std::move(what)); }
  void run(Duration span);
  bool until(const std::function<bool()>& holds, Duration span = 60s);

 private:
  // BoardHost
  void say(const wire::BoardFrame& frame) override;
  void changed(const Transfer& transfer) override { seen.push_back(transfer); }
  void stored(const Transfer& transfer, const BoardKey& key, const std::array<std::uint8_t, 32>& sha256) override;
  void read(const FileId& id, std::uint64_t offset, std::size_t size) override;
  void digest(const FileId& id) override;
  void open_target(const wire::FileOffer& offer, const std::string& folder) override;
  void write(const FileId& id, std::uint64_t offset, Bytes bytes) override;
  void finish(const FileId& id, const std::array<std::uint8_t, 32>& sha256) override;
  void close(const FileId& id, bool keep) override;
  // relay::Hub
  void send(relay::ConnId, relay::SharedBytes) override {}
  std::size_t queued(relay::ConnId) const override { return 0; }
  void cut(relay::ConnId, wire::RelayError, std::uint32_t) override {}
  void admitted(relay::ConnId) override {}
  relay::BoardStore* boards() override { return &kept; }
  const relay::Limits& limits() const override { return limit; }
  relay::Counters& count() override { return counters_; }
  const std::shared_ptr<relay::Meter>& meter() const override { return meter_; }

  void to_relay(const Bytes& frame);
  void answer(wire::BoardFrame frame);

  std::multimap<Instant, std::function<void()>> events_;
  relay::Counters counters_;
  std::shared_ptr<relay::Meter> meter_ = std::make_shared<relay::Meter>();
  int connection_ = 0;
  bool connected_ = false;
};

}  // namespace lotse::files::test
