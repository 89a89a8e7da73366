#include "paint/text.h"

#include <pango/pangocairo.h>

#include <algorithm>

#include "base/text.h"

namespace lotse::paint {
namespace {

constexpr std::size_t kMostBytes = 1024;
// The first that is there; letters that it lacks come from whatever font has them.
constexpr const char* kFamilies = "Inter, Noto Sans, DejaVu Sans, sans-serif";

std::string one_line(const std::string& text) {
  std::string line = clean_text(text, kMostBytes);
  for (char& c : line)
    if (c == '\n' || c == '\t') c = ' ';
  return line;
}

PangoLayout* make_layout(int height, Weight weight) {
  PangoContext* context = pango_font_map_create_context(pango_cairo_font_map_get_default());  // each thread has its own
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);  // there is no telling what lies below
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  PangoLayout* layout = pango_layout_new(context);
  g_object_unref(context);
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family_static(font, kFamilies);
  pango_font_description_set_weight(font, weight == Weight::bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size(font, static_cast<double>(height) * PANGO_SCALE);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  pango_layout_set_single_paragraph_mode(layout, true);
  return layout;
}

Rect rect_of(const PangoRectangle& r) { return {r.x, r.y, r.width, r.height}; }

}  // namespace

TextLine::TextLine(const std::string& text, int height, Weight weight, int most_width)
    : layout_(make_layout(height, weight)) {
  const std::string line = one_line(text);
  empty_ = line.find_first_not_of(' ') == std::string::npos;
  pango_layout_set_text(layout_, line.data(), static_cast<int>(line.size()));
  if (most_width > 0) {
    pango_layout_set_width(layout_, most_width * PANGO_SCALE);
    pango_layout_set_ellipsize(layout_, PANGO_ELLIPSIZE_END);
  }
  PangoRectangle ink, box;
  pango_layout_get_pixel_extents(layout_, &ink, &box);
  ink_ = rect_of(ink), box_ = rect_of(box);
}

TextLine::~TextLine() { g_object_unref(layout_); }

Rect TextLine::ink() const {
  const int left = std::min(ink_.x, box_.x), right = std::max(ink_.right(), box_.right());
  const int top = std::min(ink_.y, box_.y), bottom = std::max(ink_.bottom(), box_.bottom());
  const Rect both{left, top, right - left, bottom - top};
  const Rect seen = both.intersect({left, box_.y - box_.height, right - left, box_.height * 3});
  return {seen.x - box_.x, seen.y - box_.y, seen.width, seen.height};
}

// Lines from right to left end at the right border of a layout that has a width.
void TextLine::go_to(Canvas& canvas, Point corner) const {
  cairo_move_to(canvas.pen(), corner.x - box_.x, corner.y - box_.y);
}

void TextLine::fill(Canvas& canvas, Point corner, std::uint32_t rgb) const {
  go_to(canvas, corner);
  canvas.set_color(rgb);
  pango_cairo_show_layout(canvas.pen(), layout_);
}

void TextLine::outline(Canvas& canvas, Point corner, std::uint32_t rgb, double width) const {
  go_to(canvas, corner);
  canvas.set_color(rgb);
  cairo_set_line_width(canvas.pen(), 2 * width);
  cairo_set_line_join(canvas.pen(), CAIRO_LINE_JOIN_ROUND);
  pango_cairo_layout_path(canvas.pen(), layout_);
  cairo_stroke(canvas.pen());
}

TextBlock::TextBlock(const std::string& text, int height, Weight weight, int width, Lines lines)
    : layout_(make_layout(height, weight)), bytes_(text.size()) {
  pango_layout_set_single_paragraph_mode(layout_, lines == Lines::one);
  pango_layout_set_text(layout_, text.data(), static_cast<int>(text.size()));
  pango_layout_set_wrap(layout_, PANGO_WRAP_WORD_CHAR);
  if (width > 0) pango_layout_set_width(layout_, width * PANGO_SCALE);
  if (lines == Lines::one) pango_layout_set_ellipsize(layout_, PANGO_ELLIPSIZE_END);
  PangoRectangle box;
  pango_layout_get_pixel_extents(layout_, nullptr, &box);
  box_ = rect_of(box);
}

TextBlock::~TextBlock() { g_object_unref(layout_); }

std::vector<Rect> TextBlock::places(Part part) const {
  std::vector<Rect> places;
  PangoLayoutIter* at = pango_layout_get_iter(layout_);
  do {
    PangoLayoutLine* line = pango_layout_iter_get_line_readonly(at);
    const int begin = std::max(static_cast<int>(std::min(part.begin, bytes_)), line->start_index);
    const int end = std::min(static_cast<int>(std::min(part.end, bytes_)), line->start_index + line->length);
    if (begin >= end) continue;
    PangoRectangle box;
    pango_layout_iter_get_line_extents(at, nullptr, &box);
    int* ranges = nullptr;
    int count = 0;
    pango_layout_line_get_x_ranges(line, begin, end, &ranges, &count);
    for (int i = 0; i < count; ++i) {
      const int left = PANGO_PIXELS(ranges[2 * i]), right = PANGO_PIXELS(ranges[2 * i + 1]);
      places.push_back({left, PANGO_PIXELS(box.y), right - left, PANGO_PIXELS(box.height)});
    }
    g_free(ranges);
  } while (pango_layout_iter_next_line(at));
  pango_layout_iter_free(at);
  return places;
}

void TextBlock::fill(Canvas& canvas, std::uint32_t rgb, std::uint32_t part_rgb, const std::vector<Part>& parts) const {
  PangoAttrList* marks = pango_attr_list_new();
  for (const Part& part : parts) {
    auto add = [&](PangoAttribute* mark) {
      mark->start_index = static_cast<guint>(std::min(part.begin, bytes_));
      mark->end_index = static_cast<guint>(std::min(part.end, bytes_));
      pango_attr_list_insert(marks, mark);
    };
    auto part_of = [&](int shift) { return static_cast<guint16>((part_rgb >> shift & 255) * 257); };
    add(pango_attr_underline_new(PANGO_UNDERLINE_SINGLE));
    add(pango_attr_foreground_new(part_of(16), part_of(8), part_of(0)));
  }
  pango_layout_set_attributes(layout_, marks);
  pango_attr_list_unref(marks);
  canvas.set_color(rgb);
  cairo_move_to(canvas.pen(), 0, 0);
  pango_cairo_show_layout(canvas.pen(), layout_);
}

}  // namespace lotse::paint
