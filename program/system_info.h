// What this computer is, for a helper whom its person allows to know.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "session/system_info.h"

namespace lotse::program {

/// Where it is read; tests put a folder of their own there.
struct SystemSources {
  std::string root;                                // before each absolute path: "" is this machine
  std::map<std::string, std::string> environment;  // of this process
  struct Space {
    std::uint64_t size, free;  // bytes; free: for who is no administrator
  };
  std::function<std::optional<Space>(const std::string& mount)> space_of;
};
/// This machine. The environment is read at once, the rest by read_system_info().
SystemSources this_computer();

/// What files and environment say: the system, language, time zone, folders, processor, memory, disks. What cannot be
/// read is left out. Blocks as long as a disk that does not answer: not for the loop.
session::SystemInfo read_system_info(const SystemSources& sources);
/// Who runs this process, and which addresses its interfaces have; loopback is left out.
void add_user(session::SystemInfo& info);
void add_addresses(session::SystemInfo& info);
/// Members of such a group may become root on the common systems.
bool is_administrators(const std::string& group);

}  // namespace lotse::program
