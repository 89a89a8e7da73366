// Strangers, and a peer who turned hostile.
#include <catch2/catch.hpp>

#include "net/link/datagram_seal.h"
#include "tests/net/sim/link_pair.h"
#include "wire/limits.h"

using namespace lotse;
using namespace lotse::sim;
using namespace std::chrono_literals;
using namespace lotse::net::link;

namespace {

struct Scene {
  Scene() {
    pair.client.on_frame = [this](Bytes frame) { at_client.push_back(std::move(frame)); };
    pair.relay.on_frame = [this](Bytes frame) { at_relay.push_back(std::move(frame)); };
    pair.relay.on_wire = [this](const Bytes& datagram) { seen.push_back(datagram); };
    pass(1s);
  }
  void pass(Duration time) { clock.run_until(clock.now() + time); }
  Clock clock;
  Pipe up{clock, Shape{}, 1}, down{clock, Shape{}, 2};
  LinkPair pair{clock, up, down, 3};
  std::vector<Bytes> at_client, at_relay, seen;
  Endpoint elsewhere() const {
    Endpoint endpoint = pair.client.here;
    endpoint.address[15] = 66;
    return endpoint;
  }
};

/// A datagram as the client of the scene would seal it.
Bytes sealed_by_client(std::uint32_t number, const std::vector<Piece>& pieces) {
  ConnectionId id{1, 2, 3, 4, 5, 6, 7, 3};
  LinkSecret secret{};
  secret.fill(3);
  Bytes datagram;
  write_clear_header({id, number}, datagram);
  for (const Piece& piece : pieces) write_piece(piece, datagram);
  DatagramSealer(Side::client, id, secret).seal(number, datagram);
  return datagram;
}

}  // namespace

TEST_CASE("what is repeated, cut or altered changes nothing and is answered by nothing") {
  Scene scene;
  scene.pair.client.send(TrafficClass::input, Bytes(40, 9));
  scene.pass(1s);
  REQUIRE(scene.at_relay.size() == 1);
  const auto recorded = scene.seen;
  const std::uint64_t sent = scene.pair.relay.link().stats().packets_out;
  for (const Bytes& datagram : recorded) {
    scene.pair.relay.receive(datagram, scene.pair.client.here);
    scene.pair.relay.receive(datagram, scene.elsewhere());
    for (std::size_t size = 0; size < datagram.size(); size += 7)
      scene.pair.relay.receive(Bytes(datagram.begin(), datagram.begin() + static_cast<std::ptrdiff_t>(size)),
                               scene.elsewhere());
    Bytes altered = datagram;
    altered.back() ^= 1;
    altered[12] ^= 0x40;  // another number
    scene.pair.relay.receive(altered, scene.elsewhere());
  }
  scene.pass(2s);
  CHECK(scene.at_relay.size() == 1);
  CHECK(scene.pair.relay.link().stats().packets_out == sent);
  CHECK(scene.pair.relay.sent_to_strangers == 0);
  CHECK(scene.pair.relay.link().stats().repeated >= 2 * recorded.size());
}

TEST_CASE("who copies a datagram under another address gets a challenge, never more than came, and no traffic") {
  Scene scene;
  const auto number = static_cast<std::uint32_t>(scene.pair.client.link().stats().packets_out);
  scene.up.cut(true);
  scene.pair.client.send(TrafficClass::input, Bytes(40, 1));  // the original is lost
  scene.up.cut(false);
  const Bytes copy = sealed_by_client(number, {Ping{}, Data{TrafficClass::files, 70'000, Bytes(500)}});
  scene.pair.relay.receive(copy, scene.elsewhere());
  scene.pair.relay.send(TrafficClass::picture, Bytes(200'000, 1));
  scene.pass(5s);
  CHECK(scene.pair.relay.sent_to_strangers <= copy.size());
  CHECK(scene.pair.relay.sent_to_strangers > 0);
  REQUIRE(scene.at_client.size() == 1);  // the traffic stays where the client has proven to be
  CHECK(scene.pair.relay.link().peer() == scene.pair.client.here);
}

TEST_CASE("a client whose address changes goes on from the new one") {
  Scene scene;
  Bulk bulk(scene.pair.relay, scene.pair.client);
  scene.pair.relay.wake();
  scene.pass(2s);
  scene.pair.client.here.port = 9999;  // what goes to the old one is lost from now on
  scene.pass(500ms);
  bulk.bytes = 0;
  scene.pass(3s);
  CHECK(scene.pair.relay.link().peer()->port == 9999);
  CHECK(bulk.mbit(3s) > 10);
}

TEST_CASE("an address that never answers gets a challenge now and then, for less than came from it") {
  Scene scene;
  std::size_t came = 0;
  for (std::uint32_t n = 0; n < 100; ++n) {
    const Bytes datagram = sealed_by_client(1000 + n, {Ping{}, Data{TrafficClass::input, 60'000, Bytes(900)}});
    came += datagram.size();
    scene.pair.relay.receive(datagram, scene.elsewhere());
    scene.pass(100ms);
  }
  CHECK(scene.pair.relay.sent_to_strangers <= 16 * wire::kMaxDatagram);
  CHECK(scene.pair.relay.sent_to_strangers < came / 4);
}

TEST_CASE("a peer that acknowledges what was never sent is given up") {
  Scene scene;
  scene.pair.relay.receive(sealed_by_client(1000, {Ack{{{0, 1'000'000}}, 0}}), scene.pair.client.here);
  CHECK(scene.pair.relay.link().is_dead(scene.clock.now()));
}

TEST_CASE("a peer that sends parts and never the first makes the relay hold no more than its windows") {
  Scene scene;
  scene.pair.relay.held.most = 1u << 20;
  std::uint32_t number = 1000;
  for (std::uint8_t traffic = 0; traffic < kClasses; ++traffic)
    for (std::uint64_t at = 1; at < 4'000'000; at += 1201)
      scene.pair.relay.receive(
          sealed_by_client(number++, {Data{static_cast<TrafficClass>(traffic), at, Bytes(1100, 1)}}),
          scene.pair.client.here);
  CHECK(scene.pair.relay.held.now <= scene.pair.relay.held.most);
  CHECK(scene.pair.relay.link().stats().refused > 1000);
}

TEST_CASE("a flood of garbage costs the link nothing but counting") {
  Scene scene;
  std::mt19937 random(1);
  for (int i = 0; i < 5'000; ++i) {
    Bytes junk(random() % 1300);
    for (auto& byte : junk) byte = static_cast<std::uint8_t>(random());
    if (junk.size() > 12) junk[0] = kDatagramVersion;
    scene.pair.relay.receive(junk, scene.elsewhere());
  }
  CHECK(scene.pair.relay.sent_to_strangers == 0);
  CHECK(scene.pair.relay.held.now == 0);
  scene.pair.client.send(TrafficClass::control, Bytes(10, 1));
  scene.pass(100ms);
  CHECK(scene.at_relay.size() == 1);
}
