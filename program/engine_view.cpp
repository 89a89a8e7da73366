// The engine's side of what is seen: the watched picture, to window and canvas file, and the recording.
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "program/engine.h"
#include "ui/backend.h"

namespace lotse::program {

session::PictureReceiver* Engine::watched() {
  if (!session_ || !session_->watching()) return nullptr;
  return watched_.value() == 0xFFFF ? session_->watching()->screen(std::nullopt)
                                    : session_->watching()->screen(watched_);
}

Waits::Look Engine::look() {
  session::PictureReceiver* receiver = watched();
  if (!receiver) return {};
  return {receiver->picture(), receiver->complete(), receiver->exact(), visible_};
}

void Engine::show(ParticipantId presenter, ScreenId screen, codec::FrameView picture, const std::vector<Rect>& changed,
                  bool exact) {
  if (watched_.value() == 0xFFFF) watched_ = presenter;
  if (presenter != watched_) return;
  if (!changed.empty()) visible_ = net::Loop::now(), ++frames_shown_;
  if (canvas_file_)
    canvas_file_->publish(picture, changed, presenter, screen, exact ? Exact::yes : Exact::no, visible_);
  if (shared_picture_ && !changed.empty()) shared_picture_->update(picture, changed), on_picture_();
  session::PictureReceiver* receiver = session_->watching()->screen(presenter);
  waits_.look({picture, receiver && receiver->complete(), exact, visible_});
  if (!changed.empty()) record_frame();
}

void Engine::show_cursor(ParticipantId presenter, ScreenId, const session::CursorImage* shape,
                         std::optional<Point> position) {
  if (watched_.value() != 0xFFFF && presenter != watched_) return;
  if (shape) cursor_ = *shape, ++cursor_serial_;
  cursor_position_ = position;
  if (shared_picture_)
    shared_picture_->set_cursor({cursor_.size, cursor_.hotspot, position.value_or(Point{}),
                                 position && !cursor_.size.empty(), cursor_serial_, cursor_.argb}),
        on_picture_();
  record_frame();
}

record::PointerImage Engine::pointer_image() const {
  bool own = watched_.value() == 0xFFFF;
  const session::CursorImage& shape = own ? own_cursor_ : cursor_;
  auto position = own ? own_cursor_position_ : cursor_position_;
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
  session::PictureReceiver* receiver = watched();
  codec::FrameView picture = receiver ? receiver->picture() : own_canvas_.view();
  if (receiver && !receiver->complete()) return;
  if (!picture.size.empty()) recorder_->frame(picture, pointer_image(), net::Loop::now());
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
  if (screen_ && !watched()) screen_->refresh(), want_frame();
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
