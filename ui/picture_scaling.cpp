#include "ui/picture_scaling.h"

#include <cmath>
#include <cstring>

namespace lotse::ui {
namespace {

constexpr int kMaxTextureSide = 8192;     // pixels; what old graphics cards take
constexpr long kMaxEnlarged = 32l << 20;  // pixels, 128 MB
constexpr int kMostReduced = 16;

}  // namespace

Zoom zoom_for(double scale, Size picture) {
  if (picture.empty() || scale <= 0) return 1;
  if (scale <= 0.5) return -std::min(kMostReduced, static_cast<int>(1 / scale + 1e-6));
  if (scale <= 1 || scale == std::floor(scale)) return 1;
  int times = static_cast<int>(std::ceil(scale));
  Size large = zoomed(picture, times);
  bool fits = large.width <= kMaxTextureSide && large.height <= kMaxTextureSide &&
              static_cast<long>(large.width) * large.height <= kMaxEnlarged;
  return fits ? times : 1;
}

Size zoomed(Size picture, Zoom zoom) {
  if (zoom > 1) return {picture.width * zoom, picture.height * zoom};
  if (zoom < -1) return {(picture.width - zoom - 1) / -zoom, (picture.height - zoom - 1) / -zoom};
  return picture;
}

Rect zoomed(const Rect& changed, Zoom zoom, Size picture) {
  Rect inside = changed.intersect({0, 0, picture.width, picture.height});
  if (zoom > 1) return {inside.x * zoom, inside.y * zoom, inside.width * zoom, inside.height * zoom};
  if (zoom >= -1 || inside.empty()) return inside;
  int by = -zoom, left = inside.x / by, top = inside.y / by;
  return {left, top, (inside.right() + by - 1) / by - left, (inside.bottom() + by - 1) / by - top};
}

namespace {

void enlarge_into(codec::FrameView picture, int times, const Rect& part, codec::MutableFrameView out) {
  for (int y = 0; y < part.height; ++y) {
    std::uint8_t* to = out.row(y);
    if (y > 0 && (part.y + y) % times != 0) {  // the same row of the picture once more
      std::memcpy(to, out.row(y - 1), static_cast<std::size_t>(part.width) * 4);
      continue;
    }
    const std::uint8_t* from = picture.row((part.y + y) / times);
    for (int x = 0; x < part.width; ++x, to += 4)
      std::memcpy(to, from + static_cast<std::ptrdiff_t>((part.x + x) / times) * 4, 4);
  }
}

void reduce_into(codec::FrameView picture, int by, const Rect& part, codec::MutableFrameView out) {
  for (int y = 0; y < part.height; ++y) {
    std::uint8_t* to = out.row(y);
    const int top = (part.y + y) * by, bottom = std::min(top + by, picture.size.height);
    for (int x = 0; x < part.width; ++x, to += 4) {
      const int left = (part.x + x) * by, right = std::min(left + by, picture.size.width);
      unsigned sum[3] = {};
      for (int sy = top; sy < bottom; ++sy) {
        const std::uint8_t* from = picture.row(sy) + static_cast<std::ptrdiff_t>(left) * 4;
        for (int sx = left; sx < right; ++sx, from += 4)
          for (int c = 0; c < 3; ++c) sum[c] += from[c];
      }
      const unsigned pixels = static_cast<unsigned>((bottom - top) * (right - left));
      for (int c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>((sum[c] + pixels / 2) / pixels);
      to[3] = 0;
    }
  }
}

}  // namespace

void zoom_into(codec::FrameView picture, Zoom zoom, const Rect& part, codec::MutableFrameView out) {
  if (zoom > 1) return enlarge_into(picture, zoom, part, out);
  if (zoom < -1) return reduce_into(picture, -zoom, part, out);
  for (int y = 0; y < part.height; ++y)
    std::memcpy(out.row(y), picture.row(part.y + y) + static_cast<std::ptrdiff_t>(part.x) * 4,
                static_cast<std::size_t>(part.width) * 4);
}

}  // namespace lotse::ui
