#include "paint/sprite.h"

#include <cairo.h>

#include <cmath>
#include <numbers>

#include "paint/canvas.h"
#include "paint/text.h"

namespace lotse::paint {
namespace {

using session::Stroke;
using session::Tool;

// An arrow's rim: it is seen on a ground of its own colour, too.
constexpr double kRim = 1.5;
// The chip with a name, from the tip on.
constexpr Point kChip{12, 20};
constexpr int kChipHeight = 21, kChipGap = 4, kChipPadding = 8, kChipRound = 7, kNameHeight = 13, kMostNameWidth = 200;
constexpr double kTextRim = 1.5;
// Cairo takes three times as long for one path of a thousand points that crosses itself everywhere.
constexpr std::size_t kPart = 32;

Rect grown(const Rect& r, int by) { return {r.x - by, r.y - by, r.width + 2 * by, r.height + 2 * by}; }

Rect around(const Rect& a, const Rect& b) {
  const int left = std::min(a.x, b.x), top = std::min(a.y, b.y);
  return {left, top, std::max(a.right(), b.right()) - left, std::max(a.bottom(), b.bottom()) - top};
}

/// From the middle of the tip's pixel; rounded corners half a pixel wider cover that pixel as a whole.
void draw_arrow(Canvas& canvas, Point tip, std::uint32_t rgb) {
  constexpr double kHeight = session::kArrowHeight - 1, kWidth = kHeight * 0.72;
  cairo_t* pen = canvas.pen();
  cairo_move_to(pen, tip.x + 0.5, tip.y + 0.5);
  cairo_rel_line_to(pen, 0, kHeight);
  cairo_rel_line_to(pen, kWidth * 0.4, -kHeight * 0.28);
  cairo_rel_line_to(pen, kWidth * 0.6, 0);
  cairo_close_path(pen);
  cairo_set_line_join(pen, CAIRO_LINE_JOIN_ROUND);
  for (bool rim : {true, false}) {
    canvas.set_color(rim ? contrast_to(rgb) : rgb);
    cairo_set_line_width(pen, rim ? 1.5 + 2 * kRim : 1.5);
    cairo_stroke_preserve(pen);
  }
  cairo_fill(pen);
}

void draw_chip(Canvas& canvas, const Rect& chip, std::uint32_t rgb) {
  constexpr double kQuarter = std::numbers::pi / 2;
  cairo_t* pen = canvas.pen();
  cairo_new_path(pen);
  cairo_arc(pen, chip.right() - kChipRound, chip.y + kChipRound, kChipRound, -kQuarter, 0);
  cairo_arc(pen, chip.right() - kChipRound, chip.bottom() - kChipRound, kChipRound, 0, kQuarter);
  cairo_arc(pen, chip.x + kChipRound, chip.bottom() - kChipRound, kChipRound, kQuarter, 2 * kQuarter);
  cairo_arc(pen, chip.x + kChipRound, chip.y + kChipRound, kChipRound, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(pen);
  canvas.set_color(rgb);
  cairo_fill_preserve(pen);
  cairo_clip(pen);  // whatever a name piles up stays inside
}

/// So near that all arithmetic is exact, so far that a line still leaves the screen where it should.
Point near(Point p) {
  return {std::clamp(p.x, -codec::kMaxSide, 2 * codec::kMaxSide),
          std::clamp(p.y, -codec::kMaxSide, 2 * codec::kMaxSide)};
}

int width_of(Tool tool) { return tool == Tool::marker ? session::kMarkerWidth : session::kPenWidth; }

/// The points that are drawn: all of them, or both ends.
std::vector<Point> path_of(const Stroke& stroke) {
  std::vector<Point> path;
  const bool ends = stroke.tool == Tool::line || stroke.tool == Tool::frame;
  const std::size_t step = ends ? std::max<std::size_t>(1, stroke.points.size() - 1) : 1;
  for (std::size_t i = 0; i < stroke.points.size(); i += step) path.push_back(near(stroke.points[i]));
  return path;
}

void draw_frame(Canvas& canvas, Point a, Point b) {
  cairo_set_line_join(canvas.pen(), CAIRO_LINE_JOIN_MITER);
  cairo_rectangle(canvas.pen(), std::min(a.x, b.x), std::min(a.y, b.y), std::abs(a.x - b.x), std::abs(a.y - b.y));
  cairo_stroke(canvas.pen());
}

void draw_path(Canvas& canvas, const std::vector<Point>& path) {
  cairo_t* pen = canvas.pen();
  cairo_set_line_cap(pen, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(pen, CAIRO_LINE_JOIN_ROUND);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (i % kPart == 0) {
      if (i) cairo_line_to(pen, path[i].x, path[i].y), cairo_stroke(pen);
      cairo_move_to(pen, path[i].x, path[i].y);
    }
    cairo_line_to(pen, path[i].x, path[i].y);  // a line to where it begins is a dot
  }
  cairo_stroke(pen);
}

Sprite paint_path(const Stroke& stroke, Size screen) {
  Sprite sprite;
  const std::vector<Point> path = path_of(stroke);
  Rect box{path.front().x, path.front().y, 1, 1};
  for (Point p : path) box = around(box, {p.x, p.y, 1, 1});
  const int width = width_of(stroke.tool);
  const Rect place = grown(box, width / 2 + 1).intersect({0, 0, screen.width, screen.height});
  if (place.empty()) return sprite;
  {
    Canvas canvas(sprite, place);
    canvas.set_color(stroke.color);
    cairo_set_line_width(canvas.pen(), width);
    if (stroke.tool == Tool::frame && path.size() > 1)
      draw_frame(canvas, path.front(), path.back());
    else
      draw_path(canvas, path);
  }
  // Afterwards, so that it is as translucent where it crosses itself.
  if (stroke.tool == Tool::marker)
    for (std::uint8_t& value : sprite.argb)
      value = static_cast<std::uint8_t>(std::lround(static_cast<float>(value) * session::kMarkerAlpha));
  return sprite;
}

Sprite paint_text(const Stroke& stroke, Size screen) {
  Sprite sprite;
  const TextLine line(stroke.text, session::kTextHeight, Weight::normal);
  if (line.empty()) return sprite;
  const Point corner = near(stroke.points.front());
  Rect ink = line.ink();
  ink.x += corner.x, ink.y += corner.y;
  const Rect place = grown(ink, 2).intersect({0, 0, screen.width, screen.height});
  if (place.empty()) return sprite;
  Canvas canvas(sprite, place);
  line.outline(canvas, corner, contrast_to(stroke.color), kTextRim);
  line.fill(canvas, corner, stroke.color);
  return sprite;
}

}  // namespace

Sprite paint_arrow(const session::Arrow& arrow, const std::string& name, std::uint32_t rgb, Size screen) {
  Sprite sprite;
  const Point tip = arrow.tip;
  if (!Rect{0, 0, codec::kMaxSide, codec::kMaxSide}.contains(tip)) return sprite;
  const TextLine line(name, kNameHeight, Weight::bold, kMostNameWidth);
  Rect chip{tip.x + kChip.x, tip.y + kChip.y, line.size().width + 2 * kChipPadding, kChipHeight};
  if (chip.right() > screen.width) chip.x = std::max(0, tip.x - kChipGap - chip.width);
  if (chip.bottom() > screen.height) chip.y = std::max(0, tip.y - kChipGap - chip.height);
  Rect place = grown({tip.x, tip.y, session::kArrowHeight, session::kArrowHeight}, 3);
  if (!line.empty()) place = around(place, chip);
  Canvas canvas(sprite, place);
  draw_arrow(canvas, tip, rgb);
  if (line.empty()) return sprite;
  draw_chip(canvas, chip, rgb);
  line.fill(canvas, {chip.x + kChipPadding, chip.y + (chip.height - line.size().height) / 2}, contrast_to(rgb));
  return sprite;
}

Sprite paint_stroke(const session::Stroke& stroke, Size screen) {
  const bool fits = !screen.empty() && screen.width <= codec::kMaxSide && screen.height <= codec::kMaxSide;
  if (!fits || stroke.points.empty()) return {};
  return stroke.tool == Tool::text ? paint_text(stroke, screen) : paint_path(stroke, screen);
}

}  // namespace lotse::paint
