#include "ui/picture_window.h"

#include <SDL2/SDL.h>

#include <nlohmann/json.hpp>

#include "ui/host_page.h"
#include "ui/marks_view.h"
#include "ui/picture_view.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr Size kWindowSize{1024, 640};  // points
constexpr int kFramesAfterChange = 2;   // the second shows what the first one found out

Instant now() { return Instant{Duration(monotonic_ns())}; }

}  // namespace

std::uint32_t window_of(const SDL_Event& event) {
  switch (event.type) {
    case SDL_WINDOWEVENT:
      return event.window.windowID;
    case SDL_KEYDOWN:
    case SDL_KEYUP:
      return event.key.windowID;
    case SDL_TEXTINPUT:
      return event.text.windowID;
    case SDL_TEXTEDITING:
      return event.edit.windowID;
    case SDL_MOUSEMOTION:
      return event.motion.windowID;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
      return event.button.windowID;
    case SDL_MOUSEWHEEL:
      return event.wheel.windowID;
    default:
      return 0;
  }
}

PictureWindow::PictureWindow(Model::ScreenKey key, const std::string& title, InputCapture::Send send,
                             MarkChoice& choice)
    : key_(key),
      window_(title, kWindowSize, WindowKind::normal),
      kit_(window_),
      capture_(send),
      choice_(choice),
      tools_(choice, std::move(send)) {}

void PictureWindow::flush() {
  capture_.flush();
  tools_.flush(now());
}

int PictureWindow::wait_ms() const { return tools_.wait_ms(now()); }

bool PictureWindow::handle(const SDL_Event& event) {
  if (window_of(event) != SDL_GetWindowID(window_.window())) return false;
  frames_due_ = kFramesAfterChange;
  if (event.type == SDL_WINDOWEVENT && event.window.event == SDL_WINDOWEVENT_CLOSE) closed_ = true;
  if (event.type == SDL_MOUSEMOTION) mouse_ = {event.motion.x, event.motion.y};
  const bool over_picture = !over_ours_ && covers(layout_, mouse_);
  const bool used =
      choice_.mode == MarkMode::none ? capture_.handle(event, over_picture) : tools_.handle(event, over_picture, now());
  if (!used) window_.handle(event);
  return true;
}

void PictureWindow::draw(const Model& model, const Theme& theme, SharedPictures& pictures, bool needed) {
  if (picture_.update(window_.renderer(), pictures.find(key_)) || needed) frames_due_ = kFramesAfterChange;
  while (frames_due_ > 0) {
    --frames_due_;
    window_.begin_frame(theme);
    kit_.begin(theme);
    draw_page(model);
    if (kit_.end() && frames_due_ == 0) frames_due_ = 1;
    window_.end_frame(theme.background);
    picture_.update(window_.renderer(), pictures.find(key_));
  }
}

bool PictureWindow::snapshot(const Model& model, const Theme& theme, const std::string& file) {
  window_.begin_frame(theme);
  kit_.begin(theme);
  draw_page(model);
  kit_.end();
  return window_.end_frame(theme.background, file);
}

void PictureWindow::draw_page(const Model& model) {
  const Box place{0, 0, kit_.width(), kit_.height()};
  kit_.fill(place, rgb(0x05080b));
  auto screen = model.screens.find(key_);
  const bool there = screen != model.screens.end() && screen->second.has_picture && picture_.texture() != nullptr;
  layout_ = there ? lay_out(picture_.size(), pixels_of(kit_, place), ViewMode::fit, mouse_) : PictureLayout{};
  auto control = model.control_of.find(key_.first);
  const bool controls = there && model.stage == Stage::live && control != model.control_of.end() &&
                        control->second == ControlState::active && choice_.mode == MarkMode::none;
  capture_.set_control(window_.window(), controls, layout_, key_.first, key_.second);
  const Member* me = model.member(model.self);
  tools_.set_picture(model.stage == Stage::live ? layout_ : PictureLayout{}, key_.first, key_.second, model.self,
                     hex(participant_color(me == nullptr ? "" : me->color, model.self)), now());
  tools_.settle(picture_.marks().strokes.get(), now());
  if (there)
    draw_picture_view(kit_, place, layout_, picture_, tools_.own());
  else
    kit_.line(place, Type::body, rgb(0xa9b6c2), _("The picture is coming"), Align::center);
  if (tools_.take_press()) kit_.focus(tools_.text_at() ? "marks.text" : "");
  over_ours_ = kit_.hovered(draw_text_entry(kit_, place, layout_, tools_, now()));
  if (choice_.mode == MarkMode::draw && !over_ours_ && covers(layout_, mouse_)) kit_.crosshair();
  draw_state(controls);
  if (choice_.mode != MarkMode::none && kit_.key(SDLK_ESCAPE)) choice_.mode = MarkMode::none;
  if (choice_.mode == MarkMode::draw && !kit_.field_active() && kit_.shortcut(SDLK_z)) tools_.undo();
  if (kit_.key(SDLK_F11))
    full_ = !full_, SDL_SetWindowFullscreen(window_.window(), full_ ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
  if (full_ && kit_.key(SDLK_ESCAPE)) full_ = false, SDL_SetWindowFullscreen(window_.window(), 0);
}

void PictureWindow::draw_state(bool controls) {
  const Color back = rgb(0x0e151c, 219), white = rgb(0xffffff);
  if (choice_.mode == MarkMode::draw)
    kit_.chip(16, 14, _("You draw · Esc ends it"), back, white, rgb(tools_.color()));
  else if (choice_.mode == MarkMode::point)
    kit_.chip(16, 14, _("You point · Esc ends it"), back, white, rgb(tools_.own_color()));
  else if (controls && capture_.keyboard_captured())
    kit_.chip(16, 14, _("Your keys go there · Right Ctrl gives them back"), rgb(0x2574c4), white, dark_theme().danger);
  else if (controls)
    kit_.chip(16, 14, _("You control · click the picture to type"), back, white, dark_theme().danger);
}

}  // namespace lotse::ui
