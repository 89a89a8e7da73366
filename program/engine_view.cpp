// The engine's side of what is seen: all pictures to the window, the viewed one to canvas file and recording.
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "program/engine.h"
#include "program/events_json.h"
#include "ui/backend.h"

namespace lotse::program {

using nlohmann::json;

session::PictureReceiver* Engine::receiver_of(PictureKey key) {
  if (!session_ || !session_->watching()) return nullptr;
  return session_->watching()->screen(key.first, key.second);
}

session::PictureReceiver* Engine::viewed() {
  auto key = views_.viewed();
  return key ? receiver_of(*key) : nullptr;
}

/// Nothing: the picture that is viewed.
Waits::Look Engine::look(std::optional<PictureKey> key) {
  if (!key) key = views_.viewed();
  session::PictureReceiver* receiver = key ? receiver_of(*key) : nullptr;
  if (!receiver) return {};
  const Views::Screen* screen = views_.find(*key);
  return {receiver->picture(),   receiver->complete(), receiver->exact(), screen ? screen->visible : Instant{}, *key,
          key == views_.viewed()};
}

void Engine::show(ParticipantId presenter, ScreenId number, codec::FrameView picture, const std::vector<Rect>& changed,
                  bool exact) {
  PictureKey key{presenter, number};
  Views::Screen& screen = views_.at(key);
  bool is_viewed = views_.viewed() == key;
  if (!changed.empty()) {
    screen.visible = net::Loop::now();
    ++screen.frames;
    if (is_viewed) ++frames_shown_;
  }
  if (canvas_file_ && is_viewed)
    canvas_file_->publish(picture, changed, presenter, number, exact ? Exact::yes : Exact::no, screen.visible);
  if (shared_pictures_ && !changed.empty())
    shared_pictures_->at({presenter.value(), number.value()})->update(picture, changed), on_picture_();
  session::PictureReceiver* receiver = receiver_of(key);
  waits_.look({picture, receiver && receiver->complete(), exact, screen.visible, key, is_viewed});
  if (!changed.empty() && is_viewed) record_frame();
}

void Engine::show_cursor(ParticipantId presenter, ScreenId number, const session::CursorImage* shape,
                         std::optional<Point> position) {
  PictureKey key{presenter, number};
  Views::Screen& screen = views_.at(key);
  if (shape) screen.cursor = *shape, ++screen.cursor_serial;
  screen.cursor_position = position;
  if (shared_pictures_) {
    const session::CursorImage& cursor = screen.cursor;
    shared_pictures_->at({presenter.value(), number.value()})
        ->set_cursor({cursor.size, cursor.hotspot, position.value_or(Point{}), position && !cursor.size.empty(),
                      screen.cursor_serial, cursor.argb});
    on_picture_();
  }
  if (views_.viewed() == key) record_frame();
}

void Engine::on_screen(const session::ScreenChanged& change) {
  views_.update(change);
  if (!change.sharing) forget_marks({change.presenter, change.screen});
  if (!change.sharing && shared_pictures_)
    shared_pictures_->remove({change.presenter.value(), change.screen.value()}), on_picture_();
  tell_screens(change.presenter);
}

void Engine::tell_screens(ParticipantId presenter) {
  json list = json::array();
  for (const auto& [key, screen] : views_.screens()) {
    if (key.first != presenter || !screen.told) continue;
    auto place = views_.place_of(key);
    list.push_back(screen_json(key.second, screen.name,
                               {place.corner.x, place.corner.y, screen.size.width, screen.size.height}, place.primary,
                               screen.paused));
  }
  emit({{"event", "screens"}, {"presenter", presenter.value()}, {"screens", list}});
}

void Engine::follow_view() {
  auto key = views_.viewed();
  if (key == followed_) return;
  followed_ = key;
  if (!key) return;
  session::PictureReceiver* receiver = viewed();
  bool has_picture = receiver && !receiver->picture().size.empty();
  if (has_picture && canvas_file_)
    canvas_file_->publish(receiver->picture(), {}, key->first, key->second, receiver->exact() ? Exact::yes : Exact::no,
                          net::Loop::now());
  emit({{"event", "viewed"}, {"presenter", key->first.value()}, {"screen", key->second.value()}});
  if (!has_picture) return;
  waits_.look(look(key));
  record_frame();
}

record::PointerImage Engine::pointer_image(std::optional<PictureKey> key) const {
  const Views::Screen* screen = key ? views_.find(*key) : nullptr;
  const session::CursorImage& shape = screen ? screen->cursor : own_cursor_;
  auto position = screen ? screen->cursor_position : own_cursor_position_;
  if (!position) return {};
  record::PointerImage out;
  out.size = shape.size;
  out.hotspot = shape.hotspot;
  out.argb = shape.argb;
  out.position = *position;
  return out;
}

void Engine::record_frame() {
  if (!recorder_) return;
  session::PictureReceiver* receiver = viewed();
  codec::FrameView picture = receiver ? receiver->picture() : own_canvas_.view();
  if (receiver && !receiver->complete()) return;
  if (picture.size.empty()) return;
  PictureKey key =
      views_.viewed().value_or(PictureKey{ParticipantId{static_cast<std::uint16_t>(self_)}, recorded_screen()});
  recorder_->frame(with_marks(picture, key, marked_), pointer_image(views_.viewed()), net::Loop::now());
}

std::string Engine::start_recording(const std::string& file) {
  if (recorder_) return "A recording runs already.";
  try {
    recorder_ = std::make_unique<record::Recorder>(file, [this](const std::string& problem) {
      loop_.post([this, problem] {
        emit({{"event", "error"}, {"code", "disk_full"}, {"message", problem}});
        stop_recording();
      });
    });
  } catch (const std::exception& e) {
    return e.what();
  }
  record_file_ = file;
  own_canvas_.reset({});
  if (screen_ && !viewed()) screen_->refresh(), want_frame_of(recorded_screen());
  record_frame();
  with_session([](session::Session& s) { s.set_recording(true, net::Loop::now()); });
  return {};
}

// --record: as soon as we are in and have the right to.
void Engine::record_if_may() {
  const session::Member* self =
      session_ && session_->core() ? session_->core()->member(session_->core()->self) : nullptr;
  if (!self || !self->rights.has(session::Right::record) || options_.record.empty()) return;
  std::string problem = start_recording(std::exchange(options_.record, {}));
  if (problem.empty()) return;
  emit({{"event", "error"}, {"code", "internal"}, {"message", problem}});
  log_error(problem);
}

void Engine::stop_recording() {
  if (!recorder_) return;
  recorder_->finish(net::Loop::now());
  recorder_.reset();
  with_session([](session::Session& s) { s.set_recording(false, net::Loop::now()); });
}

}  // namespace lotse::program
