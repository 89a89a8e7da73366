// A program's files on their way: files::Transfers with a disk, a memory, a clock and the session.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "files/disk.h"
#include "files/transfers.h"
#include "net/loop.h"
#include "program/file_memory.h"

namespace lotse::program {

/// Where files go that somebody takes without naming a folder: what the desktop calls downloads.
std::string download_folder();

/// Lives on the loop, as long as a session.
class FileExchange final : private files::TransfersHost, private files::DiskEvents {
 public:
  struct Events {
    std::function<bool(ParticipantId to, const wire::FileMessage& message)> say;
    /// On every change of state; of what goes on, four times a second.
    std::function<void(const files::Transfer& transfer)> on_change;
  };
  FileExchange(net::Loop& loop, std::string config_folder, Events events);
  ~FileExchange() override;

  /// What was on its way when the program ended. Once, when it is known which session this is.
  void resume(const std::string& session, const std::set<ParticipantId>& members);
  /// Nothing: too many are on their way.
  std::optional<wire::FileId> offer(const files::Source& source, ParticipantId to);
  bool accept(const wire::FileId& id, const std::string& folder);
  bool refuse(const wire::FileId& id);
  bool pause(const wire::FileId& id, bool on);
  bool cancel(const wire::FileId& id);
  const files::Transfer* find(const wire::FileId& id) const { return transfers_.find(id); }
  std::vector<const files::Transfer*> all() const { return transfers_.all(); }

  void on_message(ParticipantId from, wire::FileMessage message, bool may_send);
  void on_members(const std::set<ParticipantId>& members, const std::set<ParticipantId>& here);
  void on_connection();

 private:
  // TransfersHost
  bool say(ParticipantId to, const wire::FileMessage& message) override { return events_.say(to, message); }
  void changed(const files::Transfer& transfer) override;
  void read(const wire::FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size) override;
  void digest(const wire::FileId& id) override { disk_.digest(id); }
  std::optional<std::string> accepted_before(const wire::FileOffer& offer) override;
  void open_target(const wire::FileOffer& offer, const std::string& folder) override;
  void write(const wire::FileId& id, std::uint64_t offset, Bytes bytes) override;
  void finish(const wire::FileId& id, const std::array<std::uint8_t, 32>& sha256) override { disk_.finish(id, sha256); }
  void close(const wire::FileId& id, bool keep) override;
  // DiskEvents
  void on_read(const wire::FileId& id, std::uint32_t attempt, std::uint64_t offset, const Bytes* bytes) override;
  void on_digest(const wire::FileId& id, const std::array<std::uint8_t, 32>* sha256) override;
  void on_target(const wire::FileId& id, std::optional<std::uint64_t> have, files::Why why) override;
  void on_written(const wire::FileId& id, std::optional<std::uint64_t> have, files::Why why) override;
  void on_finished(const wire::FileId& id, const std::optional<std::string>& path,
                   std::optional<files::Why> why) override;

  void start(const FileMemory::Outgoing& file);
  void arm();

  net::Loop& loop_;
  const Events events_;
  FileMemory memory_;
  files::Transfers transfers_;
  files::Disk disk_;
  net::Loop::Timer timer_;
  std::string session_;
  struct Told {
    files::State state;
    Instant at;
  };
  std::map<wire::FileId, Told> told_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace lotse::program
