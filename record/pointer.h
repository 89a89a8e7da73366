// The pointer drawn into a picture.
#pragma once
#include <cstdint>
#include <vector>

#include "codec/frame.h"

namespace lotse::record {

/// The pointer as it is drawn into the picture.
struct PointerImage {
  Size size;  // 0x0: none
  Point hotspot;
  std::vector<std::uint8_t> argb;  // B G R A, premultiplied
  Point position;                  // of the hotspot, in pixels of the picture
};

/// Draws `pointer` over `picture`, cut at its edges. An image with fewer bytes than its size needs is not drawn.
void draw_pointer(codec::MutableFrameView picture, const PointerImage& pointer);

}  // namespace lotse::record
