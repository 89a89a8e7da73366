#include "wire/relay_frame.h"

#include <catch2/catch.hpp>
#include <random>

#include "wire/limits.h"

using namespace lotse;
using namespace lotse::wire;

namespace {

template <std::size_t N>
std::array<std::uint8_t, N> filled(std::uint8_t value) {
  std::array<std::uint8_t, N> out{};
  out.fill(value);
  return out;
}

TunnelRequest request(Operation operation) {
  return {.term = 1,
          .sequence = 0x0102030405060708,
          .operation = operation,
          .target_link = LinkId{7},
          .target = ParticipantId{8},
          .value = 9,
          .signature = filled<64>(0x55)};
}

const Bytes kPacket{1, 1, 0, 0};

/// One of each type, with every field set.
std::vector<Frame> all_frames() {
  Number number = number_of("428117903");
  return {Welcome{filled<32>(1)},
          Open{filled<16>(2), filled<32>(3), number, request(Operation::open)},
          Open{filled<16>(2), filled<32>(3), {}, request(Operation::open)},
          HostToken{"lt1.a.b"},
          Attach{number},
          request(Operation::admit),
          request(Operation::lock),
          SessionOpened{number, filled<16>(4), LinkId{5}},
          Error{RelayError::rate_limited, 17},
          LinkDown{LinkId{6}, ParticipantId{7}},
          MasterPresence{true},
          Handshake{LinkId{8}, HandshakeMessage::join, {1, 2, 3}},
          Handshake{LinkId{8}, HandshakeMessage::refused, {}},
          KeyRequest{ParticipantId{9}, ScreenId{3}, Generation{10}, {SlotId{11}, SlotId{65535}}},
          KeyRequest{ParticipantId{9}, ScreenId{3}, Generation{10}, {}},
          Elsewhere{ParticipantId{9}, true},
          Elsewhere{ParticipantId{9}, false},
          Wanted{false},
          Wanted{true},
          Ping{12},
          Pong{13},
          UdpAsk{},
          UdpGrant{filled<8>(14), filled<32>(15), {4500, 4501}},
          UdpGrant{},
          UdpMove{filled<8>(16)},
          UdpBack{filled<8>(17), {1, 2, 3, 4, 5, 6}},
          UdpTry{},
          UdpTrial{filled<8>(18), {4500, 4506}},
          UdpTrial{},
          Packet{kPacket}};
}

}  // namespace

TEST_CASE("every frame comes back as it was sent") {
  for (const Frame& frame : all_frames()) {
    Bytes bytes = encode(frame);
    auto back = decode(bytes);
    INFO("type " << int{bytes[0]});
    REQUIRE(back);
    CHECK(back->index() == frame.index());
    CHECK(encode(*back) == bytes);
  }
}

TEST_CASE("every field of a frame survives") {
  auto back = *decode(encode(KeyRequest{ParticipantId{9}, ScreenId{3}, Generation{10}, {SlotId{11}, SlotId{12}}}));
  auto* asked = std::get_if<KeyRequest>(&back);
  REQUIRE(asked != nullptr);
  CHECK(asked->source == ParticipantId{9});
  CHECK(asked->screen == ScreenId{3});
  CHECK(asked->generation == Generation{10});
  CHECK(asked->slots == std::vector{SlotId{11}, SlotId{12}});
  auto opened = *decode(encode(Frame{Open{filled<16>(2), filled<32>(3), {}, request(Operation::open)}}));
  auto* open = std::get_if<Open>(&opened);
  REQUIRE(open != nullptr);
  CHECK(open->request.sequence == 0x0102030405060708);
  CHECK(open->request.value == 9);
  CHECK(to_string(open->number).empty());
}

TEST_CASE("a frame with a byte missing or a byte too many is refused, but for those that carry a run of bytes") {
  for (const Frame& frame : all_frames()) {
    Bytes bytes = encode(frame);
    INFO("type " << int{bytes[0]});
    bool open_ended = std::holds_alternative<Handshake>(frame) || std::holds_alternative<Packet>(frame);
    std::size_t fixed = std::holds_alternative<Handshake>(frame) ? 6 : open_ended ? 1 : bytes.size();
    for (std::size_t size = 0; size < fixed; ++size) CHECK_FALSE(decode(ByteView(bytes).first(size)));
    if (open_ended) continue;
    bytes.push_back(0);
    CHECK_FALSE(decode(bytes));
  }
}

TEST_CASE("fields out of their range are refused") {
  auto change = [](const Frame& frame, std::size_t at, std::uint8_t value) {
    Bytes bytes = encode(frame);
    REQUIRE(bytes[at] != value);
    bytes[at] = value;
    return decode(bytes).has_value();
  };
  Number number = number_of("428117903");
  Frame attach = Attach{number}, open = Open{filled<16>(2), filled<32>(3), number, request(Operation::open)};
  CHECK_FALSE(change(attach, 1, 2));    // version
  CHECK_FALSE(change(attach, 2, 'x'));  // number
  CHECK_FALSE(change(attach, 2, 0));
  CHECK_FALSE(change(open, 1, 2));
  CHECK_FALSE(change(open, 50, 0));                       // some zero bytes, some digits
  CHECK_FALSE(change(open, 59 + 12, 2));                  // another operation in OPEN
  CHECK_FALSE(change(request(Operation::admit), 13, 1));  // open in a request
  CHECK_FALSE(change(request(Operation::admit), 13, 7));
  CHECK_FALSE(change(Error{RelayError::full, 0}, 2, 0));
  CHECK_FALSE(change(Error{RelayError::full, 0}, 2, 16));
  CHECK_FALSE(change(HostToken{"abc"}, 1, 0));
  CHECK_FALSE(change(HostToken{"abc"}, 1, 2));
  CHECK_FALSE(change(HostToken{"abc"}, 2, ' '));
  CHECK_FALSE(change(HostToken{"abc"}, 4, 0x7F));
  CHECK_FALSE(change(HostToken{"abc"}, 4, 0));
  CHECK(decode(encode(HostToken{std::string(kMaxHostToken, 'a')})));
  CHECK_FALSE(decode(encode(HostToken{std::string(kMaxHostToken + 1, 'a')})));
  CHECK_FALSE(change(MasterPresence{true}, 1, 2));
  CHECK_FALSE(change(Handshake{LinkId{1}, HandshakeMessage::join, {}}, 5, 0));
  CHECK_FALSE(change(Handshake{LinkId{1}, HandshakeMessage::join, {}}, 5, 9));
  KeyRequest asked{ParticipantId{9}, ScreenId{3}, Generation{10}, {SlotId{11}}};
  CHECK_FALSE(change(asked, 3, kMaxScreens));
  CHECK_FALSE(change(asked, 9, 2));   // says two slots, carries one
  CHECK_FALSE(change(asked, 11, 1));  // slot 65536 and above
  CHECK_FALSE(change(Ping{1}, 0, 0x99));
}

TEST_CASE("limits of size hold") {
  CHECK(decode(encode(Handshake{LinkId{1}, HandshakeMessage::key, Bytes(kMaxHandshakeBody)})));
  CHECK_FALSE(decode(encode(Handshake{LinkId{1}, HandshakeMessage::key, Bytes(kMaxHandshakeBody + 1)})));
  KeyRequest asked{ParticipantId{9}, ScreenId{3}, Generation{10}, std::vector<SlotId>(kMaxSlotsAsked)};
  CHECK(decode(encode(asked)));
  asked.slots.emplace_back();
  CHECK_FALSE(decode(encode(asked)));
  Bytes frame(kMaxFrame, kPacketFrame);
  CHECK(decode(frame));
  frame.push_back(0);
  CHECK_FALSE(decode(frame));
  CHECK_FALSE(decode({}));
}

TEST_CASE("random bytes never decode into something that encodes otherwise") {
  std::mt19937 random(4711);
  auto frames = all_frames();
  int taken = 0;
  for (int i = 0; i < 200000; ++i) {
    Bytes bytes = encode(frames[random() % frames.size()]);
    for (auto change = random() % 3; change > 0; --change)
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    if (random() % 8 == 0) bytes.resize(random() % (bytes.size() + 4));
    if (auto frame = decode(bytes)) {
      ++taken;
      REQUIRE(encode(*frame) == bytes);
    }
  }
  CHECK(taken > 1000);
}

TEST_CASE("the signed part covers every field of a request") {
  SessionUuid uuid = filled<16>(1);
  RelayNonce nonce = filled<32>(2);
  TunnelRequest base = request(Operation::admit);
  Bytes part = signed_part(base, uuid, nonce);
  CHECK(part.size() == 16 + 32 + 4 + 8 + 1 + 4 + 2 + 4);
  auto differs = [&](auto change) {
    TunnelRequest other = base;
    change(other);
    return signed_part(other, uuid, nonce) != part;
  };
  CHECK(differs([](auto& r) { r.term = 2; }));
  CHECK(differs([](auto& r) { r.sequence = 2; }));
  CHECK(differs([](auto& r) { r.operation = Operation::remove; }));
  CHECK(differs([](auto& r) { r.target_link = LinkId{2}; }));
  CHECK(differs([](auto& r) { r.target = ParticipantId{2}; }));
  CHECK(differs([](auto& r) { r.value = 2; }));
  CHECK_FALSE(differs([](auto& r) { r.signature = filled<64>(9); }));
  CHECK(signed_part(base, filled<16>(9), nonce) != part);
  CHECK(signed_part(base, uuid, filled<32>(9)) != part);
}

TEST_CASE("numbers are read as people write them") {
  CHECK(parse_number("428 117 903") == "428117903");
  CHECK(parse_number(" 428-117.903\t") == "428117903");
  CHECK_FALSE(parse_number("42811790"));
  CHECK_FALSE(parse_number("4281179033"));
  CHECK_FALSE(parse_number("428 117 90x"));
  CHECK_FALSE(parse_number(""));
  CHECK(to_string(number_of("428117903")) == "428117903");
  CHECK(to_string(Number{}).empty());
}
