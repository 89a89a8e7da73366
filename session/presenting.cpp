#include "session/presenting.h"

#include <algorithm>

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

struct Presenting::Screen {
  Screen(SessionHost& host, LinkRate& link, const ScreenPlace& where, Generation generation, PictureOut out)
      : sender(host, link, where.screen, generation, std::move(out)), place(where) {}
  PictureSender sender;
  ScreenPlace place;
};

Presenting::Presenting(Core& core, std::optional<bool> ask) : core_(core), ask_(ask) {}
Presenting::~Presenting() = default;

const PictureSender* Presenting::sender(ScreenId screen) const {
  auto at = screens_.find(screen);
  return at == screens_.end() ? nullptr : &at->second->sender;
}

std::map<ScreenId, const PictureSender*> Presenting::senders() const {
  std::map<ScreenId, const PictureSender*> all;
  for (const auto& [id, screen] : screens_) all[id] = &screen->sender;
  return all;
}

void Presenting::share(const std::vector<ScreenPlace>& wanted) {
  std::map<ScreenId, const ScreenPlace*> places;
  for (const ScreenPlace& place : wanted)
    if (place.screen.value() < wire::kMaxScreens) places[place.screen] = &place;
  if (places.empty()) return end();
  bool was_sharing = sharing();
  // Viewers never see the share without a screen: what is new comes before what is gone.
  for (const auto& [id, place] : places)
    if (!screens_.contains(id)) begin(*place);
  std::vector<ScreenId> gone;
  for (const auto& [id, screen] : screens_)
    if (auto at = places.find(id); at == places.end())
      gone.push_back(id);
    else
      rename(*screen, at->second->name), screen->place = *at->second;
  for (ScreenId id : gone) end(id);
  // Whoever held something down there cannot lift it any more.
  if (!gone.empty() && !gate_.members().empty()) core_.host.inject(release_all());
  tell_places();
  if (!was_sharing) core_.notify(PresenterChanged{core_.self, true});
}

void Presenting::begin(const ScreenPlace& place) {
  Generation& last = last_generations_[place.screen];
  last = Generation{last.value() + 1};
  auto out = [this](wire::PacketKind kind, const wire::PictureFields& fields, ByteView payload) {
    return core_.send_picture(kind, fields, payload);
  };
  PictureSender& sender = screens_.emplace(place.screen, std::make_unique<Screen>(core_.host, link_, place, last, out))
                              .first->second->sender;
  sender.set_clock(clock_);
  sender.set_name(place.name);
  sender.set_colors(core_.roster.colors);
  sender.set_films(films_);
  if (cursor_) sender.set_cursor(*cursor_);
  sender.set_paused(paused_, core_.now);
  sender.set_watched(!core_.others().empty(), core_.now);
  core_.host.want_frame_of(place.screen);
}

void Presenting::end(ScreenId id) {
  screens_.at(id)->sender.finish();
  screens_.erase(id);
}

void Presenting::rename(Screen& screen, const std::string& name) {
  if (screen.place.name == name) return;
  screen.sender.set_name(name);
  screen.sender.set_paused(paused_, core_.now);  // tells the screen's state anew
}

void Presenting::tell_places() {
  wire::pb::Message message;
  ScreensPlaced event{core_.self, {}};
  for (const auto& [id, screen] : screens_) {
    auto* place = message.mutable_screen_places()->add_places();
    place->set_screen(id.value());
    place->set_x(screen->place.area.x);
    place->set_y(screen->place.area.y);
    place->set_primary(screen->place.primary);
    event.places.push_back({id, {screen->place.area.x, screen->place.area.y}, screen->place.primary});
  }
  core_.tell_all(crypto::Stream::control, message);
  core_.notify(event);
}

void Presenting::captured(ScreenId screen, Size size, std::vector<SlotUpdate> slots) {
  auto at = screens_.find(screen);
  if (at == screens_.end()) return;
  PictureSender& sender = at->second->sender;
  sender.update(size, std::move(slots), core_.now);
  last_generations_[screen] = sender.generation();
  sender.poll(core_.now);  // itself: the link may be full again when those before it were asked
}

void Presenting::cursor_shape(const CursorImage& shape) {
  cursor_ = shape;
  for (auto& [id, screen] : screens_) {
    screen->sender.set_cursor(shape);
    screen->sender.poll(core_.now);
  }
}

void Presenting::cursor_position(ScreenId screen, Point position) {
  auto at = screens_.find(screen);
  if (at == screens_.end()) return;
  at->second->sender.set_cursor_position(position);
  at->second->sender.poll(core_.now);
}

void Presenting::set_marks(ScreenId screen, std::uint32_t channel, const std::string& payload) {
  auto at = screens_.find(screen);
  if (at == screens_.end()) return;
  at->second->sender.set_marks(channel, payload);
  at->second->sender.poll(core_.now);
}

void Presenting::end() {
  if (screens_.empty()) return;
  stop_control("the screen is not shared any more");
  while (!screens_.empty()) end(screens_.begin()->first);
  cursor_.reset();
  paused_ = false;
  core_.host.stop_sharing();
  core_.notify(PresenterChanged{core_.self, false});
}

void Presenting::pause(bool paused) {
  paused_ = paused && sharing();
  for (auto& [id, screen] : screens_) screen->sender.set_paused(paused_, core_.now);
}

void Presenting::set_colors(codec::Colors colors) {
  for (auto& [id, screen] : screens_) screen->sender.set_colors(colors);
}

void Presenting::set_films(Films films) {
  films_ = films;
  for (auto& [id, screen] : screens_) {
    screen->sender.set_films(films);
    screen->sender.poll(core_.now);
  }
}

void Presenting::members_changed() {
  auto others = core_.others();
  for (auto& [id, screen] : screens_) screen->sender.set_watched(!others.empty(), core_.now);
  // Who has just come has not heard what was told before.
  bool somebody_new = std::any_of(others.begin(), others.end(), [&](ParticipantId id) {
    return std::find(audience_.begin(), audience_.end(), id) == audience_.end();
  });
  audience_ = std::move(others);
  if (somebody_new && sharing()) tell_places();
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
  if (!sharing()) return;
  for (auto& [id, screen] : screens_) screen->sender.reseal(core_.now);
  tell_places();
  tell_controllers();
}

void Presenting::attached() {
  ++clock_;
  for (auto& [id, screen] : screens_) screen->sender.set_clock(clock_);
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
  auto at = screens_.find(screen);
  if (at == screens_.end()) return;
  at->second->sender.requested(generation, slots, core_.now);
  at->second->sender.poll(core_.now);
}

void Presenting::ask_person(ParticipantId from, Consent what, Answered then) {
  drop_requests(from, what);
  std::uint64_t id = next_request_++;
  requests_[id] = {from, what, std::move(then)};
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
  if (asked.then) return asked.then(allow, span), true;
  if (asked.what == Consent::control) {
    if (allow) return grant(asked.from, span);
    answer_control(asked.from, false, {}, "refused");
    return true;
  }
  answer_share(asked.from, allow);
  if (allow && !sharing()) core_.host.start_sharing();
  return true;
}

void Presenting::on_control_request(ParticipantId from, bool wanted) {
  if (!wanted) {
    drop_requests(from, Consent::control);
    revoke(from, "given back");
    return;
  }
  if (!sharing() || gate_.granted(from) || requests_.size() >= kMaxRequests)
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
  if (sharing()) return answer_share(from, true);
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
  if (!sharing() || !m || member == core_.self) return false;
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
  if (gate_.members().empty() || input_locked_) return;
  gate_.local_input(core_.now);
  if (told_suspended_) return;
  told_suspended_ = true;
  core_.host.inject(release_all());
  tell_controllers();
}

bool Presenting::on_input(ParticipantId from, const wire::pb::Input& input) {
  if (!gate_.lets_through(from, core_.now) || input.screen() >= wire::kMaxScreens) return false;
  ScreenId screen{static_cast<std::uint8_t>(input.screen())};
  const PictureSender* sender = this->sender(screen);
  if (!sender || input.generation() != sender->generation().value()) return false;
  auto event = read_input(input, sender->size());
  if (!event) return false;
  event->screen = screen;
  core_.host.inject(*event);
  return true;
}

void Presenting::poll() {
  if (input_locked_) gate_.local_input(core_.now - InputGate::kLocalPriority);  // what came before is over, too
  for (ParticipantId member : gate_.expire(core_.now)) {
    core_.host.inject(release_all());
    answer_control(member, false, {}, "the time is over");
    tell_controllers();
  }
  if (told_suspended_ && !gate_.local_priority(core_.now)) {
    told_suspended_ = false;
    tell_controllers();
  }
  for (auto& [id, screen] : screens_) screen->sender.poll(core_.now);
}

Instant Presenting::next_deadline() const {
  Instant next = gate_.next_deadline(core_.now);
  for (const auto& [id, screen] : screens_) next = std::min(next, screen->sender.next_deadline());
  return next;
}

}  // namespace lotse::session
