#include "ui/marks_view.h"

#include <SDL2/SDL.h>

#include <algorithm>

#include "ui/texts.h"

namespace lotse::ui {
namespace {

using session::Stroke;
using session::Tool;

constexpr float kLeastArrow = 18;                 // points: on a small picture it stays an arrow
constexpr float kMostName = 200, kChipRound = 7;  // points
constexpr float kEntryWidth = 260;                // points
constexpr float kEntryPadding = 14;               // points, of a field
constexpr Color kOnLight = rgb(0x11181f), kOnDark = rgb(0xffffff);

/// From pixels of the picture to points of the page.
struct Ground {
  const PictureLayout& layout;
  float pixels_a_point;

  float scale() const { return static_cast<float>(layout.scale) / pixels_a_point; }
  /// The middle of that pixel.
  Spot at(Point p) const {
    return {static_cast<float>(layout.x + (p.x + 0.5) * layout.scale) / pixels_a_point,
            static_cast<float>(layout.y + (p.y + 0.5) * layout.scale) / pixels_a_point};
  }
};

Color rim_of(Color color) { return contrast(kOnDark, color) >= 3 ? kOnDark : kOnLight; }

std::vector<Spot> outline_of(const Stroke& stroke, const Ground& ground) {
  std::vector<Spot> spots;
  for (const Point& p : stroke.points) spots.push_back(ground.at(p));
  const Spot a = spots.front(), b = spots.back();
  if (stroke.tool == Tool::line) return {a, b};
  if (stroke.tool != Tool::frame) return spots;
  return {a, {b.x, a.y}, b, {a.x, b.y}, a};
}

void draw_stroke(Kit& kit, const Ground& ground, const Stroke& stroke) {
  if (stroke.points.empty()) return;
  const Color color = rgb(stroke.color & 0xFFFFFF);
  if (stroke.tool == Tool::text)
    kit.lettering(ground.at(stroke.points[0]), session::kTextHeight * ground.scale(), color, rim_of(color),
                  stroke.text);
  else if (stroke.tool == Tool::marker)
    kit.ribbon(outline_of(stroke, ground), session::kMarkerWidth * ground.scale(),
               with_alpha(color, session::kMarkerAlpha));
  else
    kit.ribbon(outline_of(stroke, ground), session::kPenWidth * ground.scale(), color);
}

/// The name stands below the arrow, or on its other side where the picture ends.
void draw_arrow(Kit& kit, const Ground& ground, Box clip, const NamedArrow& arrow) {
  const Color color = rgb(arrow.rgb & 0xFFFFFF);
  const Spot tip = ground.at(arrow.tip);
  const float high = std::max(kLeastArrow, session::kArrowHeight * ground.scale());
  kit.arrow(tip, high, color, rim_of(color), arrow.own ? ArrowLook::outline : ArrowLook::full);
  if (arrow.own || arrow.name.empty()) return;
  const std::string name = kit.shortened(Type::small_strong, arrow.name, kMostName);
  const float wide = kit.text_width(Type::small_strong, name) + 16;
  Box chip{tip.x + high * 0.55F, tip.y + high * 0.9F, wide, kChipHeight - 2};
  if (chip.right() > clip.right()) chip.x = std::max(clip.x, tip.x - 4 - wide);
  if (chip.bottom() > clip.bottom()) chip.y = tip.y - 4 - chip.height;
  kit.fill(chip, color, kChipRound);
  const Color ink = contrast(kOnDark, color) >= contrast(kOnLight, color) ? kOnDark : kOnLight;
  kit.line({chip.x + 8, chip.y, wide - 15, chip.height}, Type::small_strong, ink, name);
}

}  // namespace

void draw_marks(Kit& kit, Box clip, const PictureLayout& layout, const SharedPicture::Marks& marks,
                const std::vector<Stroke>& own) {
  const Ground ground{layout, kit.window().scale()};
  auto replaced = [&](const Stroke& told) {
    return std::any_of(own.begin(), own.end(),
                       [&](const Stroke& s) { return s.id == told.id && s.member == told.member; });
  };
  kit.begin_clip(clip);
  if (marks.strokes)
    for (const Stroke& stroke : *marks.strokes)
      if (!replaced(stroke)) draw_stroke(kit, ground, stroke);
  for (const Stroke& stroke : own) draw_stroke(kit, ground, stroke);
  for (const NamedArrow& arrow : marks.arrows) draw_arrow(kit, ground, clip, arrow);
  kit.end_clip();
}

Box draw_text_entry(Kit& kit, Box place, const PictureLayout& layout, MarkTools& tools, Instant now) {
  if (!tools.text_at()) return {};
  const Ground ground{layout, kit.window().scale()};
  const Spot at = ground.at(*tools.text_at());
  const float middle = at.y + kTextRise * ground.scale();
  const float wide = std::min(kEntryWidth, place.width);
  const Box box{std::clamp(at.x - kEntryPadding, place.x, place.right() - wide),
                std::clamp(middle - kFieldHeight / 2, place.y, place.bottom() - kFieldHeight), wide, kFieldHeight};
  const FieldResult written = kit.field("marks.text", _("Text on the picture"), tools.text(), box,
                                        {.hint = _("Text · Enter puts it there"), .max_bytes = kMaxMarkText});
  if (kit.key(SDLK_ESCAPE))
    tools.cancel_text(), kit.request_frame();
  else if (written.submitted)
    tools.finish_text(now), kit.request_frame();
  return box;
}

}  // namespace lotse::ui
