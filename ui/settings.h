// What the windows remember between runs: settings.json and recent.json in the configuration folder.
#pragma once
#include <ctime>
#include <string>
#include <vector>

namespace lotse::ui {

struct Settings {
  std::string name, relay, language, theme;  // "" = not chosen
  std::string clipboard = "hand";            // as the command clipboard has it: hand, auto, off
  std::string start_rights = "talk";         // of ui/rights_dialog.h: watch, talk, work
  std::string start_mode = "control";        // what was started last: control, presentation
};
/// A missing or broken file gives the defaults.
Settings load_settings(const std::string& folder);
/// Replaces the file at once or not at all; false when the folder cannot be written.
bool save_settings(const std::string& folder, const Settings& settings);

/// recent.json: {"sessions":[{"with","kind","number","relay","path","when","seconds","people","recorded"}]}, newest
/// first; "when" in seconds since 1970. No codes and no links: they open sessions.
struct RecentSession {
  std::string with;  // whom: the other side's name
  std::string kind;  // helped, presented, joined
  std::string number, relay, path;
  std::time_t when = 0;
  long seconds = 0;
  int people = 0;
  bool recorded = false;
};
inline constexpr std::size_t kMaxRecent = 20;
std::vector<RecentSession> load_recent(const std::string& folder);
bool save_recent(const std::string& folder, const std::vector<RecentSession>& sessions);
void add_recent(std::vector<RecentSession>& sessions, RecentSession session);

/// "18 November" in the language in use, of this machine's time zone.
std::string day_text(std::time_t when);
/// Where something is saved that has no name of its own: PREFIX, this moment and EXTENSION, in that folder of the
/// person's, or at home where there is none.
std::string dated_file(const std::string& folder, const std::string& prefix, const std::string& extension);
/// "15:42".
std::string clock_text(std::time_t when);
/// "24 min", "1 h 05 min", "40 s".
std::string duration_text(long seconds);

}  // namespace lotse::ui
