// Moving to datagrams and coming back: no frame is lost, doubled or overtakes another of its class.
#include "net/link/carrier.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/net/sim/network.h"
#include "wire/limits.h"

using namespace lotse;
using namespace lotse::sim;
using namespace std::chrono_literals;
using namespace lotse::net::link;

namespace {

/// One end: TLS is a queue that loses nothing, datagrams take a pipe.
struct Station final : CarrierHost {
  Station(Clock& on, Side side, Pipe& pipe, unsigned seed) : clock(on), out(pipe), random(seed) {
    carrier = std::make_unique<Carrier>(side, *this, held, [this] { return random(); });
    here.address[15] = side == Side::client ? 1 : 2;
    here.port = 4500;
  }
  void send_tls(SharedFrame frame) override {
    ++over_tls;
    tls_at = std::max(tls_at, clock.now() + tls_delay);
    clock.at(tls_at, [this, frame] { other->from_tls(*frame); });
  }
  void from_tls(const Bytes& frame) {
    if (!carrier->on_tls(frame, clock.now())) take(frame);
    wake();
  }
  void deliver(Bytes frame) override {
    ++by_datagram;
    take(frame);
  }
  wire::UdpGrant grant() override {
    if (!has_udp) return {};
    wire::UdpGrant grant{{}, {}, {4500}};
    grant.id[0] = ++grants;
    grant.secret.fill(grants);
    return grant;
  }
  void released(const ConnectionId&) override { ++releases; }
  std::vector<Endpoint> reach(const std::vector<std::uint16_t>&) override { return {other->here}; }
  void udp_failed(UdpFailure) override { ++failures; }

  void take(const Bytes& frame) {
    if (frame.size() < 44) return;
    ByteReader in(ByteView(frame).last(5));
    auto traffic = in.get<std::uint8_t>();
    in_order = in_order && in.get<std::uint32_t>() == came[traffic]++;
  }
  /// A packet of that class with a number at its end.
  void say(TrafficClass traffic, std::size_t size = 60) {
    wire::PacketHeader header;
    header.kind = traffic == TrafficClass::picture  ? wire::PacketKind::frame_end
                  : traffic == TrafficClass::cursor ? wire::PacketKind::state
                                                    : wire::PacketKind::message;
    header.stream = traffic == TrafficClass::input ? 3 : header.kind == wire::PacketKind::message ? 0 : 1;
    if (traffic == TrafficClass::cursor) header.picture.slot = SlotId{1};
    Bytes frame{wire::kPacketFrame};
    wire::write_header(header, frame);
    frame.resize(frame.size() + 30 + size);
    ByteWriter(frame).put(static_cast<std::uint8_t>(traffic)).put(said[static_cast<std::uint8_t>(traffic)]++);
    REQUIRE(class_of(frame) == traffic);
    carrier->send(std::make_shared<const Bytes>(std::move(frame)));
    wake();
  }
  void wake() {
    if (std::exchange(awake, true)) return;
    clock.at(clock.now(), [this] {
      awake = false;
      std::vector<Datagram> datagrams;
      if (carrier->poll(clock.now(), datagrams)) ++drained;
      for (auto& datagram : datagrams)
        out.send(std::move(datagram.bytes), [this, from = here](const Bytes& bytes) {
          if (auto header = parse_clear_header(bytes)) other->carrier->on_datagram(*header, bytes, from, clock.now());
          other->wake();
        });
      Instant next = carrier->next_deadline();
      if (next != Instant::never()) clock.at(next, [this] { wake(); });
    });
  }

  Clock& clock;
  Pipe& out;
  std::mt19937_64 random;
  HeldBytes held{0, 8u << 20};
  std::unique_ptr<Carrier> carrier;
  Station* other = nullptr;
  Endpoint here;
  Instant tls_at{};
  Duration tls_delay = 30ms;
  std::map<std::uint8_t, std::uint32_t> said, came;
  int over_tls = 0, by_datagram = 0, releases = 0, failures = 0, drained = 0;
  std::uint8_t grants = 0;
  bool in_order = true, awake = false, has_udp = true;
};

struct Line {
  explicit Line(const Shape& shape = {}, unsigned seed = 1)
      : up(clock, shape, seed),
        down(clock, shape, seed + 1),
        client(clock, Side::client, up, seed + 2),
        relay(clock, Side::relay, down, seed + 3) {
    client.other = &relay;
    relay.other = &client;
    client.carrier->want(Carrier::Want::udp, clock.now());
  }
  void pass(Duration time) { clock.run_until(clock.now() + time); }
  void enter() {
    relay.send_tls(
        std::make_shared<const Bytes>(wire::encode(wire::SessionOpened{wire::number_of("428117903"), {}, {}})));
    relay.carrier->admit(clock.now());
  }
  void cut(bool on) { up.cut(on), down.cut(on); }
  bool complete() const {
    return client.in_order && relay.in_order && client.said == relay.came && relay.said == client.came;
  }
  Clock clock;
  Pipe up, down;
  Station client, relay;
};

constexpr TrafficClass kSpoken[] = {TrafficClass::control, TrafficClass::input, TrafficClass::cursor,
                                    TrafficClass::picture};

}  // namespace

TEST_CASE("after SESSION and admission both ends move to datagrams") {
  Line line;
  line.client.say(TrafficClass::control);
  line.pass(1s);
  CHECK_FALSE(line.client.carrier->on_udp());  // nobody said SESSION
  line.enter();
  line.pass(1s);
  CHECK(line.client.carrier->on_udp());
  CHECK(line.relay.carrier->on_udp());
  for (TrafficClass traffic : kSpoken) line.client.say(traffic), line.relay.say(traffic);
  line.pass(1s);
  CHECK(line.complete());
  CHECK(line.client.by_datagram == 4);
  CHECK(line.relay.by_datagram == 4);
  CHECK(line.client.carrier->flushed());
  CHECK(line.client.failures == 0);
}

TEST_CASE("a link that is not admitted gets no datagrams") {
  Line line;
  line.relay.send_tls(
      std::make_shared<const Bytes>(wire::encode(wire::SessionOpened{wire::number_of("428117903"), {}, {}})));
  line.pass(5s);
  CHECK(line.relay.grants == 0);
  line.relay.carrier->admit(line.clock.now());
  line.pass(1s);
  CHECK(line.client.carrier->on_udp());
}

TEST_CASE("where no datagram passes everything stays on TLS, and it is tried again later") {
  Line line;
  line.cut(true);
  line.enter();
  for (int i = 0; i < 40; ++i) {
    for (TrafficClass traffic : kSpoken) line.client.say(traffic), line.relay.say(traffic);
    line.pass(200ms);
  }
  CHECK(line.complete());
  CHECK(line.client.failures == 1);
  CHECK(line.client.by_datagram == 0);
  CHECK(line.relay.releases == 1);
  line.cut(false);
  line.pass(60s);
  CHECK(line.client.carrier->on_udp());
  CHECK(line.relay.grants == 2);
}

TEST_CASE("a relay without UDP says so") {
  Line line;
  line.relay.has_udp = false;
  line.enter();
  line.pass(1s);
  CHECK(line.client.failures == 1);
  line.client.say(TrafficClass::control);
  line.pass(1s);
  CHECK(line.complete());
}

TEST_CASE("whenever the path breaks or is taken back, each frame comes once and in order") {
  // The first: frames were acknowledged before the MOVE that lets them through, and then the path was given up.
  const unsigned seed = GENERATE(1029949864u, std::random_device{}());
  INFO("seed " << seed);
  std::mt19937 random(seed);
  int moves = 0;
  for (int round = 0; round < 12; ++round) {
    Shape shape;
    shape.loss = 0.05, shape.reorder = 0.1, shape.duplicate = 0.05;
    Line line(shape, seed + static_cast<unsigned>(round) * 10);
    line.client.tls_delay = line.relay.tls_delay = std::chrono::milliseconds(5 + random() % 300);
    line.enter();
    bool dark = false;
    for (int step = 0; step < 1500; ++step) {
      Station& speaker = random() % 2 ? line.client : line.relay;
      speaker.say(kSpoken[random() % 4], random() % 20 == 0 ? random() % 30'000 : random() % 400);
      if (random() % 150 == 0) line.cut(dark = !dark);
      if (random() % 200 == 0)
        line.client.carrier->want(random() % 2 ? Carrier::Want::udp : Carrier::Want::tls, line.clock.now());
      line.pass(std::chrono::milliseconds(random() % 40));
      moves += line.client.carrier->on_udp();
    }
    line.cut(false);
    line.pass(120s);
    CHECK(line.complete());
    CHECK(line.client.held.now + line.relay.held.now == 0);
  }
  CHECK(moves > 0);
}

TEST_CASE("what waits is told, and that more may come is told, too") {
  Shape shape;
  shape.mbit = 2;
  Line line(shape);
  line.enter();
  line.pass(1s);
  REQUIRE(line.relay.carrier->on_udp());
  CHECK(line.relay.carrier->queued() == 0);
  while (line.relay.carrier->queued() < wire::kPictureWindow) line.relay.say(TrafficClass::picture, 4'000);
  CHECK(line.relay.carrier->link()->unsent() < 64u << 10);
  int before = line.relay.drained;
  line.pass(2s);
  CHECK(line.relay.drained > before);
  CHECK(line.relay.carrier->queued() == 0);
}

TEST_CASE("frames about datagrams that are out of place change nothing") {
  Line line;
  line.enter();
  line.pass(1s);
  for (const wire::Frame& frame : {wire::Frame(wire::UdpAsk{}), wire::Frame(wire::UdpMove{{9}}),
                                   wire::Frame(wire::UdpBack{{9}, {}}), wire::Frame(wire::UdpGrant{{9}, {}, {1}})})
    for (Station* station : {&line.client, &line.relay})
      station->carrier->on_tls(wire::encode(frame), line.clock.now());
  line.pass(1s);
  CHECK(line.client.carrier->on_udp());
  line.client.say(TrafficClass::control);
  line.relay.say(TrafficClass::control);
  // Counts that nobody can have: the liar loses its own frames, nothing else.
  wire::UdpBack lie{*line.client.carrier->id(), {}};
  lie.taken.fill(UINT32_MAX);
  line.relay.carrier->on_tls(wire::encode(lie), line.clock.now());
  line.pass(1s);
  CHECK_FALSE(line.relay.carrier->on_udp());
}
