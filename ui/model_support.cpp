// What a helper has asked of another person's computer.
#include <algorithm>

#include "ui/json_read.h"
#include "ui/model.h"

namespace lotse::ui {
namespace {

using nlohmann::json;

constexpr std::size_t kMostText = 256, kMostEntries = 64;  // bytes; of a list

std::string fact(const json& e, const char* name) { return text_field(e, name, kMostText); }

std::uint64_t count(const json& e, const char* name) {
  const double value = number_field(e, name, 0);
  return value >= 0 && value < 1e18 ? static_cast<std::uint64_t>(value) : 0;
}

template <class Take>
void each(const json& e, const char* name, Take take) {
  auto list = e.find(name);
  if (list == e.end() || !list->is_array()) return;
  for (std::size_t i = 0; i < std::min(list->size(), kMostEntries); ++i)
    if ((*list)[i].is_object()) take((*list)[i]);
}

session::SystemInfo read_info(const json& e) {
  session::SystemInfo info;
  info.program = fact(e, "program");
  info.os = fact(e, "os");
  info.kernel = fact(e, "kernel");
  info.language = fact(e, "language");
  info.time_zone = fact(e, "time_zone");
  info.host = fact(e, "host");
  info.user = fact(e, "user");
  info.administrator = bool_field(e, "administrator", false);
  info.desktop = fact(e, "desktop");
  info.display_server = fact(e, "display_server");
  info.external_address = fact(e, "external_address");
  info.processor = fact(e, "processor");
  info.cores = static_cast<std::uint32_t>(std::min<std::uint64_t>(count(e, "cores"), 1u << 20));
  info.memory = count(e, "memory");
  info.memory_free = count(e, "memory_free");
  info.uptime_s = count(e, "uptime_s");
  if (auto folders = e.find("folders"); folders != e.end() && folders->is_object())
    for (const char* what : {"home", "desktop", "documents", "temp"})
      if (std::string path = fact(*folders, what); !path.empty()) info.folders.push_back({what, path});
  each(e, "monitors", [&](const json& m) {
    info.monitors.push_back({fact(m, "name"),
                             {int_field(m, "x", 0), int_field(m, "y", 0), int_field(m, "w", 0), int_field(m, "h", 0)},
                             bool_field(m, "primary", false)});
  });
  each(e, "addresses", [&](const json& a) { info.addresses.push_back({fact(a, "interface"), fact(a, "address")}); });
  each(e, "disks", [&](const json& d) {
    info.disks.push_back({fact(d, "mount"), fact(d, "file_system"), count(d, "size"), count(d, "free")});
  });
  return info;
}

}  // namespace

void Model::fold_system(const std::string& name, const json& e) {
  if (int_field(e, "participant", -1) != facts.of || facts.of < 0) return;
  facts.waiting = false;
  facts.why = name == "sysinfo" ? std::string() : text_field(e, "why", 32);
  auto info = e.find("info");
  if (name == "sysinfo" && info != e.end() && info->is_object()) facts.info = read_info(*info);
}

void Model::fold_input_lock(const json& e) {
  const int of = int_field(e, "presenter", -1), by = int_field(e, "by", -1);
  if (of < 0 || by < 0 || (of != self && by != self)) return;
  if (bool_field(e, "on", false))
    input_locks[of] = by;
  else
    input_locks.erase(of);
  const std::string why = text_field(e, "why", 32);
  if (by == self && why != "released") notices.push_back({"input_lock", why, name_of(of)});
  if (notices.size() > 8) notices.pop_front();
}

bool Model::may_ask_system(const Member& m) const {
  if (m.id == self) return false;
  auto state = control_of.find(m.id);
  return role == Role::master || (state != control_of.end() && state->second == ControlState::active);
}

}  // namespace lotse::ui
