#include "wire/packet.h"

#include <catch2/catch.hpp>

#include "wire/limits.h"

using namespace lotse;
using namespace lotse::wire;

namespace {

PacketHeader picture(PacketKind kind = PacketKind::key) {
  PacketHeader h;
  h.kind = kind;
  h.stream = 1;
  h.session_tag = 0x01020304;
  h.source = ParticipantId{0x0506};
  h.destination = kEverybody;
  h.epoch = Epoch{0x0708090A};
  h.counter = 0x0B0C0D0E0F101112;
  h.picture = {Generation{0x13141516}, ScreenId{7}, 9, SlotId{kind == PacketKind::key ? 0x1234u : 0u},
               SlotVersion{0x17181920}};
  if (is_batched(kind) || kind == PacketKind::sign) h.picture.batch = 0x21222324;
  if (kind == PacketKind::delta) h.picture.footprint = {{{SlotId{3}, 2}, {SlotId{0x0607}, 256}}, {{SlotId{5}, 1}}};
  return h;
}

PacketHeader film(std::uint8_t layer, bool key) {
  PacketHeader h = picture(PacketKind::film);
  h.picture.rank = layer;
  h.picture.slot = SlotId{kMaxFilms - 1};
  h.picture.key = key;
  return h;
}

Bytes packet(const PacketHeader& header, std::size_t payload) {
  Bytes out;
  write_header(header, out);
  out.resize(out.size() + payload, 0xEE);
  return out;
}

}  // namespace

TEST_CASE("a packet's header comes back as it was written") {
  PacketHeader message;
  message.keying = Keying::pair;
  message.stream = 3;
  message.source = ParticipantId{1};
  message.counter = 42;
  for (const PacketHeader& header :
       {message, picture(), picture(PacketKind::frame_end), picture(PacketKind::state), picture(PacketKind::sign),
        picture(PacketKind::delta), film(0, true), film(2, false)}) {
    Bytes bytes = packet(header, 33);
    auto parsed = parse_packet(bytes);
    REQUIRE(parsed);
    CHECK(parsed->header == header);
    std::size_t runs = header.kind == PacketKind::delta ? 2 + 3 * 3 : 0;
    CHECK(parsed->clear.size() == (header.kind == PacketKind::message ? kMessageHeader : kPictureHeader + runs));
    CHECK(parsed->sealed.size() == 33);
    CHECK(parsed->clear.data() == bytes.data());
  }
}

TEST_CASE("a header lies in the bytes as the grammar says") {
  Bytes bytes = packet(picture(), 0);
  CHECK(bytes == Bytes{1,    2,    0,    1,    1,    2,    3,    4,    5,    6,    0xFF, 0xFF, 7,    8,   9,
                       0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 7,   9,
                       0,    0,    0,    0,    0x12, 0x34, 0x17, 0x18, 0x19, 0x20, 0x21, 0x22, 0x23, 0x24});
}

TEST_CASE("a delta's footprint lies behind its header") {
  Bytes bytes = packet(picture(PacketKind::delta), 0);
  CHECK(Bytes(bytes.begin() + kPictureHeader, bytes.end()) == Bytes{2, 1, 0, 3, 1, 6, 7, 255, 0, 5, 0});
}

TEST_CASE("every cut packet is refused") {
  for (PacketKind kind : {PacketKind::key, PacketKind::delta}) {
    Bytes bytes = packet(picture(kind), 0);
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(parse_packet(ByteView(bytes).first(size)));
  }
}

TEST_CASE("only keys and deltas can be the last of a frame") {
  for (PacketKind kind : {PacketKind::frame_end, PacketKind::state, PacketKind::sign}) {
    PacketHeader header = picture(kind);
    header.picture.last = true;
    CHECK_FALSE(parse_packet(packet(header, 1)));
  }
}

TEST_CASE("a film has three layers and a number, its key frames are of the lowest, and nothing else has key frames") {
  auto taken = [](const PacketHeader& header) { return parse_packet(packet(header, 1)).has_value(); };
  CHECK(taken(film(kFilmLayers - 1, false)));
  CHECK_FALSE(taken(film(kFilmLayers, false)));
  CHECK_FALSE(taken(film(1, true)));
  PacketHeader header = film(0, false);
  header.picture.slot = SlotId{kMaxFilms};
  CHECK_FALSE(taken(header));
  header = film(0, false);
  header.picture.last = true;
  CHECK_FALSE(taken(header));
  header = picture(PacketKind::key);
  header.picture.key = true;
  CHECK_FALSE(taken(header));
}

TEST_CASE("a footprint's runs ascend, stay in the screen and name no slot twice") {
  auto fits = [](std::vector<SlotRun> targets, std::vector<SlotRun> sources) {
    PacketHeader header = picture(PacketKind::delta);
    header.picture.footprint = {std::move(targets), std::move(sources)};
    return parse_packet(packet(header, 1)).has_value();
  };
  CHECK(fits({{SlotId{1}, 1}}, {}));
  CHECK(fits({{SlotId{1}, 2}, {SlotId{3}, 1}}, {{SlotId{0}, 1}, {SlotId{4}, 7}}));
  CHECK(fits({{SlotId{kMaxSlots - 256}, 256}}, {}));
  CHECK_FALSE(fits({}, {{SlotId{1}, 1}}));  // it would change nothing
  CHECK_FALSE(fits({{SlotId{kMaxSlots - 1}, 2}}, {}));
  CHECK_FALSE(fits({{SlotId{3}, 2}, {SlotId{4}, 1}}, {}));
  CHECK_FALSE(fits({{SlotId{3}, 1}, {SlotId{1}, 1}}, {}));
  CHECK_FALSE(fits({{SlotId{3}, 4}}, {{SlotId{0}, 1}, {SlotId{6}, 1}}));
}

TEST_CASE("slots become runs, as long as a packet holds them") {
  CHECK(Footprint::runs({}) == std::vector<SlotRun>{});
  CHECK(Footprint::runs({4, 5, 6, 9}) == std::vector<SlotRun>{{SlotId{4}, 3}, {SlotId{9}, 1}});
  std::vector<std::uint32_t> many, scattered;
  for (std::uint32_t i = 0; i < 600; ++i) many.push_back(i), scattered.push_back(2 * i);
  CHECK(Footprint::runs(many) == std::vector<SlotRun>{{SlotId{0}, 256}, {SlotId{256}, 256}, {SlotId{512}, 88}});
  CHECK_FALSE(Footprint::runs(scattered));
}

TEST_CASE("fields of a packet out of their range are refused") {
  auto change = [](std::size_t at, std::uint8_t value) {
    Bytes bytes = packet(picture(), 10);
    bytes[at] = value;
    return parse_packet(bytes).has_value();
  };
  CHECK(change(3, 200));      // streams are free
  CHECK_FALSE(change(0, 2));  // version
  CHECK_FALSE(change(1, 0));  // kind
  CHECK_FALSE(change(1, 7));
  CHECK_FALSE(change(1, 6));    // a delta's slot is 0
  CHECK_FALSE(change(1, 3));    // a frame end has no batch
  CHECK_FALSE(change(2, 2));    // keying
  CHECK_FALSE(change(2, 1));    // pictures go under the epoch's key
  CHECK_FALSE(change(28, 16));  // screen
  CHECK(change(30, 1));         // the last of its frame
  CHECK_FALSE(change(30, 2));   // reserved
  CHECK_FALSE(change(31, 1));
  CHECK_FALSE(change(33, 1));  // slot 65536 and above
  CHECK(change(34, 0xFF));
}

TEST_CASE("state channels and frame ends have slots of their own range") {
  auto with_slot = [](PacketKind kind, std::uint32_t slot) {
    PacketHeader header = picture(kind);
    header.picture.slot = SlotId{slot};
    return parse_packet(packet(header, 1)).has_value();
  };
  CHECK(with_slot(PacketKind::key, kMaxSlots - 1));
  CHECK_FALSE(with_slot(PacketKind::key, kMaxSlots));
  CHECK(with_slot(PacketKind::state, kStateChannels - 1));
  CHECK_FALSE(with_slot(PacketKind::state, kStateChannels));
  CHECK(with_slot(PacketKind::frame_end, 0));
  CHECK_FALSE(with_slot(PacketKind::frame_end, 1));
}

TEST_CASE("keys and SIGNs name their batch, and a SIGN lists only so much") {
  PacketHeader nameless = picture();
  nameless.picture.batch = 0;
  CHECK_FALSE(parse_packet(packet(nameless, 1)));
  CHECK(parse_packet(packet(picture(PacketKind::sign), kMaxSign)));
  CHECK_FALSE(parse_packet(packet(picture(PacketKind::sign), kMaxSign + 1)));
}

TEST_CASE("a payload may be as large as its limit and no larger") {
  CHECK(parse_packet(packet(picture(), kMaxPayload)));
  CHECK_FALSE(parse_packet(packet(picture(), kMaxPayload + 1)));
}

TEST_CASE("the session tag is the uuid's beginning") {
  SessionUuid uuid{};
  for (std::size_t i = 0; i < uuid.size(); ++i) uuid[i] = static_cast<std::uint8_t>(i + 1);
  CHECK(session_tag(uuid) == 0x01020304);
}
