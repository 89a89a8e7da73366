// What other members say: packets opened, and each message to the part whose affair it is.
#include "base/text.h"
#include "session/direct_message.h"
#include "session/file_message.h"
#include "session/session.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {

void Session::on_packet(ByteView bytes) {
  auto packet = core_ ? wire::parse_packet(bytes) : std::nullopt;
  if (!packet) return void(++drops_.other);
  const Member* member = core_->member(packet->header.source);
  if (packet->header.keying == wire::Keying::pair) core_->make_pair(packet->header.source);
  auto result = core_->envelope.open(*packet, member ? std::optional(member->ed) : std::nullopt);
  if (!result.opened) {
    bool may_come = result.drop == Drop::unknown_epoch && packet->header.epoch > core_->envelope.epochs().newest();
    if (may_come && held_bytes_ + bytes.size() <= wire::kUnknownEpochBytes) {
      held_.push_back({Bytes(bytes.begin(), bytes.end()), core_->now + wire::kUnknownEpochKept});
      held_bytes_ += bytes.size();
      return;
    }
    if (result.drop == Drop::replayed)
      ++drops_.replayed;
    else if (result.drop == Drop::forged)
      ++drops_.forged;
    else
      ++drops_.other;
    return;
  }
  if (lead_) lead_->on_heard(result.opened->source);
  if (packet->header.kind == wire::PacketKind::message) return on_message(*result.opened, packet->header);
  watching_->on_picture(*packet, std::move(result.opened->plaintext));
}

void Session::retry_held() {
  held_bytes_ = 0;
  for (HeldPacket& held : std::exchange(held_, {})) on_packet(held.packet);
}

void Session::on_message(const Envelope::Opened& opened, const wire::PacketHeader&) {
  wire::pb::Message message;
  if (!message.ParseFromArray(opened.plaintext.data(), static_cast<int>(opened.plaintext.size())))
    return void(++drops_.other);
  opened.private_message ? on_private(opened.source, message) : on_public(opened.source, message);
}

bool Session::may_chat(ParticipantId member) {
  const Member* known = core_->member(member);
  const bool may = known != nullptr && known->rights.has(Right::chat);
  if (!may) ++drops_.other;
  return may;
}

void Session::on_private(ParticipantId from, const wire::pb::Message& message) {
  using M = wire::pb::Message;
  bool master = from == core_->master();
  bool for_masters_alone = message.has_roster() || message.has_epoch() || message.has_kick() || message.has_end() ||
                           message.has_hand_over() || message.has_deputy() || message.has_board();
  if (for_masters_alone && !master) return void(++drops_.other);
  switch (message.what_case()) {
    case M::kRoster:
      return master && follow_ ? follow_->on_roster(message) : void();
    case M::kEpoch:
      return master && follow_ ? (follow_->on_epoch(message), retry_held()) : void();
    case M::kKick:
      return master ? fail(ErrorCode::kicked,
                           "The moderator has removed you from the session." +
                               (message.kick().reason().empty()
                                    ? ""
                                    : " Reason: " + clean_text(message.kick().reason(), wire::kMaxReason)))
                    : void();
    case M::kEnd:
      return master ? fail(ErrorCode::ended, "The moderator has ended the session.") : void();
    case M::kLeave:
      return lead_ ? lead_->on_leave(from, {}) : void();
    case M::kChat:
      // Who is muted may still turn to the moderator.
      return talk_->on_line(from, message.chat(),
                            may_chat(from) || (lead_ && !message.chat().to_all() && message.chat().group().empty()));
    case M::kTalked:
      return talk_->on_talked(from, message.talked());
    case M::kTalkAsk:
      return talk_->on_ask(from, message.talk_ask());
    case M::kControlRequest:
      return presenting_->on_control_request(from, message.control_request().wanted());
    case M::kControlAnswer:
      return watching_->on_control_answer(from, message);
    case M::kShareRequest:
      return presenting_->on_share_request(from, message.share_request().wanted());
    case M::kShareAnswer:
      return message.share_answer().allowed()
                 ? void()
                 : core_->notify(Warning{"share_refused", "The participant does not want to show the screen."});
    case M::kPresentRequest:
      return core_->notify(Warning{"present_requested", std::to_string(from.value())});
    case M::kInput:
      return presenting_->on_input(from, message.input()) ? void() : void(++drops_.other);
    case M::kMark:
      return marking_->on_mark(from, message.mark()) ? void() : void(++drops_.other);
    case M::kSupportAsk:
      return support_->on_ask(from, message.support_ask()) ? void() : void(++drops_.other);
    case M::kSupportAnswer:
      return support_->on_answer(from, message.support_answer()) ? void() : void(++drops_.other);
    case M::kPing:
      return lead_ ? lead_->on_ping(from, message) : void();
    case M::kPong:
      return master && follow_ ? follow_->on_pong(message) : void();
    case M::kHandOver:
      return master && follow_ ? follow_->on_hand_over(message) : void();
    case M::kDeputy:
      return master && follow_ ? follow_->on_deputy(message) : void();
    case M::kTakenOver:
      return on_taken_over(from, message);
    case M::kDirect:
      if (auto signal = read_direct(message.direct())) return host_.on_direct(from, *signal);
      return void(++drops_.other);
    case M::kFile:
      if (auto file = core_->member(from) ? read_file(message.file()) : std::nullopt)
        return host_.on_file(from, std::move(*file));
      return void(++drops_.other);
    case M::kClipboard:
      if (auto part = core_->member(from) ? read_file(message.clipboard()) : std::nullopt)
        return host_.on_clipboard(from, std::move(*part));
      return void(++drops_.other);
    case M::kBoardPut:
      return board_->on_put(from, message.board_put());
    case M::kBoardRemove:
      return board_->on_remove(from, message.board_remove().id());
    case M::kBoard:
      return board_->on_list(message.board());
    default:
      ++drops_.other;
  }
}

void Session::on_public(ParticipantId from, const wire::pb::Message& message) {
  using M = wire::pb::Message;
  const Member* member = core_->member(from);
  switch (message.what_case()) {
    case M::kChat:
      if (!message.chat().to_all()) return void(++drops_.other);
      return talk_->on_line(from, message.chat(), may_chat(from));
    case M::kTalked:
      return talk_->on_talked(from, message.talked());
    case M::kControllers:
      return watching_->on_controllers(from, message);
    case M::kScreenPlaces:
      return member->rights.has(Right::present) ? watching_->on_screen_places(from, message) : void(++drops_.other);
    case M::kRecording:
      if (lead_) lead_->on_recording(from, message.recording().on());
      return core_->notify(RecordingChanged{from, message.recording().on()});
    case M::kRaiseHand:
      return core_->notify(RaisedHand{from, message.raise_hand().up()});
    default:
      ++drops_.other;
  }
}

}  // namespace lotse::session
