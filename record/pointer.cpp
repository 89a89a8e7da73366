#include "record/pointer.h"

namespace lotse::record {

void draw_pointer(codec::MutableFrameView picture, const PointerImage& pointer) {
  if (pointer.size.empty() || pointer.size.width > codec::kMaxSide || pointer.size.height > codec::kMaxSide) return;
  const auto width = static_cast<std::size_t>(pointer.size.width);
  if (pointer.argb.size() < width * static_cast<std::size_t>(pointer.size.height) * 4) return;
  // In 64 bits: a position comes from a peer and may be anything.
  const long long left = static_cast<long long>(pointer.position.x) - pointer.hotspot.x;
  const long long top = static_cast<long long>(pointer.position.y) - pointer.hotspot.y;
  if (left <= -codec::kMaxSide || left >= picture.size.width || top <= -codec::kMaxSide || top >= picture.size.height)
    return;
  const Rect all{static_cast<int>(left), static_cast<int>(top), pointer.size.width, pointer.size.height};
  const Rect seen = all.intersect({0, 0, picture.size.width, picture.size.height});
  for (int y = seen.y; y < seen.bottom(); ++y) {
    const std::uint8_t* from =
        pointer.argb.data() +
        (static_cast<std::size_t>(y - all.y) * width + static_cast<std::size_t>(seen.x - all.x)) * 4;
    std::uint8_t* to = picture.row(y) + static_cast<std::size_t>(seen.x) * 4;
    for (int x = 0; x < seen.width; ++x, from += 4, to += 4) {
      const int rest = 255 - from[3];
      for (int c = 0; c < 3; ++c)
        to[c] = static_cast<std::uint8_t>(std::min(255, from[c] + (to[c] * rest + 127) / 255));
    }
  }
}

}  // namespace lotse::record
