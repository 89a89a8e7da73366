#include "session/admission.h"

#include "base/text.h"
#include "wire/limits.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;
using wire::HandshakeMessage;
using wire::RefusedReason;

constexpr Duration kPromptly = 3s;  // a program confirms within, over the slowest of links

std::string six_digits() {
  // Rejection keeps the digits even: 4294 full rounds of a million fit into 32 bits.
  std::array<std::uint8_t, 4> random;
  std::uint32_t value;
  do {
    crypto::fill_random(random);
    value = ByteReader(random).get<std::uint32_t>();
  } while (value >= 4'294'000'000u);
  std::string digits = std::to_string(value % 1'000'000);
  return std::string(6 - digits.size(), '0') + digits;
}

}  // namespace

Admission::Admission(const crypto::SessionFacts& facts, const crypto::MasterKeys& keys, Hooks hooks)
    : facts_(facts), keys_(keys), hooks_(std::move(hooks)), link_(16) {
  crypto::fill_random(link_);
}

void Admission::use_auto_code(Instant now) {
  auto_code_ = true;
  no_code_ = false;
  code_ = six_digits();
  code_until_ = now + wire::kCodeLife;
  wrong_codes_ = 0;
}

void Admission::use_passphrase(std::string passphrase) {
  auto_code_ = no_code_ = false;
  code_ = std::move(passphrase);
  code_until_ = Instant::never();
}

void Admission::use_no_code() {
  no_code_ = true;
  auto_code_ = false;
  code_.reset();
  code_until_ = Instant::never();
}

std::string Admission::link_secret() const {
  return to_base32(link_) + "." + crypto::fingerprint(keys_.signing.verify_key());
}

void Admission::new_code(Instant now) {
  use_auto_code(now);
  hooks_.notify(NewCode{*code_});
}

void Admission::on_message(LinkId link, HandshakeMessage message, ByteView body, Instant now) {
  now_ = now;
  if (message == HandshakeMessage::join) return on_join(link, body, now);
  auto at = pending_.find(link);
  if (at == pending_.end()) return;
  Pending& pending = at->second;
  if (message == HandshakeMessage::confirm && pending.state == State::offered) return on_confirm(link, pending, body);
  if (message == HandshakeMessage::ready && pending.state == State::keyed) {
    if (!pending.handshake.consume_ready(body)) return;  // not from the one who got KEY: wait for the right one
    ParticipantId index = pending.index;
    pending_.erase(at);
    hooks_.ready(link, index);
  }
}

Admission::Queue Admission::queue_of(ByteView join) {
  auto mode = crypto::mode_of_join(join);
  return mode == crypto::AuthMode::link || mode == crypto::AuthMode::paired ? Queue::link : Queue::code;
}

Admission::Queue Admission::queue_of(const Pending& pending) {
  auto mode = pending.handshake.mode();
  return mode == crypto::AuthMode::link || mode == crypto::AuthMode::paired ? Queue::link : Queue::code;
}

bool Admission::too_many_joins(Queue queue, Instant now) {
  std::deque<Instant>& recent = recent_joins_[static_cast<std::size_t>(queue)];
  while (!recent.empty() && now - recent.front() >= 1s) recent.pop_front();
  if (recent.size() >= wire::kMaxJoinsPerSecond) return true;
  recent.push_back(now);
  return false;
}

bool Admission::make_room(Queue queue, Instant now) {
  std::size_t offered = 0;
  auto oldest = pending_.end();
  for (auto at = pending_.begin(); at != pending_.end(); ++at) {
    if (at->second.state != State::offered || queue_of(at->second) != queue) continue;
    ++offered;
    if (oldest == pending_.end() || at->second.since < oldest->second.since) oldest = at;
  }
  if (offered < wire::kMaxUnconfirmedJoins) return true;
  if (now - oldest->second.since < kPromptly) return false;
  LinkId link = oldest->first;
  refuse_link(link, RefusedReason::busy);
  forget(link);
  return true;
}

ParticipantId Admission::take_index() {
  if (free_indices_.empty()) return ParticipantId{static_cast<std::uint16_t>(next_index_++)};
  return free_indices_.extract(free_indices_.begin()).value();
}

void Admission::on_join(LinkId link, ByteView body, Instant now) {
  crypto::MasterHandshake::Secrets secrets;
  if (code_) secrets.code = crypto::normalized_code(*code_);
  secrets.link = link_;
  secrets.none = no_code_;
  if (auto at = pending_.find(link); at != pending_.end()) {  // a repeat gets the same answer
    auto offer = at->second.handshake.consume_join(body, secrets);
    if (offer) hooks_.send(link, HandshakeMessage::offer, std::move(*offer));
    return;
  }
  Queue queue = queue_of(body);
  bool busy = too_many_joins(queue, now) || !make_room(queue, now);
  bool full = next_index_ >= kEverybody.value() - 1 || pending_.size() >= wire::kMaxMembers;
  if (locked_) return refuse_link(link, RefusedReason::locked);
  if (busy || full) return refuse_link(link, full ? RefusedReason::full : RefusedReason::busy);
  ParticipantId index = take_index();
  crypto::MasterHandshake handshake(facts_, keys_, index);
  auto offer = handshake.consume_join(body, secrets);
  if (!offer) {
    free_indices_.insert(index);
    return refuse_link(
        link, offer.error() == crypto::HandshakeError::not_allowed ? RefusedReason::bad_code : RefusedReason::version);
  }
  pending_.emplace(link, Pending{std::move(handshake), index, State::offered, now, {}, {}});
  hooks_.send(link, HandshakeMessage::offer, std::move(*offer));
}

void Admission::on_confirm(LinkId link, Pending& pending, ByteView body) {
  auto hello = pending.handshake.consume_confirm(body);
  bool by_code = pending.handshake.mode() == crypto::AuthMode::code;
  if (!hello) {
    if (hello.error() == crypto::HandshakeError::bad_code && by_code && ++wrong_codes_ == wire::kMaxWrongCodes)
      hooks_.notify(Warning{
          "code_guessed",
          "Five wrong codes were tried. Whoever types the right one now waits in the lobby; a new code ends that."});
    refuse_link(link, RefusedReason::bad_code);
    return forget(link);
  }
  pending.name = clean_text(hello->name, wire::kMaxName);
  pending.ticket = std::move(hello->ticket);
  if (pending.name.empty()) pending.name = "?";
  bool spent = by_code && wrong_codes_ >= wire::kMaxWrongCodes;
  bool stranger = meet(pending) == Acquaintance::changed;
  bool lobby = pending.handshake.mode() == crypto::AuthMode::none || spent || stranger;
  if (by_code && !spent) code_used();
  if (!lobby) return let_in(link, pending);
  pending.state = State::lobby;
  hooks_.send(link, HandshakeMessage::lobby, pending.handshake.create_lobby());
  hooks_.notify(InLobby{pending.index, pending.name, pending.handshake.sas_words()});
}

// Says what it finds. A changed identity is let in by a person alone.
Acquaintance Admission::meet(const Pending& pending) {
  auto key = pending.handshake.client_identity();
  Acquaintance who = hooks_.meet ? hooks_.meet(pending.name, key ? &*key : nullptr) : Acquaintance::anonymous;
  if (who == Acquaintance::changed)
    hooks_.notify(Warning{"identity_changed", "Somebody joins as " + pending.name +
                                                  ", but not with the identity that you know by this name. Compare the "
                                                  "words before you admit them."});
  else if (key)
    hooks_.notify(IdentityShown{pending.index, pending.name, *key, who == Acquaintance::known});
  return who;
}

void Admission::code_used() {
  if (auto_code_ && life_ == CodeLife::single_use) new_code(now_);
}

void Admission::let_in(LinkId link, Pending& pending) {
  pending.state = State::keyed;
  if (auto key = pending.handshake.client_identity(); key && hooks_.remember) hooks_.remember(pending.name, *key);
  hooks_.admit({link, pending.index, pending.name, pending.ticket, pending.handshake});
}

Admission::Pending* Admission::find(ParticipantId index, LinkId& link) {
  for (auto& [id, pending] : pending_) {
    if (pending.index != index || pending.state != State::lobby) continue;
    link = id;
    return &pending;
  }
  return nullptr;
}

bool Admission::admit(ParticipantId index) {
  LinkId link;
  Pending* pending = find(index, link);
  if (!pending) return false;
  let_in(link, *pending);
  hooks_.notify(LobbyLeft{index});
  return true;
}

bool Admission::refuse(ParticipantId index) {
  LinkId link;
  if (!find(index, link)) return false;
  refuse_link(link, RefusedReason::lobby);
  forget(link);
  return true;
}

void Admission::refuse_link(LinkId link, RefusedReason reason) {
  hooks_.send(link, HandshakeMessage::refused, Bytes{static_cast<std::uint8_t>(reason)});
}

void Admission::forget(LinkId link) {
  auto at = pending_.find(link);
  if (at == pending_.end()) return;
  if (at->second.state != State::keyed) free_indices_.insert(at->second.index);
  if (at->second.state == State::lobby) hooks_.notify(LobbyLeft{at->second.index});
  pending_.erase(at);
}

void Admission::on_link_down(LinkId link) { forget(link); }

void Admission::poll(Instant now) {
  now_ = now;
  if (auto_code_ && now >= code_until_) new_code(now);
  std::vector<LinkId> silent;
  for (const auto& [link, pending] : pending_)
    if (pending.state == State::offered && now - pending.since >= wire::kConfirmTime) silent.push_back(link);
  for (LinkId link : silent) {
    refuse_link(link, RefusedReason::busy);  // so that the relay lets the connection go
    forget(link);
  }
}

Instant Admission::next_deadline() const {
  Instant next = code_until_;
  for (const auto& [link, pending] : pending_)
    if (pending.state == State::offered) next = std::min(next, pending.since + wire::kConfirmTime);
  return next;
}

}  // namespace lotse::session
