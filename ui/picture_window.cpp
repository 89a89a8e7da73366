#include "ui/picture_window.h"

#include <SDL2/SDL.h>

#include <nlohmann/json.hpp>

#include "ui/picture_view.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr Size kWindowSize{1024, 640};  // points
constexpr int kFramesAfterChange = 2;   // the second shows what the first one found out

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

PictureWindow::PictureWindow(Model::ScreenKey key, const std::string& title, InputCapture::Send send)
    : key_(key), window_(title, kWindowSize, WindowKind::normal), kit_(window_), capture_(std::move(send)) {}

bool PictureWindow::handle(const SDL_Event& event) {
  if (window_of(event) != SDL_GetWindowID(window_.window())) return false;
  frames_due_ = kFramesAfterChange;
  if (event.type == SDL_WINDOWEVENT && event.window.event == SDL_WINDOWEVENT_CLOSE) closed_ = true;
  if (event.type == SDL_MOUSEMOTION) mouse_ = {event.motion.x, event.motion.y};
  if (!capture_.handle(event, covers(layout_, mouse_))) window_.handle(event);
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
                        control->second == ControlState::active;
  capture_.set_control(window_.window(), controls, layout_, key_.first, key_.second);
  if (there)
    draw_picture_view(kit_, place, layout_, picture_);
  else
    kit_.line(place, Type::body, rgb(0xa9b6c2), _("The picture is coming"), Align::center);
  if (controls) {
    const Color back = capture_.keyboard_captured() ? rgb(0x2574c4) : rgb(0x0e151c, 219);
    kit_.chip(16, 14,
              capture_.keyboard_captured() ? _("Your keys go there · Right Ctrl gives them back")
                                           : _("You control · click the picture to type"),
              back, rgb(0xffffff), dark_theme().danger);
  }
  if (kit_.key(SDLK_F11))
    full_ = !full_, SDL_SetWindowFullscreen(window_.window(), full_ ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
  if (full_ && kit_.key(SDLK_ESCAPE)) full_ = false, SDL_SetWindowFullscreen(window_.window(), 0);
}

}  // namespace lotse::ui
