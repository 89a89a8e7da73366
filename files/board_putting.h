// One file on its way to the board: read once, each chunk sealed once, kept until the relay has it.
#pragma once
#include <deque>

#include "crypto/sealer.h"
#include "files/board_host.h"
#include "files/send_window.h"

namespace lotse::files {

/// Not thread-safe.
class BoardPutting {
 public:
  /// `window`: of all that go to the board; outlives this.
  BoardPutting(BoardHost& host, SendWindow& window, const SessionUuid& session, Transfer transfer);

  const Transfer& transfer() const { return transfer_; }
  /// What was said last may be lost.
  void on_connection(Instant now);
  void on_disconnected();
  void pause(bool on, Instant now);
  void cancel();
  void on_have(std::uint32_t chunks, Instant now);
  void on_no(wire::BoardNo::Why why, Instant now);
  void on_listed();
  /// Null: it cannot be read, or is no longer what was chosen.
  void on_read(std::uint64_t offset, const Bytes* bytes, Instant now);
  void on_digest(const std::array<std::uint8_t, 32>* sha256, Instant now);

  /// Has more to send and may.
  bool wants() const;
  void send_next();

  void poll(Instant now);
  Instant next_deadline() const { return is_over(transfer_.state) ? Instant::never() : ask_at_; }

 private:
  struct Sent {
    std::uint32_t index;
    Bytes sealed;
    std::size_t size;  // of the file
    Instant at;
  };
  BoardHost& host_;
  SendWindow& window_;
  const SessionUuid session_;
  Transfer transfer_;
  BoardKey key_;
  crypto::SealKey seal_;
  Pace pace_;
  std::deque<Sent> sent_;    // that the relay is not known to have
  std::size_t reading_ = 0;  // bytes that were asked of the disk
  std::uint32_t next_ = 0;   // to be read
  std::uint32_t sealed_ = 0;
  std::uint32_t have_ = 0;  // at the relay
  bool connected_ = false, asking_ = false, digesting_ = false;
  std::optional<std::array<std::uint8_t, 32>> sha256_;
  int refused_ = 0;
  Instant ask_at_ = Instant::never();

  std::uint32_t chunks() const { return wire::board_chunks(transfer_.size); }
  void ask(Instant now);
  void send(Sent& sent, Instant now);
  void check_stored(Instant now);
  void change(State state);
  void fail(std::optional<Why> why, std::optional<wire::BoardNo::Why> no);
  void end(State state);
};

}  // namespace lotse::files
