#include "codec/change.h"

#include <algorithm>
#include <cstring>

namespace lotse::codec {
namespace {

// One call for the whole band where the rows lie without gaps: a screen at rest costs little more than reading it.
bool same_bytes(FrameView a, FrameView b) {
  const std::size_t row = static_cast<std::size_t>(a.size.width) * 4;
  if (a.stride == row && b.stride == row)
    return std::memcmp(a.data, b.data, row * static_cast<std::size_t>(a.size.height)) == 0;
  for (int y = 0; y < a.size.height; ++y)
    if (std::memcmp(a.row(y), b.row(y), row) != 0) return false;
  return true;
}

bool covers(const Rect& outer, const Rect& inner) { return inner.intersect(outer) == inner; }

}  // namespace

void ChangeDetector::forget() {
  grid_ = SlotGrid();
  reference_ = Image();
  known_.clear();
}

std::vector<SlotId> ChangeDetector::update(Size screen, const Rect& area, FrameView part) {
  if (screen.empty() || screen.width > kMaxSide || screen.height > kMaxSide) {
    forget();
    return {};
  }
  if (screen != grid_.size()) {
    grid_ = SlotGrid(screen);
    reference_ = Image(screen);
    known_.assign(grid_.count(), false);
  }
  const Rect given{area.x, area.y, std::min(area.width, part.size.width), std::min(area.height, part.size.height)};
  const Rect seen = given.intersect({0, 0, screen.width, screen.height});
  std::vector<SlotId> changed;
  if (seen.empty()) return changed;
  const FrameView pixels = part.part({seen.x - area.x, seen.y - area.y, seen.width, seen.height});
  for (int y = seen.y; y < seen.bottom();) {
    const int end = std::min(seen.bottom(), (y / kSlotSide + 1) * kSlotSide);
    const Rect band{seen.x, y, seen.width, end - y};
    update_band(band, pixels.part({0, y - seen.y, band.width, band.height}), changed);
    y = end;
  }
  return changed;
}

void ChangeDetector::update_band(const Rect& band, FrameView pixels, std::vector<SlotId>& changed) {
  const std::uint32_t first = grid_.at({band.x, band.y}).value();
  const std::uint32_t last = grid_.at({band.right() - 1, band.y}).value();
  const bool all_known =
      std::find(known_.begin() + first, known_.begin() + last + 1, false) == known_.begin() + last + 1;
  if (all_known && same_bytes(pixels, reference().part(band))) return;
  for (std::uint32_t i = first; i <= last; ++i) {
    const Rect slot = grid_.rect(SlotId{i}), piece = slot.intersect(band);
    const FrameView now = pixels.part({piece.x - band.x, 0, piece.width, piece.height});
    if (known_[i] && same_pixels(now, reference().part(piece))) continue;
    copy_pixels(now, reference_.writable().part(piece));
    // Half a slot says nothing about its other half: it counts as new until one look has covered it.
    if (covers(band, slot)) known_[i] = true;
    changed.push_back(SlotId{i});
  }
}

}  // namespace lotse::codec
