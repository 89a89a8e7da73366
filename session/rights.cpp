#include "session/rights.h"

#include <array>

namespace lotse::session {
namespace {
constexpr std::array<std::string_view, 10> kNames{"view",  "control", "point",     "draw",    "chat",
                                                  "files", "board",   "clipboard", "present", "record"};
}

std::optional<Right> right_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Right>(1u << i);
  return std::nullopt;
}

std::string name_of(Right right) { return names_of(Rights{static_cast<std::uint32_t>(right)}).front(); }

std::vector<std::string> names_of(Rights rights) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (rights.bits() & 1u << i) names.emplace_back(kNames[i]);
  return names;
}

std::optional<Rights> rights_from_list(std::string_view list) {
  Rights rights;
  while (!list.empty()) {
    auto comma = list.find(',');
    auto right = right_from_name(list.substr(0, comma));
    if (!right) return std::nullopt;
    rights.set(*right, true);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return rights;
}

}  // namespace lotse::session
