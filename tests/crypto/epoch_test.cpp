#include "crypto/epoch.h"

#include <catch2/catch.hpp>
#include <set>

using namespace lotse;
using namespace lotse::crypto;
using Failure = EpochKeys::Failure;
using Replay = EpochKeys::Replay;

namespace {

const SessionUuid kSession{1, 2, 3};
const ParticipantId kAlice{1}, kBob{2};

struct Packet {
  std::uint64_t counter = 0;
  Bytes sealed;
};

Packet sealed_by(EpochKeys& keys, Stream stream, std::string_view text = "text") {
  Counter counter = keys.reserve(stream);
  Packet packet{counter.value(), {}};
  keys.seal(stream, std::move(counter), as_bytes("header"), as_bytes(text), packet.sealed);
  return packet;
}

EpochKeys::Opened opened_by(EpochKeys& keys, Epoch epoch, const Packet& packet, Stream stream = Stream::chat,
                            Replay replay = Replay::check, ParticipantId sender = kAlice) {
  auto opened = keys.open(epoch, sender, stream, packet.counter, as_bytes("header"), packet.sealed, replay);
  if (opened.plaintext) keys.mark_seen(epoch, sender, stream, packet.counter);
  return opened;
}

struct Pair {
  Pair() { both(Epoch{1}); }
  void both(Epoch epoch) {
    auto secret = EpochSecret::random();
    alice.add(epoch, secret.clone());
    bob.add(epoch, std::move(secret));
  }
  EpochKeys alice{kSession, kAlice}, bob{kSession, kBob};
};

}  // namespace

TEST_CASE("what one member seals to all another opens, once") {
  Pair pair;
  for (Stream stream : {Stream::control, Stream::picture, Stream::audio, Stream::pointer, Stream::chat}) {
    const Packet packet = sealed_by(pair.alice, stream);
    auto opened = opened_by(pair.bob, Epoch{1}, packet, stream);
    REQUIRE(opened.plaintext);
    CHECK(as_text(*opened.plaintext) == "text");
    opened = opened_by(pair.bob, Epoch{1}, packet, stream);
    CHECK_FALSE(opened.plaintext);
    CHECK(opened.failure == Failure::replayed);
  }
}

TEST_CASE("each packet opens once, in whatever order they come") {
  Pair pair;
  std::vector<Packet> packets;
  for (int i = 0; i < 5; ++i) packets.push_back(sealed_by(pair.alice, Stream::chat));
  for (std::size_t i : {2u, 0u, 4u, 1u, 3u}) CHECK(opened_by(pair.bob, Epoch{1}, packets[i]).plaintext);
  for (const Packet& packet : packets) CHECK(opened_by(pair.bob, Epoch{1}, packet).failure == Failure::replayed);
}

TEST_CASE("what opened is not seen before its signature was found to fit") {
  Pair pair;
  const Packet packet = sealed_by(pair.alice, Stream::chat);
  auto open = [&] {
    return pair.bob.open(Epoch{1}, kAlice, Stream::chat, packet.counter, as_bytes("header"), packet.sealed,
                         Replay::check);
  };
  CHECK(open().plaintext);
  CHECK(open().plaintext);
  pair.bob.mark_seen(Epoch{1}, kAlice, Stream::chat, packet.counter);
  CHECK(open().failure == Failure::replayed);
}

TEST_CASE("pictures may be opened again: their slots have rules of their own") {
  Pair pair;
  const Packet packet = sealed_by(pair.alice, Stream::picture);
  for (int i = 0; i < 3; ++i) CHECK(opened_by(pair.bob, Epoch{1}, packet, Stream::picture, Replay::allow).plaintext);
}

TEST_CASE("a forged packet is told, and does not use up the counter of the true one") {
  Pair pair;
  for (int warm = 0; warm < 2; ++warm) {  // before and after something of the sender was opened
    const Packet packet = sealed_by(pair.alice, Stream::chat);
    Packet forged = packet;
    forged.sealed[0] ^= 1;
    CHECK(opened_by(pair.bob, Epoch{1}, forged).failure == Failure::forged);
    CHECK(opened_by(pair.bob, Epoch{1}, packet, Stream::pointer).failure == Failure::forged);
    CHECK(opened_by(pair.bob, Epoch{1}, packet, Stream::chat, Replay::check, ParticipantId{3}).failure ==
          Failure::forged);
    CHECK(opened_by(pair.bob, Epoch{1}, {packet.counter + 1, packet.sealed}).failure == Failure::forged);
    CHECK(opened_by(pair.bob, Epoch{1}, {packet.counter, {}}).failure == Failure::forged);
    CHECK(opened_by(pair.bob, Epoch{1}, packet).plaintext);
  }
}

TEST_CASE("a packet of an epoch that is not known says so, and opens when the epoch has come") {
  Pair pair;
  auto secret = EpochSecret::random();
  pair.alice.add(Epoch{2}, secret.clone());
  const Packet packet = sealed_by(pair.alice, Stream::chat);
  CHECK(opened_by(pair.bob, Epoch{2}, packet).failure == Failure::unknown_epoch);
  CHECK(opened_by(pair.bob, Epoch{1}, packet).failure == Failure::forged);
  pair.bob.add(Epoch{2}, std::move(secret));
  CHECK(opened_by(pair.bob, Epoch{2}, packet).plaintext);
}

TEST_CASE("an old epoch opens until it is erased") {
  Pair pair;
  const Packet old = sealed_by(pair.alice, Stream::chat), older = sealed_by(pair.alice, Stream::chat);
  pair.both(Epoch{2});
  CHECK(pair.bob.newest() == Epoch{2});
  CHECK(opened_by(pair.bob, Epoch{1}, old).plaintext);
  pair.bob.erase_through(Epoch{1});
  CHECK_FALSE(pair.bob.knows(Epoch{1}));
  CHECK(pair.bob.knows(Epoch{2}));
  CHECK(opened_by(pair.bob, Epoch{1}, older).failure == Failure::unknown_epoch);
  CHECK(opened_by(pair.bob, Epoch{2}, sealed_by(pair.alice, Stream::chat)).plaintext);
}

TEST_CASE("a removed member cannot open what follows") {
  Pair pair;
  pair.alice.add(Epoch{2}, EpochSecret::random());  // bob is not told
  const Packet packet = sealed_by(pair.alice, Stream::chat);
  pair.bob.add(Epoch{2}, EpochSecret::random());  // he makes one up
  CHECK(opened_by(pair.bob, Epoch{2}, packet).failure == Failure::forged);
}

TEST_CASE("an epoch never comes again, not even after it was erased") {
  EpochKeys keys(kSession, kAlice);
  CHECK(keys.newest() == Epoch{0});
  CHECK_FALSE(keys.add(Epoch{0}, EpochSecret::random()));
  CHECK(keys.add(Epoch{5}, EpochSecret::random()));
  const Bytes secret(keys.newest_secret().view().begin(), keys.newest_secret().view().end());
  CHECK_FALSE(keys.add(Epoch{5}, EpochSecret::random()));
  CHECK_FALSE(keys.add(Epoch{4}, EpochSecret::random()));
  CHECK(equal(secret, keys.newest_secret().view()));
  keys.erase_through(Epoch{5});
  CHECK(keys.newest() == Epoch{0});
  CHECK_FALSE(keys.add(Epoch{5}, EpochSecret::random()));
  CHECK(keys.add(Epoch{6}, EpochSecret::random()));
}

TEST_CASE("at most so many epochs are kept, the newest") {
  EpochKeys keys(kSession, kAlice);
  for (std::uint32_t epoch = 1; epoch <= 100; ++epoch) keys.add(Epoch{epoch}, EpochSecret::random());
  CHECK(keys.knows(Epoch{100}));
  CHECK(keys.knows(Epoch{101 - EpochKeys::kMaxEpochs}));
  CHECK_FALSE(keys.knows(Epoch{100 - EpochKeys::kMaxEpochs}));
}

TEST_CASE("no two keys are alike: streams, senders, epochs 256 apart, sessions") {
  auto secret = EpochSecret::random();
  std::set<Bytes> keys;
  auto add = [&](const SessionUuid& session, Epoch epoch, ParticipantId sender, Stream stream) {
    auto key = sframe_key(sframe_base(secret, session, epoch), key_id(stream, sender, epoch));
    keys.insert(Bytes(key.view().begin(), key.view().end()));
  };
  unsigned count = 0;
  for (const SessionUuid& session : {kSession, SessionUuid{}})
    for (std::uint32_t epoch : {1u, 257u, 513u})
      for (ParticipantId sender : {ParticipantId{0}, ParticipantId{1}, ParticipantId{255}, ParticipantId{256}})
        for (std::uint8_t stream = 0; stream < kStreams; ++stream)
          add(session, Epoch{epoch}, sender, Stream{stream}), ++count;
  CHECK(keys.size() == count);
  CHECK(key_id(Stream::chat, ParticipantId{0x1234}, Epoch{0x5678}) == 0x04123478);
}

TEST_CASE("counters start at 0 in each epoch and stream, and no packet looks like another") {
  Pair pair;
  std::set<Bytes> packets;
  for (std::uint32_t epoch = 1; epoch < 4; ++epoch) {
    if (epoch > 1) pair.both(Epoch{epoch});
    CHECK(pair.alice.most_sealed() == 0);
    for (std::uint64_t i = 0; i < 5; ++i) {
      CHECK(packets.insert(sealed_by(pair.alice, Stream::picture).sealed).second);
      const Packet packet = sealed_by(pair.alice, Stream::chat);
      CHECK(packet.counter == i);
      CHECK(packets.insert(packet.sealed).second);
      CHECK(packets.insert(sealed_by(pair.bob, Stream::chat).sealed).second);
    }
    sealed_by(pair.alice, Stream::picture);
    CHECK(pair.alice.most_sealed() == 6);
  }
}
