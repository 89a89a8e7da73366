// Pictures of several epochs: who is served which, and how long.
#include <random>
#include <set>

#include "tests/relay/rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::Operation;
using wire::PacketKind;

TEST_CASE("what was sealed anew goes only to those who lack it") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2), slow = rig.member(master, 3);
  rig.stall(slow);
  send_picture(presenter, 10, 1, {.size = kBig});
  viewer.clear();
  std::size_t old = rig.lines.line(slow.conn()).waiting.size();
  master.announce(2);
  send_picture(presenter, 10, 1, {.epoch = 2, .size = kBig});
  CHECK(slots(viewer).empty());
  rig.flow(slow);
  auto got = slow.packets();
  REQUIRE(got.size() == 10);
  for (std::size_t i = old; i < got.size(); ++i) CHECK(got[i].epoch == Epoch{2});
  Peer joined = rig.member(master, 4);
  CHECK(slots(joined).size() == 10);
  for (const auto& header : joined.packets()) CHECK(header.epoch == Epoch{2});
}

TEST_CASE("a joiner is never served what it cannot open, and has everything once it is sealed anew") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), old = rig.member(master, 2);
  send_picture(presenter, 5, 1);
  presenter.send_bytes(picture_frame({.slot = 0, .version = 1, .kind = PacketKind::state}));
  presenter.send_bytes(picture_frame({.version = 1, .kind = PacketKind::frame_end}));
  master.announce(2);
  Peer joined = rig.member(master, 3);
  CHECK(joined.packets().empty());
  old.clear();
  send_picture(presenter, 5, 1, {.epoch = 2});
  presenter.send_bytes(picture_frame({.slot = 0, .version = 1, .epoch = 2, .kind = PacketKind::state}));
  presenter.send_bytes(picture_frame({.version = 1, .epoch = 2, .kind = PacketKind::frame_end}));
  CHECK(joined.packets().size() == 7);
  CHECK(joined.packets().back().kind == PacketKind::frame_end);
  CHECK(old.packets().empty());
  rig.pass(1s);
  CHECK(presenter.got<wire::KeyRequest>().empty());  // it came by itself, nobody had to ask
}

TEST_CASE("a joiner is not told that a frame is complete while it lacks slots of it") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1);
  send_picture(presenter, 2, 1);
  master.announce(2);
  Peer joined = rig.member(master, 2);
  presenter.send_bytes(picture_frame({.slot = 0, .version = 1, .epoch = 2}));
  presenter.send_bytes(picture_frame({.version = 1, .epoch = 2, .kind = PacketKind::frame_end}));
  CHECK(joined.packets().size() == 1);
  presenter.send_bytes(picture_frame({.slot = 1, .version = 1, .epoch = 2}));
  REQUIRE(joined.packets().size() == 3);
  CHECK(joined.packets().back().kind == PacketKind::frame_end);
}

TEST_CASE("a packet under the old key that comes late goes to the old members alone") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), old = rig.member(master, 2);
  master.announce(2);
  Peer joined = rig.member(master, 3);
  presenter.send_bytes(picture_frame({.version = 3, .epoch = 1}));
  CHECK(slots(old).size() == 1);
  CHECK(joined.packets().empty());
  presenter.send_bytes(picture_frame({.version = 3, .epoch = 2}));
  CHECK(slots(old).size() == 1);
  CHECK(slots(joined).size() == 1);
}

TEST_CASE("nobody waits for slots of a generation that is over, and nobody asks for them") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1);
  send_picture(presenter, 4, 1);
  master.announce(2);
  Peer joined = rig.member(master, 2);
  presenter.send_bytes(picture_frame({.slot = 0, .version = 2, .epoch = 2, .generation = 2}));
  presenter.send_bytes(picture_frame({.version = 2, .epoch = 2, .generation = 2, .kind = PacketKind::frame_end}));
  CHECK(joined.packets().size() == 2);
  rig.pass(1s);
  CHECK(presenter.got<wire::KeyRequest>().empty());
}

TEST_CASE("what the joiner lacks and nobody seals anew is asked for") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1);
  send_picture(presenter, 5, 1, {.generation = 8});
  master.announce(2);
  rig.member(master, 3);
  presenter.send_bytes(picture_frame({.slot = 2, .version = 1, .epoch = 2, .generation = 8}));
  rig.pass(1s);
  auto asked = presenter.got<wire::KeyRequest>();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].source == ParticipantId{1});
  CHECK(asked[0].generation == Generation{8});
  CHECK(asked[0].slots == std::vector{SlotId{0}, SlotId{1}, SlotId{3}, SlotId{4}});
}

TEST_CASE("pictures of older epochs leave five seconds after the next began") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), slow = rig.member(master, 2);
  rig.stall(slow);
  send_picture(presenter, 6, 1, {.size = kBig});
  std::size_t full = rig.core->cache_bytes();
  master.announce(2);
  rig.pass(5s - 1ms);
  CHECK(rig.core->cache_bytes() == full);
  rig.pass(1ms);
  CHECK(rig.core->cache_bytes() < full / 10);
  std::size_t in_socket = rig.lines.line(slow.conn()).waiting.size();
  rig.flow(slow);
  CHECK(slots(slow).size() == in_socket);
  rig.pass(1s);
  REQUIRE(presenter.got<wire::KeyRequest>().size() == 1);  // the rest is asked for
  CHECK(presenter.got<wire::KeyRequest>()[0].slots.size() == 6 - in_socket);
  presenter.send_bytes(picture_frame({.slot = 0, .version = 2}));
  CHECK(rig.core->counters().dropped_epoch == 1);  // nobody can open it
}

TEST_CASE("epochs that follow each other quickly end one after the other") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1);
  send_picture(presenter, 1, 1);
  master.announce(2);
  rig.pass(2s);
  presenter.send_bytes(picture_frame({.slot = 1, .version = 1, .epoch = 2}));
  master.announce(3);
  rig.pass(3s);
  CHECK(rig.core->frame_bytes() > 0);
  presenter.send_bytes(picture_frame({.slot = 0, .version = 2, .epoch = 1}));
  CHECK(rig.core->counters().dropped_epoch == 1);
  presenter.send_bytes(picture_frame({.slot = 0, .version = 3, .epoch = 2}));
  CHECK(rig.core->counters().dropped_epoch == 1);
  rig.pass(2s);
  presenter.send_bytes(picture_frame({.slot = 0, .version = 4, .epoch = 2}));
  CHECK(rig.core->counters().dropped_epoch == 2);
}

TEST_CASE("an epoch does not go back") {
  Rig rig;
  Master master = rig.opened();
  master.announce(5);
  master.announce(5);
  CHECK_FALSE(master.error());
  master.announce(4);
  CHECK(master.error() == wire::RelayError::not_allowed);
}

TEST_CASE("a presenter may be one epoch ahead of the announcement") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2);
  send_picture(presenter, 3, 1, {.epoch = 2});
  CHECK(slots(viewer).size() == 3);
  master.announce(2);
  Peer joined = rig.member(master, 3);
  CHECK(slots(joined).size() == 3);
}

TEST_CASE("pictures of an epoch far ahead pass, but are not kept") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2), slow = rig.member(master, 3);
  rig.stall(slow);
  std::size_t before = rig.core->cache_bytes();
  send_picture(presenter, 10, 1, {.epoch = 50, .size = kBig});
  CHECK(slots(viewer).size() == 10);
  CHECK(rig.core->cache_bytes() == before);
  CHECK(rig.lines.queued(slow.conn()) < wire::kPictureWindow + kBig + 100);
}
