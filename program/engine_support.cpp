// The engine's side of what a helper asks of the person at another computer, and its commands. docs/protocol/support.md
#include <nlohmann/json.hpp>

#include "desktop/screen_source.h"
#include "net/link/address_text.h"
#include "program/command_fields.h"
#include "program/engine.h"
#include "program/system_info.h"
#include "program/system_info_json.h"

namespace lotse::program {

using nlohmann::json;
using session::Session;

// On a worker: disks may be slow, and the X server far.
void Engine::want_system_info(ParticipantId for_whom) {
  std::string seen_as;
  if (auto address = direct_ ? direct_->seen_as() : std::nullopt) seen_as = net::link::text_of({*address});
  work([this, for_whom, seen_as, sources = this_computer(), display = options_.display]() -> std::function<void()> {
    session::SystemInfo info = read_system_info(sources);
    info.external_address = seen_as;
    add_user(info);
    add_addresses(info);
    try {
      for (const auto& m : desktop::x11_sources(display).monitors) info.monitors.push_back({m.name, m.area, m.primary});
    } catch (const std::exception&) {  // without a display there are none
    }
    return [this, for_whom, info] { session_->tell_system_info(for_whom, info, net::Loop::now()); };
  });
}

/// Whom a command means that may name a member: the presenter who is viewed, else the only other one.
std::optional<ParticipantId> Engine::helped_in(const json& c) const {
  if (c.contains("participant")) return participant_in(c);
  if (auto presenter = presenter_meant(c)) return presenter;
  const session::Core* core = session_ ? session_->core() : nullptr;
  const auto others = core ? core->others() : std::vector<ParticipantId>{};
  return others.size() == 1 ? std::optional(others.front()) : std::nullopt;
}

void Engine::do_sysinfo(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  auto whose = helped_in(c);
  if (!whose) return answer.error("no_such_member", "whose computer? Name a participant");
  with_session([&](Session& s) { refusal(s.ask_system_info(*whose, net::Loop::now()), answer); });
}

// The session must not be called from inside of its own call.
void Engine::hold_local_input(bool held) {
  if ((screen_ && screen_->hold_local_input(held)) || !held) return;
  loop_.post([this, alive = std::weak_ptr<int>(session_alive_)] {
    if (!alive.expired()) with_session([](Session& s) { s.input_not_held(net::Loop::now()); });
  });
}

void Engine::do_lock_input(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  auto whose = presenter_meant(c);
  if (!whose) return answer.error("no_such_member", "whose input? Nobody shows a screen");
  const bool on = c.value("on", true);
  with_session([&](Session& s) { refusal(s.lock_input(*whose, on, net::Loop::now()), answer); });
}

void Engine::tell_system_info(const session::SystemInfoTold& told) {
  if (told.info)
    return emit({{"event", "sysinfo"}, {"participant", told.participant.value()}, {"info", to_json(*told.info)}});
  emit({{"event", "sysinfo_refused"},
        {"participant", told.participant.value()},
        {"code", "not_allowed"},
        {"why", told.why}});
}

}  // namespace lotse::program
