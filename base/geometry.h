// Pixels: points, sizes, rectangles. Origin at the top left.
#pragma once
#include <algorithm>
#include <compare>

namespace lotse {

struct Point {
  int x = 0, y = 0;
  auto operator<=>(const Point&) const = default;
};

struct Size {
  int width = 0, height = 0;
  auto operator<=>(const Size&) const = default;
  bool empty() const { return width <= 0 || height <= 0; }
};

struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
  auto operator<=>(const Rect&) const = default;
  bool empty() const { return width <= 0 || height <= 0; }
  int right() const { return x + width; }
  int bottom() const { return y + height; }
  Size size() const { return {width, height}; }
  bool contains(Point p) const { return p.x >= x && p.y >= y && p.x < right() && p.y < bottom(); }
  Rect intersect(const Rect& o) const {
    int l = std::max(x, o.x), t = std::max(y, o.y);
    return {l, t, std::max(0, std::min(right(), o.right()) - l), std::max(0, std::min(bottom(), o.bottom()) - t)};
  }
};

}  // namespace lotse
