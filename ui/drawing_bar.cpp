#include "ui/drawing_bar.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <array>

#include "ui/texts.h"

namespace lotse::ui {
namespace {

using session::Tool;

constexpr float kHeight = 48, kButton = 36, kGap = 4, kSwatch = 28, kSeparator = 17, kPadding = 8;  // points
constexpr std::array<std::uint32_t, 5> kColors{0xE5484D, 0xF5C518, 0x2FA84F, 0x14202B, 0xFFFFFF};   // beside one's own

std::vector<std::pair<Tool, Button>> tool_buttons() {
  return {
      {Tool::pen, {.id = "draw.pen", .label = "", .tip = _("Pen"), .icon = Icon::pen}},
      {Tool::marker, {.id = "draw.marker", .label = "", .tip = _("Marker, seen through"), .icon = Icon::marker}},
      {Tool::line, {.id = "draw.line", .label = "", .tip = _("Straight line"), .icon = Icon::line}},
      {Tool::frame, {.id = "draw.frame", .label = "", .tip = _("Frame"), .icon = Icon::frame}},
      {Tool::text, {.id = "draw.text", .label = "", .tip = _("Text: click where it shall be"), .icon = Icon::letter}},
      {Tool::fade, {.id = "draw.fade", .label = "", .tip = _("Pen that fades after 5 seconds"), .icon = Icon::fade}}};
}

std::vector<Button> end_buttons(const Model& m, Drawn drawn) {
  std::vector<Button> buttons{
      {.id = "draw.undo", .label = "", .enabled = drawn.own, .tip = _("Undo (Ctrl+Z)"), .icon = Icon::undo},
      {.id = "draw.clear",
       .label = _("Clear"),
       .enabled = drawn.own,
       .tip = _("Clear what you have drawn"),
       .icon = Icon::eraser}};
  if (m.role == Role::master || m.on_whiteboard())
    buttons.push_back({.id = "draw.clear_all",
                       .label = m.on_whiteboard() ? _("New page") : _("Clear all"),
                       .enabled = drawn.any,
                       .tip = _("Clear what everybody has drawn"),
                       .icon = Icon::bin});
  for (Button& button : buttons) button.look = Look::bar;
  return buttons;
}

float width_of(Kit& kit, const Button& button) { return button.label.empty() ? kButton : kit.button_width(button); }

struct Swatch {
  std::string id, name;
  std::optional<std::uint32_t> color;
};
std::vector<Swatch> swatches() {
  const std::array<const char*, 5> names{_("Red"), _("Yellow"), _("Green"), _("Black"), _("White")};
  std::vector<Swatch> all{{"draw.color.own", _("Your own colour"), std::nullopt}};
  for (std::size_t i = 0; i < kColors.size(); ++i)
    all.push_back({"draw.color." + std::to_string(i + 1), names[i], kColors[i]});
  return all;
}

}  // namespace

Box draw_drawing_bar(PageContext& context, Box place, float bottom, MarkChoice& choice, MarkTools& tools, Drawn drawn) {
  Kit& kit = context.kit;
  auto tool_list = tool_buttons();
  std::vector<Button> ends = end_buttons(context.model, drawn);
  const std::vector<Swatch> colors = swatches();
  const float fixed = 2 * kPadding + static_cast<float>(tool_list.size()) * (kButton + kGap) - kGap + 2 * kSeparator +
                      static_cast<float>(colors.size()) * kSwatch;
  auto width_of_all = [&] {
    float wide = fixed + kGap * static_cast<float>(ends.size() - 1);
    for (const Button& button : ends) wide += width_of(kit, button);
    return wide;
  };
  if (width_of_all() > place.width - 16)  // a narrow window: icons will do, the tips say the rest
    for (Button& button : ends) button.label.clear();
  const float wide = width_of_all();
  const Box bar{place.x + std::max(8.0F, (place.width - wide) / 2), bottom - kHeight, wide, kHeight};
  kit.shadow(bar, kCardRadius);
  kit.fill(bar, rgb(0x0e151c, 219), kCardRadius);

  const float top = bar.y + (kHeight - kButton) / 2;
  float x = bar.x + kPadding;
  for (auto& [tool, button] : tool_list) {
    button.look = choice.tool == tool ? Look::bar_on : Look::bar;
    if (kit.button(button, {x, top, kButton, kButton})) choice.tool = tool;
    x += kButton + kGap;
  }
  x += kSeparator - kGap;
  for (const Swatch& swatch : colors) {
    const Color color = rgb(swatch.color ? *swatch.color : tools.own_color());
    const Box box{x, bar.y + (kHeight - kSwatch) / 2, kSwatch, kSwatch};
    if (kit.swatch(swatch.id, swatch.name, color, box, choice.color == swatch.color)) choice.color = swatch.color;
    x += kSwatch;
  }
  x += kSeparator;
  for (const Button& button : ends) {
    const Box box{x, top, width_of(kit, button), kButton};
    x += box.width + kGap;
    if (!kit.button(button, box)) continue;
    if (button.id == "draw.undo")
      tools.undo();
    else
      tools.clear(button.id == "draw.clear" ? MarkTools::Whose::own : MarkTools::Whose::all);
  }
  return bar;
}

}  // namespace lotse::ui
