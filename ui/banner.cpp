#include "ui/banner.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ui/page.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr float kHeight = 44;
constexpr std::size_t kMaxName = 28;  // letters: a long name must not push the buttons off the screen

std::string short_name(const Model& model, int id) {
  std::u32string name = to_utf32(display_name(model, id));
  return name.size() <= kMaxName ? to_utf8(name) : to_utf8(name.substr(0, kMaxName - 1)) + "…";
}

std::vector<int> own_drawn_screens(const Model& model) {
  std::vector<int> screens;
  for (const auto& [key, strokes] : model.drawings)
    if (key.first == model.self) screens.push_back(key.second);
  return screens;
}

}  // namespace

std::string banner_text(const Model& model) {
  if (model.paused) return _("Sharing is paused: the others see a still picture");
  if (model.blank) return _("Your screen is black for the others");
  const auto viewers = model.viewers();
  std::string text;
  if (viewers.empty()) {
    text = _("Your screen is shared. Nobody sees it yet");
  } else if (viewers.size() == 1) {
    text = filled(_("{name} sees your screen"), {{"name", short_name(model, viewers[0]->id)}});
  } else {
    auto others = static_cast<unsigned long>(viewers.size() - 1);
    text = filled(P_("{name} and {count} other see your screen", "{name} and {count} others see your screen", others),
                  {{"name", short_name(model, viewers[0]->id)}, {"count", std::to_string(others)}});
  }
  const auto controllers = model.controllers();
  if (controllers.empty()) return text;
  if (auto lock = model.input_locks.find(model.self); lock != model.input_locks.end())
    return filled(_("{name} has locked your keyboard and mouse. Press {key} to end it"),
                  {{"name", short_name(model, lock->second)}, {"key", _("Pause")}});
  if (model.suspended) return text + " · " + _("your own mouse has priority");
  if (controllers.size() == 1)
    return text + " · " + filled(_("{name} controls"), {{"name", short_name(model, controllers[0]->id)}});
  return text + " · " + filled(_("{count} people control"), {{"count", std::to_string(controllers.size())}});
}

Banner::Banner() : window_("Lotse", {760, static_cast<int>(kHeight)}, WindowKind::banner), kit_(window_) {}
Banner::~Banner() = default;

bool Banner::handle(const SDL_Event& event) {
  if (event.type == SDL_MOUSEBUTTONUP) dragging_ = false;
  if (event.type == SDL_MOUSEMOTION && dragging_ && event.motion.windowID == SDL_GetWindowID(window_.window())) {
    int x = 0, left = 0, top = 0, width = 0;
    SDL_GetGlobalMouseState(&x, nullptr);
    SDL_GetWindowPosition(window_.window(), &left, &top);
    SDL_GetWindowSize(window_.window(), &width, nullptr);
    SDL_Rect screen{};
    SDL_GetDisplayBounds(std::max(0, SDL_GetWindowDisplayIndex(window_.window())), &screen);
    int to = std::clamp(window_from_ + x - drag_from_, screen.x, std::max(screen.x, screen.x + screen.w - width));
    SDL_SetWindowPosition(window_.window(), to, screen.y);
    return true;
  }
  return window_.handle(event);
}

void Banner::place(float width) {
  if (placed_ && std::abs(width - width_) < 1) return;
  int old_left = 0, old_width = 0, top = 0;
  SDL_GetWindowPosition(window_.window(), &old_left, &top);
  SDL_GetWindowSize(window_.window(), &old_width, nullptr);
  window_.resize(width, kHeight);
  int wide = static_cast<int>(std::ceil(width * window_.scale()));
  SDL_Rect screen{};
  SDL_GetDisplayBounds(0, &screen);
  // It grows and shrinks around its middle, and stays on the screen.
  int left = placed_ ? old_left + (old_width - wide) / 2 : screen.x + (screen.w - wide) / 2;
  SDL_SetWindowPosition(window_.window(), std::clamp(left, screen.x, std::max(screen.x, screen.x + screen.w - wide)),
                        screen.y);
  width_ = width;
  if (!placed_) SDL_ShowWindow(window_.window());
  placed_ = true;
}

bool Banner::draw(const Model& model, const std::function<void(nlohmann::json)>& send, const std::string& snapshot) {
  window_.begin_frame(dark_theme());
  kit_.begin(dark_theme());
  const std::string words = banner_text(model);
  const bool controlled = !model.controllers().empty();
  Button stop_control{.id = "banner.stop_control",
                      .label = filled(_("Stop control  {key}"), {{"key", _("Pause")}}),
                      .look = Look::banner,
                      .tip = {}};
  Button stop_sharing{.id = "banner.stop_sharing", .label = _("Stop sharing"), .look = Look::banner_white};
  Button clear{.id = "banner.clear", .label = _("Clear drawings"), .look = Look::banner};
  const std::vector<int> drawn_on = own_drawn_screens(model);
  const float text_wide = std::ceil(kit_.text_width(Type::body_strong, words)) + 2;
  const float control_wide = kit_.button_width(stop_control), sharing_wide = kit_.button_width(stop_sharing);
  const float clear_wide = drawn_on.empty() ? 0 : kit_.button_width(clear) + 10;
  float total = 16 + 18 + text_wide + 14 + (controlled ? control_wide + 10 : 0) + clear_wide + sharing_wide + 7;
  place(total);

  kit_.fill({0, 0, kit_.width(), kHeight}, rgb(0xd13438));
  kit_.dot(22, kHeight / 2, rgb(0xffffff), 10);
  kit_.line({34, 0, text_wide, kHeight}, Type::body_strong, rgb(0xffffff), words);
  float x = total - 7 - sharing_wide;
  if (kit_.button(stop_sharing, {x, 7, sharing_wide, kHeight - 14})) send({{"do", "unshare"}});
  Box free{0, 0, x, kHeight};
  if (controlled) {
    x -= control_wide + 10;
    free.width = x;
    if (kit_.button(stop_control, {x, 7, control_wide, kHeight - 14})) send({{"do", "stop_control"}});
  }
  if (!drawn_on.empty()) {
    x -= clear_wide;
    free.width = x;
    if (kit_.button(clear, {x, 7, clear_wide - 10, kHeight - 14}))
      for (int screen : drawn_on) send({{"do", "clear"}, {"presenter", model.self}, {"screen", screen}, {"all", true}});
  }
  if (kit_.clicked(free)) {
    dragging_ = true;
    SDL_GetGlobalMouseState(&drag_from_, nullptr);
    int top = 0;
    SDL_GetWindowPosition(window_.window(), &window_from_, &top);
  }
  bool again = kit_.end();
  window_.end_frame(rgb(0xd13438), snapshot);
  return again;
}

}  // namespace lotse::ui
