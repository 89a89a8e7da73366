#include "session/session.h"

#include "base/text.h"
#include "session/heirs_message.h"
#include "session/joining.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr int kMostTries = 8;
constexpr Duration kBusyPause = 2s;
constexpr Duration kAnswerTime = 15s;  // for the master's program to answer a handshake message

ErrorCode error_of(wire::RefusedReason reason) {
  switch (reason) {
    case wire::RefusedReason::bad_code:
    case wire::RefusedReason::code_spent:
      return ErrorCode::bad_password;
    case wire::RefusedReason::lobby:
      return ErrorCode::lobby_refused;
    case wire::RefusedReason::full:
      return ErrorCode::full;
    case wire::RefusedReason::locked:
      return ErrorCode::locked;
    case wire::RefusedReason::busy:
      return ErrorCode::rate_limited;
    case wire::RefusedReason::version:
      return ErrorCode::version;
    case wire::RefusedReason::unknown:
      return ErrorCode::no_session;
  }
  return ErrorCode::internal;
}

}  // namespace

Session::Session(SessionHost& host, MasterOptions options) : host_(host), code_kind_(options.code) {
  crypto::SessionFacts facts;
  crypto::fill_random(facts.uuid);
  crypto::MasterKeys keys;
  crypto::VerifyKey own_key = keys.signing.verify_key();
  core_ = std::make_unique<Core>(host, facts, kFirstMaster, std::move(keys), kFirstMaster, own_key);
  Mode mode = options.lead.mode;
  lead_ = std::make_unique<Lead>(*core_, std::move(options.lead));
  if (options.code == MasterOptions::Code::none) lead_->admission().use_no_code();
  if (options.code == MasterOptions::Code::passphrase) lead_->admission().use_passphrase(std::move(options.passphrase));
  if (mode == Mode::control) lead_->admission().set_code_life(Admission::CodeLife::single_use);
  build_parts(options.ask);
  lead_->on_join_epoch = [this] { presenting_->join_epoch(); };
}

Session::Session(SessionHost& host, ParticipantOptions options) : host_(host), joining_(std::make_unique<Joining>()) {
  joining_->rsa = options.rsa;
  joining_->making_rsa = options.rsa_is_coming;
  joining_->options = std::move(options);
}

Session::~Session() = default;

void Session::build_parts(std::optional<bool> ask) {
  presenting_ = std::make_unique<Presenting>(*core_, ask);
  presenting_->set_films(films_);
  watching_ = std::make_unique<Watching>(*core_);
  talk_ = std::make_unique<Talk>(*core_, [this] { return core_->may_tell_all() && is_admitted(); });
  board_ = std::make_unique<Board>(*core_);
  marking_ = std::make_unique<Marking>(*core_, *presenting_, *watching_);
  support_ = std::make_unique<Support>(*core_, *presenting_, *watching_);
  watching_->on_sharing = [this](ParticipantId member, bool sharing) {
    if (lead_) lead_->on_sharing(member, sharing);
  };
}

bool Session::begin_call(Instant now) {
  now_ = now;
  if (core_) core_->now = now;
  return !over_;
}

void Session::set_stage(Stage stage, const std::string& reason) {
  if (stage == stage_ && reason == stage_reason_) return;
  stage_ = stage;
  stage_reason_ = reason;
  host_.notify(StageChanged{stage, reason});
}

void Session::update_stage() {
  if (over_ || !core_ || !core_->attached || (follow_ && follow_->resuming())) return;
  if (follow_ && follow_->contact() == Contact::State::lost)
    return set_stage(Stage::reconnecting, "The moderator has not answered for a minute.");
  if (!master_present_) return;
  bool picture = presenting_->sharing() || !watching_->screens().empty();
  set_stage(picture ? Stage::live : Stage::waiting_for_presenter);
}

void Session::fail(ErrorCode code, const std::string& reason) {
  if (over_) return;
  if (presenting_) presenting_->end(), support_->poll();
  over_ = true;
  bool ordinary = code == ErrorCode::ended && core_;  // who knocks at an ended session is refused
  host_.notify(Ended{reason, ordinary ? std::nullopt : std::optional(code)});
}

bool Session::try_again(Duration pause, const std::string& reason) {
  // Who is a member does not give up: somebody may only want to keep it out.
  if (!core_ && ++tries_ > kMostTries) return false;
  std::array<std::uint8_t, 2> random;
  crypto::fill_random(random);  // not all at the same moment
  pause += std::chrono::milliseconds(ByteReader(random).get<std::uint16_t>() % 2000);
  host_.notify(TryAgain{pause});
  std::string seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(pause).count());
  set_stage(core_ ? Stage::reconnecting : Stage::connecting, reason + " Trying again in " + seconds + " seconds.");
  return true;
}

void Session::on_frame(ByteView bytes, Instant now) {
  if (!begin_call(now)) return;
  auto frame = wire::decode(bytes);
  if (!frame) return void(++drops_.other);
  if (auto* packet = std::get_if<wire::Packet>(&*frame))
    on_packet(packet->bytes);
  else if (auto* welcome = std::get_if<wire::Welcome>(&*frame))
    on_welcome(*welcome);
  else if (auto* opened = std::get_if<wire::SessionOpened>(&*frame))
    on_opened(*opened);
  else if (auto* error = std::get_if<wire::Error>(&*frame))
    on_relay_error(*error);
  else if (auto* presence = std::get_if<wire::MasterPresence>(&*frame))
    on_presence(*presence);
  else if (auto* superseded = std::get_if<wire::Superseded>(&*frame))
    on_superseded(*superseded);
  else if (auto* handshake = std::get_if<wire::Handshake>(&*frame))
    on_handshake(*handshake);
  else if (auto* down = std::get_if<wire::LinkDown>(&*frame))
    lead_ ? lead_->on_link_down(*down) : void();
  else if (auto* ping = std::get_if<wire::Ping>(&*frame))
    host_.send(wire::encode(wire::Pong{ping->value}));
  else if (auto* request = std::get_if<wire::KeyRequest>(&*frame);
           request && presenting_ && request->source == core_->self)
    presenting_->on_key_request(request->generation, request->screen, request->slots);
  if (over_ || !core_) return;
  presenting_->members_changed();
  watching_->members_changed();
  talk_->members_changed();
  board_->members_changed();
  marking_->members_changed();
  support_->members_changed();
  update_stage();
}

void Session::on_welcome(const wire::Welcome& welcome) {
  if (core_) core_->relay_nonce = welcome.nonce;
  if (joining_) joining_->relay_nonce = welcome.nonce;
  relay_answers_by_ = now_ + kAnswerTime;
  if (lead_) return lead_->on_welcome(welcome);
  const std::string& number = core_ ? core_->facts.number : joining_->options.number;
  host_.send(wire::encode(wire::Attach{wire::number_of(number)}));
}

void Session::on_opened(const wire::SessionOpened& opened) {
  std::string number = wire::to_string(opened.number);
  relay_answers_by_ = Instant::never();
  if (!core_) {  // a participant on its way in
    if (number != joining_->options.number)
      return fail(ErrorCode::no_session, "The relay leads to another session than the one with this number.");
    joining_->facts = {number, opened.uuid};
    joining_->linked = true;
    joining_->handshake.reset();
    return start_handshake();
  }
  if (opened.uuid != core_->facts.uuid)
    return fail(ErrorCode::no_session, "The relay has another session under this number.");
  if (follow_ && std::exchange(linked_, true) && !follow_->claim().empty()) return become_master();
  if (follow_) {
    core_->attached = true;
    return follow_->resume();
  }
  core_->facts.number = number;
  if (code_kind_ == MasterOptions::Code::automatic && !lead_->admission().code())
    lead_->admission().use_auto_code(core_->now);
  attached();
  if (!std::exchange(opened_, true))
    core_->notify(SessionNumber{number, lead_->admission().code().value_or(""), lead_->admission().link_secret()});
}

void Session::attached() {
  core_->attached = true;
  ever_attached_ = true;
  if (lead_) lead_->on_opened();
  presenting_->attached();
  talk_->reachable();
  board_->reachable();
  update_stage();
}

bool Session::wants_rsa() const { return joining_ && !over_ && joining_->making_rsa; }

void Session::use_rsa(std::shared_ptr<crypto::RsaKey> key, Instant now) {
  if (!begin_call(now) || !wants_rsa()) return;
  joining_->rsa = std::move(key);
  joining_->making_rsa = false;
  if (joining_->linked && !joining_->handshake) start_handshake();
}

void Session::start_handshake() {
  Joining& j = *joining_;
  set_stage(Stage::handshake);
  if (!j.rsa && !j.making_rsa) {
    j.making_rsa = true;
    host_.work([this] {
      auto key = std::make_shared<crypto::RsaKey>(crypto::RsaKey::make());
      return [this, key] { use_rsa(key, now_); };
    });
  }
  if (!j.rsa) return;
  j.handshake.emplace(j.facts, crypto::Credentials(j.options.credentials),
                      crypto::ClientHello{j.options.name, j.options.ticket, {}}, std::move(*j.rsa));
  j.rsa.reset();
  if (j.options.identity)
    j.handshake->show_identity(
        [identity = j.options.identity, uuid = j.facts.uuid](ByteView t2, const crypto::VerifyKey& client) {
          return identity->prove_client(uuid, client, t2);
        });
  j.answer_by = Instant::never();  // set at the next poll, which knows the time
  host_.send(wire::encode(wire::Handshake{{}, wire::HandshakeMessage::join, j.handshake->create_join()}));
}

void Session::on_presence(const wire::MasterPresence& presence) {
  if (lead_) return;
  master_present_ = presence.present;
  if (core_ && !master_present_) support_->detached();  // nobody says now who may ask
  if (!presence.present)
    return set_stage(core_ ? Stage::reconnecting : Stage::handshake, "The moderator is not connected at the moment.");
  if (core_) {
    if (follow_->resuming())
      follow_->resume();
    else
      update_stage();
  } else if (joining_->linked && joining_->handshake) {
    host_.send(wire::encode(wire::Handshake{{}, wire::HandshakeMessage::join, joining_->handshake->create_join()}));
    set_stage(Stage::handshake);
  }
}

void Session::on_handshake(const wire::Handshake& handshake) {
  using M = wire::HandshakeMessage;
  if (lead_) return lead_->on_handshake(handshake);
  if (handshake.message == M::refused) return on_refused(handshake.body);
  if (handshake.message == M::resume) return on_packet(handshake.body);  // key and roster after an outage
  if (!joining_ || !joining_->handshake) return;
  crypto::ClientHandshake& client = *joining_->handshake;
  auto give_up = [this](crypto::HandshakeError error) {
    using E = crypto::HandshakeError;
    if (error == E::wrong_order) return;  // a repeat
    if (error == E::bad_code)
      return fail(ErrorCode::bad_password, "The code is wrong, or somebody is in between. Ask for a new code.");
    if (error == E::bad_fingerprint || error == E::bad_signature)
      return fail(
          ErrorCode::bad_password,
          "This is not the moderator that the link was made by. Somebody may be in between: ask for a new link.");
    fail(ErrorCode::version,
         "The moderator's program speaks another version, or the connection is disturbed on purpose.");
  };
  joining_->answer_by = Instant::never();
  if (handshake.message == M::offer) {
    auto confirm = client.consume_offer(handshake.body);
    if (!confirm) return give_up(confirm.error());
    host_.send(wire::encode(wire::Handshake{{}, M::confirm, std::move(*confirm)}));
  } else if (handshake.message == M::lobby) {
    auto lobby = client.consume_lobby(handshake.body);
    if (!lobby) return give_up(lobby.error());
    host_.notify(OwnSas{ParticipantId{0xFFFF}, client.sas_words()});
    set_stage(Stage::lobby, "The moderator has to admit you.");
  } else if (handshake.message == M::key) {
    auto result = client.consume_key(handshake.body);
    if (!result) return give_up(result.error());
    host_.notify(OwnSas{result->self, client.sas_words()});
    established(std::move(result.value()));
  }
}

void Session::on_refused(ByteView body) {
  auto code = body.size() == 1 && body[0] >= 1 && body[0] <= 8 ? static_cast<wire::RefusedReason>(body[0])
                                                               : wire::RefusedReason::unknown;
  if (follow_) return follow_->on_refused(code);
  if (code == wire::RefusedReason::busy && try_again(kBusyPause, "Too many people try to join at this moment.")) return;
  static const std::map<wire::RefusedReason, std::string> kTexts{
      {wire::RefusedReason::bad_code,
       "The code is wrong, or it was used already. Ask the moderator for the code shown now."},
      {wire::RefusedReason::code_spent, "The code was tried too often. Ask the moderator for a new one."},
      {wire::RefusedReason::lobby, "The moderator did not admit you."},
      {wire::RefusedReason::full, "The session is full."},
      {wire::RefusedReason::locked, "The moderator has locked the session. Ask to be let in."},
      {wire::RefusedReason::busy, "Too many people try to join at this moment. Try again in a few seconds."},
      {wire::RefusedReason::version, "The moderator's program speaks another version of the protocol."},
      {wire::RefusedReason::unknown, "The moderator's program does not know this participant any more. Join again."}};
  fail(error_of(code), kTexts.at(code));
}

void Session::build_follow() {
  follow_ = std::make_unique<Follow>(*core_);
  follow_->on_join_epoch = [this] {
    presenting_->join_epoch();
    retry_held();
  };
  follow_->on_resumed = [this] { attached(); };
  follow_->on_lost = [this](ErrorCode code) {
    fail(code, "The moderator's program does not know this participant any more. Join again.");
  };
}

void Session::become_master() {
  std::vector<wire::Heir> heirs = follow_->claim();
  follow_.reset();
  master_present_ = true;
  lead_ = std::make_unique<Lead>(*core_, std::move(heirs));
  lead_->on_join_epoch = [this] { presenting_->join_epoch(); };
  code_kind_ = MasterOptions::Code::automatic;
  opened_ = true;
  presenting_->hold_control(false);
  core_->notify(MasterChanged{core_->self});
  core_->notify(SessionNumber{core_->facts.number, lead_->admission().code().value_or(""),
                              lead_->admission().link_secret(), SessionNumber::Why::took_over});
  attached();
}

void Session::step_down(std::span<const wire::Heir> heirs) {
  lead_->tell_stepped_down(heirs);
  core_->succession.follow(heirs);
  lead_.reset();
  build_follow();
  core_->notify(MasterChanged{core_->master()});
}

void Session::on_superseded(const wire::Superseded& superseded) {
  if (!lead_ || !lead_->steps_down(superseded.heirs)) return void(++drops_.other);
  step_down(superseded.heirs);
  host_.send(wire::encode(wire::Attach{wire::number_of(core_->facts.number)}));
}

void Session::on_taken_over(ParticipantId from, const wire::pb::Message& message) {
  if (follow_) return follow_->on_taken_over(from, message);
  auto heirs = read_heirs(message.taken_over());
  const Member* member = core_->member(from);
  bool sender = heirs && !heirs->empty() && heirs->back().index == from && member->ed == heirs->back().ed;
  if (!sender || !lead_->steps_down(*heirs)) return void(++drops_.other);
  step_down(*heirs);
  linked_ = true;
  follow_->begin();
}

void Session::established(crypto::ClientHandshake::Established e) {
  core_ = std::make_unique<Core>(host_, joining_->facts, e.self,
                                 crypto::MasterKeys{std::move(e.signing), std::move(e.dh)}, kFirstMaster, e.master);
  core_->now = now_;
  core_->relay_nonce = joining_->relay_nonce;
  core_->envelope.epochs().add(e.epoch, std::move(e.secret));
  build_parts(joining_->options.ask);
  build_follow();
  if (!follow_->consume_box(e.box)) return fail(ErrorCode::internal, "The moderator's list of members is not valid.");
  if (follow_->changed_master())
    return fail(
        ErrorCode::identity_changed,
        "The moderator does not have the identity that you know by this name. Ask them by telephone; if the new "
        "one is theirs, forget the old one: lotse-participant identity forget NAME");
  core_->envelope.set_pair(core_->master(), std::move(e.pair));
  host_.send(wire::encode(wire::Handshake{{}, wire::HandshakeMessage::ready, std::move(e.ready)}));
  joining_.reset();
  linked_ = true;
  follow_->begin();
  attached();
}

void Session::on_relay_error(const wire::Error& error) {
  using E = wire::RelayError;
  std::string wait = error.detail > 0 ? " Try again in " + std::to_string(error.detail) + " seconds." : std::string();
  switch (error.code) {
    case E::no_session:
      return fail(
          core_ ? ErrorCode::ended : ErrorCode::no_session,
          core_
              ? "The relay has given up the session."
              : "There is no session with this number. Check the number, or ask the moderator whether it still runs.");
    case E::ended:
      return fail(ErrorCode::ended, "The session is over.");
    case E::full:
      return fail(ErrorCode::full, "The relay takes no more sessions or members at the moment." + wait);
    case E::rate_limited:
      if (try_again(std::chrono::seconds(std::clamp(error.detail, 1u, 60u)), "Too many attempts at this moment."))
        return;
      return fail(ErrorCode::rate_limited, "Too many attempts from this address." + wait);
    case E::version:
      return fail(ErrorCode::version, "The relay speaks another version of the protocol.");
    case E::removed:
      return fail(ErrorCode::kicked, "The moderator has removed you from the session.");
    case E::locked:
      return fail(ErrorCode::locked, "The moderator has locked the session. Ask to be let in.");
    case E::not_allowed:
      if (follow_) follow_->on_not_allowed();
      return void(++drops_.other);
    case E::bad_request:
      return fail(ErrorCode::internal, "The relay did not understand this program.");
    case E::replaced:
      return fail(ErrorCode::ended, "This participant was taken over by another connection.");
    case E::token_needed:
      return fail(ErrorCode::token_needed,
                  "This relay opens sessions only for holders of a token. Ask its operator for one, and give it in a "
                  "file with --relay-token-file or in the settings.");
    case E::token_refused:
      return fail(
          ErrorCode::token_refused,
          "The relay does not take the token: it is wrong, revoked or expired. Ask its operator for a new one.");
    case E::banned:
      return fail(ErrorCode::banned, "The moderator does not let anybody from your address into this session again.");
    case E::too_slow:
    case E::shutting_down:
      return;  // the connection closes, the program tries again
  }
}

void Session::on_disconnected(const std::string& reason, Instant now) {
  if (!begin_call(now)) return;
  relay_answers_by_ = Instant::never();
  if (joining_) {
    joining_->linked = false;
    joining_->handshake.reset();
    joining_->answer_by = Instant::never();
  }
  if (core_) core_->attached = false, support_->detached();
  if (follow_) follow_->on_detached();
  linked_ = false;
  master_present_ = true;  // until the relay says otherwise
  set_stage(core_ && ever_attached_ ? Stage::reconnecting : Stage::connecting, reason);
}

/// What follows from whether the master answers.
void Session::after_contact() {
  presenting_->hold_control(follow_->contact() != Contact::State::heard);
  if (std::exchange(was_muted_, core_->muted) && core_->may_tell_all()) {
    presenting_->join_epoch();
    talk_->reachable();
  }
  update_stage();
}

void Session::on_drained(Instant now) { poll(now); }

void Session::poll(Instant now) {
  if (!begin_call(now)) return;
  if (joining_) {
    Joining& j = *joining_;
    bool waits = j.handshake && stage_ == Stage::handshake && stage_reason_.empty();
    if (!waits)
      j.answer_by = Instant::never();
    else if (j.answer_by == Instant::never())
      j.answer_by = now + kAnswerTime;
    else if (now >= j.answer_by)
      fail(ErrorCode::timeout, "The moderator's program does not answer. Try again in a minute.");
  }
  if (now >= relay_answers_by_) {
    relay_answers_by_ = Instant::never();
    if (!ever_attached_) return fail(ErrorCode::timeout, "The relay does not answer. Try again in a minute.");
    try_again({}, "The relay does not answer.");
  }
  if (!core_) return;
  while (!held_.empty() && held_.front().until <= now) {
    held_bytes_ -= held_.front().packet.size();
    held_.pop_front();
    ++drops_.other;
  }
  if (lead_) lead_->poll();
  if (follow_) {
    follow_->poll();
    after_contact();
  }
  presenting_->poll();
  watching_->poll();
  marking_->poll();
  support_->poll();
  talk_->poll();
  board_->members_changed();
}

Instant Session::next_deadline() const {
  if (over_) return Instant::never();
  Instant next = std::min(relay_answers_by_, joining_ ? joining_->answer_by : Instant::never());
  if (!core_) return next;
  if (!held_.empty()) next = std::min(next, held_.front().until);
  if (lead_) next = std::min(next, lead_->next_deadline());
  if (follow_) next = std::min(next, follow_->next_deadline());
  return std::min({next, presenting_->next_deadline(), watching_->next_deadline(), marking_->next_deadline(),
                   support_->next_deadline(), talk_->next_deadline()});
}

}  // namespace lotse::session
