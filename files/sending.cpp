#include "files/sending.h"

#include <algorithm>
#include <utility>

#include "wire/limits.h"

namespace lotse::files {
namespace {

constexpr Duration kSayAgain = std::chrono::seconds(1);  // what could not be told

}  // namespace

void Sending::change(State state) {
  transfer_.state = state;
  host_.changed(transfer_);
}

/// Tells of it, or asks how far it has come.
void Sending::offer(Instant now) {
  stalled_at_ = again_at_ = Instant::never();
  if (!here_) return;
  if (!host_.say(transfer_.peer, wire::FileOffer{transfer_.id, transfer_.name, transfer_.size}))
    again_at_ = now + kSayAgain;
  else if (accepted_)
    stalled_at_ = now + Duration(wire::kFileStall);
}

void Sending::set_here(bool here, Instant now) {
  if (here_ == here || is_over(transfer_.state)) return;
  here_ = here;
  lose(now);
}

/// What is under way may be lost: the other side says how far it has come.
void Sending::lose(Instant now) {
  ++attempt_;
  digesting_ = false;
  window_.reset();
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
  ++attempt_;
  transfer_.why = why;
  stalled_at_ = again_at_ = left_until_ = Instant::never();
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
  if (transfer_.state == State::active) window_.on_lost();
  accepted_ = true;
  ++attempt_;
  digesting_ = false;
  asked_ = transfer_.done = answer.have;
  pace_.start(transfer_.done, now);
  host_.say(transfer_.peer, wire::FilePause{transfer_.id, transfer_.paused_here});
  change(is_paused() ? State::paused : State::active);
  pump(now);
}

void Sending::on_taken(std::uint64_t have, Instant now) {
  if (!accepted_ || is_over(transfer_.state) || have > asked_ || have <= transfer_.done) return;
  transfer_.done = have;
  stalled_at_ = now + Duration(wire::kFileStall);
  window_.on_taken(have, now);
  pace_.update(have, now);
  transfer_.rate = pace_.rate();
  host_.changed(transfer_);
  pump(now);
}

void Sending::on_result(bool whole, Instant now) {
  if (is_over(transfer_.state)) return;  // an answer from before a restart counts, too
  transfer_.corrupt = !whole;
  if (whole) transfer_.done = transfer_.size;
  end(whole ? State::done : State::failed, {}, now);
}

void Sending::on_pause(bool on, Instant now) {
  if (is_over(transfer_.state)) return;
  transfer_.paused_there = on;
  if (transfer_.state != State::active && transfer_.state != State::paused) return host_.changed(transfer_);
  change(is_paused() ? State::paused : State::active);
  pace_.start(transfer_.done, now);
  pump(now);
}

void Sending::pump(Instant now) {
  if (transfer_.state != State::active) {
    stalled_at_ = Instant::never();
    return;
  }
  while (asked_ < transfer_.size && asked_ - transfer_.done < window_.size()) {
    auto size = static_cast<std::size_t>(std::min<std::uint64_t>(wire::kFileChunk, transfer_.size - asked_));
    host_.read(transfer_.id, attempt_, asked_, size);
    asked_ += size;
  }
  if (stalled_at_ == Instant::never()) stalled_at_ = now + Duration(wire::kFileStall);
  if (transfer_.done == transfer_.size && !std::exchange(digesting_, true)) host_.digest(transfer_.id, attempt_);
}

void Sending::on_read(std::uint32_t attempt, std::uint64_t offset, const Bytes* bytes, Instant now) {
  if (attempt != attempt_ || is_over(transfer_.state)) return;
  if (bytes == nullptr) {
    host_.say(transfer_.peer, wire::FileCancel{transfer_.id, Why::changed});
    return end(State::failed, Why::changed, now);
  }
  window_.on_sent(offset + bytes->size(), now);
  if (!host_.say(transfer_.peer, wire::FileChunk{transfer_.id, offset, *bytes})) lose(now);
}

void Sending::on_digest(std::uint32_t attempt, const std::array<std::uint8_t, 32>* sha256, Instant now) {
  if (attempt != attempt_ || is_over(transfer_.state)) return;
  if (sha256 == nullptr) return on_read(attempt, 0, nullptr, now);
  stalled_at_ = now + Duration(wire::kFileStall);
  if (!host_.say(transfer_.peer, wire::FileEnd{transfer_.id, *sha256})) lose(now);
}

void Sending::poll(Instant now) {
  if (now >= left_until_) return end(State::failed, Why::left, now);
  if (now >= again_at_) offer(now);
  if (now < stalled_at_) return;
  // A digest may take its time; the other side knows what it waits for.
  window_.on_lost();
  lose(now);
}

Instant Sending::next_deadline() const { return std::min({stalled_at_, again_at_, left_until_}); }

}  // namespace lotse::files
