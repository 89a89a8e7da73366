#include "net/link/datagram.h"

#include <algorithm>

#include "wire/limits.h"

namespace lotse::net::link {
namespace {

enum class Type : std::uint8_t { padding = 0, ping = 1, ack = 2, challenge = 3, response = 4, data = 0x10 };

constexpr std::uint32_t kDelayUnit = 16;  // microseconds

void write_ack(const Ack& ack, Bytes& out) {
  ByteWriter w(out);
  const Range& newest = ack.ranges.front();
  w.put(static_cast<std::uint8_t>(Type::ack)).put(static_cast<std::uint32_t>(newest.end - 1));
  w.put(static_cast<std::uint16_t>(std::min<std::uint32_t>(ack.delay_us / kDelayUnit, 0xFFFF)));
  w.put(static_cast<std::uint8_t>(ack.ranges.size() - 1));
  write_varint(newest.size() - 1, out);
  for (std::size_t i = 1; i < ack.ranges.size(); ++i) {
    write_varint(ack.ranges[i - 1].begin - ack.ranges[i].end - 1, out);
    write_varint(ack.ranges[i].size() - 1, out);
  }
}

std::optional<Ack> read_ack(ByteReader& in) {
  Ack ack;
  std::uint64_t last = in.get<std::uint32_t>();
  ack.delay_us = in.get<std::uint16_t>() * kDelayUnit;
  std::size_t more = in.get<std::uint8_t>();
  if (more >= kMaxAckRanges) return std::nullopt;
  std::uint64_t length = read_varint(in);
  for (std::size_t i = 0;; ++i) {
    if (!in.ok() || length > last) return std::nullopt;
    ack.ranges.push_back({last - length, last + 1});
    if (i == more) return ack;
    std::uint64_t gap = read_varint(in);
    length = read_varint(in);
    std::uint64_t begin = ack.ranges.back().begin;
    if (gap > begin || begin - gap < 2) return std::nullopt;
    last = begin - gap - 2;
  }
}

std::optional<Data> read_data(ByteReader& in, std::uint8_t type) {
  Data data;
  std::uint8_t traffic = type & 0x0F;
  if (traffic >= kClasses) return std::nullopt;
  data.traffic = static_cast<TrafficClass>(traffic);
  data.offset = read_varint(in);
  data.bytes = in.take(in.get<std::uint16_t>());
  if (!in.ok() || data.bytes.empty() || data.offset > kMaxOffset - data.bytes.size()) return std::nullopt;
  return data;
}

std::optional<Piece> read_piece(ByteReader& in, std::uint8_t type) {
  if ((type & 0xF0) == static_cast<std::uint8_t>(Type::data)) return read_data(in, type);
  switch (static_cast<Type>(type)) {
    case Type::ping:
      return Ping{};
    case Type::ack:
      return read_ack(in);
    case Type::challenge:
      return Challenge{in.get<std::uint64_t>()};
    case Type::response:
      return Response{in.get<std::uint64_t>()};
    default:
      return std::nullopt;
  }
}

struct PieceWriter {
  Bytes& out;
  void operator()(const Ack& ack) { write_ack(ack, out); }
  void operator()(const Ping&) { start(Type::ping); }
  void operator()(const Challenge& c) { start(Type::challenge).put(c.value); }
  void operator()(const Response& r) { start(Type::response).put(r.value); }
  void operator()(const Data& data) {
    out.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(Type::data) | static_cast<unsigned>(data.traffic)));
    write_varint(data.offset, out);
    ByteWriter(out).put(static_cast<std::uint16_t>(data.bytes.size())).put(data.bytes);
  }
  ByteWriter start(Type type) {
    out.push_back(static_cast<std::uint8_t>(type));
    return ByteWriter(out);
  }
};

}  // namespace

std::optional<ClearHeader> parse_clear_header(ByteView datagram) {
  if (datagram.size() < kClearHeader + kTag || datagram.size() > wire::kMaxDatagram) return std::nullopt;
  ByteReader in(datagram);
  if (in.get<std::uint8_t>() != kDatagramVersion) return std::nullopt;
  ClearHeader header;
  header.id = in.array<8>();
  header.number = in.get<std::uint32_t>();
  return header;
}

void write_clear_header(const ClearHeader& header, Bytes& out) {
  ByteWriter(out).put(kDatagramVersion).put(header.id).put(header.number);
}

void write_piece(const Piece& piece, Bytes& out) { std::visit(PieceWriter{out}, piece); }

std::optional<std::vector<Piece>> parse_pieces(ByteView plaintext) {
  std::vector<Piece> pieces;
  ByteReader in(plaintext);
  while (in.left() > 0) {
    auto type = in.get<std::uint8_t>();
    if (type == static_cast<std::uint8_t>(Type::padding)) continue;
    auto piece = read_piece(in, type);
    if (!piece || !in.ok()) return std::nullopt;
    pieces.push_back(*piece);
  }
  return pieces;
}

std::size_t varint_size(std::uint64_t value) {
  return value < 1u << 6 ? 1 : value < 1u << 14 ? 2 : value < 1u << 30 ? 4 : 8;
}

void write_varint(std::uint64_t value, Bytes& out) {
  ByteWriter w(out);
  switch (varint_size(value)) {
    case 1:
      w.put(static_cast<std::uint8_t>(value));
      break;
    case 2:
      w.put(static_cast<std::uint16_t>(value | 0x4000));
      break;
    case 4:
      w.put(static_cast<std::uint32_t>(value | 0x80000000));
      break;
    default:
      w.put(value | std::uint64_t{3} << 62);
  }
}

std::uint64_t read_varint(ByteReader& in) {
  std::uint64_t first = in.get<std::uint8_t>();
  std::uint64_t value = first & 0x3F;
  for (int more = (1 << (first >> 6)) - 1; more > 0; --more) value = value << 8 | in.get<std::uint8_t>();
  return value;
}

}  // namespace lotse::net::link
