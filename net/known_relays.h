// Which key each relay showed when a person trusted it: known_relays.json in the folder of the settings.
#pragma once
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/relay_connection.h"

namespace lotse::net {

/// The file is {"version": 1, "relays": {"HOST:PORT": "sha256:HEX", ...}}. Errors are one line for a person. A file
/// that cannot be understood is an error, and it stays as it is: taken for an empty one it would turn a changed key
/// into a first contact.
class KnownRelays {
 public:
  using Key = std::array<std::uint8_t, 32>;
  using Entries = std::map<std::string, Key>;

  static constexpr std::size_t kMaxFile = 1 << 20;
  static constexpr std::size_t kMaxRelays = 4096;

  /// No file yet: no relay is known.
  static Result<KnownRelays, std::string> load(const std::filesystem::path& folder);
  /// The entries of such a file.
  static Result<Entries, std::string> parse(std::string_view text);

  std::optional<Key> find(const RelayAddress& address) const;
  /// Adds or replaces and saves: atomically, mode 0600, in a folder that is made when missing (0700). What other
  /// programs have remembered meanwhile stays. After an error nothing has changed.
  Result<Done, std::string> remember(const RelayAddress& address, const Key& key);
  /// The same, the other way round. Forgetting what is not known is fine.
  Result<Done, std::string> forget(const RelayAddress& address);

 private:
  explicit KnownRelays(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<Done, std::string> change(const RelayAddress& address, const std::optional<Key>& key);

  std::filesystem::path folder_;
  Entries relays_;
};

}  // namespace lotse::net
