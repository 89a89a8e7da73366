// Fields of commands as types. What is missing or of the wrong kind throws: json::exception, or std::invalid_argument
// with words for people.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/geometry.h"
#include "base/ids.h"
#include "base/time.h"
#include "session/rights.h"

namespace lotse::program {

ParticipantId participant_in(const nlohmann::json& command, const char* field = "participant");
ParticipantId participant_from(const nlohmann::json& value);
/// Nothing where the command names none: the only one is meant.
std::optional<ParticipantId> presenter_in(const nlohmann::json& command);
/// Nothing where the command names none.
std::optional<ScreenId> screen_in(const nlohmann::json& command);
/// "right", control without it.
session::Right right_in(const nlohmann::json& command);
/// "rights": a list of names.
session::Rights rights_in(const nlohmann::json& command);
/// "timeout_ms", 5 s without it, an hour at most.
Duration timeout_in(const nlohmann::json& command);
Point point_in(const nlohmann::json& command);
/// "#rrggbb" as 0xRRGGBB.
std::uint32_t color_in(const std::string& text);

}  // namespace lotse::program
