#include "program/system_info.h"

#include <arpa/inet.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include "wire/limits.h"

namespace lotse::program {
namespace {

using session::SystemInfo;

constexpr std::size_t kMostOfFile = 1u << 20;  // bytes: /proc/cpuinfo of 256 cores is half of it

std::string read_text(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMostOfFile, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return text;
}

std::string first_line(const std::string& file) {
  std::string text = read_text(file);
  return text.substr(0, text.find('\n'));
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

/// The value of "KEY<separator>value" for each line that has one, quotes taken off, to `each`.
template <class Each>
void read_pairs(const std::string& text, char separator, Each each) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(separator);
    if (at == line.npos || line.starts_with('#')) continue;
    std::string value = trimmed(std::string_view(line).substr(at + 1));
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0])
      value = value.substr(1, value.size() - 2);
    each(trimmed(std::string_view(line).substr(0, at)), value);
  }
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string variable(const SystemSources& s, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (auto at = s.environment.find(name); at != s.environment.end() && !at->second.empty()) return at->second;
  return {};
}

void add_system(const SystemSources& s, SystemInfo& info) {
  std::map<std::string, std::string> release;
  for (const char* file : {"/etc/os-release", "/usr/lib/os-release"}) {
    if (!release.empty()) break;
    read_pairs(read_text(s.root + file), '=', [&](const std::string& key, const std::string& v) { release[key] = v; });
  }
  info.os = release["PRETTY_NAME"];
  if (info.os.empty()) info.os = trimmed(release["NAME"] + " " + release["VERSION"]);
  const std::string kernel = s.root + "/proc/sys/kernel/";
  info.kernel = trimmed(first_line(kernel + "ostype") + " " + first_line(kernel + "osrelease"));
  info.host = first_line(kernel + "hostname");
  info.uptime_s = number_in(first_line(s.root + "/proc/uptime"));
  info.language = variable(s, {"LC_ALL", "LC_MESSAGES", "LANG"});
  info.desktop = variable(s, {"XDG_CURRENT_DESKTOP", "XDG_SESSION_DESKTOP", "DESKTOP_SESSION"});
  const std::string type = variable(s, {"XDG_SESSION_TYPE"});
  info.display_server = type == "wayland" || !variable(s, {"WAYLAND_DISPLAY"}).empty() ? "Wayland"
                        : type == "x11" || !variable(s, {"DISPLAY"}).empty()           ? "X11"
                                                                                       : type;
}

std::string time_zone(const SystemSources& s) {
  if (std::string zone = variable(s, {"TZ"}); !zone.empty()) return zone.substr(zone.starts_with(':') ? 1 : 0);
  if (std::string zone = first_line(s.root + "/etc/timezone"); !zone.empty()) return zone;
  std::error_code none;
  const std::string link = std::filesystem::read_symlink(s.root + "/etc/localtime", none);
  const std::string_view mark = "/zoneinfo/";
  const auto at = link.find(mark);
  return at == link.npos ? std::string() : link.substr(at + mark.size());
}

void add_hardware(const SystemSources& s, SystemInfo& info) {
  std::string board;
  read_pairs(read_text(s.root + "/proc/cpuinfo"), ':', [&](const std::string& key, const std::string& value) {
    if (key == "processor") ++info.cores;
    if (key == "model name" && info.processor.empty()) info.processor = value;
    if (key == "Model" || key == "Hardware") board = value;  // on ARM, where it has no name of its own
  });
  if (info.processor.empty()) info.processor = board;
  read_pairs(read_text(s.root + "/proc/meminfo"), ':', [&](const std::string& key, const std::string& value) {
    if (key == "MemTotal") info.memory = number_in(value) * 1024;
    if (key == "MemAvailable") info.memory_free = number_in(value) * 1024;
  });
}

/// XDG user-dirs: XDG_DESKTOP_DIR="$HOME/Desktop".
void add_folders(const SystemSources& s, SystemInfo& info) {
  const std::string home = variable(s, {"HOME"});
  std::string settings = variable(s, {"XDG_CONFIG_HOME"});
  if (settings.empty() && !home.empty()) settings = home + "/.config";
  std::map<std::string, std::string> folders{{"XDG_DESKTOP_DIR", home + "/Desktop"},
                                             {"XDG_DOCUMENTS_DIR", home + "/Documents"}};
  read_pairs(read_text(s.root + settings + "/user-dirs.dirs"), '=', [&](const std::string& key, std::string value) {
    if (value.starts_with("$HOME")) value = home + value.substr(5);
    if (auto at = folders.find(key); at != folders.end()) at->second = value;
  });
  if (!home.empty())
    info.folders = {
        {"home", home}, {"desktop", folders.at("XDG_DESKTOP_DIR")}, {"documents", folders.at("XDG_DOCUMENTS_DIR")}};
  const std::string temp = variable(s, {"TMPDIR"});
  info.folders.push_back({"temp", temp.empty() ? "/tmp" : temp});
}

/// Of /proc/self/mounts: a blank is \040 there.
std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// File systems that lie on block devices. A server that is gone would hold up whoever asks the others.
void add_disks(const SystemSources& s, SystemInfo& info) {
  std::set<std::string> kinds;
  std::istringstream known(read_text(s.root + "/proc/filesystems"));
  for (std::string line; std::getline(known, line);)
    if (!line.starts_with("nodev")) kinds.insert(trimmed(line));
  kinds.erase("squashfs");                            // packages of programs, each a full one
  std::map<std::string, SystemInfo::Disk> by_device;  // some are mounted several times: the shortest name tells most
  std::istringstream mounts(read_text(s.root + "/proc/self/mounts"));
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields(line);
    std::string device, mount, kind;
    if (!(fields >> device >> mount >> kind) || !device.starts_with("/dev/") || !kinds.contains(kind)) continue;
    mount = unescaped(mount);
    auto [at, fresh] = by_device.try_emplace(device, SystemInfo::Disk{mount, kind});
    if (!fresh && mount.size() < at->second.mount.size()) at->second = {mount, kind};
  }
  for (auto& [device, disk] : by_device) {
    const auto space = info.disks.size() < wire::kMaxSystemEntries ? s.space_of(disk.mount) : std::nullopt;
    if (!space || space->size == 0) continue;
    disk.size = space->size;
    disk.free = space->free;
    info.disks.push_back(disk);
  }
  std::sort(info.disks.begin(), info.disks.end(), [](const auto& a, const auto& b) { return a.mount < b.mount; });
}

std::string group_name(gid_t id) {
  std::vector<char> memory(16384);
  group entry{}, *found = nullptr;
  return getgrgid_r(id, &entry, memory.data(), memory.size(), &found) == 0 && found ? found->gr_name : "";
}

}  // namespace

SystemSources this_computer() {
  SystemSources s;
  for (const char* name :
       {"HOME", "LC_ALL", "LC_MESSAGES", "LANG", "TZ", "TMPDIR", "XDG_CONFIG_HOME", "DISPLAY", "XDG_CURRENT_DESKTOP",
        "XDG_SESSION_DESKTOP", "DESKTOP_SESSION", "XDG_SESSION_TYPE", "WAYLAND_DISPLAY"})
    if (const char* value = std::getenv(name)) s.environment[name] = value;
  s.space_of = [](const std::string& mount) -> std::optional<SystemSources::Space> {
    struct statvfs space {};
    if (statvfs(mount.c_str(), &space) != 0) return std::nullopt;
    return SystemSources::Space{space.f_blocks * space.f_frsize, space.f_bavail * space.f_frsize};
  };
  return s;
}

SystemInfo read_system_info(const SystemSources& sources) {
  SystemInfo info;
  info.program = std::string("Lotse ") + LOTSE_VERSION;
  add_system(sources, info);
  info.time_zone = time_zone(sources);
  add_hardware(sources, info);
  add_folders(sources, info);
  add_disks(sources, info);
  return info;
}

bool is_administrators(const std::string& group) { return group == "sudo" || group == "wheel" || group == "admin"; }

void add_user(SystemInfo& info) {
  std::vector<char> memory(16384);
  passwd entry{}, *found = nullptr;
  if (getpwuid_r(geteuid(), &entry, memory.data(), memory.size(), &found) == 0 && found) info.user = found->pw_name;
  std::array<gid_t, 256> groups{};
  const int count = getgroups(static_cast<int>(groups.size()), groups.data());
  info.administrator = geteuid() == 0;
  for (int i = 0; i < count; ++i)
    if (is_administrators(group_name(groups[static_cast<std::size_t>(i)]))) info.administrator = true;
}

void add_addresses(SystemInfo& info) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (!at->ifa_addr || (at->ifa_flags & IFF_UP) == 0 || (at->ifa_flags & IFF_LOOPBACK) != 0) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = at->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    const void* address = family == AF_INET
                              ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(at->ifa_addr)->sin_addr)
                              : &reinterpret_cast<const sockaddr_in6*>(at->ifa_addr)->sin6_addr;
    if (inet_ntop(family, address, text.data(), text.size()) && info.addresses.size() < wire::kMaxSystemEntries)
      info.addresses.push_back({at->ifa_name, text.data()});
  }
  freeifaddrs(list);
}

}  // namespace lotse::program
