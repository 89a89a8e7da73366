#include "desktop/x11_app.h"

#include <xcb/composite.h>
#include <xcb/shape.h>
#include <xcb/xcb.h>

#include <algorithm>
#include <cstring>

namespace lotse::desktop {
namespace {

constexpr int kAround = 0x40;                 // grey: what is not a window
constexpr std::size_t kBandBytes = 16 << 20;  // of one piece of the picture
constexpr std::size_t kMostWindows = 64;      // the highest ones
constexpr std::size_t kMostParts = 4096;      // of a shape; beyond, all of the window

Rect around(const Rect& a, const Rect& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  const int x = std::min(a.x, b.x), y = std::min(a.y, b.y);
  return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

bool has_composite(const X11Connection& connection) {
  if (!connection.has(xcb_composite_id)) return false;
  xcb_connection_t* c = connection.raw();
  auto version = own(xcb_composite_query_version_reply(c, xcb_composite_query_version(c, 0, 4), nullptr));
  return version && (version->major_version > 0 || version->minor_version >= 2);
}

}  // namespace

X11App::X11App(X11Connection& connection, X11Capture& capture, const ShareChoice& choice,
               std::shared_ptr<SharedWindows> shared)
    : connection_(connection),
      capture_(capture),
      choice_(choice),
      shared_(shared ? std::move(shared) : std::make_shared<SharedWindows>()),
      windows_(connection),
      available_(has_composite(connection)),
      shapes_(connection.has(xcb_shape_id)) {}

X11App::~X11App() { shared_->set({}); }

bool X11App::is_ours(std::uint32_t window) const {
  return std::any_of(shown_.begin(), shown_.end(),
                     [&](const Shown& s) { return s.window.id == window || s.window.top == window; });
}

void X11App::handle(const X11Event& event) {
  for (Shown& shown : shown_)
    if (shown.damage && shown.damage->handle(event)) return;
  switch (event.type()) {
    case XCB_CONFIGURE_NOTIFY:  // of another one: it may hide ours, which does not count
      stale_ = stale_ || is_ours(event.as<xcb_configure_notify_event_t>().window);
      break;
    case XCB_PROPERTY_NOTIFY:
      stale_ = stale_ || windows_.reads(event.as<xcb_property_notify_event_t>().atom);
      break;
    case XCB_MAP_NOTIFY:
    case XCB_UNMAP_NOTIFY:
    case XCB_DESTROY_NOTIFY:
    case XCB_REPARENT_NOTIFY:
    case XCB_CIRCULATE_NOTIFY:
      stale_ = true;
      break;
    default:
      break;
  }
}

bool X11App::update() {
  stale_ = false;
  const std::vector<X11Window> chosen = chosen_of(windows_.read(), choice_);
  for (const X11Window& w : chosen)
    if (choice_.kind == ShareChoice::Kind::window ? w.id == choice_.id : !w.popup) main_.insert(w.id);
  const auto there = [&](std::uint32_t id) {
    return std::any_of(chosen.begin(), chosen.end(), [&](const X11Window& w) { return w.id == id; }) ||
           windows_.exists(id);
  };
  std::erase_if(main_, [&](std::uint32_t id) { return !there(id); });
  closed_ = main_.empty();
  if (closed_) return false;

  const Rect screen{0, 0, connection_.root_size().width, connection_.root_size().height};
  std::vector<X11Window> now;
  for (const X11Window& w : chosen)
    if (w.viewable && !w.area.intersect(screen).empty()) now.push_back(w);
  if (now.size() > kMostWindows) now.erase(now.begin(), now.end() - kMostWindows);
  const bool minimised = std::all_of(now.begin(), now.end(), [](const X11Window& w) { return w.popup; });
  const std::string name_before = std::exchange(name_, name_of(minimised ? chosen : now));
  std::vector<SharedWindows::Window> seen;
  if (!minimised) {
    take_over(now);
    place();
    for (const Shown& s : shown_) seen.push_back({s.window.id, s.window.area});
  } else if (area_.empty()) {  // nothing has been seen yet; later the picture stays as it was
    for (const X11Window& w : chosen)
      if (main_.contains(w.id)) base_ = area_ = w.area;
  }
  shared_->set(seen);
  return std::exchange(seen_, seen) != seen || name_ != name_before;
}

void X11App::take_over(const std::vector<X11Window>& windows) {
  xcb_connection_t* c = connection_.raw();
  std::vector<Shown> before = std::exchange(shown_, {});
  for (const X11Window& w : windows) {
    auto known = std::find_if(before.begin(), before.end(), [&](const Shown& s) { return s.window.id == w.id; });
    Shown shown;
    if (known != before.end()) {
      shown = std::move(*known);
      before.erase(known);
    } else {
      xcb_composite_redirect_window(c, w.id, XCB_COMPOSITE_REDIRECT_AUTOMATIC);
      const std::uint32_t mask = XCB_EVENT_MASK_STRUCTURE_NOTIFY | XCB_EVENT_MASK_PROPERTY_CHANGE;
      xcb_change_window_attributes(c, w.id, XCB_CW_EVENT_MASK, &mask);
      shown.damage = std::make_unique<X11Damage>(connection_, w.id);
    }
    shown.window = w;
    name_pixmap(shown);
    find_shape(shown);
    shown_.push_back(std::move(shown));
  }
  for (const Shown& gone : before) {
    if (gone.pixmap) xcb_free_pixmap(c, gone.pixmap);
    xcb_composite_unredirect_window(c, gone.window.id, XCB_COMPOSITE_REDIRECT_AUTOMATIC);
  }
}

/// A window has another pixmap after each change of its size and whenever it is shown again: anew each time.
void X11App::name_pixmap(Shown& shown) {
  xcb_connection_t* c = connection_.raw();
  if (shown.pixmap) xcb_free_pixmap(c, shown.pixmap);
  shown.pixmap = xcb_generate_id(c);
  auto named = xcb_composite_name_window_pixmap_checked(c, shown.window.id, shown.pixmap);
  auto border = xcb_get_geometry(c, shown.window.id), of_pixmap = xcb_get_geometry(c, shown.pixmap);
  const bool failed = own(xcb_request_check(c, named)) != nullptr;
  auto window = own(xcb_get_geometry_reply(c, border, nullptr));
  auto pixmap = own(xcb_get_geometry_reply(c, of_pixmap, nullptr));
  if (failed) shown.pixmap = 0;
  if (failed || !window || !pixmap) {
    stale_ = true;  // it changed just now
    return;
  }
  shown.size = {pixmap->width, pixmap->height};
  shown.inside = {window->border_width, window->border_width};
  if (capture_.reads(pixmap->depth)) return;
  xcb_free_pixmap(c, std::exchange(shown.pixmap, 0));
}

void X11App::find_shape(Shown& shown) {
  shown.shaped = false;
  shown.parts.clear();
  if (!shapes_) return;
  xcb_connection_t* c = connection_.raw();
  auto asked = xcb_shape_query_extents(c, shown.window.id);
  auto rectangles = xcb_shape_get_rectangles(c, shown.window.id, XCB_SHAPE_SK_BOUNDING);
  auto extents = own(xcb_shape_query_extents_reply(c, asked, nullptr));
  auto reply = own(xcb_shape_get_rectangles_reply(c, rectangles, nullptr));
  if (!extents || !extents->bounding_shaped || !reply) return;
  const xcb_rectangle_t* all = xcb_shape_get_rectangles_rectangles(reply.get());
  const auto count = static_cast<std::size_t>(xcb_shape_get_rectangles_rectangles_length(reply.get()));
  if (count > kMostParts) return;
  shown.shaped = true;
  for (std::size_t i = 0; i < count; ++i)
    shown.parts.push_back(
        {shown.window.area.x + all[i].x, shown.window.area.y + all[i].y, all[i].width, all[i].height});
}

/// Room that a menu has taken stays until the windows below it are of another size: a picture that grew with each menu
/// and shrank again would begin anew each time.
void X11App::place() {
  const Rect screen{0, 0, connection_.root_size().width, connection_.root_size().height};
  Rect base, all;
  for (const Shown& s : shown_)
    if (!s.window.popup) base = around(base, s.window.area);
  if (base.size() == base_.size())
    all = {area_.x + base.x - base_.x, area_.y + base.y - base_.y, area_.width, area_.height};
  all = around(all, base);
  for (const Shown& s : shown_)
    if (s.window.popup) all = around(all, s.window.area.intersect(screen));
  base_ = base;
  area_ = all;
}

std::string X11App::name_of(const std::vector<X11Window>& windows) const {
  const bool whole = choice_.kind == ShareChoice::Kind::application;
  for (const X11Window& w : windows)
    if (main_.contains(w.id)) {
      const std::string& first = whole ? w.app : w.title;
      const std::string& second = whole ? w.title : w.app;
      return !first.empty() ? first : !second.empty() ? second : "Window";
    }
  return name_;
}

bool X11App::pending() const {
  return std::any_of(shown_.begin(), shown_.end(), [](const Shown& s) { return s.damage && s.damage->pending(); });
}

std::vector<Rect> X11App::take_damage() {
  std::vector<Rect> all;
  for (Shown& s : shown_) {
    if (!s.damage || !s.damage->pending()) continue;
    for (const Rect& r : s.damage->take())
      all.push_back({s.window.area.x + r.x, s.window.area.y + r.y, r.width, r.height});
  }
  return all;
}

bool X11App::grab(std::span<const Rect> boxes, const Taker& take) {
  for (const Rect& box : boxes) {
    if (box.empty()) continue;
    const std::size_t stride = static_cast<std::size_t>(box.width) * 4;
    const int step = std::max<int>(static_cast<int>(kBandBytes / stride) / codec::kSlotSide, 1) * codec::kSlotSide;
    for (int y = box.y; y < box.bottom(); y += step) {
      const Rect band{box.x, y, box.width, std::min(step, box.bottom() - y)};
      scratch_.resize(stride * static_cast<std::size_t>(band.height));
      codec::MutableFrameView to{scratch_.data(), band.size(), stride};
      if (!grab_band(band, to)) return false;
      take(band, to);
    }
  }
  return true;
}

bool X11App::grab_band(const Rect& band, codec::MutableFrameView to) {
  std::memset(to.data, kAround, to.stride * static_cast<std::size_t>(to.size.height));
  for (std::size_t i = 0; i < shown_.size(); ++i)
    if (!hidden(i, shown_[i].window.area.intersect(band)) && !grab_window(shown_[i], band, to)) return false;
  return true;
}

/// Another one of ours lies over all of that part.
bool X11App::hidden(std::size_t index, const Rect& part) const {
  if (part.empty()) return true;
  for (std::size_t i = index + 1; i < shown_.size(); ++i)
    if (shown_[i].pixmap && !shown_[i].shaped && shown_[i].window.area.intersect(part) == part) return true;
  return false;
}

bool X11App::grab_window(const Shown& shown, const Rect& band, codec::MutableFrameView to) {
  if (!shown.pixmap) return true;
  // The pixmap is of another size while the window is just changing its own: events of that are on their way.
  const Rect window = shown.window.area;
  const Rect readable =
      window.intersect({window.x, window.y, shown.size.width - shown.inside.x, shown.size.height - shown.inside.y});
  const Rect part = readable.intersect(band);
  if (part.empty()) return true;
  const Point origin{window.x - shown.inside.x, window.y - shown.inside.y};
  const Rect box{part.x - origin.x, part.y - origin.y, part.width, part.height};
  return capture_.grab(shown.pixmap, std::span(&box, 1), [&](const Rect& piece, codec::MutableFrameView pixels) {
    const Rect on{piece.x + origin.x, piece.y + origin.y, piece.width, piece.height};
    const auto put = [&](const Rect& seen) {
      if (seen.empty()) return;
      codec::copy_pixels(pixels.part({seen.x - on.x, seen.y - on.y, seen.width, seen.height}),
                         to.part({seen.x - band.x, seen.y - band.y, seen.width, seen.height}));
    };
    if (!shown.shaped) return put(on);
    for (const Rect& visible : shown.parts) put(visible.intersect(on));
  });
}

}  // namespace lotse::desktop
