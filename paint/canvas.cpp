#include "paint/canvas.h"

#include <cairo.h>

#include <cmath>

namespace lotse::paint {
namespace {

/// Of WCAG 2, 0 to 1.
double luminance(std::uint32_t rgb) {
  auto linear = [rgb](int shift) {
    const double v = (rgb >> shift & 255) / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0);
}

}  // namespace

std::uint32_t contrast_to(std::uint32_t rgb) {
  constexpr double kEnough = 3;  // to one: what WCAG 2 asks for bold text
  return 1.05 / (luminance(rgb) + 0.05) >= kEnough ? kWhite : kDark;
}

Canvas::Canvas(Sprite& sprite, const Rect& place) {
  sprite.place = place;
  const int stride = place.width * 4;  // of Cairo's format, too: it aligns to 4
  sprite.argb.assign(static_cast<std::size_t>(stride) * static_cast<std::size_t>(place.height), 0);
  // ARGB in the machine's order is B G R A in memory on every machine we run on.
  cairo_surface_t* surface =
      cairo_image_surface_create_for_data(sprite.argb.data(), CAIRO_FORMAT_ARGB32, place.width, place.height, stride);
  pen_ = cairo_create(surface);
  cairo_surface_destroy(surface);  // the pen keeps it
  cairo_translate(pen_, -place.x, -place.y);
}

Canvas::~Canvas() {
  cairo_surface_flush(cairo_get_target(pen_));
  cairo_destroy(pen_);
}

void Canvas::set_color(std::uint32_t rgb) {
  cairo_set_source_rgb(pen_, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
}

}  // namespace lotse::paint
