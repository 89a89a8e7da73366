#include "paint/sprite.h"

namespace lotse::paint {
namespace {

void blend_row(const std::uint8_t* from, std::uint8_t* to, int width) {
  for (int x = 0; x < width; ++x, from += 4, to += 4) {
    if (from[3] == 0) continue;  // most of a stroke's box
    const int rest = 255 - from[3];
    for (int c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(std::min(255, from[c] + (to[c] * rest + 127) / 255));
  }
}

}  // namespace

void blend(codec::MutableFrameView to, const Rect& place, std::span<const std::uint8_t> argb) {
  if (place.empty() || place.width > codec::kMaxSide || place.height > codec::kMaxSide) return;
  if (std::abs(static_cast<long long>(place.x)) > 2 * codec::kMaxSide ||
      std::abs(static_cast<long long>(place.y)) > 2 * codec::kMaxSide)
    return;
  const auto stride = static_cast<std::size_t>(place.width) * 4;
  if (argb.size() < stride * static_cast<std::size_t>(place.height)) return;
  const Rect seen = place.intersect({0, 0, to.size.width, to.size.height});
  if (seen.empty()) return;
  for (int y = seen.y; y < seen.bottom(); ++y)
    blend_row(
        argb.data() + stride * static_cast<std::size_t>(y - place.y) + static_cast<std::size_t>(seen.x - place.x) * 4,
        to.row(y) + static_cast<std::size_t>(seen.x) * 4, seen.width);
}

}  // namespace lotse::paint
