// How a picture is brought to a size that keeps its letters crisp, before the graphics card stretches what is left.
// Pure.
#pragma once
#include "base/geometry.h"
#include "codec/frame.h"

namespace lotse::ui {

/// n > 1: each pixel becomes n x n alike. n < -1: each block of -n x -n pixels becomes their mean. 1: as it is.
using Zoom = int;

/// The zoom after which smooth scaling does least harm. A card's own filter sees four pixels of the picture: below one
/// half it would skip some, so whole blocks are averaged first; between whole multiples it would blur every edge over a
/// pixel, so the picture is enlarged to the next multiple first and made smaller from there.
Zoom zoom_for(double scale, Size picture);
Size zoomed(Size picture, Zoom zoom);
/// The part of the zoomed picture that `changed` touches.
Rect zoomed(const Rect& changed, Zoom zoom, Size picture);
/// Writes that part; `out` has its size.
void zoom_into(codec::FrameView picture, Zoom zoom, const Rect& part, codec::MutableFrameView out);

}  // namespace lotse::ui
