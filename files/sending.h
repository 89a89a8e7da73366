// One file that goes out: read, sent as fast as it is taken, taken up again wherever the other side stands.
#pragma once
#include "files/send_window.h"
#include "files/transfer.h"

namespace lotse::files {

/// Not thread-safe.
class Sending {
 public:
  Sending(TransfersHost& host, Transfer transfer) : host_(host), transfer_(std::move(transfer)) {}

  const Transfer& transfer() const { return transfer_; }
  /// Whether the other one is in the session at this moment: then it is told of the file.
  void set_here(bool here, Instant now);
  /// The other one is no member any more. Its program may have been started again: then it is another member, who
  /// knows this file.
  void leave(Instant now);
  bool is_left() const { return left_until_ != Instant::never(); }
  void come_back(ParticipantId as) { transfer_.peer = as, left_until_ = Instant::never(), here_ = true; }
  /// There is a new connection: what was said last may be lost.
  void interrupt(Instant now);
  void pause(bool on, Instant now);
  void end(State state, std::optional<Why> why, Instant now);

  void on_answer(const wire::FileAnswer& answer, Instant now);
  void on_taken(std::uint64_t have, Instant now);
  void on_result(bool whole, Instant now);
  void on_pause(bool on, Instant now);
  void on_read(std::uint32_t attempt, std::uint64_t offset, const Bytes* bytes, Instant now);
  void on_digest(std::uint32_t attempt, const std::array<std::uint8_t, 32>* sha256, Instant now);

  void poll(Instant now);
  Instant next_deadline() const;

 private:
  TransfersHost& host_;
  Transfer transfer_;
  SendWindow window_;
  Pace pace_;
  std::uint32_t attempt_ = 0;
  std::uint64_t asked_ = 0;  // read up to here
  bool accepted_ = false, digesting_ = false;
  bool here_ = false;
  Instant stalled_at_ = Instant::never(), again_at_ = Instant::never(), left_until_ = Instant::never();

  bool is_paused() const { return transfer_.paused_here || transfer_.paused_there; }
  void change(State state);
  void pump(Instant now);
  void lose(Instant now);
  void offer(Instant now);
};

}  // namespace lotse::files
