#include "program/command_fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text.h"
#include "wire/limits.h"

namespace lotse::program {
namespace {

constexpr auto kDefaultTimeout = std::chrono::milliseconds(5000);

}  // namespace

using nlohmann::json;

ParticipantId participant_in(const json& command, const char* field) { return participant_from(command.at(field)); }

ParticipantId participant_from(const json& value) {
  auto id = value.get<std::int64_t>();
  if (id < 0 || id >= kEverybody.value()) throw std::invalid_argument("a participant is a number from 0");
  return ParticipantId{static_cast<std::uint16_t>(id)};
}

std::optional<ParticipantId> presenter_in(const json& command) {
  if (!command.contains("presenter") || command["presenter"].is_null()) return std::nullopt;
  return participant_in(command, "presenter");
}

std::optional<ScreenId> screen_in(const json& command) {
  if (!command.contains("screen") || command["screen"].is_null()) return std::nullopt;
  auto screen = command["screen"].get<std::int64_t>();
  if (screen < 0 || screen >= wire::kMaxScreens) throw std::invalid_argument("a screen is a number from 0 to 15");
  return ScreenId{static_cast<std::uint8_t>(screen)};
}

session::Right right_in(const json& command) {
  auto right = session::right_from_name(command.value("right", "control"));
  if (!right)
    throw std::invalid_argument(
        "unknown right; there are view control point draw chat files board clipboard present record");
  return *right;
}

session::Rights rights_in(const nlohmann::json& command) {
  session::Rights rights;
  for (const nlohmann::json& name : command.at("rights")) {
    auto right = session::right_from_name(name.get<std::string>());
    if (!right) throw std::invalid_argument("there is no right \"" + name.get<std::string>() + "\"");
    rights.set(*right, true);
  }
  return rights;
}

Duration timeout_in(const json& command) {
  return std::chrono::milliseconds(
      std::clamp<std::int64_t>(command.value("timeout_ms", std::int64_t{kDefaultTimeout.count()}), 0, 3600'000));
}

Point point_in(const json& command) { return {command.at("x").get<int>(), command.at("y").get<int>()}; }

std::uint32_t color_in(const std::string& text) {
  auto bytes = text.size() == 7 && text[0] == '#' ? from_hex(text.substr(1)) : std::nullopt;
  if (!bytes) throw std::invalid_argument("a colour is written #rrggbb");
  return static_cast<std::uint32_t>((*bytes)[0] << 16 | (*bytes)[1] << 8 | (*bytes)[2]);
}

}  // namespace lotse::program
