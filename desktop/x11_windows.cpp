#include "desktop/x11_windows.h"

#include <xcb/xcb.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

#include "base/text.h"

namespace lotse::desktop {
namespace {

constexpr std::size_t kMostTitle = 200;  // bytes
constexpr int kMostFrames = 8;           // of window managers, one around the other

std::uint32_t atom(xcb_connection_t* c, std::string_view name) {
  auto cookie = xcb_intern_atom(c, false, static_cast<std::uint16_t>(name.size()), name.data());
  auto reply = own(xcb_intern_atom_reply(c, cookie, nullptr));
  return reply ? reply->atom : 0u;
}

xcb_get_property_cookie_t ask(xcb_connection_t* c, std::uint32_t window, std::uint32_t property,
                              std::uint32_t words = 256) {
  return xcb_get_property(c, false, window, property, XCB_GET_PROPERTY_TYPE_ANY, 0, words);
}

std::vector<std::uint32_t> numbers(xcb_connection_t* c, xcb_get_property_cookie_t cookie) {
  auto reply = own(xcb_get_property_reply(c, cookie, nullptr));
  if (!reply || reply->format != 32) return {};
  std::vector<std::uint32_t> all(static_cast<std::size_t>(xcb_get_property_value_length(reply.get())) / 4);
  if (!all.empty()) std::memcpy(all.data(), xcb_get_property_value(reply.get()), all.size() * 4);
  return all;
}

std::uint32_t number(xcb_connection_t* c, xcb_get_property_cookie_t cookie) {
  const auto all = numbers(c, cookie);
  return all.empty() ? 0 : all.front();
}

std::string text(xcb_connection_t* c, xcb_get_property_cookie_t cookie) {
  auto reply = own(xcb_get_property_reply(c, cookie, nullptr));
  if (!reply || reply->format != 8) return {};
  return {static_cast<const char*>(xcb_get_property_value(reply.get())),
          static_cast<std::size_t>(xcb_get_property_value_length(reply.get()))};
}

/// The second of the two strings of WM_CLASS, which names the program; the first one where there is only that.
std::string class_of(const std::string& both) {
  const std::string first = both.substr(0, both.find('\0'));
  if (first.size() + 1 >= both.size()) return first;
  const std::string second = both.substr(first.size() + 1);
  return second.substr(0, second.find('\0'));
}

}  // namespace

X11Windows::X11Windows(X11Connection& connection) : connection_(connection) {
  xcb_connection_t* c = connection.raw();
  client_list_ = atom(c, "_NET_CLIENT_LIST"), state_ = atom(c, "WM_STATE"), pid_ = atom(c, "_NET_WM_PID");
  name_ = atom(c, "_NET_WM_NAME"), leader_ = atom(c, "WM_CLIENT_LEADER"), type_ = atom(c, "_NET_WM_WINDOW_TYPE");
  desktop_ = atom(c, "_NET_WM_WINDOW_TYPE_DESKTOP"), dock_ = atom(c, "_NET_WM_WINDOW_TYPE_DOCK");
  active_ = atom(c, "_NET_ACTIVE_WINDOW");
}

std::uint32_t X11Windows::client_of(std::uint32_t window) const {
  return window & ~xcb_get_setup(connection_.raw())->resource_id_mask;
}

std::vector<std::uint32_t> X11Windows::children(std::uint32_t window) const {
  xcb_connection_t* c = connection_.raw();
  auto tree = own(xcb_query_tree_reply(c, xcb_query_tree(c, window), nullptr));
  if (!tree) return {};
  const std::uint32_t* first = xcb_query_tree_children(tree.get());
  const auto count = static_cast<std::size_t>(xcb_query_tree_children_length(tree.get()));
  // The highest ones: what is seen.
  return {first + (count > kMost ? count - kMost : 0), first + count};
}

std::vector<std::uint32_t> X11Windows::client_list() const {
  return numbers(connection_.raw(), ask(connection_.raw(), connection_.root(), client_list_, kMost));
}

/// Upwards from each until the root window, all at once.
std::vector<X11Windows::Found> X11Windows::find_listed(const std::vector<std::uint32_t>& listed) const {
  xcb_connection_t* c = connection_.raw();
  std::vector<Found> found;
  std::vector<Found> climbing;
  for (std::uint32_t id : listed) climbing.push_back({id, id});
  for (int level = 0; level < kMostFrames && !climbing.empty(); ++level) {
    std::vector<xcb_query_tree_cookie_t> cookies;
    for (const Found& at : climbing) cookies.push_back(xcb_query_tree(c, at.top));
    std::vector<Found> higher;
    for (std::size_t i = 0; i < climbing.size(); ++i) {
      auto tree = own(xcb_query_tree_reply(c, cookies[i], nullptr));
      if (!tree) continue;
      if (tree->parent == connection_.root())
        found.push_back(climbing[i]);
      else if (tree->parent)
        higher.push_back({climbing[i].id, tree->parent});
    }
    climbing = std::move(higher);
  }
  return found;
}

/// The window in there that a window manager looks after (ICCCM 4.1.3.1), or none.
std::uint32_t X11Windows::find_marked(std::uint32_t window, int depth) const {
  if (!numbers(connection_.raw(), ask(connection_.raw(), window, state_)).empty()) return window;
  if (depth == 0) return 0;
  for (std::uint32_t child : children(window))
    if (std::uint32_t marked = find_marked(child, depth - 1)) return marked;
  return 0;
}

std::vector<X11Windows::Found> X11Windows::find() const {
  const std::vector<std::uint32_t> tops = children(connection_.root());
  const std::vector<std::uint32_t> listed = client_list();
  std::multimap<std::uint32_t, std::uint32_t> by_top;
  for (const Found& found : find_listed(listed)) by_top.emplace(found.top, found.id);
  std::vector<Found> all;
  for (std::uint32_t top : tops) {
    auto [first, last] = by_top.equal_range(top);
    for (auto at = first; at != last; ++at) all.push_back({at->second, top});
    if (first != last) continue;
    const std::uint32_t marked = listed.empty() ? find_marked(top, 2) : 0;
    all.push_back({marked ? marked : top, top});
  }
  return all;
}

std::vector<X11Window> X11Windows::read() const {
  xcb_connection_t* c = connection_.raw();
  struct Asked {
    Found found;
    xcb_get_window_attributes_cookie_t attributes;
    xcb_get_geometry_cookie_t geometry;
    xcb_translate_coordinates_cookie_t place;
    xcb_get_property_cookie_t pid, app, name, old_name, transient, leader, type;
  };
  std::vector<Asked> asked;
  for (const Found& f : find())
    asked.push_back({f, xcb_get_window_attributes(c, f.id), xcb_get_geometry(c, f.id),
                     xcb_translate_coordinates(c, f.id, connection_.root(), 0, 0), ask(c, f.id, pid_),
                     ask(c, f.id, XCB_ATOM_WM_CLASS), ask(c, f.id, name_), ask(c, f.id, XCB_ATOM_WM_NAME),
                     ask(c, f.id, XCB_ATOM_WM_TRANSIENT_FOR), ask(c, f.id, leader_), ask(c, f.id, type_)});
  std::vector<X11Window> all;
  for (const Asked& a : asked) {
    auto attributes = own(xcb_get_window_attributes_reply(c, a.attributes, nullptr));
    auto geometry = own(xcb_get_geometry_reply(c, a.geometry, nullptr));
    auto place = own(xcb_translate_coordinates_reply(c, a.place, nullptr));
    X11Window w{
        .id = a.found.id, .top = a.found.top, .client = client_of(a.found.id), .title = {}, .app = {}, .area = {}};
    w.pid = number(c, a.pid);
    w.app = clean_text(class_of(text(c, a.app)), kMostTitle);
    w.title = clean_text(text(c, a.name), kMostTitle);
    const std::string old_title = text(c, a.old_name);
    if (w.title.empty()) w.title = clean_text(old_title, kMostTitle);
    w.transient_for = number(c, a.transient), w.leader_client = client_of(number(c, a.leader));
    const std::uint32_t type = number(c, a.type);
    if (!attributes || !geometry || !place || attributes->_class != XCB_WINDOW_CLASS_INPUT_OUTPUT) continue;
    w.ordinary = type == 0 || (type != desktop_ && type != dock_);
    w.viewable = attributes->map_state == XCB_MAP_STATE_VIEWABLE;
    w.popup = attributes->override_redirect != 0 && w.id == w.top;
    w.area = {place->dst_x, place->dst_y, geometry->width, geometry->height};
    all.push_back(std::move(w));
  }
  return all;
}

bool X11Windows::exists(std::uint32_t window) const {
  xcb_connection_t* c = connection_.raw();
  return own(xcb_get_geometry_reply(c, xcb_get_geometry(c, window), nullptr)) != nullptr;
}

bool X11Windows::reads(std::uint32_t property) const {
  return property == client_list_ || property == pid_ || property == name_ || property == XCB_ATOM_WM_NAME ||
         property == XCB_ATOM_WM_TRANSIENT_FOR;
}

void X11Windows::raise(std::uint32_t window) const {
  xcb_connection_t* c = connection_.raw();
  // A window manager has the last word, and may only listen to the newer way; without one the older way does it.
  xcb_client_message_event_t wish{};
  wish.response_type = XCB_CLIENT_MESSAGE;
  wish.format = 32;
  wish.window = window;
  wish.type = active_;
  wish.data.data32[0] = 2;  // a person's doing
  xcb_send_event(c, false, connection_.root(),
                 XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY | XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT,
                 reinterpret_cast<const char*>(&wish));
  const std::uint32_t above = XCB_STACK_MODE_ABOVE;
  xcb_configure_window(c, window, XCB_CONFIG_WINDOW_STACK_MODE, &above);
}

}  // namespace lotse::desktop
