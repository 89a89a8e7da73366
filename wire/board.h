// What members and their relay say about the file board: sealed chunks that a relay keeps for the session. What they
// are and how they are opened goes between members (session/board.h). Integers big endian, nothing left over.
// docs/protocol/board.md
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/file_message.h"

namespace lotse::wire {

inline constexpr std::size_t kBoardChunk = 32u << 10;          // bytes of a file in one chunk; the last may be shorter
inline constexpr std::size_t kBoardSealed = kBoardChunk + 16;  // and with its tag
inline constexpr std::uint64_t kMaxBoardFile = 1ull << 37;     // bytes
inline constexpr std::uint64_t kSessionBoard = 1ull << 30;     // bytes of files that a relay keeps for one session
inline constexpr std::uint64_t kRelayBoards = 8ull << 30;      // and for all
inline constexpr std::size_t kMaxBoardFiles = 256;             // in one session
inline constexpr std::uint16_t kBoardAsk = 32;                 // chunks that are asked for at once
inline constexpr std::size_t kBoardUnfinished = 4;             // files of one member that are not whole yet
inline constexpr auto kBoardUnheard = std::chrono::minutes(10);  // of an unfinished one: then it goes

/// member -> relay, 0x60: id[16], size u64, of the file. Keep it for me; or: how far are you?
struct BoardPut {
  FileId id{};
  std::uint64_t size = 0;
};
/// relay -> that member, 0x61: id[16], chunks u32. So many are kept, from the first on; what else came is not.
struct BoardHave {
  FileId id{};
  std::uint32_t chunks = 0;
};
/// Both ways, 0x62: id[16], index u32, then 16 to kBoardSealed bytes to the end of the frame.
struct BoardChunk {
  FileId id{};
  std::uint32_t index = 0;
  ByteView sealed;  // view into the frame
};
/// member -> relay, 0x63: id[16], first u32, count u16 (1 to kBoardAsk).
struct BoardGet {
  FileId id{};
  std::uint32_t first = 0;
  std::uint16_t count = 0;
};
/// The file's owner or the master -> relay, 0x64: id[16].
struct BoardRemove {
  FileId id{};
};
/// relay -> member, 0x65: id[16], why u8.
struct BoardNo {
  /// gone: there is no such file, or not all of it. full: no room for it. unable: the relay's disk.
  enum class Why : std::uint8_t { gone = 1, not_allowed, full, unable };
  FileId id{};
  Why why{};
};
/// The master's connection -> relay, 0x66: member u16, on u8. It may put files there.
struct BoardAllow {
  ParticipantId member;
  bool on = false;
};

using BoardFrame = std::variant<BoardPut, BoardHave, BoardChunk, BoardGet, BoardRemove, BoardNo, BoardAllow>;

inline constexpr std::uint8_t kBoardChunkFrame = 0x62;
inline constexpr bool is_board_frame(ByteView frame) { return !frame.empty() && (frame[0] & 0xF0) == 0x60; }

Bytes encode_board(const BoardFrame& frame);
/// Nothing when the type is unknown, a field is out of its range, or a byte is missing or left over.
std::optional<BoardFrame> decode_board(ByteView frame);

/// An empty file has one chunk, too.
constexpr std::uint32_t board_chunks(std::uint64_t size) {
  return size == 0 ? 1 : static_cast<std::uint32_t>((size + kBoardChunk - 1) / kBoardChunk);
}
/// With its tag.
constexpr std::size_t board_sealed_size(std::uint64_t size, std::uint32_t index) {
  return index + 1 < board_chunks(size) ? kBoardSealed
                                        : static_cast<std::size_t>(size - std::uint64_t{index} * kBoardChunk) + 16;
}

}  // namespace lotse::wire
