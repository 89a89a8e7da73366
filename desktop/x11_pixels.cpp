#include "desktop/x11_pixels.h"

#include <xcb/xcb.h>

#include <cstring>

namespace lotse::desktop {
namespace {

struct RootVisual {
  const xcb_screen_t* screen = nullptr;
  const xcb_visualtype_t* visual = nullptr;
};

RootVisual root_visual(const X11Connection& connection) {
  RootVisual found;
  for (auto s = xcb_setup_roots_iterator(xcb_get_setup(connection.raw())); s.rem; xcb_screen_next(&s))
    if (s.data->root == connection.root()) found.screen = s.data;
  if (!found.screen) return found;
  for (auto d = xcb_screen_allowed_depths_iterator(found.screen); d.rem; xcb_depth_next(&d))
    for (auto v = xcb_depth_visuals_iterator(d.data); v.rem; xcb_visualtype_next(&v))
      if (v.data->visual_id == found.screen->root_visual) found.visual = v.data;
  return found;
}

struct KnownFormat {
  int bits_per_pixel;
  std::uint32_t red, green, blue;
  PixelLayout layout;
};
constexpr KnownFormat kKnown[] = {
    {32, 0xFF0000, 0xFF00, 0xFF, PixelLayout::bgrx},
    {16, 0xF800, 0x07E0, 0x1F, PixelLayout::rgb565},
    {16, 0x7C00, 0x03E0, 0x1F, PixelLayout::rgb555},
    {32, 0x3FF00000, 0xFFC00, 0x3FF, PixelLayout::rgb30},
};

// The top bits fill the lower ones, so that white stays white.
std::uint8_t widen5(unsigned v) { return static_cast<std::uint8_t>(v << 3 | v >> 2); }
std::uint8_t widen6(unsigned v) { return static_cast<std::uint8_t>(v << 2 | v >> 4); }

void put(std::uint8_t* out, std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  out[0] = blue, out[1] = green, out[2] = red, out[3] = 0;
}

void convert_row(PixelLayout layout, const std::uint8_t* in, std::uint8_t* out, int width) {
  for (int x = 0; x < width; ++x, out += 4) {
    std::uint32_t v = 0;
    if (layout == PixelLayout::bgrx || layout == PixelLayout::rgb30) {
      std::memcpy(&v, in + static_cast<std::size_t>(x) * 4, 4);
    } else {
      std::uint16_t narrow = 0;
      std::memcpy(&narrow, in + static_cast<std::size_t>(x) * 2, 2);
      v = narrow;
    }
    switch (layout) {
      case PixelLayout::bgrx:
        v &= 0xFFFFFF;
        std::memcpy(out, &v, 4);
        break;
      case PixelLayout::rgb565:
        put(out, widen5(v >> 11 & 31), widen6(v >> 5 & 63), widen5(v & 31));
        break;
      case PixelLayout::rgb555:
        put(out, widen5(v >> 10 & 31), widen5(v >> 5 & 31), widen5(v & 31));
        break;
      case PixelLayout::rgb30:
        put(out, static_cast<std::uint8_t>(v >> 22), static_cast<std::uint8_t>(v >> 12),
            static_cast<std::uint8_t>(v >> 2));
        break;
    }
  }
}

}  // namespace

std::optional<PixelFormat> root_pixel_format(const X11Connection& connection, int& depth) {
  RootVisual root = root_visual(connection);
  if (!root.visual) return std::nullopt;
  depth = root.screen->root_depth;
  const xcb_setup_t* setup = xcb_get_setup(connection.raw());
  // A foreign byte order exists only for remote servers on machines that no one has any more.
  if (setup->image_byte_order != XCB_IMAGE_ORDER_LSB_FIRST) return std::nullopt;
  for (auto f = xcb_setup_pixmap_formats_iterator(setup); f.rem; xcb_format_next(&f)) {
    if (f.data->depth != root.screen->root_depth) continue;
    for (const KnownFormat& known : kKnown)
      if (known.bits_per_pixel == f.data->bits_per_pixel && known.red == root.visual->red_mask &&
          known.green == root.visual->green_mask && known.blue == root.visual->blue_mask)
        return PixelFormat{known.layout, f.data->bits_per_pixel, f.data->scanline_pad, depth};
  }
  return std::nullopt;
}

void convert_pixels(const PixelFormat& format, const std::uint8_t* raw, codec::MutableFrameView out) {
  std::size_t stride = format.stride(out.size.width);
  for (int y = 0; y < out.size.height; ++y)
    convert_row(format.layout, raw + stride * static_cast<std::size_t>(y), out.row(y), out.size.width);
}

std::uint32_t server_pixel(const PixelFormat& format, std::uint32_t rgb) {
  const std::uint32_t red = rgb >> 16 & 255, green = rgb >> 8 & 255, blue = rgb & 255;
  switch (format.layout) {
    case PixelLayout::bgrx:
      break;
    case PixelLayout::rgb565:
      return red >> 3 << 11 | green >> 2 << 5 | blue >> 3;
    case PixelLayout::rgb555:
      return red >> 3 << 10 | green >> 3 << 5 | blue >> 3;
    case PixelLayout::rgb30:
      return (red << 2 | red >> 6) << 20 | (green << 2 | green >> 6) << 10 | blue << 2 | blue >> 6;
  }
  return rgb & 0xFFFFFF;
}

}  // namespace lotse::desktop
