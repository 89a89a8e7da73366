#include "session/screen_marks.h"

#include <algorithm>
#include <map>

#include "session/stroke_length.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

std::size_t bytes_of(const KeptStroke& kept) {
  wire::pb::Strokes page;
  write_stroke(kept, *page.add_strokes());
  return page.ByteSizeLong();
}

bool grows(Tool tool) { return tool == Tool::pen || tool == Tool::marker || tool == Tool::fade; }

}  // namespace

// ---- arrows ----

std::size_t ScreenMarks::moving(const Pointer& besides, Instant now) const {
  return static_cast<std::size_t>(std::count_if(pointers_.begin(), pointers_.end(), [&](const Pointer& p) {
    return &p != &besides && p.shown && now < p.moved + Duration(wire::kArrowRests);
  }));
}

void ScreenMarks::show(Pointer& pointer, Point tip, Instant now) {
  pointer.wanted.reset();
  pointer.moved = now;
  if (pointer.shown == tip) return;
  pointer.shown = tip;
  arrows_due_ = changed_ = true;
}

void ScreenMarks::point(ParticipantId member, Point tip, std::size_t most, Instant now) {
  now_ = now;
  most_ = std::max<std::size_t>(most, 1);
  auto at = std::find_if(pointers_.begin(), pointers_.end(), [&](const Pointer& p) { return p.member == member; });
  if (at == pointers_.end()) {
    if (pointers_.size() >= wire::kMaxArrows) return;
    at = pointers_.insert(at, Pointer{member, {}, {}, {}});
  }
  bool moves = at->shown && now < at->moved + Duration(wire::kArrowRests);
  if (moves || moving(*at, now) < most_)
    show(*at, tip, now);
  else
    at->wanted = tip;
}

void ScreenMarks::point_off(ParticipantId member) {
  auto at = std::find_if(pointers_.begin(), pointers_.end(), [&](const Pointer& p) { return p.member == member; });
  if (at == pointers_.end()) return;
  if (at->shown) arrows_due_ = changed_ = true;
  pointers_.erase(at);
}

void ScreenMarks::show_waiting(Instant now) {
  for (Pointer& p : pointers_)
    if (p.wanted && moving(p, now) < most_) show(p, *p.wanted, now);
}

std::vector<Arrow> ScreenMarks::arrows() const {
  std::vector<Arrow> out;
  for (const Pointer& p : pointers_)
    if (p.shown) out.push_back({p.member, *p.shown});
  return out;
}

// ---- strokes ----

bool ScreenMarks::draw(StrokePart part, Instant now) {
  now_ = now;
  Stroke& stroke = part.stroke;
  auto at = std::find_if(kept_.rbegin(), kept_.rend(),
                         [&](const Kept& k) { return k.stroke.member == stroke.member && k.stroke.id == stroke.id; });
  if (at == kept_.rend()) {
    if (part.from != 0) return false;
    cut_to_length(stroke.points);
    make_room(1);
    kept_.push_back({{std::move(stroke), next_order_++}, now, 0, std::nullopt});
    kept_.back().bytes = bytes_of(kept_.back());
    fresh_due_ = changed_ = true;
    return true;
  }
  std::vector<Point>& points = at->stroke.points;
  if (!grows(at->stroke.tool) || stroke.tool != at->stroke.tool || part.from > points.size()) return false;
  std::size_t known = points.size() - part.from;  // said again
  std::size_t room = wire::kMaxStrokePoints - points.size();
  if (known >= stroke.points.size() || room == 0) return true;
  auto first = stroke.points.begin() + static_cast<std::ptrdiff_t>(known);
  auto count = std::min(room, stroke.points.size() - known);
  points.insert(points.end(), first, first + static_cast<std::ptrdiff_t>(count));
  cut_to_length(points);
  at->touched = now;
  if (at->page) {  // fresh again
    pages_[*at->page].bytes -= at->bytes;
    pages_[*at->page].due = true;
    at->page.reset();
  }
  at->bytes = bytes_of(*at);
  fresh_due_ = changed_ = true;
  return true;
}

void ScreenMarks::drop(std::size_t at) {
  Kept& kept = kept_[at];
  if (kept.page) {
    pages_[*kept.page].bytes -= kept.bytes;
    pages_[*kept.page].due = true;
  } else {
    fresh_due_ = true;
  }
  kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(at));
  changed_ = true;
}

bool ScreenMarks::undo(ParticipantId member) {
  for (std::size_t i = kept_.size(); i-- > 0;)
    if (kept_[i].stroke.member == member) return drop(i), true;
  return false;
}

void ScreenMarks::clear(std::optional<ParticipantId> member) {
  for (std::size_t i = kept_.size(); i-- > 0;)
    if (!member || kept_[i].stroke.member == *member) drop(i);
}

std::vector<Stroke> ScreenMarks::strokes() const {
  std::vector<Stroke> out;
  out.reserve(kept_.size());
  for (const Kept& kept : kept_) out.push_back(kept.stroke);
  return out;
}

std::optional<std::size_t> ScreenMarks::room_for(std::size_t bytes) const {
  for (std::size_t most : {wire::kStrokePageFilled, wire::kStrokePage})
    for (std::size_t i = 0; i < pages_.size(); ++i)
      if (pages_[i].bytes == 0 || pages_[i].bytes + bytes <= most) return i;
  return std::nullopt;
}

/// The oldest one goes of the member who has drawn most, until so many more may be kept.
void ScreenMarks::make_room(std::size_t spare) {
  while (kept_.size() + spare > wire::kMaxStrokes) {
    std::map<ParticipantId, std::size_t> bytes;
    for (const Kept& kept : kept_) bytes[kept.stroke.member] += kept.bytes;
    auto most =
        std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    auto first =
        std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.stroke.member == most->first; });
    drop(static_cast<std::size_t>(first - kept_.begin()));
  }
}

/// From the fresh ones to a page.
void ScreenMarks::put_away(std::size_t at) {
  std::uint32_t order = kept_[at].order;
  std::optional<std::size_t> page;
  while (!(page = room_for(kept_[at].bytes))) {
    make_room(wire::kMaxStrokes - kept_.size() + 1);
    auto same = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.order == order; });
    if (same == kept_.end()) return;
    at = static_cast<std::size_t>(same - kept_.begin());
  }
  kept_[at].page = page;
  pages_[*page].bytes += kept_[at].bytes;
  pages_[*page].due = fresh_due_ = true;
}

std::size_t ScreenMarks::fresh_points() const {
  std::size_t points = 0;
  for (const Kept& kept : kept_)
    if (!kept.page) points += kept.stroke.points.size() + kept.stroke.text.size();
  return points;
}

void ScreenMarks::fade(Instant now) {
  for (std::size_t i = kept_.size(); i-- > 0;)
    if (kept_[i].stroke.tool == Tool::fade && now >= kept_[i].touched + Duration(wire::kStrokeFades)) drop(i);
}

/// What is fresh no more goes to a page; what goes by itself goes.
void ScreenMarks::age(Instant now) {
  fade(now);
  std::vector<std::uint32_t> old;
  std::size_t points = fresh_points();
  for (const Kept& kept : kept_) {
    if (kept.page) continue;
    if (now < kept.touched + Duration(wire::kStrokeFresh) && points <= wire::kFreshStrokePoints) continue;
    points -= kept.stroke.points.size() + kept.stroke.text.size();
    old.push_back(kept.order);
  }
  for (std::uint32_t order : old) {
    auto at = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.order == order; });
    if (at != kept_.end()) put_away(static_cast<std::size_t>(at - kept_.begin()));
  }
}

// ---- telling ----

std::string ScreenMarks::arrows_payload() const {
  wire::pb::Arrows out;
  for (const Arrow& arrow : arrows()) write_arrow(arrow, out);
  return out.SerializeAsString();
}

std::string ScreenMarks::strokes_payload(std::optional<std::size_t> page) const {
  wire::pb::Strokes out;
  for (const Kept& kept : kept_)
    if (kept.page == page) write_stroke(kept, *out.add_strokes());
  return out.SerializeAsString();
}

bool ScreenMarks::poll(Instant now, const Tell& tell) {
  now_ = now;
  show_waiting(now);
  age(now);
  if (arrows_due_ && now >= arrows_at_) {
    arrows_due_ = false;
    arrows_at_ = now + Duration(wire::kArrowGap);
    tell(wire::kArrowsChannel, arrows_payload());
  }
  // The pages first: what went there from the fresh ones is then never missing.
  for (std::size_t i = 0; i < pages_.size(); ++i)
    if (std::exchange(pages_[i].due, false))
      tell(wire::kFirstStrokesChannel + static_cast<std::uint32_t>(i), strokes_payload(i));
  if (fresh_due_ && now >= fresh_at_) {
    fresh_due_ = false;
    fresh_at_ = now + Duration(wire::kStrokeGap);
    tell(wire::kFreshStrokesChannel, strokes_payload(std::nullopt));
  }
  return std::exchange(changed_, false);
}

Instant ScreenMarks::next_deadline() const {
  Instant next = Instant::never();
  if (arrows_due_) next = std::min(next, arrows_at_);
  if (fresh_due_) next = std::min(next, fresh_at_);
  if (std::any_of(pages_.begin(), pages_.end(), [](const Page& page) { return page.due; })) next = now_;
  for (const Pointer& p : pointers_) {
    if (!p.wanted) continue;
    for (const Pointer& other : pointers_)
      if (Instant rests = other.moved + Duration(wire::kArrowRests); other.shown && rests > now_)
        next = std::min(next, rests);
  }
  for (const Kept& kept : kept_) {
    if (!kept.page) next = std::min(next, kept.touched + Duration(wire::kStrokeFresh));
    if (kept.stroke.tool == Tool::fade) next = std::min(next, kept.touched + Duration(wire::kStrokeFades));
  }
  return next;
}

}  // namespace lotse::session
