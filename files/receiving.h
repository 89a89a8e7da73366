// One file that comes in: taken in order, written, its hash compared.
#pragma once
#include <algorithm>

#include "files/transfer.h"

namespace lotse::files {

/// Not thread-safe.
class Receiving {
 public:
  Receiving(TransfersHost& host, Transfer transfer) : host_(host), transfer_(std::move(transfer)) {}

  const Transfer& transfer() const { return transfer_; }
  void accept(const std::string& folder, Instant now);
  void refuse(Instant now);
  void pause(bool on, Instant now);
  /// As Sending has it.
  void leave(Instant now);
  bool is_left() const { return left_until_ != Instant::never(); }
  void come_back(ParticipantId as) { transfer_.peer = as, left_until_ = Instant::never(); }
  /// The other one is not here at this moment.
  void interrupt();
  void end(State state, std::optional<Why> why, bool keep);

  void poll(Instant now);
  Instant next_deadline() const { return std::min(stalled_at_, left_until_); }

  void on_offer(Instant now);
  void on_chunk(wire::FileChunk chunk, Instant now);
  void on_end(const wire::FileEnd& end, Instant now);
  void on_pause(bool on, Instant now);
  void on_target(std::optional<std::uint64_t> have, Why why, Instant now);
  void on_written(std::optional<std::uint64_t> have, Why why, Instant now);
  /// `path`: nothing when the hash is another one.
  void on_finished(const std::optional<std::string>& path, std::optional<Why> why);

 private:
  TransfersHost& host_;
  Transfer transfer_;
  Pace pace_;
  bool accepted_ = false, open_ = false, finishing_ = false;
  std::uint64_t expected_ = 0;  // handed to the disk up to here
  Instant asked_at_{};          // where to go on, last
  Instant stalled_at_ = Instant::never(), left_until_ = Instant::never();

  bool is_paused() const { return transfer_.paused_here || transfer_.paused_there; }
  void change(State state);
  void say_where(Instant now);
};

}  // namespace lotse::files
