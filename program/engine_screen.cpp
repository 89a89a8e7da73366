// The engine's side of the own screen: what is shared, and what happens on it.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/log.h"
#include "program/engine.h"
#include "program/events_json.h"
#include "ui/backend.h"

namespace lotse::program {
namespace {

using nlohmann::json;
constexpr auto kRecordEvery = std::chrono::milliseconds(50);  // the recorder takes no more

}  // namespace

void Engine::share(const std::string& what) {
  SharedScreen::Handler handler;
  handler.on_granted = [this] { must_share_ = false; };
  handler.on_screens = [this](const std::vector<desktop::SharedMonitor>& screens) { on_screens(screens); };
  handler.on_ended = [this](desktop::SourceProblem problem, const std::string& detail) {
    cannot_share(code_of(problem), detail);
    unshare();
  };
  handler.on_frame = [this](ScreenId screen, desktop::CapturedFrame frame) { on_frame(screen, std::move(frame)); };
  handler.on_cursor_shape = [this](desktop::CursorShape shape) {
    own_cursor_ = {shape.size, shape.hotspot, shape.argb};
    with_session([&](session::Session& s) {
      s.on_cursor_shape({shape.size, shape.hotspot, std::move(shape.argb)}, net::Loop::now());
    });
  };
  handler.on_cursor_position = [this](ScreenId screen, Point p) {
    if (blank_) p = desktop::kCursorAway;
    if (screen == recorded_screen()) own_cursor_position_ = p;
    with_session([&](session::Session& s) { s.on_cursor_position(screen, p, net::Loop::now()); });
    record_frame();
  };
  handler.on_local_input = [this] { with_session([](session::Session& s) { s.on_local_input(net::Loop::now()); }); };
  handler.on_panic = [this] { with_session([](session::Session& s) { s.stop_control(net::Loop::now()); }); };
  handler.on_input_not_held = [this] { with_session([](session::Session& s) { s.input_not_held(net::Loop::now()); }); };
  handler.on_no_input = [this](const std::string& why) {
    emit({{"event", "warning"}, {"code", "no_extension"}, {"message", why}});
  };
  try {
    share_what_ = what;
    screen_ = std::make_unique<SharedScreen>(loop_, options_.display, what, options_.colors, hidden_windows_,
                                             std::move(handler));
  } catch (const std::invalid_argument& e) {
    cannot_share("bad_request", e.what());
  } catch (const std::exception& e) {
    cannot_share("no_display", e.what());
  }
}

// Without its screen a program that was started to show it has nothing to do.
void Engine::cannot_share(const std::string& code, const std::string& why) {
  if (std::exchange(must_share_, false)) return fail(code, why, kExitCannotStart);
  emit({{"event", "error"}, {"code", code}, {"message", why}});
  log_error(why);
}

void Engine::unshare() {
  paused_ = blank_ = false;
  with_session([](session::Session& s) { s.end_share(net::Loop::now()); });
  screen_.reset();
  if (shared_pictures_) shared_pictures_->drop(self_), on_picture_();
}

void Engine::want_frame_of(ScreenId screen) {
  if (screen_) screen_->request(screen);
}

void Engine::on_screens(const std::vector<desktop::SharedMonitor>& screens) {
  std::vector<session::ScreenPlace> places;
  for (const auto& s : screens) places.push_back({s.screen, s.monitor.name, s.monitor.area, s.monitor.primary});
  with_session([&](session::Session& s) { s.share_screens(places, net::Loop::now()); });
  if (!screen_) return;
  tell_own_screens();
  if (shows_own_share() || (recorder_ && !viewed())) want_frame_of(recorded_screen());
}

void Engine::tell_own_screens() {
  json list = json::array();
  for (const auto& s : screen_->screens()) {
    list.push_back(screen_json(s.screen, s.monitor.name, s.monitor.area, s.monitor.primary, paused_));
    if (blank_) list.back()["blank"] = true;
    if (share_what_ == "whiteboard") list.back()["whiteboard"] = true;
  }
  emit({{"event", "screens"}, {"presenter", self_}, {"screens", list}});
}

ScreenId Engine::recorded_screen() const {
  return screen_ && !screen_->screens().empty() ? screen_->screens().front().screen : ScreenId{0};
}

/// A whiteboard is on no desktop: whoever shares it sees it in the window, as all others do.
bool Engine::shows_own_share() const { return shared_pictures_ && screen_ && share_what_ == "whiteboard"; }

void Engine::inject(const session::InputEvent& input) {
  if (screen_) screen_->inject(input);
}

void Engine::on_frame(ScreenId screen, desktop::CapturedFrame frame) {
  if (blank_)
    for (auto& slot : frame.slots) slot.pixels = std::make_shared<const codec::Image>(slot.pixels->size());
  if (recorder_ && !viewed() && screen == recorded_screen()) {
    draw_own(frame);
    record_timer_.set(net::Loop::now() + kRecordEvery);  // the session asks for frames only while somebody watches
  }
  if (shows_own_share()) {
    draw_own(frame);
    shared_pictures_->at({self_, screen.value()})
        ->update(own_canvas_.view(), {{0, 0, frame.size.width, frame.size.height}});
    on_picture_();
  }
  std::vector<session::SlotUpdate> slots;
  slots.reserve(frame.slots.size());
  for (auto& slot : frame.slots) slots.push_back({slot.slot, std::move(slot.pixels)});
  with_session([&](session::Session& s) { s.on_captured(screen, frame.size, std::move(slots), net::Loop::now()); });
}

void Engine::draw_own(const desktop::CapturedFrame& frame) {
  if (own_canvas_.grid().size() != frame.size) own_canvas_.reset(frame.size);
  for (const auto& slot : frame.slots) own_canvas_.put(slot.slot, slot.pixels->view());
  record_frame();
}

}  // namespace lotse::program
