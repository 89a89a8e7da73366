// One file on its way, as people are told of it, and what moving it asks of its surroundings. docs/protocol/files.md
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "wire/board.h"
#include "wire/file_message.h"

namespace lotse::files {

using wire::FileId;
using Why = wire::FileCancel::Why;

/// offered: its receiver has not answered yet. waiting: the other one cannot be reached; it goes on by itself.
enum class State : std::uint8_t { offered, active, paused, waiting, done, failed, refused, cancelled };
inline bool is_over(State state) { return state >= State::done; }

struct Transfer {
  FileId id{};
  bool outgoing = false;
  ParticipantId peer;
  std::string name;  // as it was offered
  std::uint64_t size = 0, done = 0;
  bool is_folder = false;
  std::uint32_t files = 0;  // in the folder
  State state = State::offered;
  std::string path;        // outgoing: what is sent; incoming: where it lies when it is done
  std::optional<Why> why;  // it failed, or was cancelled by the other one
  bool paused_here = false, paused_there = false;
  bool corrupt = false;                        // failed: what arrived is not what was sent
  double rate = 0;                             // bytes a second, lately
  bool board = false;                          // to or from the session's board: no peer
  std::optional<FileId> board_file;            // incoming: which of the board's it is
  std::optional<wire::BoardNo::Why> board_no;  // it failed: what the relay, or the moderator, says
};

inline wire::FileOffer offer_of(const Transfer& transfer) {
  return {transfer.id, transfer.name, transfer.size, transfer.is_folder, transfer.files};
}

/// Called from inside the functions of Transfers; none may call back into it. What the disk has done it is told later,
/// in the order in which it was asked. `attempt` comes back with the result: of what was asked before a new beginning
/// it is an older one.
class TransfersHost {
 public:
  virtual ~TransfersHost() = default;
  /// False: it cannot be told now.
  virtual bool say(ParticipantId to, const wire::FileMessage& message) = 0;
  virtual void changed(const Transfer& transfer) = 0;

  // Of a file that is sent.
  virtual void read(const FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size) = 0;  // on_read()
  virtual void digest(const FileId& id) = 0;  // on_digest()
  // Of one that is received.
  /// The folder in which the beginning of a file lies that was accepted once, by an earlier run of the program, too.
  virtual std::optional<std::string> accepted_before(const wire::FileOffer& offer) = 0;
  virtual void open_target(const wire::FileOffer& offer, const std::string& folder) = 0;  // on_target()
  virtual void write(const FileId& id, std::uint64_t offset, Bytes bytes) = 0;            // on_written()
  virtual void finish(const FileId& id, const std::array<std::uint8_t, 32>& sha256) = 0;  // on_finished()
  /// It is over, or `keep`: what is there of it is kept for later.
  virtual void close(const FileId& id, bool keep) = 0;
};

/// Bytes a second over the last few seconds.
class Pace {
 public:
  void start(std::uint64_t done, Instant now);
  void update(std::uint64_t done, Instant now);
  double rate() const { return rate_; }

 private:
  std::uint64_t from_ = 0;
  Instant since_{};
  double rate_ = 0;
};

}  // namespace lotse::files
