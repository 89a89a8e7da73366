// All files that go between this member and the session's board. docs/protocol/board.md
#pragma once
#include <map>
#include <memory>
#include <set>

#include "files/board_getting.h"
#include "files/board_putting.h"

namespace lotse::files {

/// Not thread-safe.
class BoardTransfers {
 public:
  /// `host` outlives this.
  BoardTransfers(BoardHost& host, const SessionUuid& session) : host_(host), session_(session) {}

  /// False: as many as a relay takes are on their way there.
  bool put(const FileId& id, const std::string& name, std::uint64_t size, const std::string& path, Instant now);
  /// `id`: of this getting; one that is not over goes on.
  void get(const FileId& id, const wire::FileOffer& file, const BoardKey& key,
           const std::array<std::uint8_t, 32>& sha256, const std::string& folder, Instant now);
  bool pause(const FileId& id, bool on, Instant now);
  bool cancel(const FileId& id, Instant now);
  const Transfer* find(const FileId& id) const;
  std::vector<const Transfer*> all() const;

  /// From the relay.
  void on_frame(const wire::BoardFrame& frame, Instant now);
  void on_connection(bool connected, Instant now);
  /// What is on the board now.
  void on_board(const std::set<FileId>& files);

  // The disk, as Transfers has it.
  void on_read(const FileId& id, std::uint64_t offset, const Bytes* bytes, Instant now);
  void on_digest(const FileId& id, const std::array<std::uint8_t, 32>* sha256, Instant now);
  void on_target(const FileId& id, std::optional<std::uint64_t> have, Why why, Instant now);
  void on_written(const FileId& id, std::optional<std::uint64_t> have, Why why, Instant now);
  void on_finished(const FileId& id, const std::optional<std::string>& path, std::optional<Why> why, Instant now);

  void poll(Instant now);
  Instant next_deadline() const;

 private:
  BoardHost& host_;
  const SessionUuid session_;
  SendWindow to_, from_;
  std::map<FileId, std::unique_ptr<BoardPutting>> puts_;  // by the file
  std::map<FileId, std::unique_ptr<BoardGetting>> gets_;  // by the getting
  bool connected_ = false;

  BoardPutting* putting(const FileId& id) const;
  BoardGetting* getting(const FileId& id) const;
  void forget();
  /// Each of which more can go gets a turn.
  void spread(Instant now);
};

}  // namespace lotse::files
