// Session events as the control interface writes them.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "session/events.h"

namespace lotse::program {

/// The one event that `event` is, without "t"; null for what the engine tells itself. `self`: our own index, -1
/// before the handshake.
nlohmann::json to_json(const session::Event& event, int self);
/// One entry of the event "screens".
nlohmann::json screen_json(ScreenId screen, const std::string& name, const Rect& area, bool primary, bool paused);
/// `controllers`: who controls somebody's screen just now. Control is no standing right: it is listed for them alone.
nlohmann::json roster_json(const session::Roster& roster, int self, const std::set<ParticipantId>& controllers);
/// The colour of a participant, far apart in hue for neighbours: "#rrggbb".
std::string color_of(ParticipantId participant);
/// 0xRRGGBB as "#rrggbb".
std::string color_text(std::uint32_t rgb);

}  // namespace lotse::program
