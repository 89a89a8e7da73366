#include "files/sending.h"

#include <algorithm>
#include <utility>

#include "wire/limits.h"

namespace lotse::files {
namespace {

constexpr Duration kSayAgain = std::chrono::seconds(1);         // what could not be told
constexpr Duration kBeginGap = std::chrono::milliseconds(400);  // a receiver asks every 500

}  // namespace

void Sending::change(State state) {
  transfer_.state = state;
  host_.changed(transfer_);
}

/// Tells of it, or asks how far it has come. Until that is answered: it may be lost.
void Sending::offer(Instant now) {
  stalled_at_ = Instant::never();
  if (!here_) return;
  const bool said = host_.say(transfer_.peer, offer_of(transfer_));
  stalled_at_ = now + (said ? Duration(wire::kFileStall) : kSayAgain);
}

/// Nothing of it is under way any more; what comes next is behind `have`.
void Sending::begin_at(std::uint64_t have) {
  window_->come(under_way());
  ++attempt_;
  sent_.clear();
  asked_ = transfer_.done = have;
}

void Sending::come_back(ParticipantId as, SendWindow& window) {
  transfer_.peer = as;
  window_ = &window;  // nothing is under way
  left_until_ = Instant::never();
  here_ = true;
}

void Sending::set_here(bool here, Instant now) {
  if (here_ == here || is_over(transfer_.state)) return;
  here_ = here;
  lose(now);
}

/// What is under way may be lost: the other side says how far it has come.
void Sending::lose(Instant now) {
  begin_at(transfer_.done);
  if (accepted_) change(State::waiting);
  offer(now);
}

void Sending::interrupt(Instant now) {
  if (!is_over(transfer_.state)) lose(now);
}

void Sending::leave(Instant now) {
  if (is_over(transfer_.state) || is_left()) return;
  if (!accepted_) return end(State::failed, Why::left, now);
  set_here(false, now);
  left_until_ = now + Duration(wire::kFileLeft);
}

void Sending::pause(bool on, Instant now) {
  if (is_over(transfer_.state) || transfer_.paused_here == on) return;
  transfer_.paused_here = on;
  host_.say(transfer_.peer, wire::FilePause{transfer_.id, on});
  on_pause(transfer_.paused_there, now);
}

void Sending::end(State state, std::optional<Why> why, Instant) {
  begin_at(transfer_.done);
  transfer_.why = why;
  stalled_at_ = left_until_ = Instant::never();
  host_.close(transfer_.id, false);
  change(state);
}

void Sending::on_answer(const wire::FileAnswer& answer, Instant now) {
  if (is_over(transfer_.state)) {
    if (answer.accepted && transfer_.state != State::done)
      host_.say(transfer_.peer, wire::FileCancel{transfer_.id, transfer_.why.value_or(Why::wanted)});
    return;
  }
  if (!answer.accepted) return accepted_ ? end(State::cancelled, Why::wanted, now) : end(State::refused, {}, now);
  if (answer.have > transfer_.size) return end(State::failed, Why::changed, now);
  if (transfer_.state == State::active && under_way() > 0) {
    if (now - begun_at_ < kBeginGap) return;  // what was read for the last one is still on its way
    window_->on_lost();
  }
  accepted_ = true;
  begun_at_ = now;
  begin_at(answer.have);
  pace_.start(transfer_.done, now);
  host_.say(transfer_.peer, wire::FilePause{transfer_.id, transfer_.paused_here});
  change(is_paused() ? State::paused : State::active);
  go_on(now);
}

void Sending::on_taken(std::uint64_t have, Instant now) {
  if (!accepted_ || is_over(transfer_.state) || have > asked_ || have <= transfer_.done) return;
  const auto more = static_cast<std::size_t>(have - transfer_.done);
  transfer_.done = have;
  window_->come(more);
  std::optional<Instant> sent_at;
  for (; !sent_.empty() && sent_.front().end <= have; sent_.pop_front()) sent_at = sent_.front().at;
  if (sent_at) window_->on_taken(more, now - *sent_at, now);
  pace_.update(have, now);
  transfer_.rate = pace_.rate();
  host_.changed(transfer_);
  go_on(now);
}

void Sending::on_result(bool whole, Instant now) {
  if (is_over(transfer_.state)) return;  // an answer from before a restart counts, too
  transfer_.corrupt = !whole;
  if (whole) begin_at(transfer_.size);
  end(whole ? State::done : State::failed, {}, now);
}

void Sending::on_pause(bool on, Instant now) {
  if (is_over(transfer_.state)) return;
  transfer_.paused_there = on;
  if (transfer_.state != State::active && transfer_.state != State::paused) return host_.changed(transfer_);
  change(is_paused() ? State::paused : State::active);
  pace_.start(transfer_.done, now);
  go_on(now);
}

/// What is under way is to be answered, and so is the end. Who waits for a turn, for the disk or for somebody who holds
/// the file up waits for nobody else.
void Sending::go_on(Instant now) {
  stalled_at_ = under_way() > 0 ? now + Duration(wire::kFileStall) : Instant::never();
  if (transfer_.state != State::active || transfer_.done < transfer_.size) return;
  if (!sha256_) return std::exchange(digesting_, true) ? void() : host_.digest(transfer_.id);
  stalled_at_ = now + Duration(wire::kFileStall);
  if (!host_.say(transfer_.peer, wire::FileEnd{transfer_.id, *sha256_})) lose(now);
}

void Sending::send_next(std::uint64_t turn, Instant now) {
  turn_ = turn;
  auto size = static_cast<std::size_t>(std::min<std::uint64_t>(wire::kFileChunk, transfer_.size - asked_));
  if (under_way() == 0) stalled_at_ = now + Duration(wire::kFileStall);
  host_.read(transfer_.id, attempt_, asked_, size);
  asked_ += size;
  window_->go(size);
}

void Sending::on_read(std::uint32_t attempt, std::uint64_t offset, const Bytes* bytes, Instant now) {
  if (attempt != attempt_ || is_over(transfer_.state)) return;
  if (bytes == nullptr) {
    host_.say(transfer_.peer, wire::FileCancel{transfer_.id, Why::changed});
    return end(State::failed, Why::changed, now);
  }
  sent_.push_back({offset + bytes->size(), now});
  if (!host_.say(transfer_.peer, wire::FileChunk{transfer_.id, offset, *bytes})) lose(now);
}

void Sending::on_digest(const std::array<std::uint8_t, 32>* sha256, Instant now) {
  if (is_over(transfer_.state)) return;
  digesting_ = false;
  if (sha256 == nullptr) return on_read(attempt_, 0, nullptr, now);
  sha256_ = *sha256;
  go_on(now);
}

void Sending::poll(Instant now) {
  if (now >= left_until_) return end(State::failed, Why::left, now);
  if (now < stalled_at_) return;
  if (under_way() > 0) window_->on_lost();
  lose(now);
}

}  // namespace lotse::files
