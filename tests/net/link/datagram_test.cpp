#include "net/link/datagram.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "base/text.h"
#include "net/link/acknowledger.h"
#include "net/link/datagram_seal.h"
#include "wire/limits.h"
#include "wire/relay_frame.h"

using namespace lotse;
using namespace lotse::net::link;

namespace {

ConnectionId id_for_test() { return {1, 2, 3, 4, 5, 6, 7, 8}; }

LinkSecret secret_for_test() {
  LinkSecret secret;
  std::iota(secret.begin(), secret.end(), std::uint8_t{0});
  return secret;
}

Bytes written(const Piece& piece) {
  Bytes out;
  write_piece(piece, out);
  return out;
}

Bytes picture(wire::PacketKind kind, std::uint8_t stream, std::uint32_t slot) {
  wire::PacketHeader header;
  header.kind = kind;
  header.stream = stream;
  header.picture.slot = SlotId{slot};
  header.picture.batch = kind == wire::PacketKind::key || kind == wire::PacketKind::sign;
  Bytes frame{wire::kPacketFrame};
  wire::write_header(header, frame);
  frame.resize(frame.size() + 32);
  return frame;
}

}  // namespace

TEST_CASE("a sealed datagram is the one that another implementation makes") {  // by Python's cryptography
  const ConnectionId id = id_for_test();
  const ClearHeader header{id, 0x01020304};
  for (auto [side, wanted] : {std::pair(Side::client, "36c5dc12bfd7efc9455bb9785eca0fba4430f6a0a810641d69c765"),
                              std::pair(Side::relay, "44aeeab8d12bae803f7eccc2ecad3fa8dfc7a39fb21ac428d1a1c1")}) {
    Bytes datagram;
    write_clear_header(header, datagram);
    write_piece(Ping{}, datagram);
    datagram.push_back(0);
    write_piece(Challenge{42}, datagram);
    const Bytes plain(datagram.begin() + kClearHeader, datagram.end());
    DatagramSealer(side, id, secret_for_test()).seal(header.number, datagram);
    CHECK(to_hex(datagram) == std::string("c1010203040506070801020304") + wanted);
    DatagramOpener opener(side == Side::client ? Side::relay : Side::client, id, secret_for_test());
    auto opened = opener.open(*parse_clear_header(datagram), datagram);
    REQUIRE(opened);
    CHECK(equal(*opened, plain));
    CHECK_FALSE(DatagramOpener(side, id, secret_for_test()).open(header, datagram));  // our own, thrown back
    for (std::size_t bit = 0; bit < datagram.size() * 8; ++bit) {
      Bytes altered = datagram;
      altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ 1u << bit % 8);
      auto clear = parse_clear_header(altered);
      if (clear) CHECK_FALSE(opener.open(*clear, altered));
    }
  }
}

TEST_CASE("pieces come back as they were written") {
  const Bytes text{'a', 'b'};
  Ack ack{{{70'000, 70'010}, {90, 95}, {0, 1}}, 3200};
  Bytes all;
  for (const Piece& piece : {Piece(ack), Piece(Ping{}), Piece(Challenge{1}), Piece(Response{2}),
                             Piece(Data{TrafficClass::files, 1u << 20, text})})
    write_piece(piece, all);
  all.resize(all.size() + 3);  // padding
  auto pieces = parse_pieces(all);
  REQUIRE(pieces.has_value());
  REQUIRE(pieces->size() == 5);
  CHECK(std::get<Ack>((*pieces)[0]).ranges == ack.ranges);
  CHECK(std::get<Ack>((*pieces)[0]).delay_us == 3200);
  CHECK(std::get<Challenge>((*pieces)[2]).value == 1);
  CHECK(std::get<Response>((*pieces)[3]).value == 2);
  const auto& data = std::get<Data>((*pieces)[4]);
  CHECK(data.traffic == TrafficClass::files);
  CHECK(data.offset == 1u << 20);
  CHECK(equal(data.bytes, text));
}

TEST_CASE("no part of a piece passes for a whole one") {
  for (const Piece& piece : {Piece(Ack{{{300, 400}, {5, 9}}, 16}), Piece(Challenge{7}), Piece(Response{7}),
                             Piece(Data{TrafficClass::control, 100'000, as_bytes("hello")})}) {
    Bytes whole = written(piece);
    for (std::size_t size = 1; size < whole.size(); ++size)
      CHECK_FALSE(parse_pieces(ByteView(whole).first(size)).has_value());
  }
}

TEST_CASE("pieces that make no sense are refused") {
  auto bad = [](const char* hex) { return !parse_pieces(*from_hex(hex)); };
  CHECK(bad("05"));                        // no such piece
  CHECK(bad("160000010000"));              // no such class
  CHECK(bad("10000000"));                  // no bytes
  CHECK(bad("10ffffffffffffffff0001aa"));  // beyond the last offset
  CHECK(bad("020000000500000006"));        // acknowledges numbers below zero
  CHECK(bad("0200000005000001010400"));    // the same by a gap
  CHECK(bad("0200000005000001010203"));    // and by a second range
  CHECK(bad("02000000050000010102"));      // which is missing
  CHECK(bad("02000000ff00002000"));        // too many
  CHECK_FALSE(bad("0200000005000001010001"));
}

TEST_CASE("every variable-length integer has its shortest form") {
  for (std::uint64_t value : {0ull, 63ull, 64ull, 16383ull, 16384ull, 1073741823ull, 1073741824ull, (1ull << 62) - 1}) {
    Bytes out;
    write_varint(value, out);
    CHECK(out.size() == varint_size(value));
    ByteReader in(out);
    CHECK(read_varint(in) == value);
    CHECK(in.done());
  }
}

TEST_CASE("only datagrams of this version and size have a header") {
  Bytes datagram;
  write_clear_header({id_for_test(), 9}, datagram);
  CHECK_FALSE(parse_clear_header(datagram));
  datagram.resize(kClearHeader + kTag);
  CHECK(parse_clear_header(datagram)->number == 9);
  datagram.resize(wire::kMaxDatagram + 1);
  CHECK_FALSE(parse_clear_header(datagram));
  datagram.resize(100);
  datagram[0] = 0;
  CHECK_FALSE(parse_clear_header(datagram));
}

TEST_CASE("a packet number counts once, and long-gone ones do not count at all") {
  Acknowledger received;
  Instant now{std::chrono::seconds(1)};
  CHECK(received.is_new(7));
  for (std::uint32_t n = 0; n < 2 * kMaxAckRanges + 2; n += 2) received.on_received(n, true, now);
  CHECK_FALSE(received.is_new(0));
  CHECK_FALSE(received.is_new(1));  // fell out of the ranges that are kept: as if it had come
  CHECK(received.is_new(2 * kMaxAckRanges - 1));
  CHECK_FALSE(received.is_new(2 * kMaxAckRanges));
  CHECK(received.make(now).ranges.size() == kMaxAckRanges);
}

TEST_CASE("each frame has its class") {
  using Kind = wire::PacketKind;
  CHECK(class_of(wire::encode(wire::Ping{1})) == TrafficClass::control);
  CHECK(class_of(wire::encode(wire::KeyRequest{})) == TrafficClass::control);
  CHECK(class_of(Bytes{}) == TrafficClass::control);
  CHECK(class_of(Bytes{wire::kPacketFrame, 1, 2}) == TrafficClass::control);
  CHECK(class_of(picture(Kind::key, 1, 0)) == TrafficClass::picture);
  CHECK(class_of(picture(Kind::frame_end, 1, 0)) == TrafficClass::picture);
  CHECK(class_of(picture(Kind::state, 1, 0)) == TrafficClass::picture);  // of the screen: before its slots
  CHECK(class_of(picture(Kind::state, 1, 1)) == TrafficClass::cursor);
  CHECK(class_of(picture(Kind::message, 0, 0)) == TrafficClass::control);
  CHECK(class_of(picture(Kind::message, 4, 0)) == TrafficClass::control);
  CHECK(class_of(picture(Kind::message, 3, 0)) == TrafficClass::input);
  CHECK(class_of(picture(Kind::message, 2, 0)) == TrafficClass::audio);
}
