#include "ui/settings.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ui/json_read.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = 1 << 20;

json load_object(const fs::path& file) {
  std::error_code error;
  if (fs::file_size(file, error) > kMaxFileBytes || error) return json::object();
  std::ifstream in(file, std::ios::binary);
  json value = json::parse(in, nullptr, false);
  return value.is_object() ? value : json::object();
}

/// Written beside and renamed, readable by its owner alone.
bool save_object(const fs::path& file, const json& value) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  fs::path fresh = file;
  fresh += ".new";
  {
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out << value.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    if (!out.flush()) return false;
  }
  fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, error);
  fs::rename(fresh, file, error);
  return !error;
}

}  // namespace

Settings load_settings(const std::string& folder) {
  Settings settings;
  if (folder.empty()) return settings;
  json value = load_object(fs::path(folder) / "settings.json");
  settings.name = name_field(value, "name");
  settings.relay = text_field(value, "relay", 300);
  settings.language = text_field(value, "language", 8);
  settings.theme = text_field(value, "theme", 8);
  const std::string rights = text_field(value, "start_rights", 8);
  if (rights == "watch" || rights == "work") settings.start_rights = rights;
  const std::string clipboard = text_field(value, "clipboard", 8);
  if (clipboard == "auto" || clipboard == "off") settings.clipboard = clipboard;
  if (text_field(value, "start_mode", 32) == "presentation") settings.start_mode = "presentation";
  return settings;
}

bool save_settings(const std::string& folder, const Settings& s) {
  if (folder.empty()) return false;
  fs::path file = fs::path(folder) / "settings.json";
  json value = load_object(file);  // keeps what other parts of the program keep there
  value["name"] = s.name;
  value["relay"] = s.relay;
  value["language"] = s.language;
  value["theme"] = s.theme;
  value["clipboard"] = s.clipboard;
  value["start_rights"] = s.start_rights;
  value["start_mode"] = s.start_mode;
  return save_object(file, value);
}

std::vector<RecentSession> load_recent(const std::string& folder) {
  std::vector<RecentSession> sessions;
  if (folder.empty()) return sessions;
  json value = load_object(fs::path(folder) / "recent.json");
  auto list = value.find("sessions");
  if (list == value.end() || !list->is_array()) return sessions;
  for (const auto& entry : *list) {
    if (!entry.is_object() || sessions.size() >= kMaxRecent) continue;
    sessions.push_back({name_field(entry, "with"), text_field(entry, "kind", 32), text_field(entry, "number", 16),
                        text_field(entry, "relay", 300), text_field(entry, "path", 32),
                        static_cast<std::time_t>(time_field(entry, "when")),
                        static_cast<long>(std::clamp<std::int64_t>(time_field(entry, "seconds"), 0, 10'000'000)),
                        std::clamp(int_field(entry, "people", 0), 0, 100000), bool_field(entry, "recorded", false)});
  }
  return sessions;
}

bool save_recent(const std::string& folder, const std::vector<RecentSession>& sessions) {
  if (folder.empty()) return false;
  json list = json::array();
  for (const auto& s : sessions)
    list.push_back({{"with", s.with},
                    {"kind", s.kind},
                    {"number", s.number},
                    {"relay", s.relay},
                    {"path", s.path},
                    {"when", static_cast<std::int64_t>(s.when)},
                    {"seconds", s.seconds},
                    {"people", s.people},
                    {"recorded", s.recorded}});
  return save_object(fs::path(folder) / "recent.json", {{"sessions", list}});
}

void add_recent(std::vector<RecentSession>& sessions, RecentSession session) {
  sessions.insert(sessions.begin(), std::move(session));
  if (sessions.size() > kMaxRecent) sessions.resize(kMaxRecent);
}

std::string day_text(std::time_t when) {
  std::tm day{};
  localtime_r(&when, &day);
  const char* months[] = {_("January"), _("February"), _("March"),     _("April"),   _("May"),      _("June"),
                          _("July"),    _("August"),   _("September"), _("October"), _("November"), _("December")};
  // TRANSLATORS: a day of this year, as in "Helped on 18 November".
  return filled(_("{day} {month}"), {{"day", std::to_string(day.tm_mday)}, {"month", months[day.tm_mon]}});
}

std::string dated_file(const std::string& folder, const std::string& prefix, const std::string& extension) {
  const char* home = std::getenv("HOME");
  fs::path where = home != nullptr ? home : "/tmp";
  std::error_code error;
  if (fs::is_directory(where / folder, error)) where /= folder;
  const std::time_t now = std::time(nullptr);
  std::tm day{};
  localtime_r(&now, &day);
  char moment[32];
  const std::size_t size = std::strftime(moment, sizeof moment, "-%Y-%m-%d-%H%M%S", &day);
  return (where / (prefix + std::string(moment, size) + extension)).string();
}

std::string clock_text(std::time_t when) {
  std::tm day{};
  localtime_r(&when, &day);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%H:%M", &day)};
}

std::string duration_text(long seconds) {
  if (seconds < 60) return filled(_("{count} s"), {{"count", std::to_string(seconds)}});
  long minutes = seconds / 60;
  if (minutes < 60) return filled(_("{count} min"), {{"count", std::to_string(minutes)}});
  std::string rest = std::to_string(minutes % 60);
  return filled(_("{hours} h {minutes} min"),
                {{"hours", std::to_string(minutes / 60)}, {"minutes", rest.size() < 2 ? "0" + rest : rest}});
}

}  // namespace lotse::ui
