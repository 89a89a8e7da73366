// Commands about the own screen: sharing, consent, grants, recording.
#include <unistd.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "program/command_fields.h"
#include "program/engine.h"

namespace lotse::program {
namespace {

using nlohmann::json;
using session::Session;
constexpr std::size_t kMostHidden = 64;

}  // namespace

void Engine::do_sources(const json&, const Answer& answer) {
  try {
    auto sources = desktop::x11_sources(options_.display);
    json monitors = json::array();
    for (std::size_t i = 0; i < sources.monitors.size(); ++i) {
      const auto& m = sources.monitors[i];
      monitors.push_back({{"monitor", i},
                          {"what", "monitor:" + std::to_string(i)},
                          {"name", m.name},
                          {"primary", m.primary},
                          {"x", m.area.x},
                          {"y", m.area.y},
                          {"w", m.area.width},
                          {"h", m.area.height}});
    }
    json windows = json::array();
    std::map<std::uint32_t, std::pair<std::string, int>> counted;
    for (const auto& w : sources.windows) {
      if (w.pid == static_cast<std::uint32_t>(getpid())) continue;
      windows.push_back({{"id", w.id},
                         {"what", "window:" + std::to_string(w.id)},
                         {"title", w.title},
                         {"app", w.app},
                         {"pid", w.pid},
                         {"hidden", hidden_windows_.contains(w.id)},
                         {"x", w.area.x},
                         {"y", w.area.y},
                         {"w", w.area.width},
                         {"h", w.area.height}});
      if (w.pid == 0) continue;
      auto& [name, count] = counted[w.pid];
      name = w.app.empty() ? w.title : w.app;
      ++count;
    }
    json applications = json::array();
    for (const auto& [pid, app] : counted)
      applications.push_back(
          {{"pid", pid}, {"what", "app:" + std::to_string(pid)}, {"name", app.first}, {"windows", app.second}});
    answer.ok({{"monitors", monitors},
               {"windows", windows},
               {"applications", applications},
               {"screen", {{"w", sources.screen.width}, {"h", sources.screen.height}}}});
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
  bool on = c.value("on", true);
  with_session([&](Session& s) { s.pause_share(on, net::Loop::now()); });
  if (screen_) paused_ = on, tell_own_screens();
  answer.ok();
}

void Engine::do_blank_share(const json& c, const Answer& answer) {
  if (!screen_) return answer.error("not_allowed", "no screen is shared");
  blank_ = c.value("on", true);
  screen_->refresh();
  if (blank_)
    for (const auto& s : screen_->screens())
      with_session(
          [&](Session& session) { session.on_cursor_position(s.screen, desktop::kCursorAway, net::Loop::now()); });
  tell_own_screens();
  answer.ok();
}

void Engine::do_hide_window(const json& c, const Answer& answer) {
  const auto window = c.at("window").get<std::uint32_t>();
  if (!c.value("on", true))
    hidden_windows_.erase(window);
  else if (hidden_windows_.size() < kMostHidden || hidden_windows_.contains(window))
    hidden_windows_.insert(window);
  else
    return answer.error("too_large", "at most 64 windows can be hidden");
  if (screen_) screen_->set_hidden(hidden_windows_);
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

void Engine::do_films(const json& c, const Answer& answer) {
  options_.films = c.value("on", true) ? session::Films::on : session::Films::off;
  with_session([&](Session& s) { s.set_films(options_.films, net::Loop::now()); });
  answer.ok();
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

void Engine::do_request_present(const json&, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.request_present(net::Loop::now()), answer); });
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

}  // namespace lotse::program
