#include "session/watching.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/packet_hash.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"
#include "wire/relay_frame.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxScreensWatched = 64;
constexpr SlotId kGeometry{0}, kManifest{3};  // channels of states
constexpr std::size_t kEarlyBytes = 512u << 10;
constexpr Duration kUnseenGrace = 500ms;  // its geometry is on its way, as a rule
constexpr Duration kUnseenAgain = 1500ms;

void write_input(const InputEvent& event, wire::pb::Input& out) {
  switch (event.kind) {
    case InputEvent::Kind::move:
      out.mutable_move()->set_x(event.position.x);
      out.mutable_move()->set_y(event.position.y);
      break;
    case InputEvent::Kind::button:
      out.mutable_button()->set_x(event.position.x);
      out.mutable_button()->set_y(event.position.y);
      out.mutable_button()->set_at_position(event.at_position);
      out.mutable_button()->set_button(static_cast<std::uint32_t>(event.button));
      out.mutable_button()->set_down(event.down);
      break;
    case InputEvent::Kind::wheel:
      out.mutable_wheel()->set_dx(event.dx);
      out.mutable_wheel()->set_dy(event.dy);
      break;
    case InputEvent::Kind::key:
      out.mutable_key()->set_keysym(event.keysym);
      out.mutable_key()->set_position(event.keycode);
      out.mutable_key()->set_down(event.down);
      out.mutable_key()->set_modifiers(event.modifiers);
      break;
    case InputEvent::Kind::text:
      out.mutable_text()->set_text(event.text);
      break;
    case InputEvent::Kind::release_all:
      out.mutable_release();
      break;
  }
}

}  // namespace

Watching::Watching(Core& core) : core_(core) {}

PictureReceiver* Watching::screen(std::optional<ParticipantId> presenter, std::optional<ScreenId> screen) {
  if (!presenter) presenter = only_presenter();
  if (!presenter) return nullptr;
  auto at = screen ? screens_.find({*presenter, *screen}) : screens_.lower_bound({*presenter, ScreenId{0}});
  return at == screens_.end() || at->first.first != *presenter ? nullptr : at->second.get();
}

std::optional<ParticipantId> Watching::only_presenter() const {
  if (screens_.empty()) return std::nullopt;
  return screens_.begin()->first.first;
}

std::set<ParticipantId> Watching::whole() const {
  std::set<ParticipantId> all;
  for (const auto& [key, receiver] : screens_) all.insert(key.first);
  for (const auto& [key, receiver] : screens_)
    if (!receiver->complete()) all.erase(key.first);
  return all;
}

void Watching::on_picture(const wire::ParsedPacket& packet, Bytes payload) {
  ParticipantId from = packet.header.source;
  wire::PacketKind kind = packet.header.kind;
  const wire::PictureFields& fields = packet.header.picture;
  const Member* member = core_.member(from);
  if (!member || !member->rights.has(Right::present)) return;
  auto hash_of = [&] { return wire::is_batched(kind) ? crypto::packet_hash(packet.whole) : wire::PacketHash{}; };
  if (diversion_) return diversion_(packet, payload, hash_of());
  auto at = screens_.find({from, fields.screen});
  const bool conflated = kind == wire::PacketKind::state && fields.slot != kGeometry && fields.slot != kManifest;
  if (conflated && (at == screens_.end() || fields.generation > at->second->generation()))
    return keep_early({from, fields.screen}, fields, std::move(payload));
  if (at == screens_.end()) {
    if (kind != wire::PacketKind::state || screens_.size() >= kMaxScreensWatched) return;
    if (fields.slot == kManifest) miss({from, fields.screen});
    if (fields.slot != kGeometry) return;
    unseen_.erase({from, fields.screen});
    at =
        screens_
            .emplace(ScreenKey{from, fields.screen}, std::make_unique<PictureReceiver>(core_.host, from, fields.screen))
            .first;
  }
  PictureReceiver& receiver = *at->second;
  bool shared = receiver.sharing();
  receiver.consume(kind, fields, std::move(payload), hash_of(), core_.now);
  if (kind == wire::PacketKind::state && fields.slot == kGeometry) consume_early(at->first, receiver);
  if (shared == receiver.sharing()) {
    if (!receiver.sharing()) screens_.erase(at);
    return;
  }
  if (!receiver.sharing()) {
    screens_.erase(at);
    if (!screen(from)) drop(from);
    return;
  }
  auto of_presenter = std::count_if(screens_.begin(), screens_.end(), [&](const auto& entry) {
    return entry.first.first == from && entry.second->sharing();
  });
  if (of_presenter > 1) return;
  core_.notify(PresenterChanged{from, true});
  on_sharing(from, true);
}

void Watching::keep_early(ScreenKey screen, const wire::PictureFields& fields, Bytes payload) {
  if (early_.size() >= kMaxScreensWatched && !early_.contains(screen)) return;
  std::size_t bytes = payload.size();
  for (const auto& [key, states] : early_)
    for (const auto& [channel, early] : states) bytes += early.payload.size();
  if (bytes > kEarlyBytes) return;
  Early& early = early_[screen][fields.slot];
  if (std::pair(early.fields.generation, early.fields.version) < std::pair(fields.generation, fields.version))
    early = {fields, std::move(payload)};
}

void Watching::consume_early(ScreenKey screen, PictureReceiver& receiver) {
  auto at = early_.find(screen);
  if (at == early_.end()) return;
  std::map<SlotId, Early> states = std::move(at->second);
  early_.erase(at);
  for (auto& [channel, early] : states)
    if (early.fields.generation == receiver.generation())
      receiver.consume(wire::PacketKind::state, early.fields, std::move(early.payload), {}, core_.now);
}

/// It is shown, its presenter says, and nothing of it came: lost, or withheld.
void Watching::miss(ScreenKey screen) {
  if (unseen_.size() >= kMaxScreensWatched && !unseen_.contains(screen)) return;
  auto [at, first] = unseen_.try_emplace(screen, core_.now + kUnseenGrace);
  if (first || core_.now < at->second) return;
  at->second = core_.now + kUnseenAgain;
  core_.host.send(wire::encode(wire::KeyRequest{screen.first, screen.second, Generation{}, {}}));
}

void Watching::drop(ParticipantId presenter) {
  std::erase_if(screens_, [&](const auto& entry) { return entry.first.first == presenter; });
  if (granted_.erase(presenter)) core_.notify(Revoked{Right::control, presenter});
  core_.notify(PresenterChanged{presenter, false});
  on_sharing(presenter, false);
}

void Watching::members_changed() {
  std::erase_if(unseen_, [&](const auto& entry) { return core_.member(entry.first.first) == nullptr; });
  std::erase_if(early_, [&](const auto& entry) { return core_.member(entry.first.first) == nullptr; });
  std::set<ParticipantId> gone;
  for (const auto& [key, receiver] : screens_) {
    const Member* member = core_.member(key.first);
    if (!member || member->away || !member->rights.has(Right::present)) gone.insert(key.first);
  }
  for (ParticipantId presenter : gone) drop(presenter);
}

bool Watching::request_control(std::optional<ParticipantId> presenter, bool wanted) {
  if (!presenter) presenter = only_presenter();
  if (!presenter || !core_.member(*presenter)) return false;
  wire::pb::Message message;
  message.mutable_control_request()->set_wanted(wanted);
  return core_.tell(*presenter, message);
}

bool Watching::send_input(std::optional<ParticipantId> presenter, const InputEvent& input) {
  PictureReceiver* receiver = screen(presenter, input.screen);
  ParticipantId to = presenter ? *presenter : only_presenter().value_or(core_.self);
  if (!receiver || !granted_.contains(to)) return false;
  wire::pb::Message message;
  write_input(input, *message.mutable_input());
  message.mutable_input()->set_screen(input.screen.value());
  message.mutable_input()->set_generation(receiver->generation().value());
  return core_.tell(to, message, crypto::Stream::pointer);
}

void Watching::on_control_answer(ParticipantId from, const wire::pb::Message& message) {
  const auto& answer = message.control_answer();
  if (answer.allowed()) {
    if (granted_.insert(from).second) core_.notify(Granted{Right::control, from});
    return;
  }
  bool had = granted_.erase(from) > 0;
  if (had)
    core_.notify(Revoked{Right::control, from});
  else
    core_.notify(Warning{"control_refused", clean_text(answer.reason(), wire::kMaxReason)});
}

void Watching::on_controllers(ParticipantId from, const wire::pb::Message& message) {
  std::vector<ParticipantId> members;
  for (std::uint32_t id : message.controllers().members())
    if (id < kEverybody.value() && members.size() < wire::kMaxMembers)
      members.push_back(ParticipantId{static_cast<std::uint16_t>(id)});
  core_.notify(ControllersChanged{from, std::move(members), message.controllers().suspended()});
}

void Watching::on_screen_places(ParticipantId from, const wire::pb::Message& message) {
  ScreensPlaced event{from, {}};
  for (const auto& place : message.screen_places().places())
    if (place.screen() < wire::kMaxScreens && event.places.size() < wire::kMaxScreens)
      event.places.push_back(
          {ScreenId{static_cast<std::uint8_t>(place.screen())}, {place.x(), place.y()}, place.primary()});
  core_.notify(std::move(event));
}

void Watching::poll() {
  for (auto& [key, receiver] : screens_) receiver->poll(core_.now);
}

Instant Watching::next_deadline() const {
  Instant next = Instant::never();
  for (const auto& [key, receiver] : screens_) next = std::min(next, receiver->next_deadline());
  return next;
}

}  // namespace lotse::session
