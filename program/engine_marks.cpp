// The engine's side of marks: told to scripts and windows, painted into pictures, laid over the own desktop.
#include <nlohmann/json.hpp>

#include "program/command_fields.h"
#include "program/engine.h"
#include "program/events_json.h"
#include "ui/backend.h"

namespace lotse::program {

using nlohmann::json;

MarkLayer::Look Engine::look_of(ParticipantId member) const {
  const session::Member* known = session_ && session_->core() ? session_->core()->member(member) : nullptr;
  return {known ? known->name : std::string(), color_in(color_of(member))};
}

Size Engine::size_of(PictureKey key) {
  if (key.first.value() != self_) {
    session::PictureReceiver* receiver = receiver_of(key);
    return receiver ? receiver->size() : Size{};
  }
  const session::PictureSender* sender =
      session_ && session_->presenting() ? session_->presenting()->sender(key.second) : nullptr;
  return sender ? sender->size() : Size{};
}

void Engine::show_marks(ParticipantId presenter, ScreenId screen, const std::vector<session::Arrow>& arrows,
                        const std::vector<session::Stroke>& strokes) {
  PictureKey key{presenter, screen};
  MarkLayer& layer = marks_[key];
  tell_marks(key, arrows, strokes);
  layer.set(arrows, strokes, size_of(key), [this](ParticipantId member) { return look_of(member); });
  if (presenter.value() == self_) {
    if (screen_) screen_->set_overlay(screen, layer.items());
    if (!viewed() && screen == recorded_screen()) record_frame();
  }
  if (shared_pictures_ && (presenter.value() != self_ || shows_own_share())) {
    ui::SharedPicture::Marks marks;
    for (const session::Arrow& arrow : arrows) {
      MarkLayer::Look look = look_of(arrow.member);
      marks.arrows.push_back({arrow.tip, look.rgb, look.name, arrow.member.value() == self_});
    }
    marks.strokes = layer.shared_strokes();
    shared_pictures_->at({presenter.value(), screen.value()})->set_marks(marks);
    on_picture_();
  }
  if (views_.viewed() == key) record_frame();
  if (layer.empty()) marks_.erase(key);
}

/// What differs from what was told.
void Engine::tell_marks(PictureKey key, const std::vector<session::Arrow>& arrows,
                        const std::vector<session::Stroke>& strokes) {
  const MarkLayer& before = marks_[key];
  auto event = [&](const char* name) {
    return json{{"event", name}, {"presenter", key.first.value()}, {"screen", key.second.value()}};
  };
  for (const session::Arrow& arrow : arrows) {
    if (std::ranges::find(before.arrows(), arrow) != before.arrows().end()) continue;
    json e = event("pointer");
    e.update(
        {{"from", arrow.member.value()}, {"x", arrow.tip.x}, {"y", arrow.tip.y}, {"color", color_of(arrow.member)}});
    emit(std::move(e));
  }
  for (const session::Arrow& arrow : before.arrows()) {
    if (std::ranges::any_of(arrows, [&](const session::Arrow& a) { return a.member == arrow.member; })) continue;
    json e = event("pointer_off");
    e["from"] = arrow.member.value();
    emit(std::move(e));
  }
  if (before.strokes() == strokes) return;
  json e = event("drawing");
  e["strokes"] = strokes.size();
  emit(std::move(e));
}

/// The screen is not shown any more.
void Engine::forget_marks(PictureKey key) {
  auto at = marks_.find(key);
  if (at == marks_.end()) return;
  tell_marks(key, {}, {});
  marks_.erase(key);
}

void Engine::forget_marks(ParticipantId presenter) {
  std::vector<PictureKey> keys;
  for (const auto& [key, layer] : marks_)
    if (key.first == presenter) keys.push_back(key);
  for (PictureKey key : keys) forget_marks(key);
}

codec::FrameView Engine::with_marks(codec::FrameView picture, PictureKey key, codec::Image& scratch) const {
  auto at = marks_.find(key);
  return at == marks_.end() ? picture : at->second.over(picture, scratch);
}

}  // namespace lotse::program
