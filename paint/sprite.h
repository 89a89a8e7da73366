// Marks as pixels, for pictures that are saved and for the desktop that is shared.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/geometry.h"
#include "codec/frame.h"
#include "session/marks.h"

namespace lotse::paint {

/// Pixels that lie over a screen.
struct Sprite {
  Rect place;                      // pixels of the screen; empty: nothing is to be seen
  std::vector<std::uint8_t> argb;  // B G R A, premultiplied, rows of place.width * 4 bytes
};

// All of this takes what a peer may say: text that is no UTF-8, points far outside. Any thread.

/// An arrow whose tip is the pixel Arrow::tip, in 0xRRGGBB, and a chip with the name below it, or on its other side
/// where a screen of that size ends. The name becomes one line, cut with an ellipsis. Without a name no chip; a tip
/// that no screen can have is not seen.
Sprite paint_arrow(const session::Arrow& arrow, const std::string& name, std::uint32_t rgb, Size screen);
/// Farther than that from the right and the lower edge all names stand on the same side of their arrows.
inline constexpr Size kNameReach{260, 60};
/// As much of it as lies on a screen of that size. One point is a dot.
Sprite paint_stroke(const session::Stroke& stroke, Size screen);

/// Draws a sprite's pixels over `to`, cut at the edges. With fewer bytes than its place needs it is not drawn.
void blend(codec::MutableFrameView to, const Rect& place, std::span<const std::uint8_t> argb);

}  // namespace lotse::paint
