#include "session/contact.h"

#include <algorithm>

namespace lotse::session {

void Contact::begin(Instant now) {
  answered_ = now;
  ping_at_ = now;
}

void Contact::pinged(Instant now) {
  pinged_ = now;
  ping_at_ = now + kPingEvery;
}

void Contact::on_pong(Instant sent, const Word& master, const Word& own, Instant now) {
  if (sent > pinged_ || now - sent >= kDoubtfulAfter) return;
  answered_ = std::max(answered_, sent);
  if (sent == pinged_) rtt_ms_ = milliseconds(now - sent);
  if (!own.lacks(master)) return on_word(own);
  if (!missing_) missing_since_ = now;
  missing_ = master;
  epoch_missing_ = own.epoch < master.epoch;
  ping_at_ = std::min(ping_at_, now + kPingEvery / 4);  // tells the master what to say again
}

void Contact::on_word(const Word& own) {
  if (!missing_) return;
  epoch_missing_ = own.epoch < missing_->epoch;
  if (own.lacks(*missing_)) return;
  missing_.reset();
  told_ = false;
}

Contact::State Contact::state(Instant now) const {
  Duration silence = now - answered_;
  return silence >= kLostAfter ? State::lost : silence >= kDoubtfulAfter ? State::doubtful : State::heard;
}

bool Contact::withheld(Instant now) {
  if (told_ || !missing_ || now - missing_since_ < kWithheldAfter) return false;
  return told_ = true;
}

Instant Contact::next_deadline(Instant now) const {
  Instant next = ping_at_;
  if (missing_ && !told_) next = std::min(next, missing_since_ + kWithheldAfter);
  switch (state(now)) {
    case State::heard:
      return std::min(next, answered_ + kDoubtfulAfter);
    case State::doubtful:
      return std::min(next, answered_ + kLostAfter);
    case State::lost:
      break;
  }
  return next;
}

}  // namespace lotse::session
