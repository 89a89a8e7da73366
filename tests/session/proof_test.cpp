#include <openssl/evp.h>

#include <catch2/catch.hpp>

#include "crypto/signing.h"
#include "wire/relay_frame.h"
#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

/// A member that has the epoch's secret and seals in another's name; the relay passes it on. It cannot sign.
class Mallory {
 public:
  Mallory(Station& member, Station& victim)
      : uuid_(member.session().core()->facts.uuid), victim_(victim.session().core()->self), keys_(uuid_, victim_) {
    auto& epochs = const_cast<Core&>(*member.session().core()).envelope.epochs();
    epoch_ = epochs.newest();
    keys_.add(epoch_, epochs.newest_secret().clone());
  }

  Bytes seal(wire::PacketKind kind, wire::PictureFields fields, ByteView payload) {
    wire::PacketHeader h;
    h.kind = kind;
    h.stream = static_cast<std::uint8_t>(crypto::Stream::picture);
    h.session_tag = wire::session_tag(uuid_);
    h.source = victim_;
    h.destination = kEverybody;
    h.epoch = epoch_;
    auto counter = keys_.reserve(crypto::Stream::picture);
    h.counter = counter.value();
    h.picture = fields;
    Bytes frame{wire::kPacketFrame}, sealed;
    wire::write_header(h, frame);
    keys_.seal(crypto::Stream::picture, std::move(counter), ByteView(frame).subspan(1), payload, sealed);
    append(frame, sealed);
    return frame;
  }
  /// Slot 0 in red, in a version that no frame counter reaches.
  Bytes red_slot(std::uint32_t version = 0xFFFFFF00) {
    return seal(wire::PacketKind::key, {Generation{1}, ScreenId{0}, 4, SlotId{0}, SlotVersion{version}, 77},
                Bytes{0, 0, 0, 255});
  }

 private:
  SessionUuid uuid_;
  ParticipantId victim_;
  crypto::EpochKeys keys_;
  Epoch epoch_;
};

std::optional<wire::PacketHeader> header_of(ByteView frame) {
  auto packet = frame[0] == wire::kPacketFrame ? wire::parse_packet(frame.subspan(1)) : std::nullopt;
  return packet ? std::optional(packet->header) : std::nullopt;
}

std::size_t warned(const Station& station, const std::string& code) {
  auto warnings = station.all<Warning>();
  return static_cast<std::size_t>(
      std::count_if(warnings.begin(), warnings.end(), [&](const Warning& w) { return w.code == code; }));
}

/// The first pixel of the guest's canvas, B G R.
std::uint32_t first_pixel(const Station& station) {
  const std::uint8_t* p = station.canvas.view().row(0);
  return static_cast<std::uint32_t>(p[0] | p[1] << 8 | p[2] << 16);
}
constexpr std::uint32_t kRed = 0xFF0000;

std::uint64_t signed_bad(Station& station) {
  return station.session().watching()->screens().begin()->second->stats().signed_bad;
}

using Block = std::array<std::uint8_t, 16>;

/// Product in the field of GCM (NIST SP 800-38D, 6.3).
Block times(const Block& x, Block v) {
  Block z{};
  for (std::size_t i = 0; i < 128; ++i) {
    if (x[i / 8] >> (7 - i % 8) & 1)
      for (std::size_t j = 0; j < 16; ++j) z[j] = static_cast<std::uint8_t>(z[j] ^ v[j]);
    bool carry = v[15] & 1;
    for (std::size_t j = 15; j > 0; --j) v[j] = static_cast<std::uint8_t>(v[j] >> 1 | v[j - 1] << 7);
    v[0] = static_cast<std::uint8_t>(v[0] >> 1 ^ (carry ? 0xE1 : 0));
  }
  return z;
}

/// Another ciphertext under the same header, counter and tag, from the secret that every member has: a change of block
/// `at` is made up for in the block behind it by the change times H.
Bytes twin_of(const Bytes& frame, const crypto::EpochSecret& secret, const SessionUuid& uuid, std::size_t at = 1) {
  auto header = wire::parse_packet(ByteView(frame).subspan(1))->header;
  auto key = crypto::sframe_key(crypto::sframe_base(secret, uuid, header.epoch),
                                crypto::key_id(crypto::Stream::picture, header.source, header.epoch));
  Block zero{}, h{}, change{};
  int size = 0;
  EVP_CIPHER_CTX* aes = EVP_CIPHER_CTX_new();
  REQUIRE(EVP_EncryptInit_ex(aes, EVP_aes_256_ecb(), nullptr, key.view().data(), nullptr) == 1);
  REQUIRE(EVP_EncryptUpdate(aes, h.data(), &size, zero.data(), 16) == 1);
  EVP_CIPHER_CTX_free(aes);
  change[5] = 0x10;
  Block correction = times(change, h);
  Bytes twin = frame;
  std::size_t start = 1 + wire::kPictureHeader + 16 * at;
  REQUIRE(twin.size() >= start + 32 + 16);
  for (std::size_t i = 0; i < 16; ++i) {
    twin[start + i] = static_cast<std::uint8_t>(twin[start + i] ^ change[i]);
    twin[start + 16 + i] = static_cast<std::uint8_t>(twin[start + 16 + i] ^ correction[i]);
  }
  return twin;
}

struct Shown : Pair {
  Shown() {
    REQUIRE(world.until([&] { return guest.exact && guest.sees(master); }));
  }
  Mallory mallory{guest, master};
};

}  // namespace

TEST_CASE("a slot forged by a member with the relay's help is not exact, and the true one replaces it") {
  Shown s;
  s.world.inject(s.guest, s.mallory.red_slot());
  s.world.run(100ms);
  CHECK(first_pixel(s.guest) == kRed);
  CHECK_FALSE(s.guest.exact);
  REQUIRE(s.world.until([&] { return s.guest.exact; }, 3s));
  CHECK(s.guest.sees(s.master));
  CHECK(signed_bad(s.guest) == 1);
  CHECK(warned(s.guest, "picture_unproven") == 0);
}

TEST_CASE("who goes on forging is told of, once, and leaves nothing behind") {
  Shown s;
  for (std::uint32_t i = 0; i < 30; ++i) {
    s.world.inject(s.guest, s.mallory.red_slot(0xFFFFFF00 + i));
    s.world.run(200ms);
  }
  CHECK(warned(s.guest, "picture_unproven") == 1);
  REQUIRE(s.world.until([&] { return s.guest.exact; }, 15s));
  CHECK(s.guest.sees(s.master));
  std::mt19937 random(1);
  s.master.draw(random);
  REQUIRE(s.world.until([&] { return s.guest.exact && s.guest.sees(s.master); }, 3s));
  CHECK(warned(s.guest, "picture_unproven") == 1);
}

TEST_CASE("a SIGN that the relay withholds is asked for, and then its lack is told") {
  Shown s;
  std::size_t keys = 0;
  s.world.lets_through = [&](const Station& to, ByteView frame) {
    auto header = header_of(frame);
    if (&to == &s.guest && header && header->kind == wire::PacketKind::key) ++keys;
    return &to != &s.guest || !header || header->kind != wire::PacketKind::sign;
  };
  s.master.fill({0, 0, 10, 10}, 0x00FF00);
  s.world.run(1400ms);
  CHECK(first_pixel(s.guest) == 0x00FF00);
  CHECK(warned(s.guest, "picture_unproven") == 0);
  std::size_t before = keys;
  s.world.run(500ms);
  CHECK(keys > before);  // what is not proven came again
  REQUIRE(s.world.until([&] { return warned(s.guest, "picture_unproven") == 1; }, 3s));
  s.world.run(10s);
  CHECK(warned(s.guest, "picture_unproven") == 1);
  CHECK_FALSE(s.guest.exact);
  s.world.lets_through = nullptr;
  REQUIRE(s.world.until([&] { return s.guest.exact; }, 10s));
  CHECK(s.guest.sees(s.master));
}

TEST_CASE("every viewer has the picture, proven, however many SIGNs are lost on the way") {
  auto seed = static_cast<unsigned>(GENERATE(1, 2, 3, 4));
  INFO("seed " << seed);
  Shown s;
  std::mt19937 random(seed);
  s.world.lets_through = [&](const Station&, ByteView frame) {
    auto header = header_of(frame);
    return !header || header->kind != wire::PacketKind::sign || random() % 2 == 0;
  };
  for (int i = 0; i < 40; ++i) {
    s.master.draw(random);
    s.world.run(std::chrono::milliseconds(random() % 200));
  }
  REQUIRE(s.world.until([&] { return s.guest.exact && s.guest.sees(s.master); }, 60s));
}

TEST_CASE("no member can state another's geometry, cursor or frame end") {
  Shown s;
  auto forged = s.guest.session().drops().forged;
  Bytes ended{0x08, 0x80, 0x01, 0x10, 0x80, 0x01};  // 128x128, not shared any more
  for (bool with_signature : {false, true}) {
    if (with_signature) ended.resize(ended.size() + 64, 0x11);
    for (std::uint32_t channel : {0u, 1u, 2u})
      s.world.inject(s.guest,
                     s.mallory.seal(wire::PacketKind::state,
                                    {Generation{2}, ScreenId{0}, 0, SlotId{channel}, SlotVersion{900}, 0}, ended));
    s.world.inject(s.guest, s.mallory.seal(wire::PacketKind::frame_end,
                                           {Generation{1}, ScreenId{0}, 0, SlotId{0}, SlotVersion{900}, 0}, ended));
    s.world.inject(s.guest, s.mallory.seal(wire::PacketKind::sign,
                                           {Generation{1}, ScreenId{0}, 0, SlotId{0}, SlotVersion{0}, 9}, ended));
  }
  CHECK(s.guest.session().drops().forged == forged + 10);
  s.world.run(5s);
  CHECK(s.guest.exact);
  CHECK(s.guest.sees(s.master));
}

TEST_CASE("a second ciphertext under the same tag opens, but nothing proves it, and the true one comes") {
  Shown s;
  auto secret = const_cast<Core&>(*s.guest.session().core()).envelope.epochs().newest_secret().clone();
  SessionUuid uuid = s.guest.session().core()->facts.uuid;
  bool swapped = false;
  s.world.lets_through = [&](const Station& to, ByteView frame) {
    auto header = header_of(frame);
    if (&to != &s.guest || swapped || !header || header->kind != wire::PacketKind::key || frame.size() < 300)
      return true;
    swapped = true;
    Bytes genuine(frame.begin(), frame.end()), twin = twin_of(genuine, secret, uuid);
    auto forged = s.guest.session().drops().forged;
    s.world.inject(s.guest, twin);
    CHECK(s.guest.session().drops().forged == forged);  // the tag fits
    CHECK(twin != genuine);
    return false;
  };
  std::mt19937 random(7);
  for (int x = 0; x < 64; ++x) s.master.fill({x, 0, 1, 64}, static_cast<std::uint32_t>(random()));
  REQUIRE(s.world.until([&] { return swapped; }, 2s));
  REQUIRE(s.world.until([&] { return s.guest.exact && s.guest.sees(s.master); }, 5s));
}

TEST_CASE("a message that another member sealed in somebody's name does not stand in the way of the true one") {
  Pair pair;
  Station& third = pair.world.station("Third");
  third.join(pair.number(), pair.code());
  REQUIRE(pair.world.until([&] { return third.exact && pair.guest.exact; }));
  const Core& victim = *pair.master.session().core();
  auto& epochs = const_cast<Core&>(*third.session().core()).envelope.epochs();
  crypto::EpochKeys keys(victim.facts.uuid, victim.self);
  keys.add(epochs.newest(), epochs.newest_secret().clone());
  for (int i = 0; i < 200; ++i) {  // whichever counter comes next
    wire::PacketHeader h;
    h.stream = static_cast<std::uint8_t>(crypto::Stream::chat);
    h.session_tag = wire::session_tag(victim.facts.uuid);
    h.source = victim.self;
    h.destination = kEverybody;
    h.epoch = epochs.newest();
    auto counter = keys.reserve(crypto::Stream::chat);
    h.counter = counter.value();
    Bytes frame{wire::kPacketFrame}, sealed;
    wire::write_header(h, frame);
    keys.seal(crypto::Stream::chat, std::move(counter), ByteView(frame).subspan(1), Bytes(100, 1), sealed);
    append(frame, sealed);
    pair.world.inject(pair.guest, frame);
  }
  pair.master.session().chat("hello", std::nullopt, pair.world.now);
  REQUIRE(pair.world.until([&] { return pair.guest.saw<ChatLine>(); }, 2s));
}

namespace {

/// Keys and deltas of one slot do not reach the guest.
auto without_slot(const Station& guest, std::uint32_t slot) {
  return [&guest, slot](const Station& to, ByteView frame) {
    auto header = header_of(frame);
    if (&to != &guest || !header || !wire::is_batched(header->kind)) return true;
    bool named = header->kind == wire::PacketKind::key && header->picture.slot == SlotId{slot};
    wire::for_each_slot(header->picture.footprint.targets, [&](SlotId s) { named = named || s == SlotId{slot}; });
    return !named;
  };
}

std::vector<bool> stale_events(const Station& station) {
  std::vector<bool> out;
  for (const StaleChanged& e : station.all<StaleChanged>()) out.push_back(e.stale);
  return out;
}

}  // namespace

TEST_CASE("a slot that the relay withholds is asked for, and then told of") {
  Shown s;
  s.world.lets_through = without_slot(s.guest, 0);
  s.master.fill({0, 0, 10, 10}, 0x00FF00);
  s.world.run(1500ms);
  CHECK(warned(s.guest, "picture_withheld") == 0);
  REQUIRE(s.world.until([&] { return warned(s.guest, "picture_withheld") == 1; }, 8s));
  s.world.run(20s);
  CHECK(warned(s.guest, "picture_withheld") == 1);
  CHECK(warned(s.guest, "picture_unproven") == 0);
  CHECK_FALSE(s.guest.sees(s.master));
  s.world.lets_through = nullptr;
  REQUIRE(s.world.until([&] { return s.guest.exact && s.guest.sees(s.master); }, 10s));
}

TEST_CASE("a slot withheld from a joiner is missed although it changed long ago") {
  Shown s;
  s.world.run(20s);  // no manifest names it any more
  Station& late = s.world.station("Late");
  s.world.lets_through = without_slot(late, 5);
  late.join(s.number(), s.code());
  REQUIRE(s.world.until([&] { return warned(late, "picture_withheld") == 1; }, 20s));
  s.world.lets_through = nullptr;
  REQUIRE(s.world.until([&] { return late.exact && late.sees(s.master); }, 10s));
}

TEST_CASE("a change that was withheld together with its manifests is found by the digest") {
  Shown s;
  bool hidden = true;
  s.world.lets_through = [&](const Station& to, ByteView frame) {
    auto header = header_of(frame);
    if (&to != &s.guest || !header || !hidden) return true;
    return header->kind == wire::PacketKind::message;
  };
  s.master.fill({0, 0, 10, 10}, 0x00FF00);
  s.world.run(7s);
  CHECK(stale_events(s.guest) == std::vector{true});
  CHECK_FALSE(s.guest.sees(s.master));
  hidden = false;
  REQUIRE(s.world.until([&] { return s.guest.sees(s.master); }, 6s));
  CHECK(stale_events(s.guest) == std::vector{true, false});
}

TEST_CASE("a stream that is held back is stale, and current again when it catches up") {
  Shown s;
  s.world.run(5s);
  CHECK(stale_events(s.guest).empty());
  Duration hold{};
  s.world.holds_back = [&](const Station& to) { return &to == &s.guest ? hold : Duration{}; };
  hold = 1500ms;
  s.world.run(10s);
  CHECK(stale_events(s.guest).empty());
  hold = 2500ms;
  REQUIRE(s.world.until([&] { return s.guest.saw<StaleChanged>(); }, 6s));
  s.world.run(20s);
  CHECK(stale_events(s.guest) == std::vector{true});
  hold = {};
  REQUIRE(s.world.until([&] { return stale_events(s.guest).size() == 2; }, 6s));
  CHECK(stale_events(s.guest) == std::vector{true, false});
  CHECK(warned(s.guest, "picture_unproven") + warned(s.guest, "picture_withheld") == 0);
}

TEST_CASE("a picture without manifests is stale after three seconds, a paused one has them") {
  Shown s;
  s.master.session().pause_share(true, s.world.now);
  s.world.run(10s);
  CHECK(stale_events(s.guest).empty());
  s.world.lets_through = [&](const Station&, ByteView frame) {
    auto header = header_of(frame);
    return !header || header->kind != wire::PacketKind::state;
  };
  s.world.run(2s);
  CHECK(stale_events(s.guest).empty());
  s.world.run(2s);
  CHECK(stale_events(s.guest) == std::vector{true});
}

TEST_CASE("packets of the past change nothing: not after a new epoch, not after a new generation") {
  Shown s;
  std::vector<Bytes> past;
  s.world.eavesdrop = [&](ByteView frame) {
    auto header = header_of(frame);
    if (header && header->kind != wire::PacketKind::message) past.emplace_back(frame.begin(), frame.end());
  };
  std::mt19937 random(3);
  auto settle = [&] { return s.world.until([&] { return s.guest.exact && s.guest.sees(s.master); }, 5s); };
  s.master.draw(random);
  s.world.run(3s);
  REQUIRE(settle());
  REQUIRE(past.size() > 5);
  auto replay = [&] {
    auto events = s.guest.all<StaleChanged>().size() + s.guest.all<ScreenChanged>().size();
    for (const Bytes& frame : std::vector(past)) s.world.inject(s.guest, frame);
    s.world.run(4s);
    CHECK(s.guest.exact);
    CHECK(s.guest.sees(s.master));
    CHECK(s.guest.all<StaleChanged>().size() + s.guest.all<ScreenChanged>().size() == events);
    CHECK(signed_bad(s.guest) == 0);
    CHECK(warned(s.guest, "picture_withheld") == 0);
  };
  SECTION("the same epoch") {
    s.master.draw(random);
    REQUIRE(settle());
    replay();
  }
  SECTION("after a rekey") {
    Station& third = s.world.station("Third");
    third.join(s.number(), s.code());
    REQUIRE(s.world.until([&] { return third.exact; }, 15s));
    REQUIRE(settle());
    replay();
  }
  SECTION("after a change of size") {
    s.master.resize_screen({180, 140});
    s.world.run(100ms);
    REQUIRE(settle());
    replay();
  }
}

TEST_CASE("a slow link is no attack: nothing is told that is not so") {
  double rate = GENERATE(10e3, 30e3, 100e3);
  INFO(rate << " bytes a second");
  Shown s;
  s.master.resize_screen({640, 480});
  REQUIRE(s.world.until([&] { return s.guest.exact && s.guest.sees(s.master); }, 20s));
  s.guest.down_rate = rate;
  std::mt19937 random(11);
  for (int i = 0; i < 100; ++i) {
    for (int x = 0; x < 640; x += 3)
      s.master.fill({x, static_cast<int>(random() % 400), 3, 80}, static_cast<std::uint32_t>(random()));
    s.world.run(200ms);
  }
  REQUIRE(s.world.until([&] { return s.guest.exact && s.guest.sees(s.master); }, 200s));
  CHECK(warned(s.guest, "picture_unproven") == 0);
  CHECK(warned(s.guest, "picture_withheld") == 0);
}
