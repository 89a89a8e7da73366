// What a window knows of another member's computer, and how that is told to people.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "session/system_info.h"

namespace lotse::ui {

/// Of the member who was asked last.
struct SystemFacts {
  int of = -1;
  bool waiting = false;
  std::string why;  // nothing came, as the event sysinfo_refused has it, or the code of a command's error
  std::optional<session::SystemInfo> info;
};

struct FactGroup {
  std::string title;
  std::vector<std::pair<std::string, std::string>> rows;  // name and value
};
/// In the language in use; what is not known is left out.
std::vector<FactGroup> fact_groups(const session::SystemInfo& info);
/// The same as plain text, for a mail or a ticket.
std::string facts_text(const std::vector<FactGroup>& groups);

}  // namespace lotse::ui
