// Everything arrives, once and in order, whatever the network does.
#include <catch2/catch.hpp>

#include "tests/net/sim/link_pair.h"
#include "wire/limits.h"

using namespace lotse;
using namespace lotse::sim;
using namespace std::chrono_literals;
using net::link::TrafficClass;

namespace {

/// u8 class, u32 number, then filling.
Bytes numbered(TrafficClass traffic, std::uint32_t number, std::size_t size) {
  Bytes frame;
  ByteWriter(frame).put(static_cast<std::uint8_t>(traffic)).put(number);
  frame.resize(std::max(frame.size(), size), static_cast<std::uint8_t>(number));
  return frame;
}

/// Sends frames of all classes both ways at random moments for a while.
struct Talk {
  Clock& clock;
  End& from;
  std::mt19937 random;
  std::array<std::uint32_t, net::link::kClasses> sent{}, came{};
  bool in_order = true;
  Talk(Clock& on, End& sender, End& receiver, unsigned seed) : clock(on), from(sender), random(seed) {
    receiver.on_frame = [this](const Bytes& frame) {
      ByteReader in(frame);
      auto traffic = in.get<std::uint8_t>();
      in_order = in_order && in.get<std::uint32_t>() == came.at(traffic)++;
    };
  }
  void say(Instant until) {
    if (clock.now() >= until) return;
    auto traffic = static_cast<TrafficClass>(random() % net::link::kClasses);
    std::size_t size = random() % 50 == 0 ? random() % 60'000 : random() % 1'500;
    from.send(traffic, numbered(traffic, sent[static_cast<std::size_t>(traffic)]++, size));
    clock.after(std::chrono::microseconds(random() % 8'000), [this, until] { say(until); });
  }
  bool complete() const { return in_order && came == sent; }
};

struct Weather {
  const char* name;
  Shape shape;
  Duration blackout;
};

}  // namespace

TEST_CASE("everything arrives once and in order under loss, reordering, repetition, flipped bits and blackouts") {
  Shape fine, lossy, wild, hostile;
  lossy.loss = 0.05;
  wild.loss = 0.1, wild.reorder = 0.2, wild.duplicate = 0.1, wild.flip = 0.02;
  hostile.loss = 0.35, hostile.reorder = 0.3, hostile.duplicate = 0.3, hostile.flip = 0.1, hostile.mbit = 3;
  const Weather all[] = {{"fine", fine, 0s},
                         {"lossy", lossy, 0s},
                         {"wild", wild, 0s},
                         {"hostile", hostile, 0s},
                         {"blackout", lossy, 2500ms}};
  const unsigned seed = std::random_device{}();
  for (const Weather& weather : all) {
    INFO(weather.name << " seed " << seed);
    Clock clock;
    Pipe up(clock, weather.shape, seed), down(clock, weather.shape, seed + 1);
    LinkPair pair(clock, up, down, seed % 200 + 1);
    Talk to_relay(clock, pair.client, pair.relay, seed + 2), to_client(clock, pair.relay, pair.client, seed + 3);
    Instant end = clock.now() + 6s;
    to_relay.say(end);
    to_client.say(end);
    if (weather.blackout > 0s) {
      clock.after(2s, [&] { up.cut(true), down.cut(true); });
      clock.after(2s + weather.blackout, [&] { up.cut(false), down.cut(false); });
    }
    clock.run_until(end + 400s);
    CHECK(to_relay.complete());
    CHECK(to_client.complete());
    CHECK(pair.client.link().kept() == 0);
    CHECK(pair.relay.link().kept() == 0);
    CHECK(pair.client.held.now == 0);
    CHECK_FALSE(pair.relay.link().is_dead(clock.now()));
  }
}

TEST_CASE("any pattern of losses ends with everything there") {
  for (unsigned pattern = 0; pattern < 256; ++pattern) {
    Clock clock;
    Shape shape;
    Pipe up(clock, shape, 1), down(clock, shape, 2);
    LinkPair pair(clock, up, down, 3);
    clock.run_until(clock.now() + 1s);
    Talk talk(clock, pair.relay, pair.client, 4);
    for (unsigned bit = 0; bit < 8; ++bit)  // each 20 ms may be dark, in this direction or the other
      if (pattern >> bit & 1)
        clock.after(bit * 20ms, [&, bit] { (bit % 2 ? up : down).cut(true); }),
            clock.after((bit + 1) * 20ms, [&, bit] { (bit % 2 ? up : down).cut(false); });
    for (std::uint32_t i = 0; i < 3; ++i) {
      pair.relay.send(TrafficClass::control, numbered(TrafficClass::control, i, 10));
      pair.relay.send(TrafficClass::picture, numbered(TrafficClass::picture, i, 5'000));
    }
    talk.sent[0] = talk.sent[4] = 3;
    clock.run_until(clock.now() + 5s);
    INFO("pattern " << pattern);
    REQUIRE(talk.complete());
  }
}

TEST_CASE("a loss in one class does not hold up another") {
  Clock clock;
  Shape shape;
  Pipe up(clock, shape, 1), down(clock, shape, 2);
  LinkPair pair(clock, up, down, 3);
  clock.run_until(clock.now() + 1s);
  std::vector<Bytes> came;
  pair.client.on_frame = [&](Bytes frame) { came.push_back(std::move(frame)); };
  down.cut(true);
  pair.relay.send(TrafficClass::picture, Bytes(900, 1));
  clock.run_until(clock.now() + 1ms);
  down.cut(false);
  pair.relay.send(TrafficClass::cursor, Bytes(50, 2));
  clock.run_until(clock.now() + 26ms);
  REQUIRE(came.size() == 1);
  CHECK(came[0].front() == 2);
  clock.run_until(clock.now() + 1s);
  CHECK(came.size() == 2);
}

TEST_CASE("control overtakes pictures that wait") {
  Clock clock;
  Shape shape;
  shape.mbit = 2;
  Pipe up(clock, shape, 1), down(clock, shape, 2);
  LinkPair pair(clock, up, down, 3);
  Bulk bulk(pair.relay, pair.client);
  Instant asked = Instant::never(), came = Instant::never();
  pair.client.on_frame = [&](const Bytes& frame) {
    if (frame.size() == 9) came = clock.now();
  };
  clock.run_until(clock.now() + 5s);
  asked = clock.now();
  pair.relay.send(TrafficClass::control, Bytes(9, 1));
  clock.run_until(clock.now() + 1s);
  CHECK(came - asked < 25ms + 60ms);  // what is in the network's queue already stays before it
}

TEST_CASE("a lost key press comes with the next packet, not after a timeout") {
  Clock clock;
  Shape shape;
  Pipe up(clock, shape, 1), down(clock, shape, 2);
  LinkPair pair(clock, up, down, 3);
  clock.run_until(clock.now() + 1s);
  Instant sent = clock.now();
  std::vector<Duration> came;
  pair.relay.on_frame = [&](const Bytes&) { came.push_back(clock.now() - sent); };
  up.cut(true);
  pair.client.send(TrafficClass::input, Bytes(40, 1));
  clock.run_until(clock.now() + 5ms);
  up.cut(false);
  pair.client.send(TrafficClass::input, Bytes(40, 2));
  clock.run_until(clock.now() + 30ms);
  REQUIRE(came.size() == 2);
  CHECK(came[0] < 32ms);
}

TEST_CASE("nothing waits longer in the sender than the room that it tells") {
  Clock clock;
  Shape shape;
  Pipe up(clock, shape, 1), down(clock, shape, 2);
  LinkPair pair(clock, up, down, 3);
  Bulk bulk(pair.relay, pair.client);
  clock.run_until(clock.now() + 5s);
  double bytes_in_quarter_second = shape.mbit * 1e6 / 8 / 4;
  CHECK(static_cast<double>(pair.relay.link().room()) < bytes_in_quarter_second);
  CHECK(static_cast<double>(pair.relay.link().room()) > bytes_in_quarter_second / 10);
}

TEST_CASE("files leave a part of the path to everything else") {
  Clock clock;
  Shape shape;
  Pipe up(clock, shape, 1), down(clock, shape, 2);
  LinkPair pair(clock, up, down, 3);
  Bulk bulk(pair.relay, pair.client, TrafficClass::files);
  clock.run_until(clock.now() + 10s);
  CHECK(bulk.mbit(10s) > 10);
  Instant asked = clock.now(), came = Instant::never();
  pair.client.on_frame = [&](const Bytes& frame) {
    if (frame.size() == 999) came = clock.now();
  };
  pair.relay.send(TrafficClass::picture, Bytes(999, 1));
  clock.run_until(clock.now() + 1s);
  CHECK(came - asked < 25ms + 30ms);
}

TEST_CASE("a link that gets no answer for three seconds is dead, an idle one is not") {
  Clock clock;
  Shape shape;
  Pipe up(clock, shape, 1), down(clock, shape, 2);
  LinkPair pair(clock, up, down, 3);
  clock.run_until(clock.now() + 60s);
  CHECK_FALSE(pair.client.link().is_dead(clock.now()));
  CHECK_FALSE(pair.relay.link().is_dead(clock.now()));
  std::uint64_t packets = pair.client.link().stats().packets_out;
  clock.run_until(clock.now() + 60s);
  std::uint64_t more = pair.client.link().stats().packets_out - packets;
  CHECK(more > 4);  // keepalives
  CHECK(more < 30);
  up.cut(true);
  clock.run_until(clock.now() + 15s);
  CHECK(pair.client.link().is_dead(clock.now()));
}
