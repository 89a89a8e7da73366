#include "session/follow.h"

#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPingEvery = 2s;
constexpr Duration kResumeAgain = 3s;

std::optional<SignedRoster> from_message(const wire::pb::SignedRoster& message) {
  SignedRoster out{Bytes(message.roster().begin(), message.roster().end()), {}};
  if (message.signature().size() != out.signature.size()) return std::nullopt;
  std::memcpy(out.signature.data(), message.signature().data(), out.signature.size());
  return out;
}

}  // namespace

Follow::Follow(Core& core, crypto::VerifyKey master_key) : core_(core), master_key_(master_key) {}

bool Follow::consume_box(ByteView box) {
  wire::pb::SignedRoster message;
  if (!message.ParseFromArray(box.data(), static_cast<int>(box.size()))) return false;
  auto roster = from_message(message);
  auto verified = roster ? verify_roster(*roster, core_.facts.uuid, master_key_) : std::nullopt;
  if (!verified) return false;
  ticket_ = verified->ticket;
  return take(*verified);
}

bool Follow::take(const VerifiedRoster& verified) {
  const Member* self = verified.roster.find(core_.self);
  bool ours = self && self->ed == core_.keys.signing.verify_key() && self->dh == core_.keys.dh.public_key();
  if (!ours || verified.roster.version <= core_.roster.version) return false;
  Roster before = std::exchange(core_.roster, verified.roster);
  for (const Member& m : core_.roster.members) {
    const Member* known = before.find(m.id);
    if (!known && !before.members.empty() && m.id != core_.self) core_.notify(Joined{m.id, m.name});
  }
  for (const Member& m : before.members) {
    if (core_.member(m.id)) continue;
    if (m.id != kFirstMaster) core_.envelope.drop_pair(m.id);
    core_.notify(Left{m.id, "left"});
  }
  core_.notify(RosterChanged{core_.roster});
  if (before.mode != core_.roster.mode && !before.members.empty()) core_.notify(ModeChanged{core_.roster.mode});
  if (before.locked != core_.roster.locked) core_.notify(LockChanged{core_.roster.locked});
  return true;
}

void Follow::begin() { ping_at_ = core_.now; }

void Follow::resume() {
  resuming_ = true;
  wire::pb::Message message;
  message.mutable_ping()->set_value(0);
  auto packet = core_.seal_for(core_.master, message);
  if (!packet) return;
  core_.host.send(wire::encode(wire::Handshake{{}, wire::HandshakeMessage::resume, std::move(*packet)}));
  resume_at_ = core_.now + kResumeAgain;
}

void Follow::on_refused(wire::RefusedReason) {
  if (resuming_) on_lost(ErrorCode::no_session);
}

void Follow::on_roster(const wire::pb::Message& message) {
  auto roster = from_message(message.roster());
  auto verified = roster ? verify_roster(*roster, core_.facts.uuid, master_key_) : std::nullopt;
  if (verified) take(*verified);
  if (!verified || !resuming_) return;
  resuming_ = false;
  resume_at_ = Instant::never();
  ping_at_ = core_.now;
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
  if (key.for_join()) on_join_epoch();
}

void Follow::on_pong(std::uint64_t value) {
  auto sent = Instant{Duration{static_cast<Duration::rep>(value)}};
  if (sent == pinged_) rtt_ms_ = milliseconds(core_.now - sent);
}

void Follow::leave() {
  wire::pb::Message message;
  message.mutable_leave()->set_reason("left");
  core_.tell(core_.master, message);
}

void Follow::poll() {
  if (core_.now >= erase_at_) {
    core_.envelope.epochs().erase_through(erase_through_);
    erase_at_ = Instant::never();
  }
  if (resuming_ && core_.now >= resume_at_) resume();
  if (core_.attached && !resuming_ && core_.now >= ping_at_) {
    wire::pb::Message message;
    pinged_ = core_.now;
    message.mutable_ping()->set_value(static_cast<std::uint64_t>(core_.now.since_start().count()));
    core_.tell(core_.master, message);
    ping_at_ = core_.now + kPingEvery;
  }
}

Instant Follow::next_deadline() const {
  Instant next = erase_at_;
  if (resuming_)
    next = std::min(next, resume_at_);
  else if (core_.attached)
    next = std::min(next, ping_at_);
  return next;
}

}  // namespace lotse::session
