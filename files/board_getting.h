// One file on its way from the board: asked for piece by piece, opened, written in order, its hash compared.
#pragma once
#include <deque>

#include "crypto/sealer.h"
#include "files/board_host.h"
#include "files/send_window.h"

namespace lotse::files {

/// Not thread-safe.
class BoardGetting {
 public:
  /// `file`: on the board. `window`: of all that come from it; outlives this. Opens its target in transfer.path.
  BoardGetting(BoardHost& host, SendWindow& window, const SessionUuid& session, Transfer transfer, const BoardKey& key,
               const std::array<std::uint8_t, 32>& sha256);

  const Transfer& transfer() const { return transfer_; }
  const FileId& file() const { return *transfer_.board_file; }
  void on_connection(Instant now);
  void on_disconnected();
  void pause(bool on, Instant now);
  void cancel();
  void on_chunk(const wire::BoardChunk& chunk, Instant now);
  void on_no(wire::BoardNo::Why why);
  void on_target(std::optional<std::uint64_t> have, Why why, Instant now);
  void on_written(std::optional<std::uint64_t> have, Why why, Instant now);
  /// `path`: nothing when the hash is another one.
  void on_finished(const std::optional<std::string>& path, std::optional<Why> why);

  bool wants() const;
  void ask_next(Instant now);

  void poll(Instant now);
  Instant next_deadline() const { return is_over(transfer_.state) ? Instant::never() : stalled_at_; }

 private:
  BoardHost& host_;
  SendWindow& window_;
  const SessionUuid session_;
  Transfer transfer_;
  crypto::OpenKey open_;
  const std::array<std::uint8_t, 32> sha256_;
  Pace pace_;
  std::uint32_t next_ = 0;       // to come
  std::uint32_t asked_ = 0;      // up to here
  std::uint64_t expected_ = 0;   // bytes that were handed to the disk
  std::uint64_t under_way_ = 0;  // bytes
  struct Asked {
    std::uint32_t end;
    Instant at;
  };
  std::deque<Asked> asks_;
  bool connected_, has_target_ = false;
  Instant stalled_at_ = Instant::never();

  std::uint32_t chunks() const { return wire::board_chunks(transfer_.size); }
  std::size_t size_of(std::uint32_t index) const { return wire::board_sealed_size(transfer_.size, index) - 16; }
  State going() const;
  void change(State state);
  void lose();
  void fail(std::optional<Why> why, std::optional<wire::BoardNo::Why> no);
  void end(State state, bool keep);
};

}  // namespace lotse::files
