#include "desktop/x11_selection.h"

#include <xcb/xproto.h>

#include <algorithm>
#include <utility>

namespace lotse::desktop {
namespace {

constexpr std::size_t kMostUnderWay = 32;
constexpr std::size_t kLargestPiece = 256u << 10;
constexpr std::uint32_t kNoEvents = XCB_EVENT_MASK_NO_EVENT;

}  // namespace

SelectionAtoms::SelectionAtoms(const X11Connection& connection) {
  std::vector<std::pair<xcb_atom_t*, std::string>> names{
      {&clipboard, "CLIPBOARD"},     {&targets, "TARGETS"},
      {&timestamp, "TIMESTAMP"},     {&multiple, "MULTIPLE"},
      {&atom_pair, "ATOM_PAIR"},     {&incr, "INCR"},
      {&utf8_string, "UTF8_STRING"}, {&text_utf8, "text/plain;charset=utf-8"},
      {&text_plain, "text/plain"},   {&png, "image/png"},
      {&uri_list, "text/uri-list"},  {&stamp, "LOTSE_STAMP"}};
  for (std::size_t i = 0; i < transfers.size(); ++i)
    names.emplace_back(&transfers[i], "LOTSE_CLIPBOARD_" + std::to_string(i));
  std::vector<xcb_intern_atom_cookie_t> asked;
  for (const auto& [atom, name] : names)
    asked.push_back(xcb_intern_atom(connection.raw(), 0, static_cast<std::uint16_t>(name.size()), name.c_str()));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    auto reply = own(xcb_intern_atom_reply(connection.raw(), asked[i], nullptr));
    *names[i].first = reply ? reply->atom : xcb_atom_t{XCB_ATOM_NONE};
  }
}

// --- giving ----------------------------------------------------------------------------------------------------------

SelectionGiving::SelectionGiving(X11Connection& connection, const SelectionAtoms& atoms)
    : connection_(connection),
      atoms_(atoms),
      piece_(std::min<std::size_t>(kLargestPiece, xcb_get_maximum_request_length(connection.raw()) * 2)) {}

bool SelectionGiving::give(xcb_window_t requestor, xcb_atom_t property, xcb_atom_t target,
                           std::shared_ptr<const Bytes> bytes, Instant now) {
  const auto size = static_cast<std::uint32_t>(bytes->size());
  if (bytes->size() <= piece_) {
    xcb_change_property(connection_.raw(), XCB_PROP_MODE_REPLACE, requestor, property, target, 8, size, bytes->data());
    return true;
  }
  // Whoever asks again for the same has forgotten the first.
  under_way_.remove_if([&](const Piecewise& p) { return p.requestor == requestor && p.property == property; });
  if (under_way_.size() >= kMostUnderWay) return false;
  const std::uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE | XCB_EVENT_MASK_STRUCTURE_NOTIFY;
  xcb_change_window_attributes(connection_.raw(), requestor, XCB_CW_EVENT_MASK, &events);
  xcb_change_property(connection_.raw(), XCB_PROP_MODE_REPLACE, requestor, property, atoms_.incr, 32, 1, &size);
  under_way_.push_back({requestor, property, target, std::move(bytes), 0, now + kSelectionStall});
  return true;
}

/// The requestor deletes the property when it has read it; an empty one is the end.
void SelectionGiving::give_next(Piecewise& to, Instant now) {
  const std::size_t size = std::min(piece_, to.bytes->size() - to.given);
  xcb_change_property(connection_.raw(), XCB_PROP_MODE_REPLACE, to.requestor, to.property, to.target, 8,
                      static_cast<std::uint32_t>(size), to.bytes->data() + to.given);
  to.given += size;
  to.until = size == 0 ? now : now + kSelectionStall;  // the end is waited for by nobody
}

void SelectionGiving::release(xcb_window_t requestor) {
  auto same = [&](const Piecewise& p) { return p.requestor == requestor; };
  if (std::none_of(under_way_.begin(), under_way_.end(), same))
    xcb_change_window_attributes(connection_.raw(), requestor, XCB_CW_EVENT_MASK, &kNoEvents);
}

void SelectionGiving::handle(const X11Event& event, Instant now) {
  if (event.type() == XCB_PROPERTY_NOTIFY) {
    const auto& change = event.as<xcb_property_notify_event_t>();
    if (change.state != XCB_PROPERTY_DELETE) return;
    for (Piecewise& p : under_way_)
      if (p.requestor == change.window && p.property == change.atom) give_next(p, now);
    expire(now);
  } else if (event.type() == XCB_DESTROY_NOTIFY) {
    const xcb_window_t gone = event.as<xcb_destroy_notify_event_t>().window;
    under_way_.remove_if([&](const Piecewise& p) { return p.requestor == gone; });
  }
}

void SelectionGiving::expire(Instant now) {
  for (auto p = under_way_.begin(); p != under_way_.end();) {
    if (now < p->until) {
      ++p;
      continue;
    }
    const xcb_window_t requestor = p->requestor;
    p = under_way_.erase(p);
    release(requestor);
  }
}

Instant SelectionGiving::next_deadline() const {
  Instant next = Instant::never();
  for (const Piecewise& p : under_way_) next = std::min(next, p.until);
  return next;
}

// --- taking ----------------------------------------------------------------------------------------------------------

SelectionTaking::SelectionTaking(X11Connection& connection, const SelectionAtoms& atoms, xcb_window_t window,
                                 std::size_t most)
    : connection_(connection), atoms_(atoms), window_(window), most_(most) {}

void SelectionTaking::ask(xcb_atom_t target, xcb_timestamp_t time, Instant now) {
  target_ = target;
  piecewise_ = false;
  bytes_.clear();
  until_ = now + kSelectionStall;
  property_ = atoms_.transfers[turn_++ % atoms_.transfers.size()];
  xcb_delete_property(connection_.raw(), window_, property_);
  xcb_convert_selection(connection_.raw(), window_, atoms_.clipboard, target, property_, time);
}

SelectionTaking::Outcome SelectionTaking::end(Outcome outcome) {
  stop();
  return outcome;
}

SelectionTaking::Property SelectionTaking::read_property() {
  const auto words = static_cast<std::uint32_t>(most_ / 4 + 1);
  auto reply = own(xcb_get_property_reply(
      connection_.raw(),
      xcb_get_property(connection_.raw(), 1, window_, property_, XCB_GET_PROPERTY_TYPE_ANY, 0, words), nullptr));
  Property property;
  if (!reply) return property;
  property.type = reply->type;
  property.whole = reply->bytes_after == 0;
  const auto* data = static_cast<const std::uint8_t*>(xcb_get_property_value(reply.get()));
  property.bytes.assign(data, data + xcb_get_property_value_length(reply.get()));
  return property;
}

SelectionTaking::Outcome SelectionTaking::handle(const X11Event& event, Instant now) {
  if (!is_going()) return Outcome::going;
  if (event.type() == XCB_SELECTION_NOTIFY) {
    const auto& answer = event.as<xcb_selection_notify_event_t>();
    if (answer.requestor != window_ || answer.selection != atoms_.clipboard || answer.target != target_ || piecewise_)
      return Outcome::going;
    if (answer.property == XCB_ATOM_NONE) return end(Outcome::refused);
    if (answer.property != property_) return Outcome::going;  // to an earlier question
    Property property = read_property();
    if (property.type == atoms_.incr) {
      piecewise_ = true;
      until_ = now + kSelectionStall;
      return Outcome::going;
    }
    if (!property.whole || property.bytes.size() > most_) return end(Outcome::too_large);
    bytes_ = std::move(property.bytes);
    return end(Outcome::done);
  }
  if (event.type() == XCB_PROPERTY_NOTIFY && piecewise_) {
    const auto& change = event.as<xcb_property_notify_event_t>();
    if (change.window != window_ || change.atom != property_ || change.state != XCB_PROPERTY_NEW_VALUE)
      return Outcome::going;
    Property piece = read_property();
    if (piece.bytes.empty()) return end(Outcome::done);
    if (!piece.whole || bytes_.size() + piece.bytes.size() > most_) return end(Outcome::too_large);
    bytes_.insert(bytes_.end(), piece.bytes.begin(), piece.bytes.end());
    until_ = now + kSelectionStall;
  }
  return Outcome::going;
}

SelectionTaking::Outcome SelectionTaking::expire(Instant now) {
  return now >= until_ ? end(Outcome::timeout) : Outcome::going;
}

}  // namespace lotse::desktop
