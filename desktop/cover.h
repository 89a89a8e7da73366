// What lies over a screen and is left out of its pictures, pixel by pixel.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/frame.h"

namespace lotse::desktop {

/// The pixels of an image that a window without translucency shows.
struct Cover {
  std::vector<Rect> parts;             // none overlap; in rows of equal top and height, from top to bottom
  std::optional<std::uint32_t> color;  // 0xRRGGBB, when all of them have the same one
};

/// An X server's time for everything it draws below grows with them. A stroke has hundreds.
inline constexpr std::size_t kMostParts = 4096;

/// What is at least half opaque; of an image that is so nowhere, as many rows of five as come nearest to it. Rows: a
/// checkerboard would have too many parts. Where there are more than kMostParts, gaps within rows are filled, the
/// smallest first. `argb`: B G R A, premultiplied, size.width * size.height * 4 bytes.
Cover cover_of(std::span<const std::uint8_t> argb, Size size);
/// 0xRRGGBB of such a pixel as if it were opaque.
std::uint32_t opaque_color(const std::uint8_t* argb);

/// Puts `before`, of the same size, back where `cover` lies. All of `cover` is inside.
void uncover(codec::MutableFrameView pixels, std::span<const Rect> cover, codec::FrameView before);
/// The same when it is not known what was there: the nearest pixel of the row that is not covered; of a row that is
/// covered as a whole, what is above it; above all, black.
void uncover_by_guess(codec::MutableFrameView pixels, std::span<const Rect> cover);

}  // namespace lotse::desktop
