// SIGNs and the keys that they prove.
#include <random>
#include <set>

#include "tests/relay/rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::Operation;
using wire::PacketKind;

namespace {

Bytes sign_frame(std::uint32_t batch, std::uint32_t generation = 1) {
  return picture_frame(
      {.version = 0, .generation = generation, .kind = PacketKind::sign, .size = wire::kMaxSign, .batch = batch});
}

std::vector<PacketKind> kinds(Peer& peer) {
  std::vector<PacketKind> out;
  for (const auto& header : peer.packets()) out.push_back(header.kind);
  return out;
}

using Kinds = std::vector<PacketKind>;
constexpr auto kKey = PacketKind::key, kSign = PacketKind::sign, kEnd = PacketKind::frame_end;

}  // namespace

TEST_CASE("a SIGN follows the keys that it proves, at once and to a joiner, and before the frame's end") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2);
  send_picture(presenter, 2, 1, {.batch = 5});
  presenter.send_bytes(sign_frame(5));
  presenter.send_bytes(picture_frame({.version = 1, .kind = kEnd}));
  CHECK(kinds(viewer) == Kinds{kKey, kKey, kSign, kEnd});
  Peer late = rig.member(master, 3);
  CHECK(kinds(late) == Kinds{kKey, kKey, kSign, kEnd});
  viewer.clear();
  SECTION("asked for again it comes again") {
    viewer.send(wire::KeyRequest{ParticipantId{1}, ScreenId{0}, Generation{1}, {SlotId{1}}});
    CHECK(kinds(viewer) == Kinds{kKey, kSign});
  }
  SECTION("one of its keys is replaced: the other needs it still") {
    presenter.send_bytes(picture_frame({.slot = 0, .version = 2, .batch = 6}));
    presenter.send_bytes(sign_frame(6));
    Peer later = rig.member(master, 4);
    CHECK(kinds(later) == Kinds{kKey, kKey, kSign, kSign, kEnd});
  }
  SECTION("all of its keys are replaced: it is gone") {
    send_picture(presenter, 2, 2, {.batch = 6});
    presenter.send_bytes(sign_frame(6));
    Peer later = rig.member(master, 4);
    auto got = later.packets();
    CHECK(kinds(later) == Kinds{kKey, kKey, kSign, kEnd});
    for (const auto& header : got) CHECK((header.kind != kSign || header.picture.batch == 6));
  }
  SECTION("with a new generation, too") {
    presenter.send_bytes(picture_frame({.generation = 2, .batch = 5}));
    presenter.send_bytes(sign_frame(5, 1));
    CHECK(kinds(viewer) == Kinds{kKey});
    presenter.send_bytes(sign_frame(5, 2));
    CHECK(kinds(viewer) == Kinds{kKey, kSign});
  }
  SECTION("who got none of its keys does not get it") {
    presenter.send_bytes(sign_frame(9));
    CHECK(viewer.packets().empty());
  }
}

TEST_CASE("SIGNs leave with the epoch of their keys") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1);
  send_picture(presenter, 3, 1);
  std::size_t before = rig.core->cache_bytes();
  presenter.send_bytes(sign_frame(1));
  CHECK(rig.core->cache_bytes() > before + wire::kMaxSign);
  master.announce(2);
  rig.pass(6s);
  CHECK(rig.core->cache_bytes() < before);
}

TEST_CASE("a slow receiver gets the SIGN of what it got, although newer keys have pushed its batch out") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), slow = rig.member(master, 2);
  rig.stall(slow);
  slow.clear();
  for (std::uint32_t version = 1; version <= 20; ++version) {
    send_picture(presenter, 4, version, {.size = kBig, .batch = version});
    presenter.send_bytes(sign_frame(version));
    if (version % 5 == 0) rig.flow(slow);
  }
  std::set<std::uint32_t> keys, signs;
  for (const auto& header : slow.packets()) {
    if (header.kind == kKey) keys.insert(header.picture.batch);
    if (header.kind == kSign) signs.insert(header.picture.batch);
  }
  CHECK(keys.size() > 2);
  CHECK(signs == keys);
}

TEST_CASE("endless SIGNs fill no memory") {
  Rig rig;
  Master master = rig.opened();
  Peer hostile = rig.member(master, 1), slow = rig.member(master, 2);
  rig.stall(slow);
  hostile.send_bytes(picture_frame({}));
  std::size_t start = rig.core->cache_bytes();
  SECTION("of batches that nobody has a key of") {
    for (std::uint32_t batch = 2; batch < 3000; ++batch) hostile.send_bytes(sign_frame(batch));
    CHECK(rig.core->cache_bytes() == start);
  }
  SECTION("again and again for the same") {
    for (int i = 0; i < 3000; ++i) hostile.send_bytes(sign_frame(1));
    CHECK(rig.core->cache_bytes() < start + 2000);
  }
  SECTION("with a key for each") {
    for (std::uint32_t i = 2; i < 3000; ++i) {
      hostile.send_bytes(picture_frame({.version = i, .batch = i}));
      hostile.send_bytes(sign_frame(i));
      slow.clear();
    }
    CHECK(rig.core->cache_bytes() < start + wire::kSignsOwed * (wire::kMaxSign + 200));
  }
  SECTION("with keys and no SIGN at all") {
    for (std::uint32_t i = 2; i < 3000; ++i) hostile.send_bytes(picture_frame({.version = i, .batch = i}));
    CHECK(rig.core->cache_bytes() < start + wire::kSignsOwed * 100);
  }
}

TEST_CASE("a slot whose SIGN never came is asked of its source when a viewer misses the proof") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2);
  send_picture(presenter, 3, 1);
  viewer.clear();
  viewer.send(wire::KeyRequest{ParticipantId{1}, ScreenId{0}, Generation{1}, {SlotId{1}}});
  rig.pass(500ms);
  CHECK(viewer.packets().empty());
  REQUIRE(presenter.got<wire::KeyRequest>().size() == 1);
  CHECK(presenter.got<wire::KeyRequest>()[0].slots == std::vector{SlotId{1}});
  presenter.send_bytes(picture_frame({.slot = 1, .version = 1, .batch = 2}));  // sealed anew
  presenter.send_bytes(sign_frame(2));
  CHECK(kinds(viewer) == Kinds{kKey, kSign});
}
