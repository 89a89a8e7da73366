#include "ui/screen_strip.h"

#include <algorithm>
#include <cmath>

#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr float kTabHeight = 34, kLabelHeight = 30, kTileGap = 10;
constexpr Color kStripBack = rgb(0x0e151c);

std::string id_of(const char* kind, Model::ScreenKey key) {
  return std::string(kind) + "." + std::to_string(key.first) + "." + std::to_string(key.second);
}

std::string label_of(const Model& m, Model::ScreenKey key, const Screen& screen) {
  std::string title = m.screen_title(key);
  return screen.paused ? filled(_("{name} (paused)"), {{"name", title}}) : title;
}

}  // namespace

StripChoice draw_screen_strip(PageContext& context, Box place, bool tiles_on) {
  Kit& kit = context.kit;
  const Model& m = context.model;
  StripChoice choice;
  kit.fill(place, kStripBack);
  const float y = place.y + (place.height - kTabHeight) / 2;
  float right = place.right() - 10;
  auto at_right = [&](const Button& button) {
    const float wide = kit.button_width(button);
    right -= wide;
    const bool pressed = kit.button(button, {right, y, wide, kTabHeight});
    right -= space::kS;
    return pressed;
  };
  choice.windows = at_right({.id = "viewer.windows",
                             .label = _("Own windows"),
                             .look = Look::bar,
                             .tip = _("Each screen in a window of its own")});
  choice.tiles = at_right({.id = "viewer.tiles",
                           .label = _("All"),
                           .look = tiles_on ? Look::bar_on : Look::bar,
                           .tip = _("All screens side by side (F8)")});
  std::vector<Button> tabs;
  float wide = 0;
  for (const auto& [key, screen] : m.screens) {
    tabs.push_back({.id = id_of("screen", key),
                    .label = label_of(m, key, screen),
                    .look = !tiles_on && key == m.viewed() ? Look::bar_on : Look::bar,
                    .tip = _("Next screen: F7, the one before: F6")});
    wide += kit.button_width(tabs.back()) + space::kS;
  }
  float x = place.x + 10;
  if (x + wide > right) {
    std::vector<MenuItem> items;
    for (const auto& [key, screen] : m.screens)
      items.push_back({.id = id_of("screen", key), .label = label_of(m, key, screen), .checked = key == m.viewed()});
    Button button{.id = "viewer.screens",
                  .label = filled(_("Screens: {count}"), {{"count", std::to_string(items.size())}}),
                  .look = Look::bar,
                  .icon = Icon::down};
    const std::string chosen = kit.menu(button, {x, y, kit.button_width(button), kTabHeight}, items);
    for (const auto& [key, screen] : m.screens)
      if (chosen == id_of("screen", key)) choice.screen = key;
    return choice;
  }
  auto tab = tabs.begin();
  for (const auto& [key, screen] : m.screens) {
    const float tab_wide = kit.button_width(*tab);
    if (kit.button(*tab++, {x, y, tab_wide, kTabHeight})) choice.screen = key;
    x += tab_wide + space::kS;
  }
  return choice;
}

TileGrid tile_grid(std::size_t count, Size place, Size picture) {
  TileGrid best;
  double largest = -1;
  for (int columns = 1; columns <= static_cast<int>(count); ++columns) {
    const int rows = (static_cast<int>(count) + columns - 1) / columns;
    const double scale = std::min(static_cast<double>(place.width) / columns / std::max(1, picture.width),
                                  static_cast<double>(place.height) / rows / std::max(1, picture.height));
    if (scale > largest) largest = scale, best = {columns, rows};
  }
  return best;
}

std::optional<Model::ScreenKey> draw_tiles(PageContext& context, Box place, PictureSet& pictures) {
  Kit& kit = context.kit;
  const Model& m = context.model;
  std::optional<Model::ScreenKey> pressed;
  Size usual{16, 9};
  for (const auto& [key, screen] : m.screens)
    if (!screen.area.empty()) usual = screen.area.size();
  const Box inside = place.inset(kTileGap / 2);
  const TileGrid grid = tile_grid(m.screens.size(), pixels_of(kit, inside).size(), usual);
  const float wide = inside.width / static_cast<float>(grid.columns),
              high = inside.height / static_cast<float>(grid.rows);
  int index = 0;
  for (const auto& [key, screen] : m.screens) {
    const Box cell = Box{inside.x + wide * static_cast<float>(index % grid.columns),
                         inside.y + high * static_cast<float>(index / grid.columns), wide, high}
                         .inset(kTileGap / 2);
    ++index;
    const Box picture_box{cell.x, cell.y, cell.width, cell.height - kLabelHeight};
    kit.fill(cell, kStripBack, kCardRadius);
    if (PictureTexture* picture = pictures.find(key); picture != nullptr && screen.has_picture)
      draw_picture_view(kit, picture_box, lay_out(picture->size(), pixels_of(kit, picture_box), ViewMode::fit, {}),
                        *picture);
    else
      kit.line(picture_box.inset(space::kM), Type::body, rgb(0xa9b6c2), _("The picture is coming"), Align::center);
    const bool viewed = key == m.viewed();
    Button name{.id = id_of("tile", key),
                .label = label_of(m, key, screen),
                .look = viewed ? Look::bar_on : Look::bar,
                .tip = _("Show this screen alone; a double click on it shows all again")};
    const float name_wide = std::min(kit.button_width(name), cell.width);
    if (kit.button(name, {cell.x, cell.bottom() - kLabelHeight, name_wide, kLabelHeight}) || kit.clicked(picture_box))
      pressed = key;
    kit.frame(cell, viewed ? dark_theme().action : rgb(0x2a3641), kCardRadius, viewed ? 3 : 1);
  }
  return pressed;
}

}  // namespace lotse::ui
