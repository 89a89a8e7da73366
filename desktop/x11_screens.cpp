#include <xcb/randr.h>
#include <xcb/xcb.h>

#include <stdexcept>

#include "desktop/screen_source.h"
#include "desktop/x11_connection.h"
#include "desktop/x11_monitors.h"
#include "desktop/x11_windows.h"

namespace lotse::desktop {
namespace {

std::string atom_name(const X11Connection& connection, std::uint32_t atom) {
  xcb_connection_t* c = connection.raw();
  auto reply = own(xcb_get_atom_name_reply(c, xcb_get_atom_name(c, atom), nullptr));
  if (!reply) return {};
  return {xcb_get_atom_name_name(reply.get()), static_cast<std::size_t>(xcb_get_atom_name_name_length(reply.get()))};
}

/// Monitors exist since RandR 1.5.
bool has_monitors(const X11Connection& connection) {
  xcb_connection_t* c = connection.raw();
  if (!connection.has(xcb_randr_id)) return false;
  auto version = own(xcb_randr_query_version_reply(c, xcb_randr_query_version(c, 1, 5), nullptr));
  return version && (version->major_version > 1 || version->minor_version >= 5);
}

}  // namespace

std::vector<Monitor> monitors_of(const X11Connection& connection) {
  std::vector<Monitor> monitors;
  if (!has_monitors(connection)) return monitors;
  xcb_connection_t* c = connection.raw();
  auto reply = own(xcb_randr_get_monitors_reply(c, xcb_randr_get_monitors(c, connection.root(), true), nullptr));
  if (!reply) return monitors;
  for (auto m = xcb_randr_get_monitors_monitors_iterator(reply.get()); m.rem; xcb_randr_monitor_info_next(&m))
    monitors.push_back({atom_name(connection, m.data->name),
                        {m.data->x, m.data->y, m.data->width, m.data->height},
                        m.data->primary != 0});
  return monitors;
}

X11Layouts::X11Layouts(X11Connection& connection) : connection_(connection) {
  // The root window tells its new size by the core protocol, and so does a server whose monitors were redefined; RandR
  // tells of outputs that move on a desktop of the same size.
  std::uint32_t mask = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
  xcb_change_window_attributes(connection.raw(), connection.root(), XCB_CW_EVENT_MASK, &mask);
  has_randr_ = has_monitors(connection);
  if (has_randr_)
    xcb_randr_select_input(connection.raw(), connection.root(),
                           XCB_RANDR_NOTIFY_MASK_CRTC_CHANGE | XCB_RANDR_NOTIFY_MASK_OUTPUT_CHANGE);
}

bool X11Layouts::handle(const X11Event& event, Size& root) const {
  if (has_randr_ && event.type() == connection_.first_event(xcb_randr_id) + XCB_RANDR_NOTIFY) return true;
  if (event.type() != XCB_CONFIGURE_NOTIFY) return false;
  const auto& configured = event.as<xcb_configure_notify_event_t>();
  if (configured.window != connection_.root()) return false;
  root = {configured.width, configured.height};
  return true;
}

DesktopSources x11_sources(const std::string& display) {
  X11Connection connection(display);
  DesktopSources sources{connection.root_size(), monitors_of(connection), {}};
  if (sources.screen.empty()) throw std::runtime_error("The X server has gone away.");
  if (sources.monitors.empty())
    sources.monitors.push_back({"screen", {0, 0, sources.screen.width, sources.screen.height}, true});
  sources.windows = choices_in(X11Windows(connection).read());
  return sources;
}

}  // namespace lotse::desktop
