// The bytes of a datagram: the clear header, and the pieces under the seal. docs/protocol/link.md is the text to it.
//
//   u8 version = 0xC1, connection id[8], u32 packet number, then pieces under the seal and its tag of 16 bytes
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "net/link/range_set.h"
#include "net/link/traffic_class.h"

namespace lotse::net::link {

using ConnectionId = std::array<std::uint8_t, 8>;

inline constexpr std::uint8_t kDatagramVersion = 0xC1;  // so that the first word is never zero (RFC 3948, port 4500)
inline constexpr std::size_t kClearHeader = 13, kTag = 16;

struct ClearHeader {
  ConnectionId id{};
  std::uint32_t number = 0;
};
/// Nothing when it is too short, too long or of another version.
std::optional<ClearHeader> parse_clear_header(ByteView datagram);
void write_clear_header(const ClearHeader& header, Bytes& out);

/// Packet numbers that came, the newest range first; at most kMaxAckRanges.
struct Ack {
  std::vector<Range> ranges;
  std::uint32_t delay_us = 0;  // from the newest one's arrival to this
};
/// Wants an acknowledgement, nothing else.
struct Ping {};
/// Whoever receives it answers with the same value to where it came from.
struct Challenge {
  std::uint64_t value = 0;
};
struct Response {
  std::uint64_t value = 0;
};
/// A part of the byte stream of a class.
struct Data {
  TrafficClass traffic{};
  std::uint64_t offset = 0;
  ByteView bytes;  // view into the plaintext
};
using Piece = std::variant<Ack, Ping, Challenge, Response, Data>;

inline constexpr std::size_t kMaxAckRanges = 32;
inline constexpr std::size_t kDataHead = 1 + 8 + 2;  // at most, before the bytes
inline constexpr std::uint64_t kMaxOffset = (std::uint64_t{1} << 62) - 1;

void write_piece(const Piece& piece, Bytes& out);
/// All pieces of an opened datagram; padding (zeros) is skipped. Nothing when anything is malformed.
std::optional<std::vector<Piece>> parse_pieces(ByteView plaintext);

/// Variable-length integers of RFC 9000, section 16; `value` is at most kMaxOffset.
void write_varint(std::uint64_t value, Bytes& out);
std::uint64_t read_varint(ByteReader& in);
std::size_t varint_size(std::uint64_t value);

}  // namespace lotse::net::link
