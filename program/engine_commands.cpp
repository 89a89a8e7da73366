// The commands of the control interface, one function each.
#include <sys/resource.h>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <unordered_map>

#include <fstream>

#include "base/text.h"
#include "program/canvas/snapshot.h"
#include "program/engine.h"
#include "program/events_json.h"
#include "program/invitation.h"
#include "ui/backend.h"

namespace lotse::program {
namespace {

using nlohmann::json;
using session::InputEvent;
using session::Session;

constexpr auto kDefaultTimeout = std::chrono::milliseconds(5000);

ParticipantId participant_in(const json& command, const char* field = "participant") {
  auto id = command.at(field).get<std::int64_t>();
  if (id < 0 || id >= kEverybody.value()) throw std::invalid_argument("a participant is a number from 0");
  return ParticipantId{static_cast<std::uint16_t>(id)};
}

std::optional<ParticipantId> presenter_in(const json& command) {
  if (!command.contains("presenter") || command["presenter"].is_null()) return std::nullopt;
  return participant_in(command, "presenter");
}

session::Right right_in(const json& command) {
  auto right = session::right_from_name(command.value("right", "control"));
  if (!right)
    throw std::invalid_argument(
        "unknown right; there are view control point draw chat files board clipboard present record");
  return *right;
}

Duration timeout_in(const json& command) {
  return std::chrono::milliseconds(
      std::clamp<std::int64_t>(command.value("timeout_ms", std::int64_t{kDefaultTimeout.count()}), 0, 3600'000));
}

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
  auto bytes = text.size() == 7 && text[0] == '#' ? from_hex(text.substr(1)) : std::nullopt;
  if (!bytes) throw std::invalid_argument("a colour is written #rrggbb");
  return {(*bytes)[0], (*bytes)[1], (*bytes)[2]};
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

Point point_in(const json& command) { return {command.at("x").get<int>(), command.at("y").get<int>()}; }
std::optional<Point> optional_point_in(const json& command) {
  return command.contains("x") ? std::optional(point_in(command)) : std::nullopt;
}

double percentile(std::vector<float> values, double p) {
  if (values.empty()) return 0;
  auto at = values.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::int64_t resident_kb() {
  std::ifstream in("/proc/self/statm");
  std::int64_t pages = 0, resident = 0;
  in >> pages >> resident;
  return resident * 4;
}

}  // namespace

Engine::Handler Engine::find_command(const std::string& name) {
  static const std::unordered_map<std::string, Handler> kCommands{{"join", &Engine::do_join},
                                                                  {"start_session", &Engine::do_start_session},
                                                                  {"trust_relay", &Engine::do_trust_relay},
                                                                  {"chat", &Engine::do_chat},
                                                                  {"raise_hand", &Engine::do_raise_hand},
                                                                  {"roster", &Engine::do_roster},
                                                                  {"sources", &Engine::do_sources},
                                                                  {"share", &Engine::do_share},
                                                                  {"pause_share", &Engine::do_pause_share},
                                                                  {"unshare", &Engine::do_unshare},
                                                                  {"colors", &Engine::do_colors},
                                                                  {"consent", &Engine::do_consent},
                                                                  {"grant", &Engine::do_grant},
                                                                  {"revoke", &Engine::do_revoke},
                                                                  {"stop_control", &Engine::do_stop_control},
                                                                  {"drop_connection", &Engine::do_drop_connection},
                                                                  {"path", &Engine::do_path},
                                                                  {"stats", &Engine::do_stats},
                                                                  {"leave", &Engine::do_leave},
                                                                  {"quit", &Engine::do_quit},
                                                                  {"set_name", &Engine::do_set_name},
                                                                  {"snapshot", &Engine::do_snapshot},
                                                                  {"wait_pixel", &Engine::do_wait_pixel},
                                                                  {"move", &Engine::do_move},
                                                                  {"click", &Engine::do_click},
                                                                  {"button", &Engine::do_button},
                                                                  {"wheel", &Engine::do_wheel},
                                                                  {"key", &Engine::do_key},
                                                                  {"type", &Engine::do_type},
                                                                  {"press", &Engine::do_press},
                                                                  {"release_keys", &Engine::do_release_keys},
                                                                  {"request_control", &Engine::do_request_control},
                                                                  {"release_control", &Engine::do_release_control},
                                                                  {"request_present", &Engine::do_request_present},
                                                                  {"admit", &Engine::do_admit},
                                                                  {"refuse", &Engine::do_refuse},
                                                                  {"mute", &Engine::do_mute},
                                                                  {"kick", &Engine::do_kick},
                                                                  {"request_share", &Engine::do_request_share},
                                                                  {"rights_default", &Engine::do_rights_default},
                                                                  {"mode", &Engine::do_mode},
                                                                  {"record", &Engine::do_record},
                                                                  {"record_stop", &Engine::do_record_stop},
                                                                  {"lock", &Engine::do_lock},
                                                                  {"unlock", &Engine::do_unlock},
                                                                  {"new_code", &Engine::do_new_code},
                                                                  {"end", &Engine::do_end}};
  auto at = kCommands.find(name);
  return at == kCommands.end() ? nullptr : at->second;
}

void Engine::refusal(const Session::Refusal& refusal, const Answer& answer) {
  if (!refusal) return answer.ok();
  static const std::unordered_map<std::string, std::string> kWhy{
      {"not_allowed", "that is not allowed, or not possible at this moment"},
      {"no_such_member", "there is no such participant here"},
      {"bad_request", "there is nothing to answer"},
      {"too_large", "the text is too long"},
      {"rate_limited", "too much is waiting already"}};
  std::string code = session::name_of(*refusal);
  auto why = kWhy.find(code);
  answer.error(code, why == kWhy.end() ? code : why->second);
}

void Engine::do_join(const json& c, const Answer& answer) {
  if (session_) return answer.error("not_allowed", "a session runs already: leave it first");
  std::string text = c.value("invitation", c.value("link", c.value("number", std::string())));
  auto invitation = parse_invitation(text);
  if (!invitation)
    return answer.id_json.empty()
               ? fail("bad_number", "'" + clean_text(text, 60) + "' is neither a number of nine digits nor a link.", 2)
               : answer.error("bad_number", "that is neither a number of nine digits nor a link");
  session::ParticipantOptions options;
  options.number = invitation->number;
  options.name = clean_text(c.value("name", options_.name), 64);
  options_.name = options.name;
  options.ask = answer_to_consents();
  std::string code = c.value("password", c.value("code", options_.password));
  if (invitation->credentials)
    options.credentials = *invitation->credentials;
  else if (!code.empty() && code != "none" && code != "auto")
    options.credentials = {crypto::AuthMode::code, crypto::normalized_code(code), {}};
  net::RelayAddress relay = invitation->relay ? *invitation->relay : relay_address(c.value("relay", options_.relay));
  begin_session(std::move(options), std::move(relay), invitation->pin);
  answer.ok();
}

void Engine::do_start_session(const json& c, const Answer& answer) {
  if (session_) return answer.error("not_allowed", "a session runs already: end it first");
  session::MasterOptions options;
  options.lead.name = options_.name = clean_text(c.value("name", options_.name), 64);
  std::string share = c.value("share", options_.share.value_or(""));
  if (c.contains("share")) options_.share = share;
  auto mode = c.contains("mode")
                  ? std::optional(c["mode"] == "control" ? session::Mode::control : session::Mode::presentation)
                  : options_.mode;
  bool shares = !share.empty() && share != "none";
  options.lead.mode = mode.value_or(shares ? session::Mode::presentation : session::Mode::control);
  if (shares) share_what_ = share;
  options.lead.default_rights = options_.rights.value_or(session::Rights::usual());
  options.lead.colors = options_.colors;
  std::string password = c.value("password", options_.password);
  options.code = password == "none"                       ? session::MasterOptions::Code::none
                 : password == "auto" || password.empty() ? session::MasterOptions::Code::automatic
                                                          : session::MasterOptions::Code::passphrase;
  options.passphrase = password;
  options.ask = answer_to_consents();
  begin_session(std::move(options), c.value("relay", options_.relay));
  answer.ok();
}

void Engine::do_trust_relay(const json& c, const Answer& answer) {
  if (!relay_) return answer.error("not_allowed", "no relay is waiting");
  if (c.at("allow").get<bool>())
    relay_->allow();
  else
    end_session(), emit({{"event", "ended"}, {"reason", ""}});
  answer.ok();
}

void Engine::do_chat(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  std::optional<std::vector<ParticipantId>> to;
  json target = c.value("to", json("all"));
  if (target == "master")
    to = {{kFirstMaster}};
  else if (target.is_number_integer())
    to = {{participant_in(c, "to")}};
  else if (target.is_array()) {
    to.emplace();
    for (const json& id : target) to->push_back(ParticipantId{id.get<std::uint16_t>()});
    if (to->empty()) throw std::invalid_argument("\"to\" names nobody");
  } else if (target != "all")
    throw std::invalid_argument("\"to\" is all, master, a participant or a list of them");
  with_session([&](Session& s) { refusal(s.chat(c.at("text").get<std::string>(), to, net::Loop::now()), answer); });
}

void Engine::do_raise_hand(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.raise_hand(c.value("up", true), net::Loop::now()), answer); });
}

void Engine::do_roster(const json&, const Answer& answer) {
  if (!session_ || !session_->core()) return answer.error("not_allowed", "there is no session");
  json roster = roster_json(session_->core()->roster, self_, controllers());
  roster.erase("event");
  answer.ok(std::move(roster));
}

void Engine::do_sources(const json&, const Answer& answer) {
  try {
    auto sources = desktop::x11_sources(options_.display);
    json monitors = json::array();
    for (std::size_t i = 0; i < sources.monitors.size(); ++i) {
      const auto& m = sources.monitors[i];
      monitors.push_back({{"monitor", i},
                          {"what", "monitor:" + std::to_string(i)},
                          {"name", m.name},
                          {"x", m.area.x},
                          {"y", m.area.y},
                          {"w", m.area.width},
                          {"h", m.area.height}});
    }
    answer.ok({{"monitors", monitors}, {"screen", {{"w", sources.screen.width}, {"h", sources.screen.height}}}});
  } catch (const std::exception& e) {
    answer.error("no_display", e.what());
  }
}

void Engine::do_share(const json& c, const Answer& answer) {
  if (!session_ || !session_->core()) return answer.error("not_allowed", "there is no session");
  const session::Member* self = session_->core()->member(session_->core()->self);
  if (!self || !self->rights.has(session::Right::present))
    return answer.error("not_allowed", "ask the moderator for the right to present");
  if (screen_) unshare();
  share(c.value("what", std::string("screen")));
  answer.ok();
}

void Engine::do_pause_share(const json& c, const Answer& answer) {
  with_session([&](Session& s) { s.pause_share(c.value("on", true), net::Loop::now()); });
  answer.ok();
}

void Engine::do_unshare(const json&, const Answer& answer) {
  unshare();
  answer.ok();
}

void Engine::do_colors(const json& c, const Answer& answer) {
  std::string value = c.at("value").get<std::string>();
  if (value != "true" && value != "256" && value != "grey")
    throw std::invalid_argument("colours are true, 256 or grey");
  options_.colors = value == "256" ? codec::Colors::c256 : value == "grey" ? codec::Colors::grey : codec::Colors::full;
  if (!session_) return answer.ok();
  if (screen_) screen_->set_colors(options_.colors), screen_->refresh();
  with_session([&](Session& s) { refusal(s.set_colors(options_.colors, net::Loop::now()), answer); });
}

void Engine::do_consent(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  Duration span = std::chrono::seconds(std::clamp(c.value("seconds", c.value("minutes", 0) * 60), 0, 86400));
  with_session([&](Session& s) {
    refusal(s.answer_consent(c.at("request").get<std::uint64_t>(), c.at("allow").get<bool>(), span, net::Loop::now()),
            answer);
  });
}

void Engine::do_grant(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  Duration span = std::chrono::seconds(std::clamp(c.value("seconds", 0), 0, 86400));
  with_session([&](Session& s) { refusal(s.grant(participant_in(c), right_in(c), span, net::Loop::now()), answer); });
}

void Engine::do_revoke(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.revoke(participant_in(c), right_in(c), net::Loop::now()), answer); });
}

void Engine::do_stop_control(const json&, const Answer& answer) {
  with_session([](Session& s) { s.stop_control(net::Loop::now()); });
  answer.ok();
}

void Engine::do_drop_connection(const json& c, const Answer& answer) {
  if (!relay_) return answer.error("not_allowed", "there is no connection");
  answer.ok();
  relay_->drop(std::chrono::milliseconds(std::clamp<std::int64_t>(c.value("ms", std::int64_t{0}), 0, 600'000)));
}

void Engine::do_path(const json& c, const Answer& answer) {
  std::string want = c.value("want", "auto");
  if (want != "auto" && want != "tls")
    return answer.error("not_allowed", "only the path over the relay's TLS port is there in this version");
  answer.ok({{"path", "tls"}, {"via", "relay"}});
}

void Engine::do_stats(const json&, const Answer& answer) {
  net::SocketStats socket = relay_ ? relay_->stats() : net::SocketStats{};
  Instant now = net::Loop::now();
  double seconds = milliseconds(now - std::exchange(fps_since_, now)) / 1000;
  double fps =
      seconds > 0 ? static_cast<double>(frames_shown_ - std::exchange(fps_frames_, frames_shown_)) / seconds : 0;
  json out{{"path", "tls"},
           {"via", "relay"},
           {"rtt_ms", session_ ? std::max(session_->rtt_ms(), socket.rtt_ms) : 0},
           {"loss_pct", 0},
           {"bytes_in", socket.bytes_in},
           {"bytes_out", socket.bytes_out},
           {"packets_in", socket.packets_in},
           {"packets_out", socket.packets_out},
           {"canvas_fps", fps},
           {"queue_bytes", queued()},
           {"cpu_s", cpu_seconds()},
           {"rss_kb", resident_kb()},
           {"frames", frames_shown_}};
  std::vector<float> encode, decode;
  std::uint64_t updates = 0, refused = 0;
  if (session_ && session_->core()) {
    out["epoch"] = session_->core()->envelope.newest_epoch().value();
    if (const auto* sender = session_->presenting()->sender()) encode = sender->stats().encode_ms;
    for (const auto& [key, receiver] : session_->watching()->screens()) {
      updates += receiver->stats().updates;
      refused += receiver->stats().refused;
      decode.insert(decode.end(), receiver->stats().decode_ms.begin(), receiver->stats().decode_ms.end());
    }
    out["signed_bad"] = session_->drops().forged;
    out["replay_dropped"] = session_->drops().replayed;
  }
  out["updates"] = updates;
  out["decode_refused"] = refused;
  out["encode_ms_p50"] = percentile(encode, 0.5), out["encode_ms_p95"] = percentile(encode, 0.95);
  out["decode_ms_p50"] = percentile(decode, 0.5), out["decode_ms_p95"] = percentile(decode, 0.95);
  out["peers"] = json::array();
  answer.ok(std::move(out));
}

void Engine::do_leave(const json&, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  answer.ok();
  session_->leave(net::Loop::now());
  emit({{"event", "ended"}, {"reason", "left"}});
  end_session();
  if (interactive_ == Interactive::no) quit(0);
}

void Engine::do_quit(const json&, const Answer& answer) {
  answer.ok();
  quit(0);
}

void Engine::do_set_name(const json& c, const Answer& answer) {
  options_.name = clean_text(c.at("name").get<std::string>(), 64);
  answer.ok();
}

void Engine::do_snapshot(const json& c, const Answer& answer) {
  std::string file = c.at("file").get<std::string>();
  bool settled = c.value("settled", true), with_cursor = c.value("cursor", false);
  auto finish = [this, file, with_cursor, answer](const Waits::Look& look) {
    try {
      record::PointerImage pointer = with_cursor ? pointer_image() : record::PointerImage{};
      write_snapshot(file, look.picture, with_cursor ? &pointer : nullptr);
      session::PictureReceiver* receiver = watched();
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
  if (wait.done(look())) return;
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
  if (wait.done(look())) return;
  wait.too_late = [answer] { answer.error("timeout", "the pixel did not become so in time"); };
  wait.deadline = net::Loop::now() + timeout_in(c);
  if (!waits_.add(std::move(wait))) answer.error("rate_limited", "too many commands wait already");
}

void Engine::send_input(const json& c, const InputEvent& input, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.input(presenter_in(c), input, net::Loop::now()), answer); });
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
  auto before = pixel_at(look().picture, p);
  if (!before) return answer.error("bad_request", "that pixel is outside the picture");
  Instant since = answer.read_at;
  Waits::Wait wait;
  wait.done = [=](const Waits::Look& look) {
    auto have = pixel_at(look.picture, p);
    if (!have || *have == *before) return false;
    answer.ok({{"ms", milliseconds(look.visible - since)}});
    return true;
  };
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

void Engine::do_request_control(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.request_control(presenter_in(c), true, net::Loop::now()), answer); });
}

void Engine::do_release_control(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.request_control(presenter_in(c), false, net::Loop::now()), answer); });
}

void Engine::do_request_present(const json&, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.request_present(net::Loop::now()), answer); });
}

void Engine::do_admit(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.admit(participant_in(c), true, net::Loop::now()), answer); });
}

void Engine::do_refuse(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.admit(participant_in(c), false, net::Loop::now()), answer); });
}

void Engine::do_kick(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) {
    refusal(s.kick(participant_in(c), c.value("reason", std::string()), net::Loop::now()), answer);
  });
}

void Engine::do_mute(const json& c, const Answer& answer) {
  if (!session_ || !session_->is_master()) return answer.error("not_allowed", "only the moderator mutes");
  bool on = c.value("on", true);
  with_session([&](Session& s) {
    Instant now = net::Loop::now();
    refusal(on ? s.revoke(participant_in(c), session::Right::chat, now)
               : s.grant(participant_in(c), session::Right::chat, {}, now),
            answer);
  });
}

void Engine::do_request_share(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) {
    refusal(s.ask_to_share(participant_in(c), c.value("wanted", true), net::Loop::now()), answer);
  });
}

void Engine::do_rights_default(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  session::Rights rights;
  for (const json& name : c.at("rights")) {
    auto right = session::right_from_name(name.get<std::string>());
    if (!right) throw std::invalid_argument("unknown right");
    rights.set(*right, true);
  }
  with_session([&](Session& s) { refusal(s.set_default_rights(rights, net::Loop::now()), answer); });
}

void Engine::do_mode(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  std::string mode = c.at("mode").get<std::string>();
  if (mode != "control" && mode != "presentation") throw std::invalid_argument("a mode is control or presentation");
  with_session([&](Session& s) {
    refusal(s.set_mode(mode == "control" ? session::Mode::control : session::Mode::presentation, net::Loop::now()),
            answer);
  });
  if (mode == "presentation" && session_ && session_->is_master() && !screen_) share(share_what_);
}

void Engine::do_record(const json& c, const Answer& answer) {
  if (!session_ || !session_->core()) return answer.error("not_allowed", "there is no session");
  const session::Member* self = session_->core()->member(session_->core()->self);
  if (!self || !self->rights.has(session::Right::record))
    return answer.error("not_allowed", "ask the moderator for the right to record");
  std::string file = c.at("file").get<std::string>();
  if (std::ifstream(file)) return answer.error("file_exists", file + " exists already; choose another name");
  std::string problem = start_recording(file);
  if (!problem.empty()) return answer.error("internal", problem);
  answer.ok({{"file", file}});
}

void Engine::do_record_stop(const json&, const Answer& answer) {
  if (!recorder_) return answer.error("not_allowed", "no recording runs");
  stop_recording();
  answer.ok({{"file", record_file_}});
}

void Engine::do_lock(const json&, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.set_locked(true, net::Loop::now()), answer); });
}

void Engine::do_unlock(const json&, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.set_locked(false, net::Loop::now()), answer); });
}

void Engine::do_new_code(const json&, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.new_code(net::Loop::now()), answer); });
}

void Engine::do_end(const json& c, const Answer& answer) {
  if (!session_ || !session_->is_master()) return answer.error("not_allowed", "only the moderator ends the session");
  do_leave(c, answer);
}

}  // namespace lotse::program
