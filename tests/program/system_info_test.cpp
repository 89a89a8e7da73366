#include "program/system_info.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <vector>

using namespace lotse;
using namespace lotse::program;
using session::SystemInfo;

namespace {

/// A machine of files.
struct Machine {
  std::string root = (std::filesystem::temp_directory_path() / "lotse-machine-XXXXXX").string();
  std::vector<std::string> asked;  // for their space
  SystemSources sources;
  Machine() {
    REQUIRE(mkdtemp(root.data()) != nullptr);
    sources.root = root;
    sources.space_of = [this](const std::string& mount) -> std::optional<SystemSources::Space> {
      asked.push_back(mount);
      return mount == "/broken" ? std::nullopt : std::optional(SystemSources::Space{1000, 400});
    };
  }
  ~Machine() { std::filesystem::remove_all(root); }
  void put(const std::string& file, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root + file).parent_path());
    std::ofstream(root + file) << text;
  }
  SystemInfo read() { return read_system_info(sources); }
  std::string folder(const std::string& what) {
    for (const auto& f : read().folders)
      if (f.what == what) return f.path;
    return "none";
  }
};

}  // namespace

TEST_CASE("a machine of which nothing can be read has no facts, and no fault") {
  Machine m;
  SystemInfo info = m.read();
  CHECK(info.program.starts_with("Lotse "));
  CHECK(info.os.empty());
  CHECK(info.cores == 0);
  CHECK(info.memory == 0);
  CHECK(info.time_zone.empty());
  CHECK(info.disks.empty());
  CHECK(info.folders == std::vector<SystemInfo::Folder>{{"temp", "/tmp"}});
}

TEST_CASE("system, kernel, host, uptime, language and desktop") {
  Machine m;
  m.put("/etc/os-release", "# a comment\nNAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
  m.put("/proc/sys/kernel/ostype", "Linux\n");
  m.put("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  m.put("/proc/sys/kernel/hostname", "werkstatt\n");
  m.put("/proc/uptime", "93784.21 180000.00\n");
  m.sources.environment = {{"LANG", "de_DE.UTF-8"}, {"XDG_CURRENT_DESKTOP", "XFCE"}, {"DISPLAY", ":0"}};
  SystemInfo info = m.read();
  CHECK(info.os == "Debian GNU/Linux 12 (bookworm)");
  CHECK(info.kernel == "Linux 6.1.0-18-amd64");
  CHECK(info.host == "werkstatt");
  CHECK(info.uptime_s == 93784);
  CHECK(info.language == "de_DE.UTF-8");
  CHECK(info.desktop == "XFCE");
  CHECK(info.display_server == "X11");
  m.sources.environment["LC_ALL"] = "C";
  m.sources.environment["XDG_SESSION_TYPE"] = "wayland";  // DISPLAY is its X server for old programs
  CHECK(m.read().language == "C");
  CHECK(m.read().display_server == "Wayland");
  m.put("/etc/os-release", "NAME=Arch\nVERSION='1 2'\n");
  CHECK(m.read().os == "Arch 1 2");
}

TEST_CASE("the time zone: of the environment, a file, a link") {
  Machine m;
  std::filesystem::create_directories(m.root + "/etc");
  std::filesystem::create_symlink("/usr/share/zoneinfo/Europe/Vienna", m.root + "/etc/localtime");
  CHECK(m.read().time_zone == "Europe/Vienna");
  m.put("/etc/timezone", "Europe/Berlin\n");
  CHECK(m.read().time_zone == "Europe/Berlin");
  m.sources.environment["TZ"] = ":Asia/Tokyo";
  CHECK(m.read().time_zone == "Asia/Tokyo");
}

TEST_CASE("processor, cores and memory") {
  Machine m;
  m.put("/proc/cpuinfo",
        "processor\t: 0\nmodel name\t: Some CPU @ 3GHz\nflags\t\t: a b\n\nprocessor\t: 1\nmodel name\t: Other\n");
  m.put("/proc/meminfo", "MemTotal:       16303428 kB\nMemFree:  1 kB\nMemAvailable:   8000000 kB\n");
  SystemInfo info = m.read();
  CHECK(info.processor == "Some CPU @ 3GHz");
  CHECK(info.cores == 2);
  CHECK(info.memory == 16303428ull * 1024);
  CHECK(info.memory_free == 8000000ull * 1024);
  m.put("/proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 108\n\nHardware\t: BCM2835\nModel\t\t: Raspberry Pi 4\n");
  CHECK(m.read().processor == "Raspberry Pi 4");
  m.put("/proc/meminfo", "MemTotal: much\nMemAvailable:\n");
  CHECK(m.read().memory == 0);
}

TEST_CASE("the folders of a person are where user-dirs says, else where they are as a rule") {
  Machine m;
  m.sources.environment["HOME"] = "/home/eva";
  CHECK(m.folder("home") == "/home/eva");
  CHECK(m.folder("desktop") == "/home/eva/Desktop");
  m.put("/home/eva/.config/user-dirs.dirs",
        "# x\nXDG_DESKTOP_DIR=\"$HOME/Schreibtisch\"\nXDG_DOCUMENTS_DIR=\"/data/Dokumente\"\nXDG_MUSIC_DIR=\"/m\"\n");
  CHECK(m.folder("desktop") == "/home/eva/Schreibtisch");
  CHECK(m.folder("documents") == "/data/Dokumente");
  m.put("/set/user-dirs.dirs", "XDG_DESKTOP_DIR=\"$HOME/D\"\n");
  m.sources.environment["XDG_CONFIG_HOME"] = "/set";
  m.sources.environment["TMPDIR"] = "/var/tmp";
  CHECK(m.folder("desktop") == "/home/eva/D");
  CHECK(m.folder("temp") == "/var/tmp");
}

TEST_CASE("disks are file systems on block devices, each once, and no other one is touched") {
  Machine m;
  m.put("/proc/filesystems", "nodev\tproc\nnodev\tnfs4\nnodev\tfuse\n\text4\n\tvfat\n\tfuseblk\n\tsquashfs\n");
  m.put("/proc/self/mounts",
        "proc /proc proc rw 0 0\n"
        "/dev/sda2 /var/lib/docker ext4 rw 0 0\n"
        "/dev/sda2 / ext4 rw 0 0\n"
        "/dev/sdb1 /media/eva/My\\040Stick\\011x vfat rw 0 0\n"
        "/dev/loop0 /snap/core squashfs ro 0 0\n"
        "/dev/sdc1 /broken ext4 rw 0 0\n"
        "/dev/fuse /run/user/doc fuse rw 0 0\n"
        "server:/home /home nfs4 rw 0 0\n"
        "half a line\n");
  CHECK(m.read().disks ==
        std::vector<SystemInfo::Disk>{{"/", "ext4", 1000, 400}, {"/media/eva/My Stick\tx", "vfat", 1000, 400}});
  CHECK(std::count(m.asked.begin(), m.asked.end(), "/home") == 0);
  CHECK(m.asked.size() == 3);
}

TEST_CASE("this machine tells of itself") {
  SystemInfo info = read_system_info(this_computer());
  add_user(info);
  add_addresses(info);
  CHECK(info.kernel.starts_with("Linux "));
  CHECK(info.cores > 0);
  CHECK(info.memory > info.memory_free);
  CHECK_FALSE(info.host.empty());
  CHECK((geteuid() != 0 || info.administrator));
  for (const auto& a : info.addresses) CHECK(a.address != "127.0.0.1");
  CHECK(is_administrators("wheel"));
  CHECK_FALSE(is_administrators("audio"));
}
