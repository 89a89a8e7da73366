#include "session/marking.h"

#include <algorithm>

#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSayAgain = 1500ms;  // a stroke that came back in no state by then was lost
constexpr int kSayTries = 3;
constexpr std::size_t kMaxUntold = 64;

}  // namespace

// ---- on others' screens ----

Marking::Refusal Marking::say(Key screen, wire::pb::Mark& mark, Right right) {
  auto [presenter, number] = screen;
  mark.set_screen(number.value());
  if (presenter == core_.self) {
    if (!presenting_.sender(number)) return ErrorCode::source_gone;
    mark.set_generation(presenting_.sender(number)->generation().value());
    return on_mark(core_.self, mark) ? std::nullopt : Refusal(ErrorCode::bad_request);
  }
  PictureReceiver* receiver = watching_.screen(presenter, number);
  if (!receiver) return ErrorCode::source_gone;
  if (!may(core_.self, right)) return ErrorCode::not_allowed;
  mark.set_generation(receiver->generation().value());
  wire::pb::Message message;
  *message.mutable_mark() = mark;
  return core_.tell(presenter, message, crypto::Stream::pointer) ? std::nullopt : Refusal(ErrorCode::no_such_member);
}

Marking::Refusal Marking::point(ParticipantId presenter, ScreenId screen, std::optional<Point> tip) {
  Key key{presenter, screen};
  wire::pb::Mark mark;
  if (!tip) {
    pointing_.erase(key);
    mark.mutable_away();
    return say(key, mark, Right::point);
  }
  Pointing& pointing = pointing_[key];
  if (core_.now < pointing.next) {
    pointing.waiting = tip;
    return std::nullopt;
  }
  pointing = {std::nullopt, core_.now + Duration(wire::kStrokeGap)};
  mark.mutable_point()->set_x(tip->x);
  mark.mutable_point()->set_y(tip->y);
  Refusal refusal = say(key, mark, Right::point);
  if (refusal) pointing_.erase(key);
  return refusal;
}

Marking::Refusal Marking::draw(ParticipantId presenter, ScreenId screen, StrokePart part) {
  wire::pb::Mark mark;
  part.stroke.member = core_.self;
  write_draw(part, *mark.mutable_draw());
  if (!read_draw(core_.self, mark.draw())) return ErrorCode::bad_request;
  Refusal refusal = say({presenter, screen}, mark, Right::draw);
  if (!refusal && presenter != core_.self) note_untold({presenter, screen}, part);
  return refusal;
}

Marking::Refusal Marking::undo(ParticipantId presenter, ScreenId screen) {
  Key key{presenter, screen};
  auto last = std::find_if(untold_.rbegin(), untold_.rend(), [&](const Untold& u) { return u.screen == key; });
  if (last != untold_.rend()) untold_.erase(std::next(last).base());
  wire::pb::Mark mark;
  mark.mutable_undo();
  return say(key, mark, Right::draw);
}

Marking::Refusal Marking::clear(ParticipantId presenter, ScreenId screen, Whose whose) {
  Key key{presenter, screen};
  std::erase_if(untold_, [&](const Untold& u) { return u.screen == key; });
  if (whose == Whose::all && !core_.leads() && presenter != core_.self) return ErrorCode::not_allowed;
  wire::pb::Mark mark;
  mark.mutable_wipe()->set_all(whose == Whose::all);
  return say(key, mark, Right::draw);
}

std::vector<Stroke> Marking::strokes(ParticipantId presenter, ScreenId screen) const {
  if (presenter != core_.self) {
    const PictureReceiver* receiver = watching_.screen(presenter, screen);
    return receiver ? receiver->marks().strokes() : std::vector<Stroke>{};
  }
  auto at = own_.find(screen);
  return at == own_.end() ? std::vector<Stroke>{} : at->second.strokes();
}

void Marking::note_untold(Key screen, const StrokePart& part) {
  auto at = std::find_if(untold_.begin(), untold_.end(),
                         [&](const Untold& u) { return u.screen == screen && u.stroke.id == part.stroke.id; });
  if (at == untold_.end()) {
    // Of one that was told and grows nothing is known here any more: what it adds comes, or does not.
    if (part.from != 0 || untold_.size() >= kMaxUntold) return;
    untold_.push_back({screen, part.stroke, core_.now + kSayAgain, 0});
    return;
  }
  std::vector<Point>& points = at->stroke.points;
  if (part.from > points.size()) return;
  points.resize(part.from);
  points.insert(points.end(), part.stroke.points.begin(), part.stroke.points.end());
  if (points.size() > wire::kMaxStrokePoints) points.resize(wire::kMaxStrokePoints);
  at->again = core_.now + kSayAgain;
}

bool Marking::is_told(const Untold& untold) const {
  const PictureReceiver* receiver = watching_.screen(untold.screen.first, untold.screen.second);
  return !receiver || std::ranges::any_of(receiver->marks().strokes(), [&](const Stroke& stroke) {
    return stroke.member == core_.self && stroke.id == untold.stroke.id &&
           stroke.points.size() >= untold.stroke.points.size();
  });
}

/// Strokes that did not come back from their presenter are said again, whole. Not those that came and went.
void Marking::say_untold() {
  std::erase_if(untold_, [&](const Untold& untold) { return is_told(untold); });
  for (Untold& untold : untold_) {
    if (core_.now < untold.again || ++untold.tries > kSayTries) continue;
    untold.again = core_.now + kSayAgain;
    wire::pb::Mark mark;
    write_draw({untold.stroke, 0}, *mark.mutable_draw());
    say(untold.screen, mark, Right::draw);
  }
  std::erase_if(untold_, [](const Untold& untold) { return untold.tries > kSayTries; });
}

// ---- on the own screens ----

bool Marking::may(ParticipantId member, Right right) const {
  const Member* m = core_.member(member);
  return m && !m->away && m->rights.has(right);
}

bool Marking::on_mark(ParticipantId from, const wire::pb::Mark& mark) {
  if (mark.screen() >= wire::kMaxScreens) return false;
  ScreenId screen{static_cast<std::uint8_t>(mark.screen())};
  const PictureSender* sender = presenting_.sender(screen);
  if (!sender || mark.generation() != sender->generation().value() || sender->size().empty()) return false;
  const Size size = sender->size();
  using What = wire::pb::Mark::WhatCase;
  const bool points = mark.what_case() == What::kPoint, draws = mark.what_case() == What::kDraw;
  if (from != core_.self && ((points && !may(from, Right::point)) || (draws && !may(from, Right::draw)))) return false;
  ScreenMarks& marks = own_[screen];
  switch (mark.what_case()) {
    case What::kPoint:
      marks.point(from,
                  {std::clamp(mark.point().x(), 0, size.width - 1), std::clamp(mark.point().y(), 0, size.height - 1)},
                  core_.roster.arrows_moving, core_.now);
      return true;
    case What::kAway:
      marks.point_off(from);
      return true;
    case What::kDraw: {
      auto part = read_draw(from, mark.draw());
      return part && marks.draw(std::move(*part), core_.now);
    }
    case What::kUndo:
      marks.undo(from);
      return true;
    case What::kWipe:
      if (mark.wipe().all() && from != core_.self && from != core_.master()) return false;
      marks.clear(mark.wipe().all() ? std::nullopt : std::optional(from));
      return true;
    case What::WHAT_NOT_SET:
      break;
  }
  return false;
}

void Marking::members_changed() {
  screens_changed();
  say_untold();
  for (auto& [screen, marks] : own_)
    for (const Arrow& arrow : marks.arrows())
      if (arrow.member != core_.self && !may(arrow.member, Right::point)) marks.point_off(arrow.member);
}

// ---- in time ----

void Marking::screens_changed() {
  std::erase_if(own_, [&](const auto& entry) {
    const bool ended = presenting_.sender(entry.first) == nullptr;
    if (ended) core_.host.show_marks(core_.self, entry.first, {}, {});
    return ended;
  });
}

void Marking::poll_own() {
  screens_changed();
  for (auto& [screen, marks] : own_) {
    bool changed = marks.poll(core_.now, [&, id = screen](std::uint32_t channel, const std::string& payload) {
      presenting_.set_marks(id, channel, payload);
    });
    if (changed) core_.host.show_marks(core_.self, screen, marks.arrows(), marks.strokes());
  }
}

void Marking::poll() {
  poll_own();
  for (auto& [key, pointing] : std::map(pointing_))
    if (pointing.waiting && core_.now >= pointing.next) point(key.first, key.second, *pointing.waiting);
  say_untold();
}

Instant Marking::next_deadline() const {
  Instant next = Instant::never();
  for (const auto& [screen, marks] : own_) next = std::min(next, marks.next_deadline());
  for (const auto& [key, pointing] : pointing_)
    if (pointing.waiting) next = std::min(next, pointing.next);
  for (const Untold& untold : untold_) next = std::min(next, untold.again);
  return next;
}

}  // namespace lotse::session
