#include "crypto/sealer.h"

#include <catch2/catch.hpp>
#include <set>

#include "crypto/handshake.h"

using namespace lotse;
using namespace lotse::crypto;

namespace {

Bytes sealed_by(SealKey& key, ByteView aad, ByteView plaintext) {
  Bytes out;
  key.seal(key.reserve(), aad, plaintext, out);
  return out;
}

const SessionUuid kSession{1, 2, 3};

}  // namespace

TEST_CASE("what is sealed opens, of any size, appended behind what was there") {
  auto key = KeyAndIv::random();
  SealKey seal{key.clone()};
  OpenKey open{std::move(key)};
  for (std::size_t size : {0u, 1u, 15u, 16u, 17u, 1024u, 70'000u}) {
    Bytes plaintext(size, 0xA5), out = {1, 2, 3};
    Counter counter = seal.reserve();
    const auto value = counter.value();
    seal.seal(std::move(counter), as_bytes("header"), plaintext, out);
    REQUIRE(out.size() == 3 + size + kTagSize);
    CHECK(equal(ByteView{out}.first(3), Bytes{1, 2, 3}));
    CHECK(open.open(value, as_bytes("header"), ByteView{out}.subspan(3)) == plaintext);
  }
}

TEST_CASE("a packet opens under its counter, its header and its key, whole, and under nothing else") {
  auto key = KeyAndIv::random();
  SealKey seal{key.clone(), 5};
  OpenKey open{key.clone()}, other{KeyAndIv::random()};
  const Bytes sealed = sealed_by(seal, as_bytes("header"), as_bytes("text"));
  CHECK(open.open(5, as_bytes("header"), sealed));
  CHECK_FALSE(open.open(6, as_bytes("header"), sealed));
  CHECK_FALSE(open.open(5, as_bytes("heade"), sealed));
  CHECK_FALSE(open.open(5, {}, sealed));
  CHECK_FALSE(other.open(5, as_bytes("header"), sealed));
  CHECK_FALSE(open.open(5, as_bytes("header"), {}));
  for (std::size_t cut = 1; cut <= sealed.size(); ++cut)
    CHECK_FALSE(open.open(5, as_bytes("header"), ByteView{sealed}.first(sealed.size() - cut)));
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    Bytes changed = sealed;
    changed[at] ^= 0x80;
    CHECK_FALSE(open.open(5, as_bytes("header"), changed));
  }
  CHECK(open.open(5, as_bytes("header"), sealed));  // failures leave nothing behind
}

TEST_CASE("a counter never comes twice, and equal texts never look alike") {
  SealKey seal{KeyAndIv::random(), 1};
  std::set<std::uint64_t> counters;
  std::set<Bytes> packets;
  for (int i = 0; i < 2000; ++i) {
    Counter counter = seal.reserve();
    CHECK(counters.insert(counter.value()).second);
    Bytes out;
    if (i % 3 != 0) seal.seal(std::move(counter), {}, as_bytes("the same picture"), out);  // else given up: a gap
    if (i % 3 != 0) CHECK(packets.insert(out).second);
  }
  CHECK(seal.sealed() == 2001);
  SealKey moved = std::move(seal);
  CHECK(counters.insert(moved.reserve().value()).second);
}

TEST_CASE("a key is used up after 2^28 packets") {
  SealKey seal{KeyAndIv::random(), kMaxSealsPerKey - 1};
  CHECK_FALSE(seal.exhausted());
  CHECK(seal.reserve().value() == kMaxSealsPerKey - 1);
  CHECK(seal.exhausted());
}

TEST_CASE("a pair has a key for each direction, and both members derive the same") {
  DhKey a = DhKey::make(), b = DhKey::make();
  const ParticipantId two{2}, nine{9};
  auto at_two = pair_keys(kSession, a, two, b.public_key(), nine);
  auto at_nine = pair_keys(kSession, b, nine, a.public_key(), two);
  REQUIRE(at_two);
  REQUIRE(at_nine);
  const Bytes there = sealed_by(at_two->seal, as_bytes("h"), as_bytes("text"));
  const Bytes back = sealed_by(at_nine->seal, as_bytes("h"), as_bytes("text"));
  CHECK(there != back);
  CHECK(at_nine->open.open(0, as_bytes("h"), there));
  CHECK(at_two->open.open(0, as_bytes("h"), back));
  CHECK_FALSE(at_two->open.open(0, as_bytes("h"), there));  // nobody gets his own words back as another's
  CHECK_FALSE(at_nine->open.open(0, as_bytes("h"), back));
}

TEST_CASE("pair keys differ with the session, the indexes and the keys") {
  DhKey a = DhKey::make(), b = DhKey::make(), c = DhKey::make();
  auto right = pair_keys(kSession, a, ParticipantId{2}, b.public_key(), ParticipantId{9});
  const Bytes sealed = sealed_by(right->seal, {}, as_bytes("text"));
  auto opens = [&](std::optional<PairKeys> keys) { return keys->open.open(0, {}, sealed).has_value(); };
  CHECK(opens(pair_keys(kSession, b, ParticipantId{9}, a.public_key(), ParticipantId{2})));
  CHECK_FALSE(opens(pair_keys(SessionUuid{}, b, ParticipantId{9}, a.public_key(), ParticipantId{2})));
  CHECK_FALSE(opens(pair_keys(kSession, b, ParticipantId{9}, a.public_key(), ParticipantId{3})));
  CHECK_FALSE(opens(pair_keys(kSession, b, ParticipantId{1}, a.public_key(), ParticipantId{2})));
  CHECK_FALSE(opens(pair_keys(kSession, c, ParticipantId{9}, a.public_key(), ParticipantId{2})));
}

TEST_CASE("no pair with oneself, nor with a key of low order") {
  DhKey a = DhKey::make();
  CHECK_FALSE(pair_keys(kSession, a, ParticipantId{2}, DhKey::make().public_key(), ParticipantId{2}));
  CHECK_FALSE(pair_keys(kSession, a, ParticipantId{2}, DhPublic{}, ParticipantId{3}));
  CHECK_FALSE(pair_keys(kSession, a, ParticipantId{2}, DhPublic{1}, ParticipantId{3}));
}
