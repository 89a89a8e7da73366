// A folder as one run of bytes: what is in it, then its files one after another. docs/protocol/files.md, "Folders"
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace lotse::files {

inline constexpr std::size_t kMostEntries = 20'000, kMostPath = 1024, kMostDepth = 32;  // of a folder
inline constexpr std::size_t kMostHead = 8u << 20;                                      // bytes

struct FolderEntry {
  enum class Kind : std::uint8_t { file, program, folder };  // program: a file that may be executed
  std::string path;                                          // below the folder, parts separated by /
  Kind kind{};
  std::uint64_t size = 0;  // of a file
  bool operator==(const FolderEntry&) const = default;
};

/// What goes before the files. Nothing: too many, too long.
std::optional<Bytes> folder_head(const std::vector<FolderEntry>& entries);

/// What came, which anybody may have made.
struct FolderHead {
  std::vector<FolderEntry> entries;
  std::uint64_t size = 0;  // bytes of the head itself
};
/// `bytes`: the beginning, kMostHead of it at most; `whole`: bytes of all. Nothing unless head and files are exactly
/// that. Paths are as they came: see safe_path().
std::optional<FolderHead> read_folder_head(ByteView bytes, std::uint64_t whole);

/// Each part of it made a safe name; nothing when it is empty or too deep.
std::optional<std::vector<std::string>> safe_path(const std::string& path);

}  // namespace lotse::files
