#include "desktop/shared_windows.h"

#include <xcb/xcb.h>

#include <algorithm>

#include "desktop/x11_connection.h"

namespace lotse::desktop {
namespace {

constexpr int kMostNested = 32;  // windows in windows

}  // namespace

void SharedWindows::set(std::vector<Window> windows) {
  std::lock_guard lock(mutex_);
  windows_ = std::move(windows);
}

bool SharedWindows::contains(std::uint32_t window) const {
  std::lock_guard lock(mutex_);
  return std::any_of(windows_.begin(), windows_.end(), [&](const Window& w) { return w.id == window; });
}

std::uint32_t SharedWindows::beneath(Point place) const {
  std::lock_guard lock(mutex_);
  auto at = std::find_if(windows_.rbegin(), windows_.rend(), [&](const Window& w) { return w.area.contains(place); });
  return at == windows_.rend() ? 0 : at->id;
}

// The server itself knows shapes, and windows that let clicks through.
std::uint32_t shared_at(const X11Connection& connection, const SharedWindows& shared, Point place) {
  xcb_connection_t* c = connection.raw();
  std::uint32_t in = connection.root();
  for (int depth = 0; depth < kMostNested; ++depth) {
    auto cookie = xcb_translate_coordinates(c, connection.root(), in, static_cast<std::int16_t>(place.x),
                                            static_cast<std::int16_t>(place.y));
    auto at = own(xcb_translate_coordinates_reply(c, cookie, nullptr));
    if (!at || at->child == 0) return 0;
    if (shared.contains(at->child)) return at->child;
    in = at->child;
  }
  return 0;
}

bool shared_has_focus(const X11Connection& connection, const SharedWindows& shared) {
  xcb_connection_t* c = connection.raw();
  auto focus = own(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), nullptr));
  if (!focus) return false;
  std::uint32_t window = focus->focus;
  if (window == XCB_INPUT_FOCUS_POINTER_ROOT || window == connection.root())
    return shared_at(connection, shared, pointer_place(connection)) != 0;
  for (int depth = 0; depth < kMostNested && window > XCB_INPUT_FOCUS_POINTER_ROOT; ++depth) {
    if (shared.contains(window)) return true;
    auto tree = own(xcb_query_tree_reply(c, xcb_query_tree(c, window), nullptr));
    if (!tree) return false;
    window = tree->parent;
  }
  return false;
}

Point pointer_place(const X11Connection& connection) {
  xcb_connection_t* c = connection.raw();
  auto reply = own(xcb_query_pointer_reply(c, xcb_query_pointer(c, connection.root()), nullptr));
  return reply ? Point{reply->root_x, reply->root_y} : Point{-1, -1};
}

}  // namespace lotse::desktop
