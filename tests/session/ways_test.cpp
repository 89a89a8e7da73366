// Ways between members without the relay, over simulated datagrams: docs/protocol/direct.md.
#include <catch2/catch.hpp>

#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

/// Both may go direct, and have.
struct DirectPair : Pair {
  explicit DirectPair(Mode mode = Mode::presentation) : Pair(mode) {
    master.go_direct();
    guest.go_direct();
    REQUIRE(world.until([&] { return guest.is_direct(master) && master.is_direct(guest); }, 5s));
    world.run(2s);  // both ways carry for a while
  }
};

InputEvent typed(int i) {
  InputEvent text;
  text.kind = InputEvent::Kind::text;
  text.text = std::to_string(i);
  return text;
}

bool follows(Pair& p, Duration limit = 5s) {
  return p.world.until([&] { return p.guest.exact && p.guest.sees(p.master); }, limit);
}

}  // namespace

TEST_CASE("a viewer and a presenter find each other, and pictures leave the relay alone") {
  DirectPair p;
  std::mt19937 random(1);
  std::size_t by_relay = p.master.picture_frames_sent + p.master.manifests_sent;
  for (int i = 0; i < 20; ++i) {
    p.master.draw(random);
    p.world.run(50ms);
  }
  CHECK(follows(p));
  p.world.run(3s);
  CHECK(p.master.picture_frames_sent + p.master.manifests_sent == by_relay);
  CHECK(p.master.ways().state(p.guest.session().core()->self).via == "lan");
}

TEST_CASE("the way is there within a second, and nothing stops meanwhile") {
  Pair p;
  p.master.go_direct();
  p.guest.go_direct();
  Instant begin = p.world.now;
  std::mt19937 random(2);
  std::size_t shows = p.guest.shows;
  Duration longest{};
  Instant last = begin;
  while (p.world.now < begin + 3s) {
    p.master.draw(random);
    p.world.run(20ms);
    if (p.guest.shows == shows) continue;
    longest = std::max(longest, p.world.now - last);
    last = p.world.now;
    shows = p.guest.shows;
  }
  CHECK(p.guest.is_direct(p.master));
  CHECK(longest <= 100ms);
  CHECK(follows(p));
}

TEST_CASE("where no datagram passes the relay goes on, and the reason is there") {
  Pair p;
  p.world.lets_datagram_through = [](const Station&, const Station&) { return false; };
  p.master.go_direct();
  p.guest.go_direct();
  p.world.run(8s);
  CHECK_FALSE(p.guest.is_direct(p.master));
  CHECK_FALSE(p.guest.ways().state(ParticipantId{0}).why_not.empty());
  p.master.fill({0, 0, 40, 40}, 0x123456);
  CHECK(follows(p));
  // It is tried again, and no storm of it.
  std::size_t sent = p.master.datagrams_sent + p.guest.datagrams_sent;
  p.world.run(300s);
  CHECK(p.master.datagrams_sent + p.guest.datagrams_sent - sent < 200);
  p.world.lets_datagram_through = nullptr;
  CHECK(p.world.until([&] { return p.guest.is_direct(p.master); }, 601s));
}

TEST_CASE("when a way goes silent the relay has the picture within three seconds") {
  DirectPair p;
  std::mt19937 random(3);
  p.world.lets_datagram_through = [](const Station&, const Station&) { return false; };
  p.master.draw(random);
  CHECK(p.world.until([&] { return p.guest.sees(p.master); }, 3s));
  CHECK_FALSE(p.master.is_direct(p.guest));
  CHECK(follows(p));
  p.world.lets_datagram_through = nullptr;
  CHECK(p.world.until([&] { return p.guest.is_direct(p.master); }, 10s));
  p.world.run(2s);
  p.master.draw(random);
  CHECK(follows(p));
}

TEST_CASE("input arrives once each and in order while ways come and go") {
  DirectPair p;
  REQUIRE_FALSE(p.guest.session().request_control(std::nullopt, true, p.world.now));
  REQUIRE(p.world.until([&] { return p.master.saw<ConsentRequest>(); }));
  REQUIRE_FALSE(
      p.master.session().answer_consent(p.master.all<ConsentRequest>().back().request, true, {}, p.world.now));
  REQUIRE(p.world.until([&] { return p.guest.session().watching()->controls(ParticipantId{0}); }));
  std::mt19937 random(4);
  bool passes = true;
  p.world.lets_datagram_through = [&](const Station&, const Station&) { return passes && random() % 10 > 0; };
  int n = 0;
  std::vector<bool> was_direct;
  for (int round = 0; round < 12; ++round) {
    passes = round % 3 != 1;
    for (int i = 0; i < 25; ++i) {
      CHECK_FALSE(p.guest.session().input(std::nullopt, typed(n++), p.world.now));
      p.world.run(200ms);
    }
    was_direct.push_back(p.guest.is_direct(p.master));
  }
  p.world.run(8s);
  CHECK(std::count(was_direct.begin(), was_direct.end(), true) >= 3);
  CHECK(std::count(was_direct.begin(), was_direct.end(), false) >= 3);
  std::vector<std::string> got, want;
  for (const InputEvent& event : p.master.injected)
    if (event.kind == InputEvent::Kind::text) got.push_back(event.text);
  for (int i = 0; i < n; ++i) want.push_back(std::to_string(i));
  CHECK(got == want);
}

TEST_CASE("one viewer is direct, another has the relay: both see the same") {
  Pair p;
  Station& other = p.world.station("Cora");
  other.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return other.exact; }));
  p.master.go_direct();
  p.guest.go_direct();
  REQUIRE(p.world.until([&] { return p.guest.is_direct(p.master); }));
  p.world.run(2s);
  std::mt19937 random(5);
  for (int i = 0; i < 20; ++i) {
    p.master.draw(random);
    p.world.run(30ms);
  }
  CHECK(follows(p));
  CHECK(p.world.until([&] { return other.exact && other.sees(p.master); }, 5s));

  SECTION("one who comes when nobody needed the relay's pictures gets all of them") {
    other.kill();
    p.world.run(2s);
    std::size_t by_relay = p.master.picture_frames_sent;
    p.master.draw(random);
    REQUIRE(follows(p));
    CHECK(p.master.picture_frames_sent == by_relay);
    Station& late = p.world.station("Dora");
    late.join(p.number(), p.master.all<NewCode>().empty() ? p.code() : p.master.all<NewCode>().back().code);
    CHECK(p.world.until([&] { return late.exact && late.sees(p.master); }, 5s));
    p.master.draw(random);
    CHECK(follows(p));
    CHECK(p.world.until([&] { return late.exact && late.sees(p.master); }, 5s));
  }
  SECTION("a slow uplink to the relay does not slow the direct viewer") {
    p.master.up_rate = 20e3;
    p.master.session().set_films(Films::off, p.world.now);
    Instant begin = p.world.now;
    int seen = 0;
    for (int i = 0; i < 20; ++i) {
      for (int y = 0; y < 150; y += 2) p.master.fill({0, y, 200, 1}, static_cast<std::uint32_t>(random()));
      Instant drawn = p.world.now;
      if (p.world.until([&] { return p.guest.sees(p.master) || p.world.now - drawn > 500ms; }, 1s) &&
          p.guest.sees(p.master))
        ++seen;
    }
    CHECK(seen >= 15);
    CHECK(p.world.now - begin < 10s);
    CHECK(p.world.until([&] { return other.exact && other.sees(p.master); }, 30s));
  }
}

TEST_CASE("only so many viewers are served directly, the others by the relay") {
  Pair p;
  p.master.go_direct();
  p.guest.go_direct();
  std::vector<Station*> more;
  for (int i = 0; i < 5; ++i) {
    Station& station = p.world.station("Viewer " + std::to_string(i));
    station.join(p.number(), p.master.all<NewCode>().empty() ? p.code() : p.master.all<NewCode>().back().code);
    station.go_direct();
    REQUIRE(p.world.until([&] { return station.exact; }));
    more.push_back(&station);
  }
  p.world.run(5s);
  CHECK(p.master.ways().served() == wire::kMaxDirectViewers);
  p.master.fill({0, 0, 90, 90}, 0x654321);
  CHECK(follows(p));
  for (Station* station : more) CHECK(p.world.until([&] { return station->exact && station->sees(p.master); }, 5s));
}

TEST_CASE("who wants no direct way has none, and who wants nothing else sends the relay no picture") {
  SECTION("off") {
    Pair p;
    p.master.go_direct(direct::Wish::off);
    p.guest.go_direct();
    p.world.run(5s);
    CHECK_FALSE(p.guest.is_direct(p.master));
    CHECK(p.master.datagrams_sent == 0);
    p.master.ways().set_wish(direct::Wish::automatic, p.world.now);
    CHECK(p.world.until([&] { return p.guest.is_direct(p.master); }, 60s));
    p.master.ways().set_wish(direct::Wish::off, p.world.now);
    CHECK(p.world.until([&] { return !p.guest.is_direct(p.master); }, 1s));
    p.master.fill({0, 0, 90, 90}, 0x654321);
    CHECK(follows(p));
  }
  SECTION("only") {
    World world;
    Station &master = world.station("Anna"), &guest = world.station("Bernd");
    master.go_direct(direct::Wish::only);
    guest.go_direct();
    master.host({});
    REQUIRE(world.until([&] { return master.saw<SessionNumber>(); }));
    master.share();
    guest.join(master.all<SessionNumber>().front().number, master.all<SessionNumber>().front().code);
    CHECK(world.until([&] { return guest.exact && guest.sees(master); }));
    CHECK(guest.is_direct(master));
    CHECK(master.picture_frames_sent == 0);
  }
}

TEST_CASE("whoever is removed gets nothing more on a way of its own") {
  DirectPair p;
  p.master.session().kick(p.guest.session().core()->self, "enough", p.world.now);
  p.world.run(1s);
  std::size_t sent = p.master.datagrams_sent;
  p.master.fill({0, 0, 90, 90}, 0x654321);
  p.world.run(5s);
  CHECK(p.master.datagrams_sent == sent);
  CHECK(p.master.ways().served() == 0);
}

TEST_CASE("the relay restarts or a connection is cut: the way stays and the picture goes on") {
  DirectPair p;
  std::mt19937 random(6);
  SECTION("the relay") { p.world.restart_relay(2s); }
  SECTION("the presenter's connection") { p.master.cut(3s); }
  SECTION("the viewer's connection") { p.guest.cut(3s); }
  p.world.run(8s);
  CHECK(p.guest.is_direct(p.master));
  std::size_t by_relay = p.master.picture_frames_sent;
  p.world.run(1s);
  by_relay = p.master.picture_frames_sent;
  p.master.draw(random);
  CHECK(follows(p));
  CHECK(p.master.picture_frames_sent == by_relay);
}

TEST_CASE("whatever happens to ways and connections, in the end everybody sees the same") {
  for (unsigned seed = 1; seed <= 25; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    Pair p;
    Station& other = p.world.station("Cora");
    other.join(p.number(), p.code());
    REQUIRE(p.world.until([&] { return other.exact; }));
    std::map<const Station*, bool> cut_off;
    unsigned loss = pick(20);
    p.world.lets_datagram_through = [&](const Station& from, const Station& to) {
      return !cut_off[&from] && !cut_off[&to] && random() % 100 >= loss;
    };
    for (Station* station : {&p.master, &p.guest, &other}) station->go_direct();
    for (int i = 0; i < 25; ++i) {
      Station& any = pick(3) == 0 ? p.master : pick(2) == 0 ? p.guest : other;
      switch (pick(8)) {
        case 0:
          any.cut(std::chrono::milliseconds(50 + pick(3000)));
          break;
        case 1:
          cut_off[&any] = !cut_off[&any];
          break;
        case 2:
          any.ways().set_wish(pick(2) == 0 ? direct::Wish::off : direct::Wish::automatic, p.world.now);
          break;
        case 3:
          if (pick(3) == 0) p.world.restart_relay(std::chrono::milliseconds(100 + pick(1000)));
          break;
        default:
          p.master.draw(random);
      }
      p.world.run(std::chrono::milliseconds(pick(1500)));
    }
    p.world.run(5s);
    p.master.draw(random);
    CHECK(p.world.until([&] { return p.guest.exact && p.guest.sees(p.master); }, 20s));
    CHECK(p.world.until([&] { return other.exact && other.sees(p.master); }, 20s));
    // Nothing that was lost on the way keeps them from finding each other again.
    loss = 0;
    cut_off.clear();
    for (Station* station : {&p.master, &p.guest, &other}) {
      station->ways().set_wish(direct::Wish::automatic, p.world.now);
      station->ways().on_candidates(true, p.world.now);
    }
    CHECK(p.world.until([&] { return p.guest.is_direct(p.master) && other.is_direct(p.master); }, 60s));
  }
}

TEST_CASE("who has a way before the relay brought a picture gets all of it") {
  Pair p;
  p.master.go_direct();
  p.guest.go_direct();
  REQUIRE(p.world.until([&] { return p.guest.is_direct(p.master); }));
  p.world.run(2s);
  Station& late = p.world.station("Dora");
  late.go_direct();
  p.world.lets_through = [&](const Station& to, ByteView frame) {  // the relay is far too slow for pictures
    return &to != &late || frame[0] != wire::kPacketFrame || frame[2] == 1;
  };
  late.join(p.number(), p.master.all<NewCode>().empty() ? p.code() : p.master.all<NewCode>().back().code);
  CHECK(p.world.until([&] { return late.is_direct(p.master); }));
  CHECK(p.world.until([&] { return late.exact && late.sees(p.master); }, 6s));
}

TEST_CASE("a proof that follows its pictures when the way has come between reaches those at the relay") {
  Pair p;
  Station& other = p.world.station("Cora");
  other.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return other.exact; }));
  p.master.fill({0, 0, 200, 150}, 0x445566);
  p.world.run(30ms);
  p.master.go_direct();
  p.guest.go_direct();
  std::size_t asked = 0;
  p.world.eavesdrop = [&](ByteView frame) { asked += frame[0] == wire::kKeyRequestFrame; };
  CHECK(p.world.until([&] { return other.exact && other.sees(p.master); }, 4s));
  CHECK(p.world.until([&] { return p.guest.is_direct(p.master); }, 3s));
  CHECK(asked == 0);
}

TEST_CASE("who comes by the relay alone while others are direct has the picture at once") {
  Pair p;
  p.master.go_direct();
  p.guest.go_direct();
  REQUIRE(p.world.until([&] { return p.guest.is_direct(p.master); }));
  p.world.run(8s);
  for (int i = 0; i < 3; ++i) {
    Station& late = p.world.station("Dora" + std::to_string(i));
    late.join(p.number(), p.master.all<NewCode>().empty() ? p.code() : p.master.all<NewCode>().back().code);
    REQUIRE(p.world.until([&] { return late.session().is_admitted(); }));
    CHECK(p.world.until([&] { return late.exact && late.sees(p.master); }, 400ms));
    p.world.run(12s);
  }
}
