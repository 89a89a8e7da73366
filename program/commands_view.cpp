// Commands about the watched picture and the control of it.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text.h"
#include "program/canvas/snapshot.h"
#include "program/command_fields.h"
#include "program/engine.h"

namespace lotse::program {
namespace {

using nlohmann::json;
using session::InputEvent;
using session::Session;

std::uint32_t modifiers_in(const json& command) {
  if (!command.contains("mods")) return 0;
  const json& mods = command["mods"];
  std::uint32_t bits = 0, bit = 1;
  for (const char* name : {"shift", "control", "alt", "super", "alt_gr", "caps", "num"}) {
    if (mods.value(name, false)) bits |= bit;
    bit <<= 1;
  }
  return bits;
}

std::array<int, 3> rgb_in(const std::string& text) {
  const std::uint32_t rgb = color_in(text);
  return {static_cast<int>(rgb >> 16), static_cast<int>(rgb >> 8 & 0xFF), static_cast<int>(rgb & 0xFF)};
}

std::optional<std::array<int, 3>> pixel_at(codec::FrameView picture, Point p) {
  if (!Rect{0, 0, picture.size.width, picture.size.height}.contains(p)) return std::nullopt;
  const std::uint8_t* bgr = picture.row(p.y) + static_cast<std::size_t>(p.x) * 4;
  return std::array<int, 3>{bgr[2], bgr[1], bgr[0]};
}

InputEvent button_event(int button, bool down, std::optional<Point> at) {
  InputEvent event;
  event.kind = InputEvent::Kind::button;
  event.button = button;
  event.down = down;
  event.at_position = at.has_value();
  event.position = at.value_or(Point{});
  return event;
}

/// Nothing where the command names none: then it follows what is viewed.
std::optional<PictureKey> named_in(const json& command, const Views& views) {
  auto presenter = presenter_in(command);
  auto screen = screen_in(command);
  return presenter || screen ? views.meant(presenter, screen) : std::nullopt;
}

std::optional<Point> optional_point_in(const json& command) {
  return command.contains("x") ? std::optional(point_in(command)) : std::nullopt;
}

}  // namespace

void Engine::do_view(const json& c, const Answer& answer) {
  // The own whiteboard is there for its window alone; canvas file and recording have it while nothing else is viewed.
  if (auto presenter = presenter_in(c); presenter && presenter->value() == self_ && shows_own_share())
    return answer.ok();
  auto meant = views_.meant(presenter_in(c), screen_in(c));
  if (!meant || !views_.view(*meant)) return answer.error("no_such_member", "nobody shows that screen");
  answer.ok({{"presenter", meant->first.value()}, {"screen", meant->second.value()}});
  follow_view();
}

void Engine::do_snapshot(const json& c, const Answer& answer) {
  std::string file = c.at("file").get<std::string>();
  bool settled = c.value("settled", true), with_cursor = c.value("cursor", false), marked = c.value("marks", true);
  auto finish = [this, file, with_cursor, marked, answer](const Waits::Look& look) {
    try {
      record::PointerImage pointer = with_cursor ? pointer_image(look.of) : record::PointerImage{};
      codec::Image scratch;
      codec::FrameView picture = marked ? with_marks(look.picture, look.of, scratch) : look.picture;
      write_snapshot(file, picture, with_cursor ? &pointer : nullptr);
      session::PictureReceiver* receiver = receiver_of(look.of);
      answer.ok({{"width", look.picture.size.width},
                 {"height", look.picture.size.height},
                 {"exact", look.exact},
                 {"versions_behind", receiver ? receiver->versions_behind() : 0}});
    } catch (const std::exception& e) {
      answer.error("internal", e.what());
    }
  };
  Waits::Wait wait;
  wait.done = [settled, finish](const Waits::Look& look) {
    if (look.picture.size.empty() || !look.complete || (settled && !look.exact)) return false;
    finish(look);
    return true;
  };
  wait.of = named_in(c, views_);
  if (wait.done(look(wait.of))) return;
  wait.too_late = [answer] { answer.error("timeout", "the picture did not settle in time"); };
  wait.deadline = net::Loop::now() + timeout_in(c);
  if (!waits_.add(std::move(wait))) answer.error("rate_limited", "too many commands wait already");
}

void Engine::do_wait_pixel(const json& c, const Answer& answer) {
  Point p = point_in(c);
  auto want = rgb_in(c.at("rgb").get<std::string>());
  int tolerance = c.value("tol", 0);
  bool other = c.value("not", false);
  Instant since = answer.read_at;
  Waits::Wait wait;
  wait.done = [=](const Waits::Look& look) {
    auto have = pixel_at(look.picture, p);
    if (!have) return false;
    bool same = true;
    for (std::size_t i = 0; i < 3; ++i) same = same && std::abs((*have)[i] - want[i]) <= tolerance;
    if (same == other) return false;
    answer.ok({{"ms", std::max(0.0, milliseconds(look.visible - since))}});
    return true;
  };
  wait.of = named_in(c, views_);
  if (wait.done(look(wait.of))) return;
  wait.too_late = [answer] { answer.error("timeout", "the pixel did not become so in time"); };
  wait.deadline = net::Loop::now() + timeout_in(c);
  if (!waits_.add(std::move(wait))) answer.error("rate_limited", "too many commands wait already");
}

void Engine::send_input(const json& c, InputEvent input, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  auto meant = views_.meant(presenter_in(c), screen_in(c));
  if (!meant) return answer.error("not_allowed", "nobody shows a screen");
  input.screen = meant->second;
  with_session([&](Session& s) { refusal(s.input(meant->first, input, net::Loop::now()), answer); });
}

void Engine::do_move(const json& c, const Answer& answer) {
  InputEvent event;
  event.kind = InputEvent::Kind::move;
  event.position = point_in(c);
  send_input(c, event, answer);
}

void Engine::do_click(const json& c, const Answer& answer) {
  int button = c.value("button", 1);
  send_input(c, button_event(button, true, optional_point_in(c)), Answer{this, {}, answer.read_at, true});
  send_input(c, button_event(button, false, optional_point_in(c)), answer);
}

void Engine::do_button(const json& c, const Answer& answer) {
  send_input(c, button_event(c.value("button", 1), c.at("down").get<bool>(), optional_point_in(c)), answer);
}

void Engine::do_wheel(const json& c, const Answer& answer) {
  InputEvent event;
  event.kind = InputEvent::Kind::wheel;
  event.dx = c.value("dx", 0);
  event.dy = c.value("dy", 0);
  send_input(c, event, answer);
}

void Engine::do_key(const json& c, const Answer& answer) {
  InputEvent event;
  event.kind = InputEvent::Kind::key;
  event.keysym = desktop::keysym_from_name(c.at("sym").get<std::string>());
  event.keycode = static_cast<std::uint16_t>(std::clamp(c.value("position", 0), 0, 767));
  event.modifiers = modifiers_in(c);
  if (event.keysym == 0 && event.keycode == 0)
    throw std::invalid_argument("unknown key: use an X keysym name or U+XXXX");
  if (c.contains("down")) {
    event.down = c["down"].get<bool>();
    return send_input(c, event, answer);
  }
  event.down = true;
  send_input(c, event, Answer{this, {}, answer.read_at, true});
  event.down = false;
  send_input(c, event, answer);
}

void Engine::do_type(const json& c, const Answer& answer) {
  InputEvent event;
  event.kind = InputEvent::Kind::text;
  event.text = clean_text(c.at("text").get<std::string>(), 4096);
  send_input(c, event, answer);
}

void Engine::do_press(const json& c, const Answer& answer) {
  Point p{c.at("px").get<int>(), c.at("py").get<int>()};
  auto of = named_in(c, views_);
  auto before = pixel_at(look(of).picture, p);
  if (!before) return answer.error("bad_request", "that pixel is outside the picture");
  Instant since = answer.read_at;
  Waits::Wait wait;
  wait.done = [=](const Waits::Look& look) {
    auto have = pixel_at(look.picture, p);
    if (!have || *have == *before) return false;
    answer.ok({{"ms", milliseconds(look.visible - since)}});
    return true;
  };
  wait.of = of;
  wait.too_late = [answer] { answer.error("timeout", "the pixel did not change in time"); };
  wait.deadline = net::Loop::now() + timeout_in(c);
  if (!waits_.add(std::move(wait))) return answer.error("rate_limited", "too many commands wait already");
  do_click(c, Answer{this, {}, answer.read_at, true});
}

void Engine::do_release_keys(const json& c, const Answer& answer) {
  InputEvent event;
  event.kind = InputEvent::Kind::release_all;
  send_input(c, event, answer);
}

std::optional<ParticipantId> Engine::presenter_meant(const json& c) const {
  auto meant = views_.meant(presenter_in(c), std::nullopt);
  return meant ? std::optional(meant->first) : std::nullopt;
}

void Engine::do_request_control(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.request_control(presenter_meant(c), true, net::Loop::now()), answer); });
}

void Engine::do_release_control(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.request_control(presenter_meant(c), false, net::Loop::now()), answer); });
}

}  // namespace lotse::program
