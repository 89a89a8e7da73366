#include "session/lead.h"

#include "base/text.h"
#include "session/heirs_message.h"
#include "session/message_bytes.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

wire::pb::SignedRoster to_message(const SignedRoster& roster) {
  wire::pb::SignedRoster out;
  out.set_roster(text_of(roster.roster));
  out.set_signature(text_of(roster.signature));
  return out;
}

void wipe_key(wire::pb::Message& message) {
  std::string* secret = message.mutable_epoch()->mutable_secret();
  crypto::wipe({reinterpret_cast<std::uint8_t*>(secret->data()), secret->size()});
}

}  // namespace

Admission::Hooks Lead::hooks() {
  return {[this](LinkId link, wire::HandshakeMessage message, Bytes body) {
            core_.host.send(wire::encode(wire::Handshake{link, message, std::move(body)}));
          },
          [this](Event event) { core_.notify(std::move(event)); },
          [this](const Admitted& admitted) { admit(admitted); },
          [this](LinkId link, ParticipantId index) { member_ready(link, index); },
          [this](const std::string& name, const crypto::VerifyKey* key) { return core_.host.meet(name, key); },
          [this](const std::string& name, const crypto::VerifyKey& key) { core_.host.remember(name, key); }};
}

Lead::Lead(Core& core, Options options)
    : core_(core), options_(std::move(options)), admission_(core.facts, core.keys, hooks()) {
  Member self{core_.self, clean_text(options_.name, wire::kMaxName), core_.keys.signing.verify_key(),
              core_.keys.dh.public_key(), Rights::all()};
  core_.roster.members.push_back(std::move(self));
  core_.roster.mode = options_.mode;
  core_.roster.colors = options_.colors;
  core_.roster.default_rights = options_.default_rights;
  core_.roster.version = 1;
}

wire::TunnelRequest Lead::signed_request(wire::Operation operation, LinkId link, ParticipantId target,
                                         std::uint32_t value) {
  wire::TunnelRequest request{core_.succession.term(), ++sequence_, operation, link, target, value, {}};
  request.signature = core_.keys.signing.sign(crypto::Purpose::tunnel,
                                              {wire::signed_part(request, core_.facts.uuid, core_.relay_nonce)});
  return request;
}

void Lead::tunnel(wire::Operation operation, LinkId link, ParticipantId target, std::uint32_t value) {
  core_.host.send(wire::encode(signed_request(operation, link, target, value)));
}

void Lead::on_welcome(const wire::Welcome& welcome) {
  core_.relay_nonce = welcome.nonce;
  sequence_ = 0;
  wire::Open open{core_.facts.uuid, core_.keys.signing.verify_key(), wire::number_of(core_.facts.number), {}};
  open.request = signed_request(wire::Operation::open, {}, ParticipantId{0xFFFF}, epoch().value());
  core_.host.send(wire::encode(open));
}

void Lead::on_opened() {
  if (epoch() == Epoch{}) new_epoch(EpochSchedule::Reason::age);
  tunnel(wire::Operation::epoch, {}, ParticipantId{0xFFFF}, epoch().value());
  if (core_.roster.locked) tunnel(wire::Operation::lock, {}, ParticipantId{0xFFFF}, 1);
  // Whoever was here has the time of an outage to say something again.
  attendance_.hear_all(core_.now);
  core_.notify(RosterChanged{core_.roster});
}

void Lead::on_handshake(const wire::Handshake& handshake) {
  if (handshake.message == wire::HandshakeMessage::resume) return resume(handshake.link, handshake.body);
  admission_.on_message(handshake.link, handshake.message, handshake.body, core_.now);
}

void Lead::admit(const Admitted& admitted) {
  if (schedule_.join_needs_epoch(core_.now)) new_epoch(EpochSchedule::Reason::join);
  Member member{admitted.index, admitted.name, admitted.handshake.client_verify_key(), admitted.handshake.client_dh(),
                core_.roster.default_rights};
  if (core_.roster.mode == Mode::control) member.rights.set(Right::present, true);
  if (auto before = tickets_.redeem(admitted.ticket)) {
    member.rights = before->rights;
    member.name = before->name;
    if (core_.member(before->id)) {
      tunnel(wire::Operation::remove, {}, before->id);
      remove(before->id, "came back");
    }
  }
  Bytes ticket = tickets_.issue(member.id);
  tickets_.note(member);
  core_.roster.members.push_back(std::move(member));
  std::sort(core_.roster.members.begin(), core_.roster.members.end(),
            [](const Member& a, const Member& b) { return a.id < b.id; });
  core_.roster.next_index = std::max(core_.roster.next_index, admitted.index.value() + 1u);
  ++core_.roster.version;
  attendance_.expect(admitted.index, core_.now);
  wire::pb::SignedRoster words = to_message(sign_roster(core_.roster, ticket, core_.facts.uuid, core_.keys.signing));
  if (options_.identity)
    words.set_identity(text_of(options_.identity->prove_master(core_.facts.uuid, core_.keys.signing.verify_key())));
  std::string box = words.SerializeAsString();
  auto keyed = admitted.handshake.create_key(epoch(), core_.envelope.epochs().newest_secret(), as_bytes(box));
  core_.envelope.set_pair(admitted.index, std::move(keyed.pair));
  core_.host.send(wire::encode(wire::Handshake{admitted.link, wire::HandshakeMessage::key, std::move(keyed.key)}));
  // After KEY: from here on the relay lets pictures through, and they must not come before their key.
  tunnel(wire::Operation::admit, admitted.link, admitted.index);
  for (ParticipantId id : core_.others())
    if (id != admitted.index) send_roster(id);
  core_.notify(RosterChanged{core_.roster});
}

void Lead::member_ready(LinkId, ParticipantId index) {
  const Member* member = core_.member(index);
  if (!member) return;
  attendance_.arrive(index, core_.now);
  core_.notify(Joined{index, member->name});
  bool somebody_shares =
      std::any_of(core_.roster.members.begin(), core_.roster.members.end(), [](const Member& m) { return m.sharing; });
  if (core_.roster.mode == Mode::control && !somebody_shares) ask_to_share(index, true);
}

void Lead::refuse_resume(LinkId link) {
  core_.host.send(wire::encode(wire::Handshake{
      link, wire::HandshakeMessage::refused, {static_cast<std::uint8_t>(wire::RefusedReason::unknown)}}));
}

void Lead::resume(LinkId link, ByteView packet) {
  auto hand_over = [&](ParticipantId to, const wire::pb::Message& message) {
    if (auto sealed = core_.seal_for(to, message))
      core_.host.send(wire::encode(wire::Handshake{link, wire::HandshakeMessage::resume, std::move(*sealed)}));
  };
  auto parsed = wire::parse_packet(packet);
  if (!parsed || parsed->header.keying != wire::Keying::pair) return refuse_resume(link);
  ParticipantId id = parsed->header.source;
  Member* member = core_.roster.find(id);
  if (!member || id == core_.self || !core_.make_pair(id)) return refuse_resume(link);
  if (parsed->header.destination != core_.self && !core_.succession.chain().empty()) {
    wire::pb::Message other;  // it does not know yet who leads
    write_heirs(core_.succession.chain(), *other.mutable_taken_over());
    return hand_over(id, other);
  }
  if (!core_.envelope.open(*parsed, member->ed).opened) return refuse_resume(link);
  if (schedule_.join_needs_epoch(core_.now)) new_epoch(EpochSchedule::Reason::join);
  bool news = attendance_.arrive(id, core_.now);
  bool was_away = std::exchange(member->away, false);
  if (was_away) ++core_.roster.version;
  // Key and roster go before the admission: from then on the relay lets pictures through.
  wire::pb::Message epoch_message = epoch_key(true), roster_message;
  *roster_message.mutable_roster() = to_message(sign_roster(core_.roster, {}, core_.facts.uuid, core_.keys.signing));
  hand_over(id, epoch_message);
  hand_over(id, roster_message);
  wipe_key(epoch_message);
  tunnel(wire::Operation::admit, link, id);
  if (was_away) {
    for (ParticipantId other : core_.others())
      if (other != id) send_roster(other);
    core_.notify(RosterChanged{core_.roster});
  }
  if (news) core_.notify(Joined{id, member->name});
}

void Lead::new_epoch(EpochSchedule::Reason reason) {
  Epoch before = epoch(), next{before.value() + 1};
  core_.envelope.epochs().add(next, crypto::EpochSecret::random());
  bool for_join = reason == EpochSchedule::Reason::join;
  for (ParticipantId id : core_.others()) send_epoch(id, for_join);
  if (core_.attached) tunnel(wire::Operation::epoch, {}, ParticipantId{0xFFFF}, next.value());
  schedule_.made(reason, core_.now);
  erase_through_ = before;
  erase_at_ = core_.now + wire::kOldEpochKept;
  core_.notify(EpochChanged{next, std::string(name_of(reason))});
  if (for_join && on_join_epoch) on_join_epoch();
}

wire::pb::Message Lead::epoch_key(bool for_join) const {
  wire::pb::Message message;
  message.mutable_epoch()->set_epoch(epoch().value());
  message.mutable_epoch()->set_secret(text_of(core_.envelope.epochs().newest_secret().view()));
  message.mutable_epoch()->set_for_join(for_join);
  return message;
}

void Lead::send_epoch(ParticipantId member, bool for_join) {
  wire::pb::Message message = epoch_key(for_join);
  core_.tell(member, message);
  wipe_key(message);
}

void Lead::send_roster(ParticipantId member, ByteView ticket) {
  wire::pb::Message message;
  *message.mutable_roster() = to_message(sign_roster(core_.roster, ticket, core_.facts.uuid, core_.keys.signing));
  core_.tell(member, message);
}

void Lead::roster_changed() {
  ++core_.roster.version;
  for (ParticipantId id : core_.others()) send_roster(id);
  core_.notify(RosterChanged{core_.roster});
}

void Lead::on_heard(ParticipantId from) {
  attendance_.heard(from, core_.now);
  Member* member = core_.roster.find(from);
  if (!member || !member->away) return;
  // It was taken for gone, by its silence or by what the relay said, and was not: it gets what it missed by its PING.
  member->away = false;
  if (attendance_.arrive(from, core_.now)) core_.notify(Joined{from, member->name});
  roster_changed();
}

void Lead::on_ping(ParticipantId from, const wire::pb::Message& message) {
  const wire::pb::Ping& ping = message.ping();
  if (ping.value() == 0) return;  // a resume's body
  Word in_force = core_.word();
  wire::pb::Message answer;
  answer.mutable_pong()->set_value(ping.value());
  answer.mutable_pong()->set_term(in_force.term);
  answer.mutable_pong()->set_epoch(in_force.epoch.value());
  answer.mutable_pong()->set_roster_version(in_force.roster_version);
  core_.tell(from, answer);
  if (!attendance_.has(from, {ping.term(), Epoch{ping.epoch()}, ping.roster_version()}, in_force, core_.now)) return;
  send_epoch(from, false);
  send_roster(from);
}

void Lead::on_link_down(const wire::LinkDown& down) {
  admission_.on_link_down(down.link);
  if (down.participant.value() != 0xFFFF && core_.member(down.participant)) away(down.participant);
}

void Lead::away(ParticipantId id) {
  Member* member = core_.roster.find(id);
  if (!member || member->away || id == core_.self) return;
  member->away = true;
  member->sharing = false;
  attendance_.lose(id, core_.now);
  schedule_.left(core_.now);
  roster_changed();
}

void Lead::on_leave(ParticipantId from, const std::string&) {
  if (!core_.member(from) || from == core_.self) return;
  tunnel(wire::Operation::remove, {}, from);
  schedule_.left(core_.now);
  remove(from, "left");
}

void Lead::remove(ParticipantId id, const std::string& reason) {
  bool told = attendance_.forget(id);
  std::erase_if(core_.roster.members, [&](const Member& m) { return m.id == id; });
  bool deputy = std::erase(core_.roster.deputies, id) > 0;
  core_.envelope.drop_pair(id);
  roster_changed();
  if (deputy) name_deputies();
  if (!told) core_.notify(Left{id, reason});
}

bool Lead::kick(ParticipantId id, const std::string& reason, Ban ban) {
  if (!core_.member(id) || id == core_.self) return false;
  std::string name = core_.member(id)->name;
  wire::pb::Message message;
  message.mutable_kick()->set_reason(clean_text(reason, wire::kMaxReason));
  core_.tell(id, message);
  tunnel(wire::Operation::remove, {}, id, ban == Ban::yes ? 1 : 0);
  tickets_.cancel(id);
  schedule_.kicked(core_.now);
  remove(id, "kicked");
  // Who was put out knows the code: it is changed for the next one.
  if (admission_.has_auto_code()) admission_.new_code(core_.now);
  poll();
  attendance_.must_confirm(name, core_.word(), core_.now);
  return true;
}

bool Lead::set_right(ParticipantId id, Right right, bool on) {
  Member* member = core_.roster.find(id);
  if (!member) return false;
  member->rights.set(right, on);
  tickets_.note(*member);
  roster_changed();
  return true;
}

bool Lead::ask_to_share(ParticipantId id, bool wanted) {
  Member* member = core_.roster.find(id);
  if (!member || id == core_.self) return false;
  if (wanted && !member->rights.has(Right::present)) set_right(id, Right::present, true);
  wire::pb::Message message;
  message.mutable_share_request()->set_wanted(wanted);
  return core_.tell(id, message);
}

void Lead::on_sharing(ParticipantId id, bool sharing) {
  Member* member = core_.roster.find(id);
  if (!member || member->sharing == sharing) return;
  member->sharing = sharing;
  roster_changed();
}

void Lead::on_recording(ParticipantId id, bool on) {
  Member* member = core_.roster.find(id);
  if (!member || member->recording == on) return;
  member->recording = on;
  roster_changed();
}

void Lead::set_mode(Mode mode) {
  if (core_.roster.mode == mode) return;
  core_.roster.mode = mode;
  for (Member& m : core_.roster.members)
    if (m.id != core_.self) m.rights.set(Right::present, mode == Mode::control);
  roster_changed();
  core_.notify(ModeChanged{mode});
  for (ParticipantId id : core_.others()) ask_to_share(id, mode == Mode::control);
  admission_.set_code_life(mode == Mode::control ? Admission::CodeLife::single_use : Admission::CodeLife::reusable);
}

void Lead::set_locked(bool locked) {
  core_.roster.locked = locked;
  admission_.set_locked(locked);
  if (core_.attached) tunnel(wire::Operation::lock, {}, ParticipantId{0xFFFF}, locked ? 1 : 0);
  roster_changed();
  core_.notify(LockChanged{locked});
}

void Lead::set_default_rights(Rights rights) {
  core_.roster.default_rights = rights;
  roster_changed();
}

void Lead::set_arrows_moving(std::uint32_t most) {
  core_.roster.arrows_moving = most;
  roster_changed();
}

void Lead::set_colors(codec::Colors colors) {
  core_.roster.colors = colors;
  roster_changed();
}

void Lead::set_name(const std::string& name) {
  core_.roster.find(core_.self)->name = clean_text(name, wire::kMaxName);
  roster_changed();
}

void Lead::end() {
  wire::pb::Message message;
  message.mutable_end()->set_reason("ended");
  for (ParticipantId id : core_.others()) core_.tell(id, message);
  if (core_.attached) tunnel(wire::Operation::end);
}

void Lead::poll_attendance() {
  Attendance::Due due = attendance_.due(core_.now);
  for (ParticipantId id : due.silent) away(id);
  for (ParticipantId id : due.lost) core_.notify(Left{id, "lost"});
  for (ParticipantId id : due.gone) remove(id, "lost");
  for (const auto& [removed, members] : attendance_.unconfirmed(core_.now)) {
    std::string names;
    for (ParticipantId id : members)
      if (const Member* m = core_.member(id)) names += (names.empty() ? "" : ", ") + m->name;
    core_.notify(
        Warning{"removal_unconfirmed",
                names + ": has not confirmed yet that " + removed + " was removed, and may still be heard there.",
                names, removed});
  }
}

void Lead::poll() {
  admission_.poll(core_.now);
  // A pair's key is not renewed by an epoch: when it is used up its member joins anew.
  if (core_.envelope.epochs().most_sealed() >= crypto::kMaxSealsPerKey - (1u << 20)) schedule_.worn(core_.now);
  if (core_.now >= erase_at_) {
    core_.envelope.epochs().erase_through(erase_through_);
    erase_at_ = Instant::never();
  }
  if (!core_.attached) return;
  poll_attendance();
  if (core_.now >= handed_over_) {
    handed_over_ = Instant::never();
    core_.notify(Warning{"hand_over_failed", "The participant did not take over. You still lead the session."});
  }
  auto due = schedule_.due(core_.now);
  if (due != EpochSchedule::Reason::none) new_epoch(due);
}

Instant Lead::next_deadline() const {
  Instant next = std::min(admission_.next_deadline(), erase_at_);
  if (!core_.attached) return next;
  return std::min({next, schedule_.next_deadline(), attendance_.next_deadline(), handed_over_});
}

}  // namespace lotse::session
