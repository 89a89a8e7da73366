// What a computer is, as its person lets a helper know. docs/protocol/support.md
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/geometry.h"

namespace lotse::session {

/// Whatever is not known is empty or 0. Texts are of one line.
struct SystemInfo {
  struct Monitor {
    std::string name;
    Rect area;  // of the desktop, pixels
    bool primary = false;
    bool operator==(const Monitor&) const = default;
  };
  struct Folder {
    std::string what;  // home, desktop, documents, temp
    std::string path;
    bool operator==(const Folder&) const = default;
  };
  struct Address {
    std::string interface, address;
    bool operator==(const Address&) const = default;
  };
  struct Disk {
    std::string mount, file_system;
    std::uint64_t size = 0, free = 0;  // bytes; free: for who is no administrator
    bool operator==(const Disk&) const = default;
  };
  std::string program;     // this one and its version
  std::string os, kernel;  // "Debian GNU/Linux 12 (bookworm)", "Linux 6.1.0-18-amd64"
  std::string language, time_zone;
  std::string host, user;
  bool administrator = false;
  std::string desktop, display_server;  // "GNOME", "X11"
  std::string external_address;         // as the relay sees it
  std::string processor;
  std::uint32_t cores = 0;
  std::uint64_t memory = 0, memory_free = 0;  // bytes
  std::uint64_t uptime_s = 0;
  std::vector<Folder> folders;
  std::vector<Monitor> monitors;
  std::vector<Address> addresses;
  std::vector<Disk> disks;
  bool operator==(const SystemInfo&) const = default;
};

}  // namespace lotse::session
