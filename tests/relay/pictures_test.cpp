// What a source sends, and what reaches whom of it in which order.
#include <random>
#include <set>

#include "tests/relay/rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::Operation;
using wire::PacketKind;

TEST_CASE("a picture goes at once to every receiver that keeps up") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2);
  presenter.send_bytes(picture_frame({.slot = 3, .version = 7}));
  CHECK(slots(viewer) == SlotVersions{{3, 7}});
  CHECK(slots(master) == SlotVersions{{3, 7}});
  CHECK(slots(presenter).empty());
}

TEST_CASE("a slow receiver gets the newest and nothing old, and slows nobody") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), slow = rig.member(master, 2), fast = rig.member(master, 3);
  rig.stall(slow);
  for (std::uint32_t version = 1; version <= 100; ++version) send_picture(presenter, 10, version, {.size = kBig});
  CHECK(slots(fast).size() == 1000);
  CHECK(rig.lines.queued(slow.conn()) < wire::kPictureWindow + kBig + 100);
  slow.clear();
  std::size_t old = rig.lines.line(slow.conn()).waiting.size();
  rig.flow(slow);
  auto got = slots(slow);
  REQUIRE(got.size() == old + 10);  // each slot once
  std::set<std::uint32_t> seen;
  for (std::size_t i = old; i < got.size(); ++i) {
    CHECK(got[i].second == 100);
    seen.insert(got[i].first);
  }
  CHECK(seen.size() == 10);
}

TEST_CASE("memory for a slow receiver does not grow with what it misses") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), slow = rig.member(master, 2);
  rig.stall(slow);
  send_picture(presenter, 200, 1, {.size = 2000});
  send_picture(presenter, 200, 2, {.size = 2000});
  std::size_t cached = rig.core->cache_bytes(), alive = rig.core->frame_bytes();
  for (std::uint32_t version = 3; version < 30; ++version) send_picture(presenter, 200, version, {.size = 2000});
  CHECK(rig.core->cache_bytes() == cached);
  // What the tests' own lines keep of delivered frames is alive, too: the fast receivers' share is taken off.
  master.clear();
  CHECK(rig.core->frame_bytes() <= alive);
}

TEST_CASE("slots that change all the time do not starve the others") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), slow = rig.member(master, 2);
  rig.stall(slow);
  send_picture(presenter, 20, 1, {.size = kBig});
  std::set<std::uint32_t> seen;
  for (std::uint32_t version = 2; version < 30; ++version) {
    send_picture(presenter, 20, version, {.size = kBig});  // everything anew before two slots went out
    rig.lines.let_out(slow.conn(), 2 * kBig);
    rig.core->on_writable(slow.conn(), rig.now);
  }
  for (auto [slot, version] : slots(slow)) seen.insert(slot);
  CHECK(seen.size() == 20);
}

TEST_CASE("states go before slots, the frame's end after the last slot of its screen") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), slow = rig.member(master, 2);
  rig.stall(slow);
  send_picture(presenter, 8, 1, {.size = kBig});
  std::size_t before = rig.lines.line(slow.conn()).waiting.size();
  presenter.send_bytes(picture_frame({.version = 1, .kind = PacketKind::frame_end}));
  presenter.send_bytes(picture_frame({.slot = 2, .version = 1, .kind = PacketKind::state}));
  presenter.send_bytes(message_frame(1, 2));
  rig.flow(slow);
  auto got = slow.packets();
  REQUIRE(got.size() == 11);
  CHECK(got[before].kind == PacketKind::message);  // never waits behind what is not in the socket yet
  CHECK(got[before + 1].kind == PacketKind::state);
  for (std::size_t i = before + 2; i < 10; ++i) CHECK(got[i].kind == PacketKind::key);
  CHECK(got[10].kind == PacketKind::frame_end);
}

TEST_CASE("the end of one screen does not wait for the slots of another") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), slow = rig.member(master, 2);
  rig.stall(slow);
  send_picture(presenter, 8, 1, {.size = kBig});
  presenter.send_bytes(picture_frame({.version = 1, .screen = 1, .kind = PacketKind::frame_end}));
  rig.lines.let_out(slow.conn(), 1);
  rig.core->on_writable(slow.conn(), rig.now);
  rig.lines.let_out(slow.conn(), 4 * kBig);
  CHECK(slots(slow).size() == 4);
  CHECK(slow.packets().size() == 5);
}

TEST_CASE("a flood of states lets slots through") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), noisy = rig.member(master, 3), slow = rig.member(master, 2);
  rig.stall(slow);
  send_picture(presenter, 6, 1, {.size = kBig});
  for (std::uint32_t version = 1; version < 400; ++version) {
    for (std::uint32_t channel = 0; channel < 8; ++channel)
      noisy.send_bytes(
          picture_frame({.source = 3, .slot = channel, .version = version, .kind = PacketKind::state, .size = kBig}));
    rig.lines.let_out(slow.conn(), kBig);
    rig.core->on_writable(slow.conn(), rig.now);
  }
  CHECK(slots(slow).size() == 6);
}

TEST_CASE("a late joiner gets the whole picture without the presenter's help") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1);
  send_picture(presenter, 100, 1);
  presenter.send_bytes(picture_frame({.slot = 5, .version = 9}));
  presenter.send_bytes(picture_frame({.slot = 1, .version = 4, .kind = PacketKind::state}));
  presenter.send_bytes(picture_frame({.version = 9, .kind = PacketKind::frame_end}));
  presenter.clear();
  Peer late = rig.member(master, 2);
  auto got = late.packets();
  REQUIRE(got.size() == 102);
  CHECK(got.front().kind == PacketKind::state);
  CHECK(got.back().kind == PacketKind::frame_end);
  auto pixels = slots(late);
  CHECK(std::count(pixels.begin(), pixels.end(), std::pair{5u, 9u}) == 1);
  rig.pass(5s);
  CHECK(presenter.got<wire::KeyRequest>().empty());
}

TEST_CASE("a late joiner on a slow line gets each slot once and what changes meanwhile") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1);
  send_picture(presenter, 10, 1, {.size = kBig});
  Peer late = rig.connect();
  rig.stall(late);
  late.send(wire::Attach{master.number()});
  rig.lines.let_out(late.conn(), 10000);
  master.admit(late, 2);
  presenter.send_bytes(picture_frame({.slot = 9, .version = 2, .size = kBig}));
  rig.flow(late);
  SlotVersions expected;
  for (std::uint32_t slot = 0; slot < 9; ++slot) expected.emplace_back(slot, 1);
  expected.emplace_back(9, 2);
  CHECK(slots(late) == expected);
}

TEST_CASE("only higher versions and ranks are taken, in every order of arrival") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2);
  presenter.send_bytes(picture_frame({.version = 5, .rank = 1}));
  presenter.send_bytes(picture_frame({.version = 4, .rank = 2}));
  presenter.send_bytes(picture_frame({.version = 5, .rank = 1}));
  presenter.send_bytes(picture_frame({.version = 5, .rank = 0}));
  presenter.send_bytes(picture_frame({.version = 5, .rank = 2}));
  presenter.send_bytes(picture_frame({.version = 6, .rank = 0}));
  CHECK(slots(viewer) == SlotVersions{{0, 5}, {0, 5}, {0, 6}});
  CHECK(rig.core->counters().pictures_stale == 3);
}

TEST_CASE("a new generation drops everything of the one before it") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), slow = rig.member(master, 2);
  rig.stall(slow);
  send_picture(presenter, 10, 1, {.size = kBig});
  std::size_t old = rig.lines.line(slow.conn()).waiting.size();
  presenter.send_bytes(picture_frame({.slot = 2, .version = 20, .generation = 2, .size = kBig}));
  presenter.send_bytes(picture_frame({.slot = 4, .version = 30, .generation = 1, .size = kBig}));
  rig.flow(slow);
  auto got = slots(slow);
  REQUIRE(got.size() == old + 1);
  CHECK(got.back() == std::pair{2u, 20u});
  Peer late = rig.member(master, 3);
  CHECK(slots(late) == SlotVersions{{2, 20}});
}

TEST_CASE("two sources and two screens do not touch each other") {
  Rig rig;
  Master master = rig.opened();
  Peer one = rig.member(master, 1), two = rig.member(master, 2);
  one.send_bytes(picture_frame({.source = 1, .version = 9, .generation = 3}));
  one.send_bytes(picture_frame({.source = 1, .version = 2, .screen = 1}));
  two.send_bytes(picture_frame({.source = 2, .version = 4}));
  Peer late = rig.member(master, 3);
  CHECK(slots(late) == SlotVersions{{0, 9}, {0, 2}, {0, 4}});
}

TEST_CASE("a picture for one receiver reaches only that one") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), a = rig.member(master, 2), b = rig.member(master, 3);
  presenter.send_bytes(picture_frame({.destination = 2}));
  CHECK(slots(a).size() == 1);
  CHECK(slots(b).empty());
  Peer late = rig.member(master, 4);
  CHECK(slots(late).empty());
}

TEST_CASE("a viewer's request is served from the cache, or passed on gathered and at most four times a second") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), a = rig.member(master, 2), b = rig.member(master, 3);
  send_picture(presenter, 5, 1);
  presenter.send_bytes(picture_frame({.version = 0, .kind = PacketKind::sign}));
  a.clear();
  SECTION("slots that are here") {
    a.send(wire::KeyRequest{ParticipantId{1}, ScreenId{0}, Generation{1}, {SlotId{1}, SlotId{3}}});
    CHECK(slots(a) == SlotVersions{{1, 1}, {3, 1}});
    CHECK(slots(b).size() == 5);
    rig.pass(1s);
    CHECK(presenter.got<wire::KeyRequest>().empty());
  }
  SECTION("everything") {
    a.send(wire::KeyRequest{ParticipantId{1}, ScreenId{0}, Generation{1}, {}});
    CHECK(slots(a).size() == 5);
  }
  SECTION("of a share that is over") {
    a.send(wire::KeyRequest{ParticipantId{1}, ScreenId{0}, Generation{7}, {}});
    CHECK(slots(a).empty());
  }
  SECTION("a screen that nobody has seen") {
    for (int i = 0; i < 100; ++i) {
      a.send(wire::KeyRequest{ParticipantId{1}, ScreenId{4}, Generation{}, {SlotId{1}}});
      b.send(wire::KeyRequest{ParticipantId{1}, ScreenId{4}, Generation{}, {SlotId{2}}});
      rig.pass(10ms);
    }
    auto asked = presenter.got<wire::KeyRequest>();
    CHECK((asked.size() == 3 || asked.size() == 4));
    CHECK(asked[0].slots.empty());
  }
  SECTION("several screens take turns") {
    for (int i = 0; i < 100; ++i) {
      for (std::uint8_t screen = 1; screen <= 3; ++screen)
        a.send(wire::KeyRequest{ParticipantId{1}, ScreenId{screen}, Generation{}, {}});
      rig.pass(10ms);
    }
    std::set<ScreenId> screens;
    for (const auto& request : presenter.got<wire::KeyRequest>()) screens.insert(request.screen);
    CHECK(screens.size() == 3);
  }
  SECTION("of itself or of nobody") {
    a.send(wire::KeyRequest{ParticipantId{2}, ScreenId{0}, Generation{}, {}});
    a.send(wire::KeyRequest{ParticipantId{77}, ScreenId{0}, Generation{}, {}});
    rig.pass(1s);
    CHECK(a.packets().empty());
  }
}

TEST_CASE("one who was not admitted asks for nothing") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), stranger = rig.connect();
  send_picture(presenter, 5, 1);
  stranger.send(wire::Attach{master.number()});
  stranger.send(wire::KeyRequest{ParticipantId{1}, ScreenId{0}, Generation{1}, {}});
  CHECK(stranger.packets().empty());
  CHECK(stranger.error() == wire::RelayError::not_allowed);
}

TEST_CASE("a removed presenter's pictures are gone") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), slow = rig.member(master, 2);
  rig.stall(slow);
  send_picture(presenter, 8, 1, {.size = kBig});
  std::size_t in_socket = rig.lines.line(slow.conn()).waiting.size();
  master.request(Operation::remove, {}, ParticipantId{1});
  rig.flow(slow);
  CHECK(slots(slow).size() == in_socket);
  Peer late = rig.member(master, 3);
  CHECK(late.packets().empty());
  CHECK(rig.core->cache_bytes() == 0);
}

TEST_CASE("a presenter that reconnects finds its pictures still served") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1);
  send_picture(presenter, 5, 1);
  presenter.drop();
  Peer late = rig.member(master, 2);
  CHECK(slots(late).size() == 5);
  Peer back = rig.member(master, 1);
  back.send_bytes(picture_frame({.slot = 1, .version = 2}));
  CHECK(slots(late).back() == std::pair{1u, 2u});
}

namespace {

/// What a viewer can make of what it is sent: it opens epochs from the one on in which it joined.
struct Viewer {
  Peer peer;
  std::uint32_t first_epoch;
  std::map<std::uint32_t, std::uint32_t> shown;  // slot -> version
  std::size_t read = 0;

  void look() {
    const auto& arrived = peer.arrived();
    for (; read < arrived.size(); ++read) {
      if (arrived[read]->at(0) != wire::kPacketFrame) continue;
      auto header = wire::parse_packet(ByteView(*arrived[read]).subspan(1))->header;
      REQUIRE(header.epoch.value() >= first_epoch);
      std::uint32_t& version = shown[header.picture.slot.value()];
      version = std::max(version, header.picture.version.value());
    }
  }
};

}  // namespace

TEST_CASE("whatever is edited, sealed anew, stalled or evicted, in the end every viewer has the presenter's picture") {
  auto seed = static_cast<unsigned>(GENERATE(1, 2, 3, 4, 5, 6, 7, 8));
  INFO("seed " << seed);
  std::mt19937 random(seed);
  auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  Limits limits;
  limits.session_cache = 600u << 10;
  Rig rig(limits);
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1);
  std::uint32_t epoch = 1, version = 1;
  std::map<std::uint32_t, std::uint32_t> picture;
  std::vector<Viewer> viewers;
  std::uint16_t next_index = 2;
  std::size_t answered = 0;
  auto paint = [&](std::uint32_t slot) {
    presenter.send_bytes(picture_frame({.slot = slot, .version = picture[slot], .epoch = epoch, .size = 30000}));
  };
  auto answer = [&] {
    auto asked = presenter.got<wire::KeyRequest>();
    for (; answered < asked.size(); ++answered) {
      if (asked[answered].slots.empty())
        for (auto& [slot, v] : picture) paint(slot);
      for (SlotId slot : asked[answered].slots) paint(slot.value());
    }
  };
  for (int step = 0; step < 400; ++step) {
    switch (below(8)) {
      case 0:
        if (viewers.size() < 6) {
          if (below(2) == 0) master.announce(++epoch);
          Peer peer = rig.member(master, next_index++);
          if (below(2) == 0) rig.stall(peer);
          viewers.push_back({peer, epoch, {}, 0});
        }
        break;
      case 1:
        if (below(4) == 0) master.announce(++epoch);
        break;
      case 2:
        rig.pass(std::chrono::milliseconds(below(2000)));
        break;
      case 3:
        if (!viewers.empty()) {
          Viewer& viewer = viewers[below(static_cast<std::uint32_t>(viewers.size()))];
          rig.lines.let_out(viewer.peer.conn(), below(200000));
          rig.core->on_writable(viewer.peer.conn(), rig.now);
        }
        break;
      case 4:
        answer();
        break;
      default:
        ++version;
        for (std::uint32_t i = 0; i < 3; ++i) {
          std::uint32_t slot = below(24);
          picture[slot] = version;
          paint(slot);
        }
    }
    for (Viewer& viewer : viewers) {
      viewer.look();
      REQUIRE(rig.lines.queued(viewer.peer.conn()) < wire::kPictureWindow + 31000);
    }
    REQUIRE(rig.core->cache_bytes() <= limits.session_cache);
  }
  for (int round = 0; round < 60; ++round) {
    for (Viewer& viewer : viewers) rig.flow(viewer.peer);
    rig.pass(300ms);
    answer();
  }
  for (Viewer& viewer : viewers) {
    viewer.look();
    CHECK(viewer.shown == picture);
  }
}
