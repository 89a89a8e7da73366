// A program's files on their way to and from the board: files::BoardTransfers with a disk, a clock and the relay.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "files/board_transfers.h"
#include "files/disk.h"
#include "net/loop.h"
#include "session/board_file.h"

namespace lotse::program {

/// Lives on the loop, as long as a session.
class BoardExchange final : private files::BoardHost, private files::DiskEvents {
 public:
  struct Events {
    std::function<void(Bytes frame)> say;  // to the relay
    /// On every change of state; of what goes on, four times a second.
    std::function<void(const files::Transfer& transfer)> on_change;
    std::function<void(session::BoardFile file)> stored;  // the relay has all of it
  };
  BoardExchange(net::Loop& loop, const SessionUuid& session, Events events);
  ~BoardExchange() override;

  /// Nothing: too many are on their way there.
  std::optional<wire::FileId> put(const files::Source& source);
  /// The id of this getting. One of the same file that is under way is the same.
  wire::FileId get(const session::BoardFile& file, const std::string& folder);
  bool pause(const wire::FileId& id, bool on);
  bool cancel(const wire::FileId& id);
  std::vector<const files::Transfer*> all() const { return transfers_.all(); }

  void on_frame(ByteView frame);
  void on_connection(bool connected);
  void on_board(const std::vector<session::BoardFile>& files);

 private:
  // BoardHost
  void say(const wire::BoardFrame& frame) override { events_.say(wire::encode_board(frame)); }
  void changed(const files::Transfer& transfer) override;
  void stored(const files::Transfer& transfer, const files::BoardKey& key,
              const std::array<std::uint8_t, 32>& sha256) override;
  void read(const wire::FileId& id, std::uint64_t offset, std::size_t size) override {
    disk_.read(id, 0, offset, size);
  }
  void digest(const wire::FileId& id) override { disk_.digest(id); }
  void open_target(const wire::FileOffer& offer, const std::string& folder) override {
    disk_.open_target(offer, folder);
  }
  void write(const wire::FileId& id, std::uint64_t offset, Bytes bytes) override {
    disk_.write(id, offset, std::move(bytes));
  }
  void finish(const wire::FileId& id, const std::array<std::uint8_t, 32>& sha256) override { disk_.finish(id, sha256); }
  void close(const wire::FileId& id, bool keep) override { disk_.close(id, keep); }
  // DiskEvents
  void on_read(const wire::FileId& id, std::uint32_t attempt, std::uint64_t offset, const Bytes* bytes) override;
  void on_digest(const wire::FileId& id, const std::array<std::uint8_t, 32>* sha256) override;
  void on_target(const wire::FileId& id, std::optional<std::uint64_t> have, files::Why why) override;
  void on_written(const wire::FileId& id, std::optional<std::uint64_t> have, files::Why why) override;
  void on_finished(const wire::FileId& id, const std::optional<std::string>& path,
                   std::optional<files::Why> why) override;

  void arm() { timer_.set(transfers_.next_deadline()); }

  net::Loop& loop_;
  const Events events_;
  files::BoardTransfers transfers_;
  files::Disk disk_;
  net::Loop::Timer timer_;
  bool connected_ = false;
  struct Told {
    files::State state;
    Instant at;
  };
  std::map<wire::FileId, Told> told_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace lotse::program
