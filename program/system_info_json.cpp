#include "program/system_info_json.h"

#include <nlohmann/json.hpp>

namespace lotse::program {

using nlohmann::json;

json to_json(const session::SystemInfo& info) {
  json folders = json::object(), monitors = json::array(), addresses = json::array(), disks = json::array();
  for (const auto& f : info.folders) folders[f.what] = f.path;
  for (const auto& m : info.monitors)
    monitors.push_back({{"name", m.name},
                        {"x", m.area.x},
                        {"y", m.area.y},
                        {"w", m.area.width},
                        {"h", m.area.height},
                        {"primary", m.primary}});
  for (const auto& a : info.addresses) addresses.push_back({{"interface", a.interface}, {"address", a.address}});
  for (const auto& d : info.disks)
    disks.push_back({{"mount", d.mount}, {"file_system", d.file_system}, {"size", d.size}, {"free", d.free}});
  return {{"program", info.program},
          {"os", info.os},
          {"kernel", info.kernel},
          {"language", info.language},
          {"time_zone", info.time_zone},
          {"host", info.host},
          {"user", info.user},
          {"administrator", info.administrator},
          {"desktop", info.desktop},
          {"display_server", info.display_server},
          {"external_address", info.external_address},
          {"processor", info.processor},
          {"cores", info.cores},
          {"memory", info.memory},
          {"memory_free", info.memory_free},
          {"uptime_s", info.uptime_s},
          {"folders", folders},
          {"monitors", monitors},
          {"addresses", addresses},
          {"disks", disks}};
}

}  // namespace lotse::program
