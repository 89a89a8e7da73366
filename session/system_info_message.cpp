#include "session/system_info_message.h"

#include <algorithm>

#include "base/text.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

constexpr int kMostPixels = 1 << 20;  // of a desktop's coordinates

std::string one_line(const std::string& text) {
  std::string line = clean_text(text, wire::kMaxSystemText);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return line;
}

/// Reads texts and remembers whether one was too long.
struct Reader {
  bool fits = true;
  std::string operator()(const std::string& text) {
    fits = fits && text.size() <= wire::kMaxSystemText;
    return fits ? one_line(text) : std::string();
  }
};

int pixels(std::int64_t value) { return static_cast<int>(std::clamp<std::int64_t>(value, -kMostPixels, kMostPixels)); }

template <class List, class Add>
void write_each(const List& list, Add add) {
  for (std::size_t i = 0; i < std::min(list.size(), wire::kMaxSystemEntries); ++i) add(list[i]);
}

}  // namespace

void write_system_info(const SystemInfo& info, wire::pb::SystemInfo& out) {
  out.set_program(one_line(info.program));
  out.set_os(one_line(info.os));
  out.set_kernel(one_line(info.kernel));
  out.set_language(one_line(info.language));
  out.set_time_zone(one_line(info.time_zone));
  out.set_host(one_line(info.host));
  out.set_user(one_line(info.user));
  out.set_administrator(info.administrator);
  out.set_desktop(one_line(info.desktop));
  out.set_display_server(one_line(info.display_server));
  out.set_external_address(one_line(info.external_address));
  out.set_processor(one_line(info.processor));
  out.set_cores(info.cores);
  out.set_memory(info.memory);
  out.set_memory_free(info.memory_free);
  out.set_uptime_s(info.uptime_s);
  write_each(info.folders, [&](const SystemInfo::Folder& folder) {
    auto* to = out.add_folders();
    to->set_what(one_line(folder.what));
    to->set_path(one_line(folder.path));
  });
  write_each(info.monitors, [&](const SystemInfo::Monitor& monitor) {
    auto* to = out.add_monitors();
    to->set_name(one_line(monitor.name));
    to->set_x(monitor.area.x);
    to->set_y(monitor.area.y);
    to->set_width(static_cast<std::uint32_t>(std::max(monitor.area.width, 0)));
    to->set_height(static_cast<std::uint32_t>(std::max(monitor.area.height, 0)));
    to->set_primary(monitor.primary);
  });
  write_each(info.addresses, [&](const SystemInfo::Address& address) {
    auto* to = out.add_addresses();
    to->set_interface(one_line(address.interface));
    to->set_address(one_line(address.address));
  });
  write_each(info.disks, [&](const SystemInfo::Disk& disk) {
    auto* to = out.add_disks();
    to->set_mount(one_line(disk.mount));
    to->set_file_system(one_line(disk.file_system));
    to->set_size(disk.size);
    to->set_free(disk.free);
  });
}

std::optional<SystemInfo> read_system_info(const wire::pb::SystemInfo& in) {
  for (int count : {in.folders_size(), in.monitors_size(), in.addresses_size(), in.disks_size()})
    if (static_cast<std::size_t>(count) > wire::kMaxSystemEntries) return std::nullopt;
  Reader text;
  SystemInfo info;
  info.program = text(in.program());
  info.os = text(in.os());
  info.kernel = text(in.kernel());
  info.language = text(in.language());
  info.time_zone = text(in.time_zone());
  info.host = text(in.host());
  info.user = text(in.user());
  info.administrator = in.administrator();
  info.desktop = text(in.desktop());
  info.display_server = text(in.display_server());
  info.external_address = text(in.external_address());
  info.processor = text(in.processor());
  info.cores = in.cores();
  info.memory = in.memory();
  info.memory_free = std::min(in.memory_free(), in.memory());
  info.uptime_s = in.uptime_s();
  for (const auto& folder : in.folders()) info.folders.push_back({text(folder.what()), text(folder.path())});
  for (const auto& m : in.monitors())
    info.monitors.push_back(
        {text(m.name()), {pixels(m.x()), pixels(m.y()), pixels(m.width()), pixels(m.height())}, m.primary()});
  for (const auto& a : in.addresses()) info.addresses.push_back({text(a.interface()), text(a.address())});
  for (const auto& d : in.disks())
    info.disks.push_back({text(d.mount()), text(d.file_system()), d.size(), std::min(d.free(), d.size())});
  return text.fits ? std::optional(std::move(info)) : std::nullopt;
}

}  // namespace lotse::session
