// Files that are half way, so that they go on after a restart: transfers.json in the folder of settings, mode 0600.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "files/disk.h"

namespace lotse::program {

/// Not thread-safe. A file that cannot be written is a line in the log: this is a comfort, no more.
class FileMemory {
 public:
  explicit FileMemory(std::string folder) : folder_(std::move(folder)) {}

  struct Incoming {
    wire::FileOffer offer;
    std::string folder;   // where it goes
    std::string session;  // hexadecimal
    std::uint16_t from = 0;
  };
  struct Outgoing {
    wire::FileId id{};
    files::Source source;
    std::string session;  // hexadecimal
    std::uint16_t to = 0;
  };
  void remember(const Incoming& file);
  void remember(const Outgoing& file);
  void forget(const wire::FileId& id);
  std::optional<std::string> folder_of(const wire::FileOffer& offer) const;
  /// Of this very file, when it was begun and not finished: whoever has the beginning of it goes on there.
  std::optional<wire::FileId> id_of(const files::Source& source) const;
  std::vector<Incoming> unreceived(const std::string& session) const;
  /// What was on its way in this session and is still the same file.
  std::vector<Outgoing> unsent(const std::string& session) const;

 private:
  std::string folder_;
};

}  // namespace lotse::program
