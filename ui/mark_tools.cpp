#include "ui/mark_tools.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "base/text.h"

namespace lotse::ui {
namespace {

using session::Stroke;
using session::Tool;

constexpr int kStep = 2;  // pixels of the picture that a hand moves at least from point to point
constexpr std::array<const char*, 6> kToolNames{"pen", "marker", "line", "frame", "text", "fade"};

/// Goes on while the mouse is down; line and frame have but two points and are sent when it is released.
bool grows(Tool tool) { return tool == Tool::pen || tool == Tool::marker || tool == Tool::fade; }

std::string color_name(std::uint32_t rgb) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string name(1, '#');
  for (int shift = 20; shift >= 0; shift -= 4) name += kDigits[rgb >> shift & 0xF];
  return name;
}

}  // namespace

MarkTools::MarkTools(MarkChoice& choice, Send send)
    : choice_(choice), send_(std::move(send)), next_stroke_(std::random_device{}() & 0x3FFFFFFF) {}

nlohmann::json MarkTools::to_screen(const char* verb) const {
  return {{"do", verb}, {"presenter", presenter_}, {"screen", screen_}};
}

void MarkTools::set_picture(const PictureLayout& layout, int presenter, int screen, int self, std::uint32_t own_color,
                            Instant now) {
  const bool other = presenter_ != presenter || screen_ != screen;
  if (other || layout.picture.empty() || choice_.mode != MarkMode::draw) {
    finish(now);
    cancel_text();
  }
  if (other || layout.picture.empty() || choice_.mode != MarkMode::point) stop_pointing();
  if (text_at_ && choice_.tool != Tool::text) cancel_text();
  if (other) own_.clear(), sent_.clear();
  layout_ = layout;
  presenter_ = presenter;
  screen_ = screen;
  self_ = self;
  own_color_ = own_color;
}

bool MarkTools::handle(const SDL_Event& event, bool over_picture, Instant now) {
  if (choice_.mode == MarkMode::none || layout_.picture.empty()) return false;
  switch (event.type) {
    case SDL_MOUSEMOTION: {
      const Point at = to_picture(layout_, {event.motion.x, event.motion.y});
      if (drawing_) extend(at, now);
      if (choice_.mode != MarkMode::point) return false;
      if (over_picture)
        tip_ = at;
      else
        stop_pointing();
      return false;  // our own hover follows as well
    }
    case SDL_MOUSEBUTTONDOWN:
      if (choice_.mode != MarkMode::draw || event.button.button != SDL_BUTTON_LEFT || !over_picture) return false;
      return press(to_picture(layout_, {event.button.x, event.button.y}), now);
    case SDL_MOUSEBUTTONUP:
      if (!drawing_ || event.button.button != SDL_BUTTON_LEFT) return false;
      extend(to_picture(layout_, {event.button.x, event.button.y}), now);
      finish(now);
      return true;
    case SDL_WINDOWEVENT:
      if (event.window.event == SDL_WINDOWEVENT_LEAVE) stop_pointing();
      if (event.window.event == SDL_WINDOWEVENT_FOCUS_LOST) finish(now);
      return false;
    default:
      return false;
  }
}

bool MarkTools::press(Point at, Instant now) {
  finish(now);
  finish_text(now);
  pressed_ = true;
  if (choice_.tool == Tool::text) {
    text_at_ = Point{at.x, std::max(0, at.y - kTextRise)};
    return true;
  }
  begin(choice_.tool, at);
  drawing_ = true;
  if (grows(choice_.tool)) send_points(now);
  return true;
}

void MarkTools::begin(Tool tool, Point at) {
  own_.push_back({.member = ParticipantId(static_cast<std::uint16_t>(self_)),
                  .id = next_stroke_++,
                  .tool = tool,
                  .color = color(),
                  .points = {at},
                  .text = {}});
  sent_.emplace_back();
}

void MarkTools::extend(Point to, Instant now) {
  Stroke& stroke = own_.back();
  if (!grows(stroke.tool)) {
    stroke.points.resize(2);
    stroke.points[1] = to;
    return;
  }
  const Point last = stroke.points.back();
  if (std::abs(to.x - last.x) < kStep && std::abs(to.y - last.y) < kStep) return;
  stroke.points.push_back(to);
  if (stroke.points.size() < kMaxMarkPoints) return;
  const Tool tool = stroke.tool;
  finish(now);  // a stroke grows no longer: another one goes on where it ends
  begin(tool, to);
  drawing_ = true;
}

void MarkTools::finish(Instant now) {
  if (!std::exchange(drawing_, false)) return;
  Stroke& stroke = own_.back();
  const bool nothing = !grows(stroke.tool) && (stroke.points.size() < 2 || stroke.points[0] == stroke.points[1]);
  if (nothing) {
    own_.pop_back();
    sent_.pop_back();
    return;
  }
  send_points(now);
  sent_.back().ended = now;
}

void MarkTools::send_points(Instant now) {
  Sent& sent = sent_.back();
  if (sent.points == own_.back().points.size()) return;
  send_stroke(own_.back(), std::exchange(sent.points, own_.back().points.size()));
  next_send_ = now + kMarkGap;
}

void MarkTools::send_stroke(const Stroke& stroke, std::size_t from) {
  nlohmann::json command = to_screen("draw"), points = nlohmann::json::array();
  for (std::size_t i = from; i < stroke.points.size(); ++i) points.push_back({stroke.points[i].x, stroke.points[i].y});
  command.update({{"tool", kToolNames[static_cast<std::size_t>(stroke.tool)]},
                  {"color", color_name(stroke.color)},
                  {"stroke", stroke.id}});
  command["points"] = std::move(points);
  if (stroke.tool == Tool::text) command["text"] = stroke.text;
  send_(std::move(command));
}

void MarkTools::flush(Instant now) {
  if (now < next_send_) return;
  if (drawing_ && grows(own_.back().tool)) send_points(now);
  if (!tip_ || choice_.mode != MarkMode::point) return;
  nlohmann::json command = to_screen("point");
  command.update({{"x", tip_->x}, {"y", tip_->y}});
  tip_.reset();
  pointing_ = true;
  next_send_ = now + kMarkGap;
  send_(std::move(command));
}

Instant MarkTools::next_deadline() const {
  Instant next = Instant::never();
  if (tip_ || (drawing_ && grows(own_.back().tool) && sent_.back().points < own_.back().points.size()))
    next = next_send_;
  for (const Sent& sent : sent_)
    if (sent.ended != Instant::never()) next = std::min(next, sent.ended + kMarkPatience);
  return next;
}

int MarkTools::wait_ms(Instant now) const {
  const Instant due = next_deadline();
  return due == Instant::never() ? -1 : std::max(1, static_cast<int>(std::ceil(milliseconds(due - now))));
}

void MarkTools::stop_pointing() {
  tip_.reset();
  if (std::exchange(pointing_, false)) send_(to_screen("point_off"));
}

void MarkTools::undo() {
  const bool told = !drawing_ || sent_.back().points > 0;
  drawing_ = false;
  if (!own_.empty()) {
    own_.pop_back();
    sent_.pop_back();
  }
  if (told) send_(to_screen("undo"));
}

void MarkTools::clear(Whose whose) {
  drawing_ = false;
  own_.clear();
  sent_.clear();
  nlohmann::json command = to_screen("clear");
  if (whose == Whose::all) command["all"] = true;
  send_(std::move(command));
}

void MarkTools::finish_text(Instant now) {
  if (!text_at_) return;
  const Point at = *text_at_;
  std::string words = clean_text(text_, kMaxMarkText);
  cancel_text();
  if (words.find_first_not_of(" \t\n") == std::string::npos) return;
  begin(Tool::text, at);
  own_.back().text = std::move(words);
  send_points(now);
  sent_.back().ended = now;
}

void MarkTools::cancel_text() {
  text_at_.reset();
  text_.clear();
}

void MarkTools::settle(const std::vector<Stroke>* told, Instant now) {
  auto is_told = [&](const Stroke& own) {
    if (told == nullptr) return false;
    return std::any_of(told->rbegin(), told->rend(), [&](const Stroke& s) {
      return s.id == own.id && s.member == own.member && s.points.size() >= own.points.size();
    });
  };
  for (std::size_t i = own_.size(); i-- > 0;) {
    const bool under_way = drawing_ && i + 1 == own_.size();
    if (under_way || !(is_told(own_[i]) || now - sent_[i].ended >= kMarkPatience)) continue;
    own_.erase(own_.begin() + static_cast<std::ptrdiff_t>(i));
    sent_.erase(sent_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace lotse::ui
