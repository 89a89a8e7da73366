// Commands of the moderator.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "program/command_fields.h"
#include "program/engine.h"

namespace lotse::program {
namespace {

using nlohmann::json;
using session::Session;

}  // namespace

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

void Engine::do_ban(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) {
    refusal(s.kick(participant_in(c), c.value("reason", std::string()), net::Loop::now(), session::Ban::yes), answer);
  });
}

void Engine::do_handover(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.hand_over(participant_in(c), net::Loop::now()), answer); });
}

void Engine::do_deputy(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session(
      [&](Session& s) { refusal(s.set_deputy(participant_in(c), c.value("on", true), net::Loop::now()), answer); });
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
  const session::Rights rights = rights_in(c);
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
