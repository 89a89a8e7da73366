#include "desktop/x11_picture.h"

#include <xcb/xcb.h>

#include <cstring>

#include "desktop/damage_boxes.h"

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

X11Picture::X11Picture(X11Connection& connection, PixelFormat format, const Rect& area, Size screen)
    : connection_(connection), damage_(connection), capture_(connection, format), area_(area) {
  // The root window tells its new size by the core protocol, so RandR is not needed for that.
  std::uint32_t mask = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
  xcb_change_window_attributes(connection.raw(), connection.root(), XCB_CW_EVENT_MASK, &mask);
  resize(screen);
}

bool X11Picture::handle(const X11Event& event) {
  if (damage_.handle(event)) return true;
  if (event.type() != XCB_CONFIGURE_NOTIFY) return false;
  const auto& configured = event.as<xcb_configure_notify_event_t>();
  if (configured.window == connection_.root()) resize({configured.width, configured.height});
  return true;
}

void X11Picture::resize(Size screen) {
  Rect all{0, 0, screen.width, screen.height};
  shared_ = area_.empty() ? all : area_.intersect(all);
  refusals_ = 0;
  whole_ = true;  // a screen of the same size may still have been rebuilt
}

void X11Picture::forget() {
  detector_.forget();
  whole_ = true;
}

void X11Picture::set_colors(codec::Colors colors) {
  if (colors == colors_) return;
  colors_ = colors;
  whole_ = true;
}

std::vector<Rect> X11Picture::boxes() {
  DamageBoxes boxes;
  if (damage_.available())  // also when everything is looked at, so that this damage is not looked at again
    for (const Rect& rect : damage_.take()) boxes.add(rect.intersect(shared_));
  if (whole_) return {shared_};
  return boxes.take();
}

std::optional<CapturedFrame> X11Picture::look(Instant now) {
  std::vector<Rect> parts = boxes();
  std::vector<bool> changed(codec::SlotGrid(shared_.size()).count());
  bool any = false;
  bool done = capture_.grab(parts, [&](const Rect& piece, codec::MutableFrameView pixels) {
    codec::reduce_colors(pixels, colors_);
    Rect place{piece.x - shared_.x, piece.y - shared_.y, piece.width, piece.height};
    for (SlotId slot : detector_.update(shared_.size(), place, pixels)) any = changed[slot.value()] = true;
  });
  // After a refusal the compare starts anew with the whole area; what was taken so far is told then.
  whole_ = !done;
  refusals_ = done ? 0 : refusals_ + 1;
  if (!done) {
    detector_.forget();
    return std::nullopt;
  }
  if (!any) return std::nullopt;
  return cut_out(changed, now);
}

CapturedFrame X11Picture::cut_out(const std::vector<bool>& changed, Instant now) const {
  CapturedFrame frame{shared_.size(), {}, now};
  const codec::SlotGrid& grid = detector_.grid();
  for (std::uint32_t i = 0; i < grid.count(); ++i)
    if (changed[i]) frame.slots.push_back({SlotId{i}, copy_slot(detector_.reference().part(grid.rect(SlotId{i})))});
  return frame;
}

}  // namespace lotse::desktop
