// Receivers who get a source's pictures without the relay, and sources whose pictures nobody wants here.
#include "tests/relay/rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::PacketKind;

namespace {

struct Stage {
  Rig rig;
  Master master = rig.opened();  // a receiver as well
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2);
  const ParticipantId source{1};

  void show(std::uint32_t slot, std::uint32_t version) {
    presenter.send_bytes(picture_frame({.slot = slot, .version = version, .epoch = 1}));
  }
  std::vector<bool> wanted() {
    std::vector<bool> all;
    for (const auto& frame : presenter.got<wire::Wanted>()) all.push_back(frame.wanted);
    return all;
  }
};

std::size_t keys(Peer& peer) {
  auto all = peer.packets();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const auto& header) { return header.kind == PacketKind::key; }));
}

using Told = std::vector<bool>;

}  // namespace

TEST_CASE("who gets pictures elsewhere is sent none, the others are") {
  Stage s;
  s.show(0, 1);
  s.viewer.clear();
  s.viewer.send(wire::Elsewhere{s.source, true});
  s.show(1, 2);
  CHECK(keys(s.viewer) == 0);
  CHECK(keys(s.master) == 2);
  CHECK(s.wanted().empty());
  s.viewer.send(wire::Elsewhere{s.source, false});
  CHECK(keys(s.viewer) == 2);  // all that is known of it
}

TEST_CASE("a source is told when nobody wants its pictures here, and when somebody does again") {
  Stage s;
  s.show(0, 1);
  s.viewer.send(wire::Elsewhere{s.source, true});
  s.master.send(wire::Elsewhere{s.source, true});
  CHECK(s.wanted() == Told{false});
  s.presenter.clear();
  s.show(0, 2);  // was under way
  Peer late = s.rig.member(s.master, 3);
  CHECK(s.wanted() == Told{true});
  CHECK(keys(late) == 0);  // nothing old
  s.show(0, 3);
  CHECK(keys(late) == 1);
  s.presenter.clear();
  late.drop();
  CHECK(s.wanted() == Told{false});
}

TEST_CASE("a source on a new connection is told anew, and a receiver on a new one wants everything") {
  Stage s;
  s.viewer.send(wire::Elsewhere{s.source, true});
  s.master.send(wire::Elsewhere{s.source, true});
  s.presenter.drop();
  Peer presenter = s.rig.member(s.master, 1);
  REQUIRE(presenter.got<wire::Wanted>().size() == 1);
  CHECK_FALSE(presenter.got<wire::Wanted>()[0].wanted);
  presenter.clear();
  s.viewer.drop();
  Peer viewer = s.rig.member(s.master, 2);
  REQUIRE(presenter.got<wire::Wanted>().size() == 1);
  CHECK(presenter.got<wire::Wanted>()[0].wanted);
  presenter.send_bytes(picture_frame({.slot = 0, .version = 1}));
  CHECK(keys(viewer) == 1);
}

TEST_CASE("alone in a session nothing is unwanted, and only so many sources are remembered") {
  Stage s;
  for (std::uint16_t i = 10; i < 10 + 2 * wire::kMaxElsewhere; ++i)
    s.viewer.send(wire::Elsewhere{ParticipantId{i}, true});
  s.viewer.send(wire::Elsewhere{s.source, true});  // one too many
  s.show(0, 1);
  CHECK(keys(s.viewer) == 1);
  CHECK(s.wanted().empty());
}

TEST_CASE("who is not admitted yet says nothing of pictures") {
  Stage s;
  Peer knocking = s.rig.connect();
  knocking.send(wire::Attach{s.master.number()});
  knocking.send(wire::Elsewhere{s.source, true});
  CHECK(knocking.error() == wire::RelayError::not_allowed);
  s.presenter.send(wire::Wanted{false});  // a relay's word alone
  CHECK(s.presenter.error() == wire::RelayError::bad_request);
}
