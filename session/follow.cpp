#include "session/follow.h"

#include "crypto/identity.h"
#include "session/heirs_message.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr Duration kResumeAgain = 3s;
constexpr Duration kClaimAgain = 5s;

std::optional<SignedRoster> from_message(const wire::pb::SignedRoster& message) {
  SignedRoster out{Bytes(message.roster().begin(), message.roster().end()), {}};
  if (message.signature().size() != out.signature.size()) return std::nullopt;
  std::memcpy(out.signature.data(), message.signature().data(), out.signature.size());
  return out;
}

}  // namespace

bool Follow::consume_box(ByteView box) {
  wire::pb::SignedRoster message;
  if (!message.ParseFromArray(box.data(), static_cast<int>(box.size()))) return false;
  auto roster = from_message(message);
  crypto::VerifyKey key = core_.succession.key();
  auto verified = roster ? verify_roster(*roster, core_.facts.uuid, key) : std::nullopt;
  if (!verified) return false;
  const Member* master = verified->roster.find(verified->roster.master);
  if (!master || master->ed != key || !meet_master(*master, message.identity())) return false;
  core_.succession = Succession(core_.facts.uuid, master->id, key, verified->roster.term);
  ticket_ = verified->ticket;
  return take(*verified);
}

// False: the proof is no proof.
bool Follow::meet_master(const Member& master, const std::string& proof) {
  auto key = crypto::verify_master_proof(as_bytes(proof), core_.facts.uuid, master.ed);
  if (!key && !proof.empty()) return false;
  Acquaintance who = core_.host.meet(master.name, key ? &*key : nullptr);
  changed_master_ = who == Acquaintance::changed;
  if (!key || changed_master_) return true;
  core_.host.remember(master.name, *key);
  core_.notify(IdentityShown{master.id, master.name, *key, who == Acquaintance::known});
  return true;
}

bool Follow::take(const VerifiedRoster& verified) {
  const Roster& roster = verified.roster;
  const Member* self = roster.find(core_.self);
  bool ours = self && self->ed == core_.keys.signing.verify_key() && self->dh == core_.keys.dh.public_key();
  bool right = roster.term == core_.succession.term() && roster.master == core_.master();
  if (!ours || !right || roster.version <= core_.roster.version) return false;
  Roster before = std::exchange(core_.roster, roster);
  for (const Member& m : core_.roster.members) {
    const Member* known = before.find(m.id);
    if (!known && !before.members.empty() && m.id != core_.self) core_.notify(Joined{m.id, m.name});
  }
  for (const Member& m : before.members) {
    if (core_.member(m.id)) continue;
    core_.envelope.drop_pair(m.id);
    core_.notify(Left{m.id, "left"});
  }
  core_.notify(RosterChanged{core_.roster});
  if (before.mode != core_.roster.mode && !before.members.empty()) core_.notify(ModeChanged{core_.roster.mode});
  if (before.locked != core_.roster.locked) core_.notify(LockChanged{core_.roster.locked});
  contact_.on_word(core_.word());
  contact_.confirm(core_.now);
  return true;
}

void Follow::begin() {
  linked_ = true;
  contact_.begin(core_.now);
}

void Follow::resume() {
  linked_ = resuming_ = true;
  wire::pb::Message message;
  message.mutable_ping()->set_value(0);
  auto packet = core_.seal_for(core_.master(), message);
  if (!packet) return;
  core_.host.send(wire::encode(wire::Handshake{{}, wire::HandshakeMessage::resume, std::move(*packet)}));
  resume_at_ = core_.now + kResumeAgain;
}

void Follow::on_refused(wire::RefusedReason) {
  if (resuming_) on_lost(ErrorCode::no_session);
}

void Follow::on_roster(const wire::pb::Message& message) {
  auto roster = from_message(message.roster());
  auto verified = roster ? verify_roster(*roster, core_.facts.uuid, core_.succession.key()) : std::nullopt;
  if (verified) take(*verified);
  if (!verified || !resuming_) return;
  resuming_ = false;
  resume_at_ = Instant::never();
  contact_.begin(core_.now);
  watch_master();
  on_resumed();
}

void Follow::on_epoch(const wire::pb::Message& message) {
  const wire::pb::EpochKey& key = message.epoch();
  Epoch before = core_.envelope.epochs().newest();
  if (key.secret().size() != 32) return;
  crypto::EpochSecret secret(
      std::span<const std::uint8_t, 32>(reinterpret_cast<const std::uint8_t*>(key.secret().data()), 32));
  bool added = core_.envelope.epochs().add(Epoch{key.epoch()}, std::move(secret));
  if (added) {
    erase_through_ = before;
    erase_at_ = core_.now + wire::kOldEpochKept;
    core_.notify(EpochChanged{Epoch{key.epoch()}, key.for_join() ? "join" : "leave"});
  }
  contact_.on_word(core_.word());
  contact_.confirm(core_.now);
  watch_master();
  if (key.for_join() && added) on_join_epoch();
}

void Follow::on_pong(const wire::pb::Message& message) {
  const wire::pb::Pong& pong = message.pong();
  contact_.on_pong(Instant{Duration{static_cast<Duration::rep>(pong.value())}},
                   {pong.term(), Epoch{pong.epoch()}, pong.roster_version()}, core_.word(), core_.now);
  watch_master();
}

void Follow::leave() {
  wire::pb::Message message;
  message.mutable_leave()->set_reason("left");
  core_.tell(core_.master(), message);
}

// --- another master
// ---------------------------------------------------------------------------------------------------

std::optional<std::vector<wire::Heir>> Follow::heirs_to_us(const wire::pb::Heirs& message) const {
  auto heirs = read_heirs(message);
  if (!heirs || heirs->empty()) return std::nullopt;
  bool us = heirs->back().index == core_.self && heirs->back().ed == core_.keys.signing.verify_key();
  auto verdict = core_.succession.judge(*heirs);
  if (!us || verdict == Succession::Verdict::forged || verdict == Succession::Verdict::nothing_new) return std::nullopt;
  return heirs;
}

void Follow::on_hand_over(const wire::pb::Message& message) {
  auto heirs = heirs_to_us(message.hand_over());
  if (!heirs || heirs->back().order != 0 || !core_.attached) return;
  claim_ = std::move(*heirs);
  send_claim();
}

void Follow::on_deputy(const wire::pb::Message& message) {
  deputy_.clear();
  auto heirs = heirs_to_us(message.deputy());
  if (heirs && heirs->back().order > 0) deputy_ = std::move(*heirs);
}

void Follow::send_claim() {
  const wire::Heir& heir = claim_.back();
  wire::TunnelRequest request{
      heir.term, 1, wire::Operation::open, {}, ParticipantId{0xFFFF}, core_.envelope.newest_epoch().value(), {}};
  request.signature = core_.keys.signing.sign(crypto::Purpose::tunnel,
                                              {wire::signed_part(request, core_.facts.uuid, core_.relay_nonce)});
  core_.host.send(wire::encode(wire::TakeOver{heir, request}));
  claimed_ = true;
  claim_again_ = core_.now + kClaimAgain;
}

void Follow::on_not_allowed() { claimed_ = false; }

bool Follow::is_deputy(const wire::Heir& heir) const {
  const auto& deputies = core_.roster.deputies;
  return heir.order <= deputies.size() && deputies[heir.order - 1u] == heir.index;
}

void Follow::on_taken_over(ParticipantId from, const wire::pb::Message& message) {
  auto heirs = read_heirs(message.taken_over());
  if (!heirs || heirs->empty()) return;
  using Verdict = Succession::Verdict;
  Verdict verdict = core_.succession.judge(*heirs);
  if (verdict == Verdict::forged || verdict == Verdict::nothing_new) return;
  const wire::Heir& last = heirs->back();
  const Member* claimed = core_.member(last.index);
  bool by_master = from == core_.master();  // it has stepped down
  if (!claimed || claimed->ed != last.ed || (from != last.index && !by_master)) return;
  // Who hears its master obeys nobody else.
  bool silent = contact() == Contact::State::lost || resuming_;
  if (verdict == Verdict::taken_over && !by_master && !(silent && is_deputy(last))) return;
  core_.succession.follow(*heirs);
  deputy_.clear();
  claimed_ = false;
  contact_.begin(core_.now);
  core_.notify(MasterChanged{core_.master()});
  watch_master();
  if (resuming_) resume();
}

Instant Follow::claim_at() const {
  if (deputy_.empty() || claimed_ || !linked_) return Instant::never();
  Instant first = contact_.silent_since() + wire::kTakeOverAfter + wire::kTakeOverStep * (deputy_.back().order - 1);
  return std::max(first, claim_again_);
}

// --- time
// -------------------------------------------------------------------------------------------------------------

void Follow::watch_master() { core_.muted = contact() == Contact::State::lost || contact_.epoch_missing(); }

void Follow::ping() {
  wire::pb::Message message;
  Word word = core_.word();
  message.mutable_ping()->set_value(static_cast<std::uint64_t>(core_.now.since_start().count()));
  message.mutable_ping()->set_term(word.term);
  message.mutable_ping()->set_epoch(word.epoch.value());
  message.mutable_ping()->set_roster_version(word.roster_version);
  core_.tell(core_.master(), message);
  contact_.pinged(core_.now);
}

void Follow::poll() {
  if (core_.now >= erase_at_) {
    core_.envelope.epochs().erase_through(erase_through_);
    erase_at_ = Instant::never();
  }
  if (!linked_) return watch_master();
  if (resuming_ && core_.now >= resume_at_) resume();
  if (core_.attached && !resuming_ && contact_.ping_due(core_.now)) ping();
  if (core_.now >= claim_at()) {
    claim_ = deputy_;
    send_claim();
  }
  watch_master();
  if (contact_.withheld(core_.now))
    core_.notify(Warning{"withheld",
                         "What the moderator says does not reach this program completely. Somebody on the "
                         "way may be holding it back."});
}

Instant Follow::next_deadline() const {
  Instant next = erase_at_;
  if (!linked_) return next;
  next = std::min(next, claim_at());
  if (resuming_) return std::min(next, resume_at_);
  return std::min(next, contact_.next_deadline(core_.now));
}

}  // namespace lotse::session
