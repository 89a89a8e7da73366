#include "relay/key_requests.h"

#include "wire/film.h"

namespace lotse::relay {
namespace {

// After a new epoch a presenter seals everything anew by itself: a moment's patience saves asking for what is coming.
constexpr Duration kPatience = std::chrono::milliseconds(100);

}  // namespace

KeyRequests::Asked& KeyRequests::asked(StreamId stream, Instant now) {
  Source& source = sources_[stream.source];
  if (source.screens.empty()) source.next = std::max(source.next, now + kPatience);
  return source.screens[stream.screen];
}

void KeyRequests::want(StreamId stream, ItemId item, Instant now) {
  // States and the frame's end come back with any request.
  if (!is_slot(item)) return;
  Asked& what = asked(stream, now);
  if (what.all) return;
  what.slots.insert(SlotId{item.value()});
  if (what.slots.size() <= wire::kMaxSlotsAsked) return;
  what.all = true;
  what.slots.clear();
}

void KeyRequests::want_all(StreamId stream, Instant now) {
  Asked& what = asked(stream, now);
  what.all = true;
  what.slots.clear();
}

void KeyRequests::came(StreamId stream, ItemId item) {
  if (is_slot(item)) answered(stream, SlotId{item.value()});
}

void KeyRequests::answered(StreamId stream, SlotId slot) {
  auto source = sources_.find(stream.source);
  if (source == sources_.end() || source->second.screens.empty()) return;
  auto screen = source->second.screens.find(stream.screen);
  if (screen == source->second.screens.end() || screen->second.all) return;
  screen->second.slots.erase(slot);
  if (screen->second.slots.empty()) source->second.screens.erase(screen);
}

void KeyRequests::want_film(StreamId stream, SlotId film, Instant now) {
  Asked& what = asked(stream, now);
  if (!what.all) what.slots.insert(wire::film_asked(film));  // who is asked for all makes key frames, too
}

void KeyRequests::came_film(StreamId stream, SlotId film) { answered(stream, wire::film_asked(film)); }

void KeyRequests::forget(StreamId stream) {
  auto source = sources_.find(stream.source);
  if (source != sources_.end()) source->second.screens.erase(stream.screen);
}

void KeyRequests::forget(ParticipantId source) { sources_.erase(source); }

std::optional<wire::KeyRequest> KeyRequests::due(Instant now, const Here& here) {
  for (auto& [id, source] : sources_) {
    if (source.screens.empty() || source.next > now || !here(id)) continue;
    auto screen = source.screens.upper_bound(source.last);
    if (screen == source.screens.end()) screen = source.screens.begin();
    wire::KeyRequest request;
    request.source = id;
    request.screen = source.last = screen->first;
    request.slots.assign(screen->second.slots.begin(), screen->second.slots.end());
    source.screens.erase(screen);
    source.next = now + Duration(wire::kKeyRequestGap);
    return request;
  }
  return std::nullopt;
}

Instant KeyRequests::next_deadline(const Here& here) const {
  Instant next = Instant::never();
  for (const auto& [id, source] : sources_)
    if (!source.screens.empty() && here(id)) next = std::min(next, source.next);
  return next;
}

}  // namespace lotse::relay
