#include "session/presenting.h"

#include "base/text.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

constexpr std::size_t kMaxRequests = 64;  // unanswered consents; more are refused at once

std::optional<InputEvent> read_input(const wire::pb::Input& in, Size area) {
  InputEvent out;
  auto inside = [&](int x, int y) {
    return Point{std::clamp(x, 0, area.width - 1), std::clamp(y, 0, area.height - 1)};
  };
  switch (in.what_case()) {
    case wire::pb::Input::kMove:
      out.kind = InputEvent::Kind::move;
      out.position = inside(in.move().x(), in.move().y());
      return out;
    case wire::pb::Input::kButton:
      out.kind = InputEvent::Kind::button;
      out.position = inside(in.button().x(), in.button().y());
      out.at_position = in.button().at_position();
      out.button = static_cast<int>(in.button().button());
      out.down = in.button().down();
      if (in.button().button() < 1 || in.button().button() > 9) return std::nullopt;
      return out;
    case wire::pb::Input::kWheel:
      out.kind = InputEvent::Kind::wheel;
      out.dx = std::clamp(in.wheel().dx(), -20, 20);
      out.dy = std::clamp(in.wheel().dy(), -20, 20);
      return out;
    case wire::pb::Input::kKey:
      out.kind = InputEvent::Kind::key;
      out.keysym = in.key().keysym();
      out.keycode = static_cast<std::uint16_t>(in.key().position() > 767 ? 0 : in.key().position());  // KEY_MAX
      out.down = in.key().down();
      out.modifiers = in.key().modifiers();
      return out;
    case wire::pb::Input::kText:
      out.kind = InputEvent::Kind::text;
      out.text = clean_text(in.text().text(), wire::kMaxTyped);
      return out;
    case wire::pb::Input::kRelease:
      out.kind = InputEvent::Kind::release_all;
      return out;
    case wire::pb::Input::WHAT_NOT_SET:
      break;
  }
  return std::nullopt;
}

InputEvent release_all() {
  InputEvent event;
  event.kind = InputEvent::Kind::release_all;
  return event;
}

}  // namespace

Presenting::Presenting(Core& core, std::optional<bool> ask) : core_(core), ask_(ask) {}

void Presenting::begin(const std::string& name) {
  last_generation_ = Generation{last_generation_.value() + 1};
  sender_ =
      std::make_unique<PictureSender>(core_.host, ScreenId{0}, last_generation_,
                                      [this](wire::PacketKind kind, const wire::PictureFields& fields,
                                             ByteView payload) { return core_.send_picture(kind, fields, payload); });
  sender_->set_clock(clock_);
  sender_->set_name(name);
  sender_->set_colors(core_.roster.colors);
  sender_->set_watched(!core_.others().empty(), core_.now);
  core_.host.want_frame();
  core_.notify(PresenterChanged{core_.self, true});
}

void Presenting::captured(Size size, std::vector<SlotUpdate> slots) {
  if (!sender_) return;
  sender_->update(size, std::move(slots), core_.now);
  last_generation_ = sender_->generation();
  sender_->poll(core_.now);
}

void Presenting::cursor_shape(CursorImage shape) {
  if (!sender_) return;
  sender_->set_cursor(std::move(shape));
  sender_->poll(core_.now);
}

void Presenting::cursor_position(Point position) {
  if (!sender_) return;
  sender_->set_cursor_position(position);
  sender_->poll(core_.now);
}

void Presenting::end() {
  if (!sender_) return;
  stop_control("the screen is not shared any more");
  sender_->finish();
  sender_.reset();
  core_.host.stop_sharing();
  core_.notify(PresenterChanged{core_.self, false});
}

void Presenting::pause(bool paused) {
  if (sender_) sender_->set_paused(paused, core_.now);
}

void Presenting::set_colors(codec::Colors colors) {
  if (sender_) sender_->set_colors(colors);
}

void Presenting::members_changed() {
  if (sender_) sender_->set_watched(!core_.others().empty(), core_.now);
  std::vector<ParticipantId> gone;
  for (ParticipantId id : gate_.members())
    if (const Member* m = core_.member(id); !m || m->away) gone.push_back(id);
  for (ParticipantId id : gone) revoke(id, "gone"), lost_control_.insert(id);
  // Whoever was gone did not hear it: it learns when it is back.
  for (ParticipantId id : std::set(lost_control_)) {
    const Member* m = core_.member(id);
    if (m && m->away) continue;
    lost_control_.erase(id);
    if (m && !gate_.granted(id)) answer_control(id, false, {}, "gone");
  }
  for (const auto& [id, request] : std::map(requests_))
    if (!core_.member(request.from)) drop_requests(request.from, request.what);
}

void Presenting::join_epoch() {
  if (!sender_) return;
  sender_->reseal(core_.now);
  tell_controllers();
}

void Presenting::attached() {
  ++clock_;
  if (sender_) sender_->set_clock(clock_);
  join_epoch();
}

void Presenting::hold_control(bool held) {
  if (gate_.held() == held) return;
  gate_.hold(held);
  if (gate_.members().empty()) return;
  if (held) core_.host.inject(release_all());
  tell_controllers();
}

void Presenting::on_key_request(Generation generation, ScreenId screen, const std::vector<SlotId>& slots) {
  if (!sender_ || screen != ScreenId{0}) return;
  sender_->requested(generation, slots, core_.now);
  sender_->poll(core_.now);
}

void Presenting::ask_person(ParticipantId from, Consent what) {
  drop_requests(from, what);
  std::uint64_t id = next_request_++;
  requests_[id] = {from, what};
  if (!ask_) return core_.notify(ConsentRequest{id, from, what});
  answer(id, *ask_, {});
}

void Presenting::drop_requests(ParticipantId from, Consent what) {
  for (auto at = requests_.begin(); at != requests_.end();) {
    if (at->second.from != from || at->second.what != what) {
      ++at;
      continue;
    }
    core_.notify(ConsentGone{at->first});
    at = requests_.erase(at);
  }
}

bool Presenting::answer(std::uint64_t request, bool allow, Duration span) {
  auto at = requests_.find(request);
  if (at == requests_.end()) return false;
  Request asked = at->second;
  requests_.erase(at);
  core_.notify(ConsentGone{request});
  if (asked.what == Consent::control) {
    if (allow) return grant(asked.from, span);
    answer_control(asked.from, false, {}, "refused");
    return true;
  }
  answer_share(asked.from, allow);
  if (allow && !sender_) core_.host.start_sharing();
  return true;
}

void Presenting::on_control_request(ParticipantId from, bool wanted) {
  if (!wanted) {
    drop_requests(from, Consent::control);
    revoke(from, "given back");
    return;
  }
  if (!sender_ || gate_.granted(from) || requests_.size() >= kMaxRequests)
    return answer_control(from, gate_.granted(from), {}, "not shared");
  core_.notify(ControlRequested{from});
  ask_person(from, Consent::control);
}

void Presenting::on_share_request(ParticipantId from, bool wanted) {
  if (from != core_.master()) return;
  if (!wanted) {
    drop_requests(from, Consent::share);
    return end();
  }
  if (sender_) return answer_share(from, true);
  ask_person(from, Consent::share);
}

void Presenting::answer_share(ParticipantId to, bool allowed) {
  wire::pb::Message message;
  message.mutable_share_answer()->set_allowed(allowed);
  core_.tell(to, message);
}

void Presenting::answer_control(ParticipantId to, bool allowed, Duration span, const std::string& reason) {
  wire::pb::Message message;
  message.mutable_control_answer()->set_allowed(allowed);
  message.mutable_control_answer()->set_until_ms(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(span).count()));
  message.mutable_control_answer()->set_reason(reason);
  core_.tell(to, message);
}

bool Presenting::grant(ParticipantId member, Duration span) {
  const Member* m = core_.member(member);
  if (!sender_ || !m || member == core_.self) return false;
  drop_requests(member, Consent::control);
  gate_.grant(member, span == Duration{} ? Instant::never() : core_.now + span);
  answer_control(member, true, span, {});
  tell_controllers();
  return true;
}

bool Presenting::revoke(ParticipantId member, const std::string& reason) {
  if (!gate_.revoke(member)) return false;
  core_.host.inject(release_all());
  answer_control(member, false, {}, reason);
  tell_controllers();
  return true;
}

void Presenting::stop_control(const std::string& reason) {
  for (ParticipantId member : gate_.members()) revoke(member, reason);
}

void Presenting::tell_controllers() {
  wire::pb::Message message;
  for (ParticipantId id : gate_.members()) message.mutable_controllers()->add_members(id.value());
  bool suspended = told_suspended_ || gate_.held();
  message.mutable_controllers()->set_suspended(suspended);
  core_.tell_all(crypto::Stream::control, message);
  core_.notify(ControllersChanged{core_.self, gate_.members(), suspended});
}

void Presenting::local_input() {
  if (gate_.members().empty()) return;
  gate_.local_input(core_.now);
  if (told_suspended_) return;
  told_suspended_ = true;
  core_.host.inject(release_all());
  tell_controllers();
}

bool Presenting::on_input(ParticipantId from, const wire::pb::Input& input) {
  if (!sender_ || !gate_.lets_through(from, core_.now)) return false;
  if (input.screen() != 0 || input.generation() != sender_->generation().value()) return false;
  auto event = read_input(input, sender_->size());
  if (event) core_.host.inject(*event);
  return event.has_value();
}

void Presenting::poll() {
  for (ParticipantId member : gate_.expire(core_.now)) {
    core_.host.inject(release_all());
    answer_control(member, false, {}, "the time is over");
    tell_controllers();
  }
  if (told_suspended_ && !gate_.local_priority(core_.now)) {
    told_suspended_ = false;
    tell_controllers();
  }
  if (sender_) sender_->poll(core_.now);
}

Instant Presenting::next_deadline() const {
  Instant next = gate_.next_deadline(core_.now);
  return sender_ ? std::min(next, sender_->next_deadline()) : next;
}

}  // namespace lotse::session
