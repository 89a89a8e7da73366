#include "tests/relay/rig.h"
#include "wire/film.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::PacketKind;

namespace {

constexpr std::uint8_t kKeyFrame = 9;  // in place of a layer

Bytes film_frame(std::uint32_t version, std::uint8_t layer, std::size_t size = 100, std::uint32_t epoch = 1) {
  bool key = layer == kKeyFrame;
  return picture_frame({.version = version,
                        .epoch = epoch,
                        .rank = key ? std::uint8_t{0} : layer,
                        .kind = PacketKind::film,
                        .size = size,
                        .film_key = key});
}

std::vector<std::uint32_t> films(Peer& peer) {
  std::vector<std::uint32_t> versions;
  for (const auto& header : peer.packets())
    if (header.kind == PacketKind::film) versions.push_back(header.picture.version.value());
  return versions;
}

struct Stage {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2);
  Stage() { presenter.send_bytes(picture_frame({.slot = 0, .version = 1, .kind = PacketKind::state})); }
};

using Versions = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a film goes to all who have its key frame, with the SIGN behind it") {
  Stage s;
  s.presenter.send_bytes(film_frame(2, kKeyFrame));
  s.presenter.send_bytes(film_frame(3, 2));
  s.presenter.send_bytes(film_frame(4, 0));
  s.presenter.send_bytes(picture_frame({.version = 0, .kind = PacketKind::sign, .size = wire::kMaxSign}));
  auto got = s.viewer.packets();
  REQUIRE(got.size() == 5);
  CHECK(got[3].kind == PacketKind::film);
  CHECK(got[4].kind == PacketKind::sign);
}

TEST_CASE("who comes in the middle of a film waits for its next key frame, which the source is asked for once") {
  Stage s;
  s.presenter.send_bytes(film_frame(2, kKeyFrame));
  Peer joined = s.rig.member(s.master, 3);
  for (std::uint32_t version = 3; version < 9; ++version) s.presenter.send_bytes(film_frame(version, 0));
  CHECK(films(joined).empty());
  CHECK(films(s.viewer).size() == 7);
  s.rig.pass(std::chrono::milliseconds(150));
  auto asked = s.presenter.got<wire::KeyRequest>();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].slots == std::vector{wire::film_asked(SlotId{0})});
  s.presenter.send_bytes(film_frame(9, kKeyFrame));
  s.presenter.send_bytes(film_frame(10, 0));
  CHECK(films(joined) == Versions{9, 10});
}

TEST_CASE("a full way loses the top layer first, and what is built on a lost frame with it") {
  Stage s;
  s.presenter.send_bytes(film_frame(2, kKeyFrame));
  s.rig.stall(s.viewer);
  s.presenter.send_bytes(film_frame(3, 0, 70u << 10));  // more than 64 KiB wait now
  s.presenter.send_bytes(film_frame(4, 2));             // left out
  s.presenter.send_bytes(film_frame(5, 1, 70u << 10));  // more than 128
  s.presenter.send_bytes(film_frame(6, 0));
  s.presenter.send_bytes(film_frame(7, 1));  // left out
  s.rig.flow(s.viewer);
  s.presenter.send_bytes(film_frame(8, 2));  // built on what was left out
  s.presenter.send_bytes(film_frame(9, 0));
  s.presenter.send_bytes(film_frame(10, 2));
  s.rig.flow(s.viewer);
  CHECK(films(s.viewer) == Versions{2, 3, 5, 6, 9, 10});
  s.rig.pass(std::chrono::seconds(1));
  CHECK(s.presenter.got<wire::KeyRequest>().empty());
}

TEST_CASE("after a frame of the lowest layer that found no room nothing goes before a key frame") {
  Stage s;
  s.presenter.send_bytes(film_frame(2, kKeyFrame));
  s.rig.stall(s.viewer);
  s.presenter.send_bytes(film_frame(3, 0, 200u << 10));
  s.presenter.send_bytes(film_frame(4, 0));
  s.rig.flow(s.viewer);
  s.presenter.send_bytes(film_frame(5, 0));
  CHECK(films(s.viewer) == Versions{2, 3});
  s.rig.pass(std::chrono::milliseconds(150));
  CHECK(s.presenter.got<wire::KeyRequest>().size() == 1);
  s.presenter.send_bytes(film_frame(6, kKeyFrame));
  s.rig.flow(s.viewer);
  CHECK(films(s.viewer) == Versions{2, 3, 6});
}

TEST_CASE("a viewer that lacks a key frame is answered by its source, and gets nothing that it cannot use") {
  Stage s;
  s.presenter.send_bytes(film_frame(2, kKeyFrame));
  s.viewer.send(wire::KeyRequest{ParticipantId{1}, ScreenId{0}, Generation{1}, {wire::film_asked(SlotId{0})}});
  s.presenter.send_bytes(film_frame(3, 0));
  s.rig.pass(std::chrono::milliseconds(150));
  CHECK(s.presenter.got<wire::KeyRequest>().size() == 1);
  CHECK(films(s.viewer) == Versions{2});
}

TEST_CASE("films of screens that nobody knows cost nothing") {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2);
  presenter.send_bytes(film_frame(2, kKeyFrame));
  CHECK(films(viewer).empty());
}
