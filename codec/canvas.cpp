#include "codec/canvas.h"

#include "codec/slot_codec.h"

namespace lotse::codec {

void Canvas::reset(Size size) {
  if (size.empty() || size.width > kMaxSide || size.height > kMaxSide) size = {};
  grid_ = SlotGrid(size);
  image_ = Image(size);
  hashes_.assign(grid_.count(), 0);
  stale_.assign(grid_.count(), true);
}

void Canvas::put(SlotId slot, FrameView pixels) {
  if (slot.value() >= grid_.count()) return;
  const Rect rect = grid_.rect(slot);
  if (pixels.size != rect.size()) return;
  copy_pixels(pixels, image_.writable().part(rect));
  stale_[slot.value()] = true;
}

std::uint64_t Canvas::digest() {
  for (std::uint32_t i = 0; i < grid_.count(); ++i) {
    if (!stale_[i]) continue;
    hashes_[i] = picture_hash(view().part(grid_.rect(SlotId{i})));
    stale_[i] = false;
  }
  return digest_of(hashes_);
}

}  // namespace lotse::codec
