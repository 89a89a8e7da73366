#include "ui/picture_layout.h"

#include <algorithm>
#include <cmath>

namespace lotse::ui {
namespace {

/// Where the picture begins along one axis: centred, or moved so that the mouse's part of the way shows the same part
/// of the picture. The outer tenth of the place counts as the edge, so that corners are easy to reach.
double begin(double picture, int from, int room, int mouse) {
  if (picture <= room) return from + std::floor((room - picture) / 2);
  double part = (mouse - from - room * 0.1) / (room * 0.8);
  return from - std::floor((picture - room) * std::clamp(part, 0.0, 1.0));
}

}  // namespace

PictureLayout lay_out(Size picture, const Rect& place, ViewMode mode, Point mouse) {
  PictureLayout layout{.picture = picture};
  if (picture.empty() || place.empty()) return layout;
  double fit =
      std::min(static_cast<double>(place.width) / picture.width, static_cast<double>(place.height) / picture.height);
  layout.scale = mode == ViewMode::actual ? 1 : mode == ViewMode::sharp && fit >= 1 ? std::floor(fit) : fit;
  layout.x = begin(layout.width(), place.x, place.width, mouse.x);
  layout.y = begin(layout.height(), place.y, place.height, mouse.y);
  return layout;
}

Point to_picture(const PictureLayout& layout, Point window) {
  int x = static_cast<int>(std::floor((window.x + 0.5 - layout.x) / layout.scale));
  int y = static_cast<int>(std::floor((window.y + 0.5 - layout.y) / layout.scale));
  return {std::clamp(x, 0, std::max(0, layout.picture.width - 1)),
          std::clamp(y, 0, std::max(0, layout.picture.height - 1))};
}

bool covers(const PictureLayout& layout, Point window) {
  return window.x >= layout.x && window.y >= layout.y && window.x < layout.x + layout.width() &&
         window.y < layout.y + layout.height();
}

}  // namespace lotse::ui
