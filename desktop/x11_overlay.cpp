#include "desktop/x11_overlay.h"

#include <xcb/shape.h>
#include <xcb/xcb.h>

#include <cstring>
#include <string_view>

namespace lotse::desktop {
namespace {

// Programs draw what was uncovered within a frame or two, browsers at work later; a compositor is a frame behind.
constexpr Duration kRepainted = std::chrono::milliseconds(200);
// Of one request: any server takes four times as many bytes.
constexpr std::size_t kMostBytes = 64 << 10;
constexpr int kFarthest = 2 * codec::kMaxSide;

std::uint32_t atom(xcb_connection_t* c, std::string_view name) {
  auto cookie = xcb_intern_atom(c, false, static_cast<std::uint16_t>(name.size()), name.data());
  auto reply = own(xcb_intern_atom_reply(c, cookie, nullptr));
  return reply ? reply->atom : 0u;
}

/// Shapes for input came with version 1.1.
bool lets_clicks_through(const X11Connection& connection) {
  if (!connection.has(xcb_shape_id)) return false;
  xcb_connection_t* c = connection.raw();
  auto version = own(xcb_shape_query_version_reply(c, xcb_shape_query_version(c), nullptr));
  return version && (version->major_version > 1 || version->minor_version >= 1);
}

bool is_ours(xcb_connection_t* c, std::uint32_t window) {
  const xcb_setup_t* setup = xcb_get_setup(c);
  return (window & ~setup->resource_id_mask) == setup->resource_id_base;
}

bool fits(const OverlayItem& item) {
  if (!item.argb || item.place.empty()) return false;
  if (item.place.width > codec::kMaxSide || item.place.height > codec::kMaxSide) return false;
  return item.argb->size() ==
         static_cast<std::size_t>(item.place.width) * static_cast<std::size_t>(item.place.height) * 4;
}

}  // namespace

X11Overlay::X11Overlay(X11Connection& connection, const PixelFormat& format)
    : connection_(connection), format_(format) {
  xcb_connection_t* c = connection.raw();
  if (!lets_clicks_through(connection)) return;
  pen_ = xcb_generate_id(c);
  xcb_create_gc(c, pen_, connection.root(), 0, nullptr);
  // What is dragged along with the pointer gets neither a shadow nor a way to appear.
  type_atom_ = atom(c, "_NET_WM_WINDOW_TYPE");
  type_ = atom(c, "_NET_WM_WINDOW_TYPE_DND");
}

X11Overlay::~X11Overlay() {
  for (std::uint32_t window : stack_) xcb_destroy_window(connection_.raw(), window);
  xcb_flush(connection_.raw());
}

void X11Overlay::lay_out(const std::vector<SharedMonitor>& screens, Instant now) {
  std::map<ScreenId, Screen> before = std::exchange(screens_, {});
  for (const SharedMonitor& shared : screens) {
    auto node = before.extract(shared.screen);
    Screen& screen = node ? screens_.insert(std::move(node)).position->second : screens_[shared.screen];
    const Point corner{shared.monitor.area.x, shared.monitor.area.y};
    if (std::exchange(screen.corner, corner) == corner) continue;
    for (auto& [id, item] : screen.items) leave(item, now), put(item, corner);
  }
  for (const auto& [number, screen] : before)
    for (const auto& [id, item] : screen.items) remove(item, now);
  restack();
}

void X11Overlay::show(ScreenId number, const std::vector<OverlayItem>& items, Instant now) {
  auto found = screens_.find(number);
  if (!pen_ || found == screens_.end()) return;
  Screen& screen = found->second;
  std::map<std::uint64_t, Item> before = std::exchange(screen.items, {});
  screen.order.clear();
  for (const OverlayItem& wanted : items) {
    if (!fits(wanted) || screen.items.contains(wanted.id)) continue;
    auto node = before.extract(wanted.id);
    const bool known = !node.empty();
    Item& item = known ? screen.items.insert(std::move(node)).position->second : screen.items[wanted.id];
    const bool same = known && item.content == wanted.content && item.place.size() == wanted.place.size();
    if (!known) item.window = make_window();
    screen.order.push_back(item.window);
    if (same && item.place == wanted.place) continue;
    if (known) leave(item, now);
    item.content = wanted.content, item.place = wanted.place;
    put(item, screen.corner);
    if (!same) dress(item, wanted);
    if (!known) xcb_map_window(connection_.raw(), item.window);
  }
  for (const auto& [id, item] : before) remove(item, now);
  restack();
}

std::uint32_t X11Overlay::make_window() {
  xcb_connection_t* c = connection_.raw();
  const std::uint32_t window = xcb_generate_id(c), redirect = true;
  xcb_create_window(c, XCB_COPY_FROM_PARENT, window, connection_.root(), 0, 0, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
                    XCB_COPY_FROM_PARENT, XCB_CW_OVERRIDE_REDIRECT, &redirect);
  xcb_shape_rectangles(c, XCB_SHAPE_SO_SET, XCB_SHAPE_SK_INPUT, XCB_CLIP_ORDERING_UNSORTED, window, 0, 0, 0, nullptr);
  constexpr std::string_view kClass("lotse\0Lotse", 12);
  xcb_change_property(c, XCB_PROP_MODE_REPLACE, window, XCB_ATOM_WM_CLASS, XCB_ATOM_STRING, 8, kClass.size(),
                      kClass.data());
  if (type_atom_ && type_)
    xcb_change_property(c, XCB_PROP_MODE_REPLACE, window, type_atom_, XCB_ATOM_ATOM, 32, 1, &type_);
  return window;
}

// The server itself paints a background, whenever something of it is uncovered.
void X11Overlay::dress(Item& item, const OverlayItem& as) {
  xcb_connection_t* c = connection_.raw();
  Cover cover = cover_of(*as.argb, as.place.size());
  if (cover.color) {
    const std::uint32_t pixel = server_pixel(format_, *cover.color);
    xcb_change_window_attributes(c, item.window, XCB_CW_BACK_PIXEL, &pixel);
  } else {
    const std::uint32_t pixmap = make_pixmap(as);
    xcb_change_window_attributes(c, item.window, XCB_CW_BACK_PIXMAP, &pixmap);
    xcb_free_pixmap(c, pixmap);
  }
  set_shape(item.window, cover.parts);
  xcb_clear_area(c, false, item.window, 0, 0, 0, 0);
  item.area.parts = std::make_shared<const std::vector<Rect>>(std::move(cover.parts));
}

std::uint32_t X11Overlay::make_pixmap(const OverlayItem& item) {
  xcb_connection_t* c = connection_.raw();
  const int width = item.place.width, height = item.place.height;
  const std::uint32_t pixmap = xcb_generate_id(c);
  xcb_create_pixmap(c, static_cast<std::uint8_t>(format_.depth), pixmap, connection_.root(),
                    static_cast<std::uint16_t>(width), static_cast<std::uint16_t>(height));
  const std::size_t stride = format_.stride(width), bytes = static_cast<std::size_t>(format_.bits_per_pixel) / 8;
  const int step = std::max(1, static_cast<int>(kMostBytes / stride));
  std::vector<std::uint8_t> rows;
  for (int top = 0; top < height; top += step) {
    const int count = std::min(step, height - top);
    rows.assign(stride * static_cast<std::size_t>(count), 0);
    const std::uint8_t* in = item.argb->data() + static_cast<std::size_t>(top) * static_cast<std::size_t>(width) * 4;
    for (int y = 0; y < count; ++y) {
      std::uint8_t* out = rows.data() + stride * static_cast<std::size_t>(y);
      for (int x = 0; x < width; ++x, in += 4, out += bytes) {
        const std::uint32_t pixel = server_pixel(format_, opaque_color(in));
        std::memcpy(out, &pixel, bytes);
      }
    }
    xcb_put_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, pen_, static_cast<std::uint16_t>(width),
                  static_cast<std::uint16_t>(count), 0, static_cast<std::int16_t>(top), 0,
                  static_cast<std::uint8_t>(format_.depth), static_cast<std::uint32_t>(rows.size()), rows.data());
  }
  return pixmap;
}

void X11Overlay::set_shape(std::uint32_t window, const std::vector<Rect>& parts) {
  std::vector<xcb_rectangle_t> all;
  for (const Rect& part : parts)
    all.push_back({static_cast<std::int16_t>(part.x), static_cast<std::int16_t>(part.y),
                   static_cast<std::uint16_t>(part.width), static_cast<std::uint16_t>(part.height)});
  xcb_shape_rectangles(connection_.raw(), XCB_SHAPE_SO_SET, XCB_SHAPE_SK_BOUNDING, XCB_CLIP_ORDERING_YX_BANDED, window,
                       0, 0, static_cast<std::uint32_t>(all.size()), all.data());
}

void X11Overlay::put(Item& item, Point corner) {
  const auto far = [](int from, int by) { return from + std::clamp(by, -kFarthest, kFarthest); };
  item.area.bounds = {far(corner.x, item.place.x), far(corner.y, item.place.y), item.place.width, item.place.height};
  // X counts in 16 bits; beyond, there is no screen.
  const auto short_of = [](int value) { return static_cast<std::uint32_t>(std::clamp(value, -32768, 32767)); };
  const std::uint32_t to[] = {short_of(item.area.bounds.x), short_of(item.area.bounds.y),
                              static_cast<std::uint32_t>(item.place.width),
                              static_cast<std::uint32_t>(item.place.height)};
  xcb_configure_window(connection_.raw(), item.window,
                       XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y | XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT,
                       to);
}

void X11Overlay::leave(const Item& item, Instant now) { left_.push_back({item.area, now + kRepainted}); }

void X11Overlay::remove(const Item& item, Instant now) {
  leave(item, now);
  xcb_destroy_window(connection_.raw(), item.window);
}

bool X11Overlay::handle(const X11Event& event) {
  xcb_connection_t* c = connection_.raw();
  if (event.type() == XCB_MAP_NOTIFY) {
    buried_by_map_ = buried_by_map_ || !is_ours(c, event.as<xcb_map_notify_event_t>().window);
    return true;
  }
  if (event.type() != XCB_CONFIGURE_NOTIFY) return false;
  const auto& configured = event.as<xcb_configure_notify_event_t>();
  if (configured.window == connection_.root()) return false;
  // Not at once: whoever else wants to be on top, like a screen that is locked, would do the same for ever.
  buried_ = buried_ || (!is_ours(c, configured.window) && is_ours(c, configured.above_sibling));
  return true;
}

void X11Overlay::stay_on_top() {
  if (buried_by_map_) restack();
}

void X11Overlay::watch_always() {
  if (std::exchange(always_, true)) return;
  watching_ = false;  // more than so far
  watch(true);
}

void X11Overlay::watch(bool on) {
  if (std::exchange(watching_, on) == on) return;
  // X11Layouts wants the first of them.
  const std::uint32_t none = XCB_EVENT_MASK_NO_EVENT, all = XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY,
                      lists = XCB_EVENT_MASK_PROPERTY_CHANGE;
  const std::uint32_t mask = XCB_EVENT_MASK_STRUCTURE_NOTIFY | (on ? all : none) | (always_ ? lists : none);
  xcb_change_window_attributes(connection_.raw(), connection_.root(), XCB_CW_EVENT_MASK, &mask);
}

void X11Overlay::restack() {
  xcb_connection_t* c = connection_.raw();
  std::vector<std::uint32_t> stack;
  for (const auto& [number, screen] : screens_) stack.insert(stack.end(), screen.order.begin(), screen.order.end());
  const bool changed = std::exchange(stack_, stack) != stack;
  watch(always_ || !stack_.empty());
  if (!changed && !buried_ && !buried_by_map_) return;
  buried_ = buried_by_map_ = false;
  // From the top down: who is in place already does not move.
  std::uint32_t above = 0;
  for (auto window = stack_.rbegin(); window != stack_.rend(); above = *window++) {
    const std::uint32_t values[] = {above, above ? XCB_STACK_MODE_BELOW : XCB_STACK_MODE_ABOVE};
    xcb_configure_window(c, *window, (above ? XCB_CONFIG_WINDOW_SIBLING : 0) | XCB_CONFIG_WINDOW_STACK_MODE,
                         above ? values : values + 1);
  }
}

std::vector<Rect> X11Overlay::covered(const Rect& piece) const {
  std::vector<Rect> all;
  const auto add = [&](const Area& area) {
    if (area.bounds.intersect(piece).empty()) return;
    const int left = area.bounds.x - piece.x, top = area.bounds.y - piece.y;
    for (const Rect& part : *area.parts) {
      const Rect seen =
          Rect{left + part.x, top + part.y, part.width, part.height}.intersect({0, 0, piece.width, piece.height});
      if (!seen.empty()) all.push_back(seen);
    }
  };
  for (const auto& [number, screen] : screens_)
    for (const auto& [id, item] : screen.items) add(item.area);
  for (const Left& left : left_) add(left.area);
  return all;
}

std::vector<Rect> X11Overlay::take_left(Instant now) {
  std::vector<Rect> over;
  auto first = left_.begin();
  for (; first != left_.end() && first->until <= now; ++first) over.push_back(first->area.bounds);
  left_.erase(left_.begin(), first);
  return over;
}

}  // namespace lotse::desktop
