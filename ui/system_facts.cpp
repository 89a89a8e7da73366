#include "ui/system_facts.h"

#include <algorithm>

#include "ui/file_list.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

using session::SystemInfo;

constexpr std::uint64_t kMostBytes = 1ull << 60;  // whatever a peer says

std::string bytes_words(std::uint64_t bytes) {
  return size_words(static_cast<std::int64_t>(std::min(bytes, kMostBytes)));
}

std::string free_words(std::uint64_t free, std::uint64_t size) {
  return filled(_("{free} free of {size}"), {{"free", bytes_words(free)}, {"size", bytes_words(size)}});
}

std::string uptime_words(std::uint64_t seconds) {
  const auto days = static_cast<unsigned long>(std::min<std::uint64_t>(seconds / 86400, 1000000));
  const std::string clock = std::to_string(seconds / 3600 % 24) + (seconds / 60 % 60 < 10 ? ":0" : ":") +
                            std::to_string(seconds / 60 % 60) + " h";
  if (days == 0) return clock;
  return filled(P_("{count} day", "{count} days", days), {{"count", std::to_string(days)}}) + ", " + clock;
}

std::string folder_words(const std::string& what) {
  if (what == "home") return _("Home folder");
  if (what == "desktop") return _("Desktop folder");
  if (what == "documents") return _("Documents");
  return what == "temp" ? _("Temporary files") : what;
}

std::string monitor_words(const SystemInfo::Monitor& m) {
  std::string words = std::to_string(m.area.width) + " × " + std::to_string(m.area.height);
  if (m.area.x != 0 || m.area.y != 0)
    words += " · " + filled(_("at {x}, {y}"), {{"x", std::to_string(m.area.x)}, {"y", std::to_string(m.area.y)}});
  return m.primary ? words + " · " + _("main monitor") : words;
}

std::string joined(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + " · " + second;
}

/// Rows without a value are left out, and groups without a row.
class Groups {
 public:
  void begin(const char* title) { groups_.push_back({title, {}}); }
  void add(const std::string& name, const std::string& value) {
    if (!value.empty()) groups_.back().rows.emplace_back(name, value);
  }
  std::vector<FactGroup> take() {
    std::erase_if(groups_, [](const FactGroup& group) { return group.rows.empty(); });
    return std::move(groups_);
  }

 private:
  std::vector<FactGroup> groups_;
};

}  // namespace

std::vector<FactGroup> fact_groups(const SystemInfo& info) {
  Groups groups;
  groups.begin(_("System"));
  groups.add(_("Operating system"), info.os);
  groups.add(_("Kernel"), info.kernel);
  groups.add(_("Computer"), info.host);
  groups.add(_("User"), info.user.empty()
                            ? info.user
                            : joined(info.user, info.administrator ? _("administrator") : _("no administrator")));
  groups.add(_("Language"), info.language);
  groups.add(_("Time zone"), info.time_zone);
  groups.add(_("Running for"), info.uptime_s > 0 ? uptime_words(info.uptime_s) : std::string());
  groups.add(_("Program"), info.program);
  groups.begin(_("Hardware"));
  groups.add(_("Processor"), info.processor);
  groups.add(_("Cores"), info.cores > 0 ? std::to_string(info.cores) : std::string());
  groups.add(_("Memory"), info.memory > 0 ? free_words(info.memory_free, info.memory) : std::string());
  groups.begin(_("Disks"));
  for (const auto& disk : info.disks)
    groups.add(disk.mount, joined(free_words(disk.free, disk.size), disk.file_system));
  groups.begin(_("Screen"));
  groups.add(_("Desktop"), joined(info.desktop, info.display_server));
  for (const auto& monitor : info.monitors) groups.add(monitor.name, monitor_words(monitor));
  groups.begin(_("Network"));
  for (const auto& a : info.addresses) groups.add(a.interface, a.address);
  groups.add(_("Seen by the relay"), info.external_address);
  groups.begin(_("Folders"));
  for (const auto& folder : info.folders) groups.add(folder_words(folder.what), folder.path);
  return groups.take();
}

std::string facts_text(const std::vector<FactGroup>& groups) {
  std::string text;
  for (const FactGroup& group : groups) {
    text += (text.empty() ? "" : "\n") + group.title + "\n";
    for (const auto& [name, value] : group.rows) text += "  " + name + ": " + value + "\n";
  }
  return text;
}

}  // namespace lotse::ui
