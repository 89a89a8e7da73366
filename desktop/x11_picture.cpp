#include "desktop/x11_picture.h"

#include <cstring>

namespace lotse::desktop {
namespace {

SlotPixels copy_slot(codec::FrameView from) {
  auto image = std::make_shared<codec::Image>(from.size);
  codec::MutableFrameView to = image->writable();
  for (int y = 0; y < from.size.height; ++y) {
    const std::uint8_t* in = from.row(y);
    std::uint8_t* out = to.row(y);
    for (int x = 0; x < from.size.width; ++x, in += 4, out += 4) {
      std::uint32_t pixel = 0;
      std::memcpy(&pixel, in, 4);
      pixel &= 0xFFFFFF;  // whatever the server left in X
      std::memcpy(out, &pixel, 4);
    }
  }
  return image;
}

}  // namespace

void X11Picture::move_to(const Rect& area) {
  if (std::exchange(area_, area) != area) known_ = false;
  refusals_ = 0;
  whole_ = true;
}

void X11Picture::set_colors(codec::Colors colors) {
  if (colors == colors_) return;
  colors_ = colors;
  whole_ = true;
}

std::optional<CapturedFrame> X11Picture::look(Instant now) {
  std::vector<Rect> parts = boxes_.take();
  if (whole_) parts = {area_};
  std::vector<bool> changed(codec::SlotGrid(area_.size()).count(), all_);
  bool any = all_;
  bool done = pixels_.grab(parts, [&](const Rect& piece, codec::MutableFrameView pixels) {
    Rect place{piece.x - area_.x, piece.y - area_.y, piece.width, piece.height};
    leave_out_overlay(piece, place, pixels);
    codec::reduce_colors(pixels, colors_);
    for (SlotId slot : detector_.update(area_.size(), place, pixels)) any = changed[slot.value()] = true;
  });
  refusals_ = done ? 0 : refusals_ + 1;
  if (!done) {
    forget();  // what was taken so far is told then
    return std::nullopt;
  }
  known_ = known_ || whole_;
  whole_ = all_ = false;
  if (!any) return std::nullopt;
  return cut_out(changed, now);
}

// Before colours are reduced: what was reduced already stays what it is.
void X11Picture::leave_out_overlay(const Rect& piece, const Rect& place, codec::MutableFrameView pixels) const {
  if (!overlay_) return;
  const std::vector<Rect> cover = overlay_->covered(piece);
  if (cover.empty()) return;
  if (known_)
    uncover(pixels, cover, detector_.reference().part(place));
  else
    uncover_by_guess(pixels, cover);
}

CapturedFrame X11Picture::cut_out(const std::vector<bool>& changed, Instant now) const {
  CapturedFrame frame{area_.size(), {}, now};
  const codec::SlotGrid& grid = detector_.grid();
  for (std::uint32_t i = 0; i < grid.count(); ++i)
    if (changed[i]) frame.slots.push_back({SlotId{i}, copy_slot(detector_.reference().part(grid.rect(SlotId{i})))});
  return frame;
}

}  // namespace lotse::desktop
