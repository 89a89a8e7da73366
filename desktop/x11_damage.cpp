#include "desktop/x11_damage.h"

#include <xcb/damage.h>
#include <xcb/xcb.h>
#include <xcb/xfixes.h>

namespace lotse::desktop {

X11Damage::X11Damage(X11Connection& connection, std::uint32_t window) : connection_(connection) {
  xcb_connection_t* c = connection.raw();
  if (!connection.has(xcb_damage_id) || !connection.has(xcb_xfixes_id)) return;
  // Both extensions answer nothing before they were asked for their version.
  auto damage_version = xcb_damage_query_version(c, 1, 1);
  auto fixes_version = xcb_xfixes_query_version(c, 5, 0);
  auto damage_reply = own(xcb_damage_query_version_reply(c, damage_version, nullptr));
  auto fixes_reply = own(xcb_xfixes_query_version_reply(c, fixes_version, nullptr));
  if (!damage_reply || !fixes_reply || fixes_reply->major_version < 2) return;
  region_ = xcb_generate_id(c);
  xcb_xfixes_create_region(c, region_, 0, nullptr);
  std::uint32_t id = xcb_generate_id(c);
  auto created = xcb_damage_create_checked(c, id, window, XCB_DAMAGE_REPORT_LEVEL_NON_EMPTY);
  if (!own(xcb_request_check(c, created))) damage_ = id;
}

// A window that is gone has taken its damage along; what the server says to that is read and dropped.
X11Damage::~X11Damage() {
  if (damage_) xcb_damage_destroy(connection_.raw(), damage_);
  if (region_) xcb_xfixes_destroy_region(connection_.raw(), region_);
}

bool X11Damage::handle(const X11Event& event) {
  if (!available() || event.type() != connection_.first_event(xcb_damage_id) + XCB_DAMAGE_NOTIFY) return false;
  if (event.as<xcb_damage_notify_event_t>().damage != damage_) return false;
  pending_ = true;
  return true;
}

std::vector<Rect> X11Damage::take() {
  xcb_connection_t* c = connection_.raw();
  pending_ = false;
  xcb_damage_subtract(c, damage_, XCB_XFIXES_REGION_NONE, region_);
  auto region = own(xcb_xfixes_fetch_region_reply(c, xcb_xfixes_fetch_region(c, region_), nullptr));
  std::vector<Rect> rects;
  if (!region) return rects;
  const xcb_rectangle_t* all = xcb_xfixes_fetch_region_rectangles(region.get());
  for (int i = 0; i < xcb_xfixes_fetch_region_rectangles_length(region.get()); ++i)
    rects.push_back({all[i].x, all[i].y, all[i].width, all[i].height});
  return rects;
}

}  // namespace lotse::desktop
