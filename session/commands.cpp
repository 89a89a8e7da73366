// What the person at this program wants of the session.
#include "session/direct_message.h"
#include "session/file_message.h"
#include "session/joining.h"
#include "session/session.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

constexpr Session::Refusal kDone = std::nullopt;

}  // namespace

void Session::share_screens(const std::vector<ScreenPlace>& screens, Instant now) {
  if (!begin_call(now) || !core_) return;
  presenting_->share(screens);
  marking_->screens_changed();
  if (lead_) lead_->on_sharing(core_->self, presenting_->sharing());
  update_stage();
}

void Session::on_captured(ScreenId screen, Size size, std::vector<SlotUpdate> slots, Instant now) {
  if (begin_call(now) && core_) presenting_->captured(screen, size, std::move(slots));
}

void Session::on_cursor_shape(const CursorImage& shape, Instant now) {
  if (begin_call(now) && core_) presenting_->cursor_shape(shape);
}

void Session::on_cursor_position(ScreenId screen, Point position, Instant now) {
  if (begin_call(now) && core_) presenting_->cursor_position(screen, position);
}

void Session::end_share(Instant now) {
  if (!begin_call(now) || !core_) return;
  presenting_->end();
  marking_->screens_changed();
  if (lead_) lead_->on_sharing(core_->self, false);
  update_stage();
}

void Session::pause_share(bool paused, Instant now) {
  if (begin_call(now) && core_) presenting_->pause(paused);
}

void Session::on_local_input(Instant now) {
  if (begin_call(now) && core_) presenting_->local_input();
}

void Session::stop_control(Instant now) {
  if (begin_call(now) && core_) presenting_->stop_control("stopped by the presenter");
}

Session::Refusal Session::chat(const std::string& text, std::optional<std::vector<ParticipantId>> to, Instant now,
                               std::uint64_t time) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return talk_->say(text, std::move(to), time);
}

Session::Refusal Session::put_on_board(BoardFile file, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return board_->put(std::move(file));
}

Session::Refusal Session::remove_from_board(const wire::FileId& id, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return board_->remove(id);
}

Session::Refusal Session::answer_consent(std::uint64_t request, bool allow, Duration span, Instant now) {
  if (!begin_call(now) || !core_ || !presenting_->answer(request, allow, span)) return ErrorCode::bad_request;
  return kDone;
}

Session::Refusal Session::grant(ParticipantId member, Right right, Duration span, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  if (!core_->member(member)) return ErrorCode::no_such_member;
  if (right == Right::control) return presenting_->grant(member, span) ? kDone : ErrorCode::not_allowed;
  return lead_ && lead_->set_right(member, right, true) ? kDone : ErrorCode::not_allowed;
}

Session::Refusal Session::revoke(ParticipantId member, Right right, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  if (!core_->member(member)) return ErrorCode::no_such_member;
  if (right == Right::control) return presenting_->revoke(member, "taken back") ? kDone : ErrorCode::not_allowed;
  return lead_ && lead_->set_right(member, right, false) ? kDone : ErrorCode::not_allowed;
}

Session::Refusal Session::request_control(std::optional<ParticipantId> presenter, bool wanted, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return watching_->request_control(presenter, wanted) ? kDone : ErrorCode::no_such_member;
}

Session::Refusal Session::request_present(Instant now) {
  if (!begin_call(now) || !core_ || !follow_) return ErrorCode::not_allowed;
  wire::pb::Message message;
  message.mutable_present_request();
  return core_->tell(core_->master(), message) ? kDone : ErrorCode::not_allowed;
}

Session::Refusal Session::input(std::optional<ParticipantId> presenter, const InputEvent& event, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return watching_->send_input(presenter, event) ? kDone : ErrorCode::not_allowed;
}

Session::Refusal Session::raise_hand(bool up, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  wire::pb::Message message;
  message.mutable_raise_hand()->set_up(up);
  core_->tell_all(crypto::Stream::control, message);
  core_->notify(RaisedHand{core_->self, up});
  return kDone;
}

Session::Refusal Session::set_recording(bool on, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  if (on && !core_->member(core_->self)->rights.has(Right::record)) return ErrorCode::not_allowed;
  wire::pb::Message message;
  message.mutable_recording()->set_on(on);
  core_->tell_all(crypto::Stream::control, message);
  if (lead_) lead_->on_recording(core_->self, on);
  core_->notify(RecordingChanged{core_->self, on});
  return kDone;
}

Session::Refusal Session::kick(ParticipantId member, const std::string& reason, Instant now, Ban ban) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  if (!lead_->kick(member, reason, ban)) return ErrorCode::no_such_member;
  presenting_->members_changed();
  watching_->members_changed();
  return kDone;
}

Session::Refusal Session::admit(ParticipantId member, bool allow, Instant now) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  bool known = allow ? lead_->admission().admit(member) : lead_->admission().refuse(member);
  return known ? kDone : ErrorCode::no_such_member;
}

Session::Refusal Session::ask_to_share(ParticipantId member, bool wanted, Instant now) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  return lead_->ask_to_share(member, wanted) ? kDone : ErrorCode::no_such_member;
}

Session::Refusal Session::set_mode(Mode mode, Instant now) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  if (mode == Mode::control && presenting_->sharing()) end_share(now);
  lead_->set_mode(mode);
  return kDone;
}

Session::Refusal Session::set_locked(bool locked, Instant now) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  lead_->set_locked(locked);
  return kDone;
}

Session::Refusal Session::set_default_rights(Rights rights, Instant now) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  lead_->set_default_rights(rights);
  return kDone;
}

Session::Refusal Session::set_colors(codec::Colors colors, Instant now) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  lead_->set_colors(colors);
  presenting_->set_colors(colors);
  return kDone;
}

void Session::set_films(Films films, Instant now) {
  films_ = films;
  if (begin_call(now) && presenting_) presenting_->set_films(films);
}

Session::Refusal Session::new_code(Instant now) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  lead_->admission().new_code(now);
  return kDone;
}

Session::Refusal Session::hand_over(ParticipantId member, Instant now) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  return lead_->hand_over(member) ? kDone : ErrorCode::no_such_member;
}

Session::Refusal Session::set_deputy(ParticipantId member, bool on, Instant now) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  if (!core_->member(member)) return ErrorCode::no_such_member;
  return lead_->set_deputy(member, on) ? kDone : ErrorCode::full;
}

bool Session::tell_direct(ParticipantId member, const wire::DirectSignal& signal, Instant now) {
  if (!begin_call(now) || !core_) return false;
  wire::pb::Message message;
  write_direct(signal, *message.mutable_direct());
  // MOVE comes behind the input that went by the relay.
  bool moves = !signal.frame.empty() && signal.frame[0] == wire::kUdpMoveFrame;
  return core_->tell(member, message, moves ? crypto::Stream::pointer : crypto::Stream::control);
}

bool Session::tell_file(ParticipantId member, const wire::FileMessage& message, Instant now) {
  if (!begin_call(now) || !core_ || core_->member(member) == nullptr) return false;
  wire::pb::Message out;
  write_file(message, *out.mutable_file());
  return core_->tell(member, out, crypto::Stream::files);
}

bool Session::tell_clipboard(ParticipantId member, const wire::FileMessage& message, Instant now) {
  if (!begin_call(now) || !core_ || core_->member(member) == nullptr) return false;
  wire::pb::Message out;
  write_file(message, *out.mutable_clipboard());
  return core_->tell(member, out, crypto::Stream::files);
}

Session::Refusal Session::point(ParticipantId presenter, ScreenId screen, std::optional<Point> tip, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return marking_->point(presenter, screen, tip);
}

Session::Refusal Session::draw(ParticipantId presenter, ScreenId screen, StrokePart part, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return marking_->draw(presenter, screen, std::move(part));
}

Session::Refusal Session::undo_stroke(ParticipantId presenter, ScreenId screen, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return marking_->undo(presenter, screen);
}

Session::Refusal Session::clear_strokes(ParticipantId presenter, ScreenId screen, Marking::Whose whose, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return marking_->clear(presenter, screen, whose);
}

Session::Refusal Session::set_arrows_moving(std::size_t most, Instant now) {
  if (!begin_call(now) || !lead_) return ErrorCode::not_allowed;
  if (most < 1 || most > wire::kMaxArrows) return ErrorCode::bad_request;
  lead_->set_arrows_moving(static_cast<std::uint32_t>(most));
  return kDone;
}

Session::Refusal Session::ask_system_info(ParticipantId member, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return support_->ask_system_info(member);
}

void Session::tell_system_info(ParticipantId to, const SystemInfo& info, Instant now) {
  if (begin_call(now) && core_) support_->tell_system_info(to, info);
}

Session::Refusal Session::lock_input(ParticipantId presenter, bool on, Instant now) {
  if (!begin_call(now) || !core_) return ErrorCode::not_allowed;
  return support_->lock_input(presenter, on);
}

void Session::input_not_held(Instant now) {
  if (begin_call(now) && core_) support_->input_not_held();
}

void Session::leave(Instant now) {
  if (!begin_call(now)) return;
  if (core_) presenting_->end(), support_->poll();
  if (lead_) lead_->end();
  if (follow_) follow_->leave();
  over_ = true;
}

}  // namespace lotse::session
