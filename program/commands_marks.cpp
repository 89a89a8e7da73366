// Commands that point and draw on a shared screen.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "program/command_fields.h"
#include "program/engine.h"
#include "program/events_json.h"
#include "wire/limits.h"

namespace lotse::program {
namespace {

using nlohmann::json;
using session::Session;
using session::Tool;

constexpr std::array<const char*, 6> kTools{"pen", "marker", "line", "frame", "text", "fade"};
constexpr std::size_t kStrokesFollowed = 64;  // own ones that may still grow

Tool tool_in(const json& command) {
  const std::string name = command.value("tool", "pen");
  for (std::size_t i = 0; i < kTools.size(); ++i)
    if (name == kTools[i]) return static_cast<Tool>(i);
  throw std::invalid_argument("'tool' is pen, marker, line, frame, text or fade");
}

std::vector<Point> points_in(const json& command) {
  std::vector<Point> points;
  for (const json& point : command.at("points")) points.push_back({point.at(0).get<int>(), point.at(1).get<int>()});
  if (points.empty()) throw std::invalid_argument("'points' is a list of [x, y]");
  return points;
}

json stroke_json(const session::Stroke& stroke) {
  json points = json::array();
  for (Point p : stroke.points) points.push_back({p.x, p.y});
  json out{{"from", stroke.member.value()},
           {"stroke", stroke.id},
           {"tool", kTools[static_cast<std::size_t>(stroke.tool)]},
           {"color", color_text(stroke.color)},
           {"points", std::move(points)}};
  if (stroke.tool == Tool::text) out["text"] = stroke.text;
  return out;
}

}  // namespace

/// Nothing, and that is answered: there is no such screen.
std::optional<PictureKey> Engine::marked_in(const json& c, const Answer& answer) {
  auto presenter = presenter_in(c);
  auto meant = views_.meant(presenter, screen_in(c));
  const bool own = screen_ && self_ >= 0 && (presenter ? presenter->value() == self_ : !meant);
  if (own)
    meant = PictureKey{ParticipantId{static_cast<std::uint16_t>(self_)}, screen_in(c).value_or(recorded_screen())};
  if (!session_ || !meant) answer.error("not_allowed", "nobody shows a screen");
  return session_ ? meant : std::nullopt;
}

void Engine::do_point(const json& c, const Answer& answer) {
  Point tip = point_in(c);
  if (auto on = marked_in(c, answer))
    with_session([&](Session& s) { refusal(s.point(on->first, on->second, tip, net::Loop::now()), answer); });
}

void Engine::do_point_off(const json& c, const Answer& answer) {
  if (auto on = marked_in(c, answer))
    with_session([&](Session& s) { refusal(s.point(on->first, on->second, std::nullopt, net::Loop::now()), answer); });
}

void Engine::do_draw(const json& c, const Answer& answer) {
  auto on = marked_in(c, answer);
  if (!on) return;
  session::StrokePart part;
  part.stroke.tool = tool_in(c);
  part.stroke.points = points_in(c);
  part.stroke.color = c.contains("color") ? color_in(c.at("color").get<std::string>())
                                          : color_in(color_of(ParticipantId{static_cast<std::uint16_t>(self_)}));
  if (part.stroke.points.size() > wire::kMaxStrokePoints) return answer.error("too_large", "at most 1024 points");
  if (part.stroke.tool == Tool::text) part.stroke.text = c.at("text").get<std::string>();
  if (part.stroke.text.size() > wire::kMaxStrokeText) return answer.error("too_large", "the text is too long");
  part.stroke.id = c.contains("stroke") ? c["stroke"].get<std::uint32_t>() : ++last_stroke_;
  auto known = std::find_if(growing_.begin(), growing_.end(),
                            [&](const Growing& g) { return g.on == *on && g.stroke == part.stroke.id; });
  part.from = known == growing_.end() ? 0 : known->points;
  const std::size_t points = part.from + part.stroke.points.size();
  session::Session::Refusal refused;
  const std::uint32_t id = part.stroke.id;
  with_session([&](Session& s) { refused = s.draw(on->first, on->second, std::move(part), net::Loop::now()); });
  if (refused) return refusal(refused, answer);
  if (known == growing_.end()) {
    if (growing_.size() >= kStrokesFollowed) growing_.erase(growing_.begin());
    growing_.push_back({*on, id, points});
  } else {
    known->points = points;
  }
  answer.ok({{"stroke", id}});
}

void Engine::do_undo(const json& c, const Answer& answer) {
  if (auto on = marked_in(c, answer))
    with_session([&](Session& s) { refusal(s.undo_stroke(on->first, on->second, net::Loop::now()), answer); });
}

void Engine::do_clear(const json& c, const Answer& answer) {
  using Whose = session::Marking::Whose;
  Whose whose = c.value("all", false) ? Whose::all : Whose::own;
  if (auto on = marked_in(c, answer))
    with_session([&](Session& s) { refusal(s.clear_strokes(on->first, on->second, whose, net::Loop::now()), answer); });
}

void Engine::do_drawing(const json& c, const Answer& answer) {
  auto on = marked_in(c, answer);
  if (!on) return;
  json strokes = json::array();
  if (const session::Marking* marking = session_->marking())
    for (const session::Stroke& stroke : marking->strokes(on->first, on->second))
      strokes.push_back(stroke_json(stroke));
  answer.ok({{"presenter", on->first.value()}, {"screen", on->second.value()}, {"strokes", std::move(strokes)}});
}

void Engine::do_pointers(const json& c, const Answer& answer) {
  const int most = c.at("moving").get<int>();
  if (most < 1 || most > static_cast<int>(wire::kMaxArrows)) throw std::invalid_argument("'moving' is from 1 to 256");
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session(
      [&](Session& s) { refusal(s.set_arrows_moving(static_cast<std::size_t>(most), net::Loop::now()), answer); });
}

}  // namespace lotse::program
