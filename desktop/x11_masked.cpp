#include "desktop/x11_masked.h"

#include <xcb/xcb.h>

#include <algorithm>
#include <cstring>

namespace lotse::desktop {

void X11Masked::hide(std::set<std::uint32_t> windows) {
  hidden_ = std::move(windows);
  stale_ = true;
}

void X11Masked::handle(const X11Event& event) {
  const int type = event.type();
  stale_ = stale_ || type == XCB_CONFIGURE_NOTIFY || type == XCB_MAP_NOTIFY || type == XCB_UNMAP_NOTIFY ||
           type == XCB_DESTROY_NOTIFY || type == XCB_REPARENT_NOTIFY;
}

std::vector<Rect> X11Masked::take_moved() {
  stale_ = false;
  std::vector<Rect> now = places(), moved;
  for (const Rect& place : now)
    if (std::find(places_.begin(), places_.end(), place) == places_.end()) moved.push_back(place);
  for (const Rect& place : places_)
    if (std::find(now.begin(), now.end(), place) == now.end()) moved.push_back(place);
  places_ = std::move(now);
  return moved;
}

/// All of the window, the parts that others cover included.
std::vector<Rect> X11Masked::places() const {
  const std::vector<X11Window> all = windows_.read();
  std::set<std::uint32_t> tops;
  for (std::uint32_t id : hidden_) {
    const auto chosen = chosen_of(all, {.kind = ShareChoice::Kind::window, .monitor = {}, .area = {}, .id = id});
    for (const X11Window& w : chosen) tops.insert(w.top);
    auto itself = std::find_if(all.begin(), all.end(), [&](const X11Window& w) { return w.id == id; });
    if (itself == all.end()) continue;
    for (const X11Window& w : all)  // a menu that does not say whose it is may be its own
      if (w.popup && w.client == itself->client) tops.insert(w.top);
  }
  xcb_connection_t* c = connection_.raw();
  std::vector<Rect> found;
  for (std::uint32_t top : tops) {
    auto attributes = xcb_get_window_attributes(c, top);
    auto geometry = xcb_get_geometry(c, top);
    auto state = own(xcb_get_window_attributes_reply(c, attributes, nullptr));
    auto place = own(xcb_get_geometry_reply(c, geometry, nullptr));
    if (!state || !place || state->map_state != XCB_MAP_STATE_VIEWABLE) continue;
    const int border = 2 * place->border_width;
    found.push_back({place->x, place->y, place->width + border, place->height + border});
  }
  return found;
}

bool X11Masked::grab(std::span<const Rect> boxes, const Taker& take) {
  if (!hides()) return capture_.grab(boxes, take);
  xcb_grab_server(connection_.raw());
  const std::vector<Rect> black = places();
  const bool done = capture_.grab(boxes, [&](const Rect& piece, codec::MutableFrameView pixels) {
    for (const Rect& place : black) {
      const Rect part = place.intersect(piece);
      if (part.empty()) continue;
      codec::MutableFrameView to = pixels.part({part.x - piece.x, part.y - piece.y, part.width, part.height});
      for (int y = 0; y < part.height; ++y) std::memset(to.row(y), 0, static_cast<std::size_t>(part.width) * 4);
    }
    take(piece, pixels);
  });
  xcb_ungrab_server(connection_.raw());
  xcb_flush(connection_.raw());
  return done;
}

}  // namespace lotse::desktop
