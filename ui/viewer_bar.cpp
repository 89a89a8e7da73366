// The viewer's tool bar: control, point, draw, the size of the picture, keys.
#include <SDL2/SDL.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ui/drawing_bar.h"
#include "ui/texts.h"
#include "ui/viewer_page.h"

namespace lotse::ui {
namespace {

constexpr double kBarStays = 2.5, kBarFades = 0.2;  // seconds
constexpr float kBarHeight = 52, kBarBelow = 18;

double seconds() { return static_cast<double>(SDL_GetTicks64()) / 1000; }

/// The chords that a window manager of one's own would keep.
const std::vector<std::vector<std::string>>& chords() {
  static const auto kChords = [] {
    std::vector<std::vector<std::string>> all{
        {"Control_L", "Alt_L", "Delete"}, {"Alt_L", "Tab"}, {"Alt_L", "F4"},    {"Super_L"},
        {"Control_L", "Escape"},          {"Print"},        {"Alt_L", "Print"}, {"Control_L", "Alt_L", "BackSpace"}};
    for (int i = 1; i <= 12; ++i) all.push_back({"Control_L", "Alt_L", "F" + std::to_string(i)});
    return all;
  }();
  return kChords;
}

std::string chord_text(const std::vector<std::string>& chord) {
  const std::map<std::string, std::string> names{{"Control_L", _("Ctrl")},
                                                 {"Alt_L", _("Alt")},
                                                 {"Super_L", _("Super (menu key)")},
                                                 {"Delete", _("Del")},
                                                 {"Tab", _("Tab")},
                                                 {"Escape", _("Esc")},
                                                 {"Print", _("Print screen")},
                                                 {"BackSpace", _("Backspace")}};
  std::string text;
  for (const auto& key : chord) {
    auto known = names.find(key);
    text += (text.empty() ? "" : " + ") + (known == names.end() ? key : known->second);
  }
  return text;
}

}  // namespace

int ViewerPage::bar_wait_ms() const {
  if (bar_held_) return -1;
  const double left = shown_until_ - seconds();
  if (left > 0) return static_cast<int>(left * 1000) + 1;
  return alpha_ > 0 && shown_until_ > 0 ? 16 : -1;
}

float ViewerPage::bar_shown(PageContext& context, Box bar) {
  Kit& kit = context.kit;
  const double now = seconds();
  const float scale = kit.window().scale();
  const float x = static_cast<float>(mouse_.x) / scale, y = static_cast<float>(mouse_.y) / scale;
  const bool near = y > bar.y - 60 && x > bar.x - 120 && x < bar.right() + 120;
  // While controlling or pointing, the bar comes only when the mouse comes near it: it would be in the way.
  const bool busy = capture_.keyboard_captured() || choice_.mode == MarkMode::point;
  const bool wakes = mouse_moved_ && (near || !busy);
  bar_held_ = kit.hovered(bar) || kit.focused().starts_with("viewer.") || choice_.mode == MarkMode::draw ||
              context.model.control() == ControlState::asked;
  if (wakes || bar_held_ || shown_until_ == 0) shown_until_ = now + kBarStays;
  mouse_moved_ = false;
  alpha_ = std::clamp(static_cast<float>(1 - (now - shown_until_) / kBarFades), 0.0F, 1.0F);
  return alpha_;
}

std::vector<Button> ViewerPage::bar_buttons(const Model& m) const {
  const bool may_ask = m.control() == ControlState::none, active = m.control() == ControlState::active;
  const bool controls = active && choice_.mode == MarkMode::none;
  const std::string who = filled(_("{name} can allow it"), {{"name", display_name(m, m.master)}});
  std::vector<Button> buttons{{.id = "viewer.control",
                               .label = controls            ? _("Give control back")
                                        : active || may_ask ? _("Control")
                                                            : _("Asking…"),
                               .look = controls ? Look::bar_on : Look::bar,
                               .enabled = m.control() != ControlState::asked,
                               .tip = controls ? _("Your mouse and keyboard work here again (F2)")
                                      : active ? _("Your mouse and keyboard work over there again (F2)")
                                               : _("Ask to use mouse and keyboard over there (F2)"),
                               .icon = Icon::cursor},
                              {.id = "viewer.point",
                               .label = _("Point"),
                               .look = choice_.mode == MarkMode::point ? Look::bar_on : Look::bar,
                               .enabled = m.may("point"),
                               .tip = m.may("point") ? _("Everybody sees where your mouse points (F3)") : who,
                               .icon = Icon::point},
                              {.id = "viewer.draw",
                               .label = _("Draw"),
                               .look = choice_.mode == MarkMode::draw ? Look::bar_on : Look::bar,
                               .enabled = m.may("draw"),
                               .tip = m.may("draw") ? _("Draw on the picture for everybody (F4)") : who,
                               .icon = Icon::pencil},
                              {.id = "viewer.fit",
                               .label = mode_ == ViewMode::fit      ? _("Fit")
                                        : mode_ == ViewMode::actual ? _("1 : 1")
                                                                    : _("Sharp"),
                               .look = Look::bar,
                               .tip = _("Size of the picture"),
                               .icon = Icon::down},
                              {.id = "viewer.keys",
                               .label = _("Keys"),
                               .look = Look::bar,
                               .enabled = controls,
                               .tip = controls ? _("Keys that your own desktop would keep") : _("Control first"),
                               .icon = Icon::down},
                              {.id = "viewer.full",
                               .label = full_ ? _("Window") : _("Full screen"),
                               .look = Look::bar,
                               .tip = full_ ? _("Back to a window (F11)") : _("The whole screen (F11)")}};
  if (m.on_whiteboard()) {
    std::erase_if(buttons, [](const Button& b) { return b.id == "viewer.control" || b.id == "viewer.keys"; });
    buttons.push_back({.id = "viewer.unshare", .label = _("Stop sharing"), .look = Look::bar});
  }
  if (m.role == Role::master)
    buttons.push_back(
        {.id = "viewer.session", .label = _("Session"), .look = Look::bar, .tip = _("Number, lobby and people")});
  return buttons;
}

/// The second bar stands above the first. Both step aside for a stroke that leads there.
void ViewerPage::draw_bars(PageContext& context, Box place, const PictureTexture& picture) {
  const auto* strokes = picture.marks().strokes.get();
  const bool untold = !tools_.own().empty();
  Drawn drawn{.own = untold, .any = untold || (strokes != nullptr && !strokes->empty())};
  if (strokes != nullptr)
    drawn.own = drawn.own || std::any_of(strokes->begin(), strokes->end(), [&](const session::Stroke& stroke) {
                  return stroke.member.value() == context.model.self;
                });
  may_undo_ = drawn.own;
  tool_keys(context);
  if (tools_.drawing() && context.kit.hovered(bars_.inset(-space::kL))) return;
  Box second;
  if (choice_.mode == MarkMode::draw)
    second =
        draw_drawing_bar(context, place, place.bottom() - kBarBelow - kBarHeight - space::kS, choice_, tools_, drawn);
  draw_bar(context, place);
  if (second.height == 0) return;
  over_ours_ = over_ours_ || context.kit.hovered(second);
  const float left = std::min(bars_.x, second.x), right = std::max(bars_.right(), second.right());
  bars_ = {left, second.y, right - left, bars_.bottom() - second.y};
}

void ViewerPage::tool_keys(PageContext& context) {
  Kit& kit = context.kit;
  const Model& m = context.model;
  if (kit.key(SDLK_F2) && m.control() != ControlState::asked && !m.on_whiteboard()) press_control(context);
  if (kit.key(SDLK_F3) && m.may("point")) pick(MarkMode::point);
  if (kit.key(SDLK_F4) && m.may("draw")) pick(MarkMode::draw);
  if (choice_.mode != MarkMode::none && kit.key(SDLK_ESCAPE)) pick(choice_.mode);
}

/// With another tool in hand it comes back to control, before it asks for it or gives it back.
void ViewerPage::press_control(PageContext& context) {
  const Model& m = context.model;
  const bool returns = std::exchange(choice_.mode, MarkMode::none) != MarkMode::none;
  const bool active = m.control() == ControlState::active;
  if (returns && active) return;
  context.send({{"do", active ? "release_control" : "request_control"}, {"presenter", m.presenter}});
}

void ViewerPage::draw_bar(PageContext& context, Box place) {
  Kit& kit = context.kit;
  std::vector<Button> buttons = bar_buttons(context.model);
  auto width_of_all = [&] {
    float wide = 16 + space::kS * static_cast<float>(buttons.size() - 1);
    for (const auto& button : buttons) wide += kit.button_width(button);
    return wide;
  };
  float wide = width_of_all();
  if (wide > place.width - 16) {  // a narrow window: icons will do, the tips say the rest
    for (auto& button : buttons) {
      if (button.id == "viewer.full") button.icon = Icon::screen;
      if (button.id == "viewer.session") button.icon = Icon::person;
      if (button.icon != Icon::down) button.label.clear();
    }
    wide = width_of_all();
  }
  Box bar{place.x + std::max(8.0F, (place.width - wide) / 2), place.bottom() - kBarBelow - kBarHeight, wide,
          kBarHeight};
  const float alpha = bar_shown(context, bar);
  bars_ = bar;
  // Faded away it stays reachable by Tab, which brings it back.
  kit.set_opacity(alpha);
  kit.shadow(bar, kCardRadius);
  kit.fill(bar, rgb(0x0e151c, 219), kCardRadius);
  float x = bar.x + 8;
  for (const auto& button : buttons) {
    Box box{x, bar.y + 8, kit.button_width(button), 36};
    x += box.width + space::kS;
    bar_button(context, box, button);
  }
  kit.set_opacity(1);
  over_ours_ = over_ours_ || (alpha > 0 && kit.hovered(bar)) || kit.menu_open();
}

void ViewerPage::bar_button(PageContext& context, Box box, const Button& button) {
  Kit& kit = context.kit;
  Model& m = context.model;
  if (button.id == "viewer.fit") {
    std::string chosen =
        kit.menu(button, box,
                 {{.id = "fit.fit", .label = _("Fit the window"), .checked = mode_ == ViewMode::fit},
                  {.id = "fit.sharp", .label = _("Sharp: whole multiples only"), .checked = mode_ == ViewMode::sharp},
                  {.id = "fit.actual", .label = _("1 : 1, follows the mouse"), .checked = mode_ == ViewMode::actual}});
    if (!chosen.empty())
      mode_ = chosen == "fit.fit" ? ViewMode::fit : chosen == "fit.sharp" ? ViewMode::sharp : ViewMode::actual;
    return;
  }
  if (button.id == "viewer.keys") {
    if (!button.enabled) {
      kit.button(button, box);
      return;
    }
    std::vector<MenuItem> items;
    for (std::size_t i = 0; i < chords().size(); ++i)
      items.push_back({.id = "keys." + std::to_string(i), .label = chord_text(chords()[i])});
    if (std::string chosen = kit.menu(button, box, items); !chosen.empty())
      capture_.press_chord(chords()[std::stoul(chosen.substr(5))]);
    return;
  }
  if (!kit.button(button, box)) return;
  if (button.id == "viewer.full") set_full_screen(context, !full_);
  if (button.id == "viewer.session") m.show_session = true;
  if (button.id == "viewer.control") press_control(context);
  if (button.id == "viewer.unshare") context.send({{"do", "unshare"}});
  if (button.id == "viewer.point") pick(MarkMode::point);
  if (button.id == "viewer.draw") pick(MarkMode::draw);
}

}  // namespace lotse::ui
