// What the pictures of sessions may cost.
#include <random>
#include <set>

#include "tests/relay/rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::Operation;
using wire::PacketKind;

TEST_CASE("a session's cache stays within its budget, and what had to go is asked for") {
  Limits limits;
  limits.session_cache = 1u << 20;
  Rig rig(limits);
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), small = rig.member(master, 2);
  send_picture(small, 1, 1, {.source = 2});
  send_picture(presenter, 50, 1, {.size = kBig});
  CHECK(rig.core->cache_bytes() <= limits.session_cache);
  CHECK(rig.core->counters().evicted >= 33);
  Peer late = rig.member(master, 3);
  auto got = slots(late);
  CHECK(got.size() < 20);
  CHECK(std::count(got.begin(), got.end(), std::pair{49u, 1u}) == 1);  // the newest stayed
  bool others = false;
  for (const auto& header : late.packets()) others = others || header.source == ParticipantId{2};
  CHECK(others);  // the largest pays, nobody else
  rig.pass(1s);
  REQUIRE(presenter.got<wire::KeyRequest>().size() == 1);
  CHECK(presenter.got<wire::KeyRequest>()[0].slots.size() == 51 - got.size());
}

TEST_CASE("tiny packets do not get around the budget") {
  Limits limits;
  limits.session_cache = 1u << 20;
  Rig rig(limits);
  Master master = rig.opened();
  Peer hostile = rig.member(master, 1), slow = rig.member(master, 2);
  rig.stall(slow);
  slow.clear();
  master.clear();
  for (std::uint32_t i = 0; i < 20000; ++i) {
    hostile.send_bytes(
        picture_frame({.slot = i * 7 % wire::kMaxSlots, .screen = static_cast<std::uint8_t>(i % 16), .size = 0}));
    REQUIRE(rig.core->cache_bytes() <= limits.session_cache);
  }
}

TEST_CASE("sparse slots for many slow receivers do not get around the budget") {
  Limits limits;
  limits.session_cache = 256u << 10;
  Rig rig(limits);
  Master master = rig.opened();
  Peer hostile = rig.member(master, 1);
  std::vector<Peer> slow;
  for (std::uint16_t i = 0; i < 20; ++i) {
    slow.push_back(rig.member(master, static_cast<std::uint16_t>(2 + i)));
    rig.stall(slow.back());
  }
  send_picture(hostile, 4, 1, {.size = kBig});  // fills their sockets
  for (std::uint32_t i = 0; i < 600; ++i) {
    hostile.send_bytes(picture_frame(
        {.slot = wire::kMaxSlots - 1 - i, .version = 1, .screen = static_cast<std::uint8_t>(i % 16), .size = 0}));
    REQUIRE(rig.core->cache_bytes() <= limits.session_cache);
  }
}

TEST_CASE("all sessions together stay within the relay's budget: the quietest gives way") {
  Limits limits;
  limits.relay_cache = 1u << 20;
  Rig rig(limits);
  auto quiet_identity = std::make_shared<Identity>();
  quiet_identity->uuid.fill(0xAB);
  Master quiet = rig.connect_master(quiet_identity), busy = rig.opened();
  quiet.open({}, 1);
  Peer quiet_source = rig.member(quiet, 1), busy_source = rig.member(busy, 1);
  send_picture(quiet_source, 5, 1, {.size = kBig});
  for (std::uint32_t version = 1; version < 5; ++version) send_picture(busy_source, 13, version, {.size = kBig});
  CHECK(rig.core->cache_bytes() <= limits.relay_cache);
  Peer late_busy = rig.member(busy, 2), late_quiet = rig.member(quiet, 2);
  CHECK(slots(late_busy).size() == 13);
  CHECK(slots(late_quiet).empty());
  rig.pass(1s);
  REQUIRE(quiet_source.got<wire::KeyRequest>().size() == 1);
  CHECK(quiet_source.got<wire::KeyRequest>()[0].slots.empty());  // all of them
}
