#include "session/marks_message.h"

#include <algorithm>

#include "base/text.h"
#include "codec/frame.h"
#include "session/stroke_length.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

constexpr int kTools = 6;

/// Differences go wide of what an int holds when a stranger makes them.
template <class Numbers>
std::vector<Point> read_points(const Numbers& xy) {
  std::vector<Point> points;
  std::int64_t x = 0, y = 0;
  for (int i = 0; i + 1 < xy.size(); i += 2) {
    Point point = mark_point(static_cast<int>(std::clamp<std::int64_t>(x + xy[i], INT32_MIN, INT32_MAX)),
                             static_cast<int>(std::clamp<std::int64_t>(y + xy[i + 1], INT32_MIN, INT32_MAX)));
    points.push_back(point);
    x = point.x, y = point.y;
  }
  cut_to_length(points);
  return points;
}

template <class Message>
void write_points(const std::vector<Point>& points, Message& out) {
  Point last;
  for (Point point : points) {
    out.add_xy(point.x - last.x);
    out.add_xy(point.y - last.y);
    last = point;
  }
}

template <class Message>
void write_look(const Stroke& stroke, Message& out) {
  out.set_stroke(stroke.id);
  out.set_tool(static_cast<std::uint32_t>(stroke.tool));
  out.set_color(stroke.color);
  out.set_text(stroke.text);
  write_points(stroke.points, out);
}

template <class Message>
std::optional<Stroke> read_look(ParticipantId member, const Message& in) {
  if (in.tool() >= kTools || static_cast<std::size_t>(in.xy_size()) > 2 * wire::kMaxStrokePoints) return std::nullopt;
  Stroke stroke{member, in.stroke(), static_cast<Tool>(in.tool()), in.color() & 0xFFFFFF, read_points(in.xy()), {}};
  if (stroke.points.empty()) return std::nullopt;
  if (stroke.tool != Tool::text) return stroke;
  stroke.text = clean_text(in.text(), wire::kMaxStrokeText);
  std::replace_if(
      stroke.text.begin(), stroke.text.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  stroke.points.resize(1);
  return stroke.text.empty() ? std::nullopt : std::optional(std::move(stroke));
}

std::optional<ParticipantId> member_of(std::uint32_t id) {
  if (id >= kEverybody.value()) return std::nullopt;
  return ParticipantId{static_cast<std::uint16_t>(id)};
}

}  // namespace

Point mark_point(int x, int y) {
  return {std::clamp(x, 0, codec::kMaxSide - 1), std::clamp(y, 0, codec::kMaxSide - 1)};
}

void write_draw(const StrokePart& part, wire::pb::Mark_Draw& out) {
  write_look(part.stroke, out);
  out.set_from(static_cast<std::uint32_t>(part.from));
}

std::optional<StrokePart> read_draw(ParticipantId member, const wire::pb::Mark_Draw& in) {
  auto stroke = read_look(member, in);
  if (!stroke) return std::nullopt;
  return StrokePart{std::move(*stroke), in.from()};
}

void write_arrow(const Arrow& arrow, wire::pb::Arrows& out) {
  auto* to = out.add_arrows();
  to->set_member(arrow.member.value());
  to->set_x(arrow.tip.x);
  to->set_y(arrow.tip.y);
}

std::vector<Arrow> read_arrows(const wire::pb::Arrows& in) {
  std::vector<Arrow> arrows;
  for (const auto& arrow : in.arrows())
    if (auto member = member_of(arrow.member()); member && arrows.size() < wire::kMaxArrows)
      arrows.push_back({*member, mark_point(arrow.x(), arrow.y())});
  return arrows;
}

void write_stroke(const KeptStroke& kept, wire::pb::Strokes_Stroke& out) {
  write_look(kept.stroke, out);
  out.set_member(kept.stroke.member.value());
  out.set_order(kept.order);
}

std::vector<KeptStroke> read_strokes(const wire::pb::Strokes& in) {
  std::vector<KeptStroke> strokes;
  for (const auto& stroke : in.strokes()) {
    auto member = member_of(stroke.member());
    auto look = member ? read_look(*member, stroke) : std::nullopt;
    if (look && strokes.size() < wire::kMaxStrokes) strokes.push_back({std::move(*look), stroke.order()});
  }
  return strokes;
}

}  // namespace lotse::session
