// The pixel formats of X screens.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/frame.h"
#include "desktop/x11_connection.h"

namespace lotse::desktop {

enum class PixelLayout { bgrx, rgb565, rgb555, rgb30 };

/// How the server lays out ZPixmap images of the root window.
struct PixelFormat {
  PixelLayout layout = PixelLayout::bgrx;
  int bits_per_pixel = 32;
  int row_pad = 32;  // bits
  int depth = 24;
  std::size_t stride(int width) const {
    std::size_t bits = static_cast<std::size_t>(width) * static_cast<std::size_t>(bits_per_pixel);
    std::size_t pad = static_cast<std::size_t>(row_pad);
    return (bits + pad - 1) / pad * pad / 8;
  }
};

/// Nothing when the root window's format is none of ours; `depth` tells which one it is then.
std::optional<PixelFormat> root_pixel_format(const X11Connection& connection, int& depth);

/// One image of `size` in the server's `format` to B G R X. `raw` has size.height rows of format.stride(size.width).
void convert_pixels(const PixelFormat& format, const std::uint8_t* raw, codec::MutableFrameView out);

/// The server's value for 0xRRGGBB.
std::uint32_t server_pixel(const PixelFormat& format, std::uint32_t rgb);

}  // namespace lotse::desktop
