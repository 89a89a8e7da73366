#include "files/board_getting.h"

#include <algorithm>

#include "wire/limits.h"

namespace lotse::files {
namespace {

constexpr Duration kStall = std::chrono::seconds(2);  // nothing came: asked again

}  // namespace

BoardGetting::BoardGetting(BoardHost& host, SendWindow& window, const SessionUuid& session, Transfer transfer,
                           const BoardKey& key, const std::array<std::uint8_t, 32>& sha256)
    : host_(host),
      window_(window),
      session_(session),
      transfer_(std::move(transfer)),
      open_(board_chunk_key(*key)),
      sha256_(sha256),
      connected_(false) {
  transfer_.state = State::waiting;
  host_.open_target({transfer_.id, transfer_.name, transfer_.size}, transfer_.path);
}

State BoardGetting::going() const {
  if (!connected_ || !has_target_) return State::waiting;
  return transfer_.paused_here ? State::paused : State::active;
}

void BoardGetting::change(State state) {
  transfer_.state = state;
  host_.changed(transfer_);
}

/// Nothing of it is under way any more.
void BoardGetting::lose() {
  window_.come(static_cast<std::size_t>(under_way_));
  under_way_ = 0;
  asked_ = next_;
  asks_.clear();
  stalled_at_ = Instant::never();
}

void BoardGetting::end(State state, bool keep) {
  lose();
  host_.close(transfer_.id, keep);
  change(state);
}

void BoardGetting::fail(std::optional<Why> why, std::optional<wire::BoardNo::Why> no) {
  transfer_.why = why;
  transfer_.board_no = no;
  end(State::failed, false);
}

void BoardGetting::on_no(wire::BoardNo::Why why) {
  if (!is_over(transfer_.state)) fail({}, why);
}

void BoardGetting::cancel() {
  if (!is_over(transfer_.state)) end(State::cancelled, false);
}

void BoardGetting::on_connection(Instant now) {
  if (is_over(transfer_.state)) return;
  connected_ = true;
  lose();
  pace_.start(transfer_.done, now);
  change(going());
}

void BoardGetting::on_disconnected() {
  if (is_over(transfer_.state)) return;
  connected_ = false;
  lose();
  change(State::waiting);
}

void BoardGetting::pause(bool on, Instant now) {
  if (is_over(transfer_.state)) return;
  transfer_.paused_here = on;
  pace_.start(transfer_.done, now);
  change(going());
}

void BoardGetting::on_target(std::optional<std::uint64_t> have, Why why, Instant now) {
  if (is_over(transfer_.state)) return;
  if (!have) return fail(why, {});
  has_target_ = true;
  expected_ = transfer_.done = *have;
  next_ = asked_ = static_cast<std::uint32_t>(*have / wire::kBoardChunk);
  pace_.start(*have, now);
  if (*have == transfer_.size && transfer_.size > 0) {
    next_ = asked_ = chunks();
    host_.finish(transfer_.id, sha256_);
  }
  change(going());
}

bool BoardGetting::wants() const {
  return transfer_.state == State::active && asked_ < chunks() && expected_ - transfer_.done < wire::kFileWrites;
}

void BoardGetting::ask_next(Instant now) {
  const std::uint32_t first = asked_;
  if (under_way_ == 0) stalled_at_ = now + kStall;
  while (asked_ < chunks() && asked_ - first < wire::kBoardAsk && (asked_ == first || window_.has_room())) {
    under_way_ += size_of(asked_);
    window_.go(size_of(asked_));
    ++asked_;
  }
  asks_.push_back({asked_, now});
  host_.say(wire::BoardGet{file(), first, static_cast<std::uint16_t>(asked_ - first)});
}

void BoardGetting::on_chunk(const wire::BoardChunk& chunk, Instant now) {
  if (is_over(transfer_.state) || !has_target_ || chunk.index != next_ || next_ >= asked_) return;
  const bool last = next_ + 1 == chunks();
  auto plain = chunk.sealed.size() == wire::board_sealed_size(transfer_.size, next_)
                   ? open_.open(next_, board_chunk_aad(session_, file(), next_, last), chunk.sealed)
                   : std::nullopt;
  if (!plain) {
    transfer_.corrupt = true;
    return fail({}, {});
  }
  const std::uint64_t offset = std::uint64_t{next_} * wire::kBoardChunk;
  under_way_ -= plain->size();
  window_.come(plain->size());
  window_.on_taken(plain->size(), now - asks_.front().at, now);
  if (++next_ == asks_.front().end) asks_.pop_front();
  stalled_at_ = under_way_ > 0 ? now + kStall : Instant::never();
  // The beginning of it may be there from before a restart.
  plain->erase(plain->begin(), plain->begin() + static_cast<std::ptrdiff_t>(expected_ - offset));
  const std::uint64_t at = expected_;
  expected_ += plain->size();
  host_.write(transfer_.id, at, std::move(*plain));
}

void BoardGetting::on_written(std::optional<std::uint64_t> have, Why why, Instant now) {
  if (is_over(transfer_.state)) return;
  if (!have) return fail(why, {});
  transfer_.done = *have;
  pace_.update(*have, now);
  transfer_.rate = pace_.rate();
  host_.changed(transfer_);
  if (next_ == chunks() && transfer_.done == transfer_.size) host_.finish(transfer_.id, sha256_);
}

void BoardGetting::on_finished(const std::optional<std::string>& path, std::optional<Why> why) {
  if (is_over(transfer_.state)) return;
  if (why) return fail(why, {});
  transfer_.corrupt = !path;
  if (path) transfer_.path = *path;
  end(path ? State::done : State::failed, false);
}

void BoardGetting::poll(Instant now) {
  if (is_over(transfer_.state) || now < stalled_at_) return;
  window_.on_lost();
  lose();
}

}  // namespace lotse::files
