// What two members tell each other about a file that goes from one to the other, sealed for each other.
// docs/protocol/files.md
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "base/bytes.h"

namespace lotse::wire {

using FileId = std::array<std::uint8_t, 16>;  // random, made by the sender

// By the sender.
struct FileOffer {
  FileId id{};
  std::string name;         // UTF-8, no folders; the receiver makes its own of it
  std::uint64_t size = 0;   // bytes
  bool is_folder = false;   // as files/folder.h has it
  std::uint32_t files = 0;  // in it, as its sender says
};
struct FileChunk {
  FileId id{};
  std::uint64_t offset = 0;
  Bytes data;  // kFileChunk bytes, fewer at the end
};
struct FileEnd {
  FileId id{};
  std::array<std::uint8_t, 32> sha256{};  // of the whole file
};

// By the receiver.
struct FileAnswer {
  FileId id{};
  bool accepted = false;
  std::uint64_t have = 0;  // bytes that are there already: the sender goes on behind them
};
struct FileTaken {
  FileId id{};
  std::uint64_t have = 0;  // bytes that are written
};
struct FileResult {
  FileId id{};
  bool whole = false;  // all there, and the hash is right
};

// By either.
struct FilePause {
  FileId id{};
  bool on = false;
};
struct FileCancel {
  /// left: never said, for whoever has left says nothing.
  enum class Why : std::uint8_t { wanted, unreadable, changed, disk_full, unwritable, too_many, not_allowed, left };
  FileId id{};
  Why why{};
};

using FileMessage =
    std::variant<FileOffer, FileChunk, FileEnd, FileAnswer, FileTaken, FileResult, FilePause, FileCancel>;

}  // namespace lotse::wire
