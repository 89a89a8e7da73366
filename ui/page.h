// What every page gets, and what several of them draw.
#pragma once
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ui/kit.h"
#include "ui/model.h"
#include "ui/settings.h"

namespace lotse::ui {

struct PageContext {
  Kit& kit;
  Model& model;
  Settings& settings;
  std::vector<RecentSession>& recent;
  std::function<void(nlohmann::json)> send;  // a command of the control interface
  std::function<void()> settings_changed;    // save and apply
  std::function<void()> open_settings;
  std::function<void()> open_access_test;
  std::function<void()> open_ways;
  std::function<void()> ask_to_end;  // the moderator's question whether to end for all
  std::function<void()> back_to_start;
  std::function<void()> close;
  std::function<void()> open_windows;  // one for each screen of others
  std::function<void(int)>
      send_file;  // chooses one for that member; SendFileDialog::kAsk: asks for whom, kBoard: there
  std::function<void(const std::string&)> save_in;  // asks where that offered file shall go
  std::function<void(int, bool)> ask_to_kick;       // whether that member shall be removed; for good
  std::function<void(int)> open_rights;             // of that member, or of those who join: RightsDialog::kJoining
  std::function<void(const std::string&)> ask_to_remove;  // whether that file shall go from the board
  std::function<void(int)> open_system_info;              // of that member's computer
};

/// The bar at the top: mark, title, an optional chip; buttons are drawn by the page, right to left from the returned
/// place. Returns the x of the right end.
float draw_top_bar(PageContext& context, const std::string& title, const std::string& chip, Color dot);
/// A button of the top bar, right of which `right` begins; moves `right` on.
bool top_bar_button(PageContext& context, const Button& button, float& right);

/// "You", or the name, or "Participant 7" while the name is unknown.
std::string display_name(const Model& model, int id);
/// "direct", "relay, TLS" ... in the language in use; "" when unknown.
std::string path_text(const std::string& path, const std::string& via);
/// Adapted to the theme; told apart from its neighbours by name as well.
Color member_color(const PageContext& context, int id);

}  // namespace lotse::ui
