#include "files/board_putting.h"

#include "wire/limits.h"

namespace lotse::files {
namespace {

constexpr Duration kAskAfter = std::chrono::seconds(5);   // nothing more is kept: how far are you?
constexpr Duration kTellAgain = std::chrono::seconds(5);  // it is stored, and not on the board yet
constexpr Duration kAskRefused = std::chrono::seconds(1);
constexpr int kMostRefused = 3;

}  // namespace

BoardPutting::BoardPutting(BoardHost& host, SendWindow& window, const SessionUuid& session, Transfer transfer)
    : host_(host),
      window_(window),
      session_(session),
      transfer_(std::move(transfer)),
      key_(std::make_shared<const crypto::Secret<32>>(crypto::Secret<32>::random())),
      seal_(board_chunk_key(*key_)) {
  transfer_.state = State::waiting;
}

void BoardPutting::change(State state) {
  transfer_.state = state;
  host_.changed(transfer_);
}

void BoardPutting::end(State state) {
  for (const Sent& sent : sent_) window_.come(sent.size);
  window_.come(reading_);
  reading_ = 0;
  sent_.clear();
  host_.close(transfer_.id, false);
  change(state);
}

void BoardPutting::fail(std::optional<Why> why, std::optional<wire::BoardNo::Why> no) {
  if (is_over(transfer_.state)) return;
  transfer_.why = why;
  transfer_.board_no = no;
  host_.say(wire::BoardRemove{transfer_.id});
  end(State::failed);
}

/// The relay may hear of our right a little later than we do.
void BoardPutting::on_no(wire::BoardNo::Why why, Instant now) {
  if (why != wire::BoardNo::Why::not_allowed || next_ > 0 || ++refused_ > kMostRefused) return fail({}, why);
  ask_at_ = now + kAskRefused;
}

void BoardPutting::cancel() {
  if (is_over(transfer_.state)) return;
  host_.say(wire::BoardRemove{transfer_.id});
  end(State::cancelled);
}

void BoardPutting::on_listed() {
  if (!is_over(transfer_.state)) end(State::done);
}

void BoardPutting::ask(Instant now) {
  asking_ = true;
  ask_at_ = now + kAskAfter;
  host_.say(wire::BoardPut{transfer_.id, transfer_.size});
}

void BoardPutting::on_connection(Instant now) {
  if (is_over(transfer_.state)) return;
  connected_ = true;
  ask(now);
}

void BoardPutting::on_disconnected() {
  connected_ = false;
  ask_at_ = Instant::never();
  if (!is_over(transfer_.state)) change(State::waiting);
}

void BoardPutting::pause(bool on, Instant now) {
  if (is_over(transfer_.state) || transfer_.paused_here == on) return;
  transfer_.paused_here = on;
  pace_.start(transfer_.done, now);
  if (transfer_.state == State::waiting) return host_.changed(transfer_);
  change(on ? State::paused : State::active);
}

void BoardPutting::on_have(std::uint32_t chunks_there, Instant now) {
  if (is_over(transfer_.state) || !connected_) return;
  // Less than it had: it has lost it. More than there is yet: it lies.
  if (chunks_there < have_ || chunks_there > sealed_) return fail({}, wire::BoardNo::Why::gone);
  std::size_t more = 0;
  std::optional<Instant> at;
  for (; !sent_.empty() && sent_.front().index < chunks_there; sent_.pop_front()) {
    more += sent_.front().size;
    at = sent_.front().at;
  }
  window_.come(more);
  if (at && !asking_) window_.on_taken(more, now - *at, now);
  have_ = chunks_there;
  transfer_.done += more;
  pace_.update(transfer_.done, now);
  transfer_.rate = pace_.rate();
  ask_at_ = now + kAskAfter;
  if (std::exchange(asking_, false)) {  // what is not there was lost with the connection before
    pace_.start(transfer_.done, now);
    for (Sent& sent : sent_) send(sent, now);
  }
  const State now_is = transfer_.paused_here ? State::paused : State::active;
  transfer_.state == now_is ? host_.changed(transfer_) : change(now_is);
  check_stored(now);
}

bool BoardPutting::wants() const {
  return connected_ && !asking_ && transfer_.state == State::active && next_ < chunks();
}

void BoardPutting::send_next() {
  const std::uint64_t offset = std::uint64_t{next_} * wire::kBoardChunk;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(wire::kBoardChunk, transfer_.size - offset));
  ++next_;
  reading_ += size;
  window_.go(size);
  host_.read(transfer_.id, offset, size);
}

void BoardPutting::on_read(std::uint64_t offset, const Bytes* bytes, Instant now) {
  if (is_over(transfer_.state)) return;
  if (bytes == nullptr) return fail(Why::changed, {});
  reading_ -= bytes->size();
  const auto index = static_cast<std::uint32_t>(offset / wire::kBoardChunk);
  Sent sent{index, {}, bytes->size(), now};
  seal_.seal(seal_.reserve(), board_chunk_aad(session_, transfer_.id, index, index + 1 == chunks()), *bytes,
             sent.sealed);
  sent_.push_back(std::move(sent));
  sealed_ = index + 1;
  if (connected_ && !asking_) send(sent_.back(), now);
}

void BoardPutting::send(Sent& sent, Instant now) {
  sent.at = now;
  host_.say(wire::BoardChunk{transfer_.id, sent.index, sent.sealed});
}

void BoardPutting::on_digest(const std::array<std::uint8_t, 32>* sha256, Instant now) {
  if (is_over(transfer_.state)) return;
  if (sha256 == nullptr) return fail(Why::changed, {});
  sha256_ = *sha256;
  check_stored(now);
}

void BoardPutting::check_stored(Instant now) {
  if (have_ < chunks()) return;
  if (!sha256_) {
    ask_at_ = Instant::never();
    if (!std::exchange(digesting_, true)) host_.digest(transfer_.id);
    return;
  }
  ask_at_ = now + kTellAgain;
  host_.stored(transfer_, key_, *sha256_);
}

void BoardPutting::poll(Instant now) {
  if (is_over(transfer_.state) || now < ask_at_) return;
  // Also of one that is stored and not on the board yet: a moderator who does not want it has removed it.
  const bool owed = asking_ || !sent_.empty() || have_ == chunks();
  owed ? ask(now) : void(ask_at_ = Instant::never());
}

}  // namespace lotse::files
