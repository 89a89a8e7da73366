// One file that goes out: read, sent as fast as it is taken, taken up again wherever the other side stands.
#pragma once
#include <algorithm>
#include <deque>

#include "files/send_window.h"
#include "files/transfer.h"

namespace lotse::files {

/// Not thread-safe.
class Sending {
 public:
  /// `window`: of all files to that member; outlives this, or come_back() gives another one.
  Sending(TransfersHost& host, SendWindow& window, Transfer transfer)
      : host_(host), window_(&window), transfer_(std::move(transfer)) {}

  const Transfer& transfer() const { return transfer_; }
  /// Whether the other one is in the session at this moment: then it is told of the file.
  void set_here(bool here, Instant now);
  /// The other one is no member any more. Its program may have been started again: then it is another member, who
  /// knows this file.
  void leave(Instant now);
  bool is_left() const { return left_until_ != Instant::never(); }
  void come_back(ParticipantId as, SendWindow& window);
  /// There is a new connection: what was said last may be lost.
  void interrupt(Instant now);
  void pause(bool on, Instant now);
  void end(State state, std::optional<Why> why, Instant now);

  void on_answer(const wire::FileAnswer& answer, Instant now);
  void on_taken(std::uint64_t have, Instant now);
  void on_result(bool whole, Instant now);
  void on_pause(bool on, Instant now);
  void on_read(std::uint32_t attempt, std::uint64_t offset, const Bytes* bytes, Instant now);
  void on_digest(const std::array<std::uint8_t, 32>* sha256, Instant now);

  /// Has more to send now. Whose turn it is among those of a member is decided outside.
  bool wants() const { return transfer_.state == State::active && asked_ < transfer_.size; }
  std::size_t under_way() const { return static_cast<std::size_t>(asked_ - transfer_.done); }
  const SendWindow& window() const { return *window_; }
  /// `turn` rises with each, of whichever file.
  void send_next(std::uint64_t turn, Instant now);
  std::uint64_t last_turn() const { return turn_; }

  void poll(Instant now);
  Instant next_deadline() const { return std::min(stalled_at_, left_until_); }

 private:
  struct Piece {
    std::uint64_t end;
    Instant at;
  };
  TransfersHost& host_;
  SendWindow* window_;
  Transfer transfer_;
  Pace pace_;
  std::deque<Piece> sent_;
  std::uint32_t attempt_ = 0;
  std::uint64_t asked_ = 0;  // read up to here
  std::uint64_t turn_ = 0;
  bool accepted_ = false, digesting_ = false;
  std::optional<std::array<std::uint8_t, 32>> sha256_;  // of all of it
  bool here_ = false;
  Instant begun_at_{};  // where the receiver said, last
  Instant stalled_at_ = Instant::never(), left_until_ = Instant::never();

  bool is_paused() const { return transfer_.paused_here || transfer_.paused_there; }
  void change(State state);
  void begin_at(std::uint64_t have);
  void go_on(Instant now);
  void lose(Instant now);
  void offer(Instant now);
};

}  // namespace lotse::files
