// Several screens in one window: a strip to choose one, and all of them as tiles.
#pragma once
#include <optional>

#include "ui/page.h"
#include "ui/picture_view.h"

namespace lotse::ui {

inline constexpr float kStripHeight = 46;  // points

struct StripChoice {
  std::optional<Model::ScreenKey> screen;
  bool tiles = false, windows = false;  // pressed: all as tiles, each in a window of its own
};

/// A row with a tab for each screen, a menu where they are too many.
StripChoice draw_screen_strip(PageContext& context, Box place, bool tiles_on);

/// Every screen in a cell with its name, the viewed one highlighted; which one was pressed.
std::optional<Model::ScreenKey> draw_tiles(PageContext& context, Box place, PictureSet& pictures);

/// The cells of `count` pictures of about that shape in a place: columns and rows with the largest pictures.
struct TileGrid {
  int columns = 1, rows = 1;
};
TileGrid tile_grid(std::size_t count, Size place, Size picture);

}  // namespace lotse::ui
