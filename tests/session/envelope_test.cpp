#include "session/envelope.h"

#include <catch2/catch.hpp>

#include "wire/relay_frame.h"

using namespace lotse;
using namespace lotse::session;

namespace {

struct Two {
  SessionUuid uuid{1, 2, 3};
  crypto::MasterKeys a_keys, b_keys;
  Envelope a{uuid, ParticipantId{1}, a_keys.signing}, b{uuid, ParticipantId{2}, b_keys.signing};
  Two() {
    auto secret = crypto::EpochSecret::random();
    a.epochs().add(Epoch{1}, secret.clone());
    b.epochs().add(Epoch{1}, std::move(secret));
    a.set_pair(ParticipantId{2},
               *crypto::pair_keys(uuid, a_keys.dh, ParticipantId{1}, b_keys.dh.public_key(), ParticipantId{2}));
    b.set_pair(ParticipantId{1},
               *crypto::pair_keys(uuid, b_keys.dh, ParticipantId{2}, a_keys.dh.public_key(), ParticipantId{1}));
  }
  Envelope::Result open(const Bytes& frame) {
    auto packet = wire::parse_packet(ByteView(frame).subspan(1));
    REQUIRE(packet);
    return b.open(*packet, a_keys.signing.verify_key());
  }
};

}  // namespace

TEST_CASE("what is sealed opens once, and not a second time") {
  Two t;
  Bytes frame;
  SECTION("to one") { frame = *t.a.seal_to(ParticipantId{2}, crypto::Stream::control, as_bytes("hello")); }
  SECTION("to all") { frame = *t.a.seal_to_all(crypto::Stream::chat, as_bytes("hello")); }
  auto result = t.open(frame);
  REQUIRE(result.opened);
  CHECK(as_text(result.opened->plaintext) == "hello");
  auto again = t.open(frame);
  CHECK_FALSE(again.opened);
  CHECK(again.drop == Drop::replayed);
}

TEST_CASE("a packet with any byte changed is dropped") {
  Two t;
  bool to_all = GENERATE(true, false);
  Bytes frame = to_all ? *t.a.seal_to_all(crypto::Stream::chat, as_bytes("hello"))
                       : *t.a.seal_to(ParticipantId{2}, crypto::Stream::control, as_bytes("hello"));
  for (std::size_t i = 1; i < frame.size(); ++i) {
    Bytes changed = frame;
    changed[i] ^= 0x40;
    auto packet = wire::parse_packet(ByteView(changed).subspan(1));
    if (packet) CHECK_FALSE(t.b.open(*packet, t.a_keys.signing.verify_key()).opened);
  }
  CHECK(t.open(frame).opened);
}

TEST_CASE("a member cannot speak in another's name to all") {
  Two t;
  crypto::MasterKeys mallory;
  Envelope forger(t.uuid, ParticipantId{1}, mallory.signing);
  auto secret = t.a.epochs().newest_secret().clone();
  forger.epochs().add(Epoch{1}, std::move(secret));
  auto result = t.open(*forger.seal_to_all(crypto::Stream::chat, as_bytes("pay now")));
  CHECK_FALSE(result.opened);
  CHECK(result.drop == Drop::forged);
}

TEST_CASE("a packet for somebody else, of another session or of no member is dropped") {
  Two t;
  auto frame = *t.a.seal_to_all(crypto::Stream::chat, as_bytes("hello"));
  auto packet = *wire::parse_packet(ByteView(frame).subspan(1));
  CHECK_FALSE(t.b.open(packet, std::nullopt).opened);
  SessionUuid other{9};
  Envelope stranger(other, ParticipantId{2}, t.b_keys.signing);
  CHECK(stranger.open(packet, t.a_keys.signing.verify_key()).drop == Drop::other_session);
  CHECK(t.a.open(packet, t.a_keys.signing.verify_key()).drop == Drop::other_session);  // our own, reflected
}
