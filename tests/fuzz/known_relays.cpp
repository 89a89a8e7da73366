// A file of known relays that somebody else wrote: as text, and now and then as the file that a program loads.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "net/known_relays.h"

using namespace lotse;
using namespace lotse::net;

namespace {

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("fuzz-known_relays." + std::to_string(getpid()));
  Folder() {
    // What is not there is empty; what is no file, too large or damaged meanwhile is an error; a file has no files.
    std::filesystem::create_directories(path / "odd" / "known_relays.json");
    auto none = KnownRelays::load(path / "none");
    if (!none || KnownRelays::load(path / "odd")) std::abort();
    std::filesystem::create_directories(path / "large");
    auto large = KnownRelays::load(path / "large");
    std::ofstream(path / "large" / "known_relays.json") << std::string(KnownRelays::kMaxFile + 1, ' ');
    if (KnownRelays::load(path / "large") || large->remember(*parse_relay_address("relay.example:8443"), {}))
      std::abort();
    std::ofstream(path / "none") << "a file";
    if (none->remember(*parse_relay_address("relay.example:8443"), {})) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

void load(ByteView bytes, bool sound) {
  static const Folder folder;
  std::ofstream(folder.path / "known_relays.json", std::ios::binary) << as_text(bytes);
  auto known = KnownRelays::load(folder.path);
  if (known.has_value() != sound) std::abort();
  if (!known) return;
  const RelayAddress relay = *parse_relay_address("relay.example:8443");
  const KnownRelays::Key key{1, 2, 3};
  if (!known->remember(relay, key)) return;  // it was full
  auto again = KnownRelays::load(folder.path);
  if (!again || again->find(relay) != key) std::abort();
  if (!again->forget(relay) || again->find(relay)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const auto entries = KnownRelays::parse(as_text(bytes));
  if (entries && entries->size() > KnownRelays::kMaxRelays) std::abort();
  if (size % 16 == 0 || entries) load(bytes, entries.has_value());
  return 0;
}
