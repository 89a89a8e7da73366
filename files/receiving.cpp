#include "files/receiving.h"

#include "wire/limits.h"

namespace lotse::files {
namespace {

constexpr Duration kAskGap = std::chrono::milliseconds(500);  // between two "go on there": a round trip has to pass

}  // namespace

void Receiving::change(State state) {
  transfer_.state = state;
  host_.changed(transfer_);
}

void Receiving::say_where(Instant now) {
  asked_at_ = now;
  stalled_at_ = now + Duration(wire::kFileStall);
  host_.say(transfer_.peer, wire::FileAnswer{transfer_.id, true, expected_});
  host_.say(transfer_.peer, wire::FilePause{transfer_.id, transfer_.paused_here});
}

void Receiving::accept(const std::string& folder, Instant now) {
  if (accepted_ || transfer_.state != State::offered) return;
  accepted_ = true;
  transfer_.path = folder;
  pace_.start(0, now);
  host_.open_target(offer_of(transfer_), folder);
}

void Receiving::refuse(Instant) {
  if (is_over(transfer_.state)) return;
  host_.say(transfer_.peer, wire::FileAnswer{transfer_.id, false, 0});
  end(accepted_ ? State::cancelled : State::refused, {}, false);
}

void Receiving::end(State state, std::optional<Why> why, bool keep) {
  stalled_at_ = left_until_ = Instant::never();
  transfer_.why = why;
  if (accepted_) host_.close(transfer_.id, keep);
  change(state);
}

void Receiving::pause(bool on, Instant now) {
  if (is_over(transfer_.state) || transfer_.paused_here == on) return;
  transfer_.paused_here = on;
  host_.say(transfer_.peer, wire::FilePause{transfer_.id, on});
  on_pause(transfer_.paused_there, now);
}

void Receiving::leave(Instant now) {
  if (is_over(transfer_.state) || is_left()) return;
  if (!accepted_) return end(State::failed, Why::left, false);
  interrupt();
  left_until_ = now + Duration(wire::kFileLeft);
}

void Receiving::interrupt() {
  stalled_at_ = Instant::never();
  if (transfer_.state == State::active || transfer_.state == State::paused) change(State::waiting);
}

/// Said once more: its sender wants to know where we are.
void Receiving::on_offer(Instant now) {
  if (transfer_.state == State::done) return void(host_.say(transfer_.peer, wire::FileResult{transfer_.id, true}));
  if (is_over(transfer_.state)) return void(host_.say(transfer_.peer, wire::FileAnswer{transfer_.id, false, 0}));
  if (!open_) return;  // the person, or the disk, has not answered yet
  say_where(now);
  if (transfer_.state == State::waiting) change(is_paused() ? State::paused : State::active);
}

void Receiving::on_chunk(wire::FileChunk chunk, Instant now) {
  if (!open_ || is_over(transfer_.state) || chunk.offset < expected_) return;
  const bool fits = expected_ - transfer_.done + chunk.data.size() <= wire::kFileWrites &&
                    chunk.offset + chunk.data.size() <= transfer_.size;
  if (chunk.offset > expected_ || !fits) {
    if (now - asked_at_ >= kAskGap) return say_where(now);
    stalled_at_ = std::min(stalled_at_, asked_at_ + kAskGap);
    return;
  }
  if (transfer_.state == State::waiting) change(is_paused() ? State::paused : State::active);
  stalled_at_ = now + Duration(wire::kFileStall);
  expected_ += chunk.data.size();
  host_.write(transfer_.id, chunk.offset, std::move(chunk.data));
}

void Receiving::on_end(const wire::FileEnd& end, Instant) {
  if (!open_ || is_over(transfer_.state) || transfer_.done != transfer_.size || finishing_) return;
  finishing_ = true;
  host_.finish(transfer_.id, end.sha256);
}

void Receiving::on_pause(bool on, Instant now) {
  if (is_over(transfer_.state)) return;
  transfer_.paused_there = on;
  pace_.start(transfer_.done, now);
  if (transfer_.state == State::active || transfer_.state == State::paused)
    change(is_paused() ? State::paused : State::active);
  if (open_ && transfer_.state != State::waiting) stalled_at_ = now + Duration(wire::kFileStall);
}

/// Nothing has come for a while: what was said may be lost, that the file is held up no longer, too.
void Receiving::poll(Instant now) {
  if (now >= left_until_) return end(State::failed, Why::left, true);
  if (now < stalled_at_) return;
  finishing_ ? void(stalled_at_ = Instant::never()) : say_where(now);
}

void Receiving::on_target(std::optional<std::uint64_t> have, Why why, Instant now) {
  if (is_over(transfer_.state)) return;
  if (!have) {
    host_.say(transfer_.peer, wire::FileCancel{transfer_.id, why});
    return end(State::failed, why, false);
  }
  open_ = true;
  expected_ = transfer_.done = *have;
  pace_.start(*have, now);
  say_where(now);
  change(is_paused() ? State::paused : State::active);
}

void Receiving::on_written(std::optional<std::uint64_t> have, Why why, Instant now) {
  if (is_over(transfer_.state)) return;
  if (!have) {
    host_.say(transfer_.peer, wire::FileCancel{transfer_.id, why});
    return end(State::failed, why, false);
  }
  transfer_.done = *have;
  pace_.update(*have, now);
  transfer_.rate = pace_.rate();
  host_.say(transfer_.peer, wire::FileTaken{transfer_.id, *have});
  host_.changed(transfer_);
}

void Receiving::on_finished(const std::optional<std::string>& path, std::optional<Why> why) {
  if (is_over(transfer_.state)) return;
  if (why) {
    host_.say(transfer_.peer, wire::FileCancel{transfer_.id, *why});
    return end(State::failed, why, false);
  }
  host_.say(transfer_.peer, wire::FileResult{transfer_.id, path.has_value()});
  transfer_.corrupt = !path;
  if (path) transfer_.path = *path;
  end(path ? State::done : State::failed, {}, false);
}

}  // namespace lotse::files
