// Where the picture lies in its place, and which pixel lies under the mouse. Pure.
#pragma once
#include "base/geometry.h"

namespace lotse::ui {

enum class ViewMode { fit, actual, sharp };

/// All in pixels of the window.
struct PictureLayout {
  double x = 0, y = 0, scale = 1;  // of the picture's top left corner; window pixels a picture pixel
  Size picture;
  bool whole() const { return scale == static_cast<double>(static_cast<int>(scale)); }
  double width() const { return picture.width * scale; }
  double height() const { return picture.height * scale; }
};

/// fit: as large as the place allows. actual: one to one. sharp: the largest whole multiple that fits, as fit where
/// none does. A picture larger than its place follows the mouse: `mouse` in window pixels decides which part is seen.
PictureLayout lay_out(Size picture, const Rect& place, ViewMode mode, Point mouse);
/// The picture's pixel under a point of the window, held inside the picture.
Point to_picture(const PictureLayout& layout, Point window);
bool covers(const PictureLayout& layout, Point window);

}  // namespace lotse::ui
