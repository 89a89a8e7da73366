// Pointing and drawing on shared screens, in whole sessions. docs/protocol/marks.md
#include <catch2/catch.hpp>

#include "wire/limits.h"
#include "wire/messages.pb.h"
#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

constexpr ScreenId kScreen{0};

struct Markers : Pair {
  const ParticipantId presenter = master.session().core()->self;
  using Key = std::pair<ParticipantId, ScreenId>;

  std::vector<Arrow> arrows(Station& at) { return at.marks[Key{presenter, kScreen}].arrows; }
  std::vector<Stroke> strokes(Station& at) { return at.marks[Key{presenter, kScreen}].strokes; }
  Session::Refusal point(Station& by, std::optional<Point> tip) {
    return by.session().point(presenter, kScreen, tip, world.now);
  }
  Session::Refusal draw(Station& by, std::uint32_t id, std::vector<Point> points, Tool tool = Tool::pen,
                        std::size_t from = 0, std::string text = {}) {
    return by.session().draw(presenter, kScreen, {{{}, id, tool, 0xE9A23B, std::move(points), std::move(text)}, from},
                             world.now);
  }
};

}  // namespace

TEST_CASE("who points is seen by all, the presenter included, until it points no more or is gone") {
  Markers p;
  Station& third = p.world.station("Cora");
  third.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return third.exact; }));
  const ParticipantId guest = p.guest.session().core()->self;
  REQUIRE_FALSE(p.point(p.guest, Point{30, 40}));
  const std::vector<Arrow> expected{{guest, {30, 40}}};
  auto all_see = [&](const std::vector<Arrow>& arrows) {
    return p.arrows(p.master) == arrows && p.arrows(p.guest) == arrows && p.arrows(third) == arrows;
  };
  REQUIRE(p.world.until([&] { return all_see(expected); }, 1s));
  // Far outside: at the edge.
  REQUIRE_FALSE(p.point(p.guest, Point{100000, -5}));
  REQUIRE(p.world.until([&] { return all_see({{guest, {p.master.screen.size().width - 1, 0}}}); }, 1s));
  REQUIRE_FALSE(p.point(p.guest, std::nullopt));
  REQUIRE(p.world.until([&] { return all_see({}); }, 1s));
  p.point(third, Point{1, 1});
  REQUIRE(p.world.until([&] { return p.arrows(p.guest).size() == 1; }, 1s));
  third.kill();
  REQUIRE(p.world.until([&] { return p.arrows(p.guest).empty() && p.arrows(p.master).empty(); }, 30s));
}

TEST_CASE("an arrow that flies costs few messages, and ends where it was last") {
  Markers p;
  std::size_t before = p.guest.frames_sent;
  for (int i = 0; i <= 200; ++i) {
    p.point(p.guest, Point{i / 2, i / 4});
    p.world.run(5ms);
  }
  CHECK(p.guest.frames_sent - before < 30);
  REQUIRE(p.world.until(
      [&] {
        return p.arrows(p.master).size() == 1 && p.arrows(p.master)[0].tip == Point{100, 50};
      },
      1s));
}

TEST_CASE("what is drawn is seen by all, also by who comes later and after a new epoch, and goes with the share") {
  Markers p;
  REQUIRE_FALSE(p.draw(p.guest, 1, {{10, 10}, {20, 25}}));
  REQUIRE_FALSE(p.draw(p.guest, 1, {{30, 40}}, Tool::pen, 2));
  REQUIRE(p.world.until([&] { return p.strokes(p.guest).size() == 1; }, 2s));
  REQUIRE_FALSE(p.draw(p.master, 1, {{5, 5}}, Tool::text, 0, "here"));
  REQUIRE(
      p.world.until([&] { return p.strokes(p.guest).size() == 2 && p.strokes(p.guest)[0].points.size() == 3; }, 2s));
  CHECK(p.strokes(p.guest)[1].text == "here");
  CHECK(p.strokes(p.guest)[1].member == p.presenter);
  p.world.run(5s);
  Station& late = p.world.station("Dora");
  late.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return late.exact; }));
  REQUIRE(p.world.until([&] { return p.strokes(late) == p.strokes(p.master); }, 2s));
  CHECK(p.strokes(late).size() == 2);
  // A screen of another size is drawn upon anew by its presenter.
  p.master.resize_screen({300, 200});
  REQUIRE(p.world.until([&] { return late.sees(p.master); }));
  REQUIRE(p.world.until([&] { return p.strokes(late) == p.strokes(p.master); }, 2s));
  CHECK(p.strokes(late).size() == 2);
  p.master.session().end_share(p.world.now);
  p.world.run(1s);
  CHECK(p.strokes(p.master).empty());
  p.master.share();
  REQUIRE(p.world.until([&] { return late.sees(p.master); }));
  p.world.run(2s);
  CHECK(p.master.session().marking()->strokes(p.presenter, kScreen).empty());
}

TEST_CASE("states that overtake the geometry of their screen are not lost") {
  Markers p;
  p.draw(p.master, 1, {{5, 5}, {9, 9}});
  p.world.run(3s);
  Station& late = p.world.station("Dora");
  std::optional<Bytes> geometry;
  bool held = true;
  p.world.between = [&](Station& station, World::Way way, Bytes& frame) {
    if (&station != &late || way == World::Way::up || frame[0] != wire::kPacketFrame || !held) return true;
    auto packet = wire::parse_packet(ByteView(frame).subspan(1));
    if (!packet || packet->header.kind != wire::PacketKind::state || packet->header.picture.slot != SlotId{})
      return true;
    geometry = frame;
    return false;
  };
  late.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return geometry.has_value(); }));
  p.world.run(300ms);
  held = false;
  p.world.inject(late, *geometry);
  REQUIRE(p.world.until([&] { return !p.strokes(late).empty(); }, 200ms));
  // The same with a new size, of which all comes but that it is one.
  held = true;
  geometry.reset();
  p.master.resize_screen({300, 200});
  REQUIRE(p.world.until([&] { return geometry.has_value(); }));
  p.world.run(100ms);
  held = false;
  p.world.inject(late, *geometry);
  p.world.run(100ms);
  CHECK(p.strokes(late).size() == 1);
}

TEST_CASE("undo takes back the last own stroke; clearing all is for the presenter and the moderator") {
  Markers p;
  p.draw(p.guest, 1, {{1, 1}});
  p.draw(p.guest, 2, {{2, 2}});
  p.draw(p.master, 1, {{3, 3}});
  REQUIRE(p.world.until([&] { return p.strokes(p.guest).size() == 3; }, 2s));
  REQUIRE_FALSE(p.guest.session().undo_stroke(p.presenter, kScreen, p.world.now));
  REQUIRE(p.world.until([&] { return p.strokes(p.guest).size() == 2; }, 2s));
  CHECK(p.strokes(p.guest)[0].id == 1);
  using Whose = Marking::Whose;
  CHECK(p.guest.session().clear_strokes(p.presenter, kScreen, Whose::all, p.world.now) == ErrorCode::not_allowed);
  REQUIRE_FALSE(p.guest.session().clear_strokes(p.presenter, kScreen, Whose::own, p.world.now));
  REQUIRE(p.world.until([&] { return p.strokes(p.guest).size() == 1; }, 2s));
  CHECK(p.strokes(p.guest)[0].member == p.presenter);
  REQUIRE_FALSE(p.master.session().clear_strokes(p.presenter, kScreen, Whose::all, p.world.now));
  REQUIRE(p.world.until([&] { return p.strokes(p.guest).empty(); }, 2s));
}

TEST_CASE("the presenter lets nobody point or draw who may not, whatever that one's program thinks") {
  Markers p;
  const ParticipantId guest = p.guest.session().core()->self;
  p.point(p.guest, Point{9, 9});
  REQUIRE(p.world.until([&] { return p.arrows(p.master).size() == 1; }, 1s));
  p.master.session().revoke(guest, Right::point, p.world.now);
  p.master.session().revoke(guest, Right::draw, p.world.now);
  REQUIRE(p.world.until([&] { return p.arrows(p.master).empty() && p.arrows(p.guest).empty(); }, 2s));
  CHECK(p.point(p.guest, Point{8, 8}) == ErrorCode::not_allowed);
  CHECK(p.draw(p.guest, 1, {{1, 1}}) == ErrorCode::not_allowed);
  // A program that says it all the same.
  auto* core = const_cast<Core*>(p.guest.session().core());
  const auto generation = p.guest.session().watching()->screen(p.presenter, kScreen)->generation();
  wire::pb::Message message;
  message.mutable_mark()->set_generation(generation.value());
  message.mutable_mark()->mutable_point()->set_x(4);
  const auto dropped = p.master.session().drops().other;
  REQUIRE(core->tell(p.presenter, message, crypto::Stream::pointer));
  message.mutable_mark()->mutable_draw()->add_xy(1);
  message.mutable_mark()->mutable_draw()->add_xy(1);
  REQUIRE(core->tell(p.presenter, message, crypto::Stream::pointer));
  message.mutable_mark()->mutable_wipe()->set_all(true);
  REQUIRE(core->tell(p.presenter, message, crypto::Stream::pointer));
  p.world.run(2s);
  CHECK(p.master.session().drops().other == dropped + 3);
  CHECK(p.arrows(p.master).empty());
  CHECK(p.strokes(p.master).empty());
}

TEST_CASE("the moderator says how many arrows may move at once") {
  Markers p;
  Station& third = p.world.station("Cora");
  third.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return third.exact; }));
  CHECK(p.guest.session().set_arrows_moving(3, p.world.now) == ErrorCode::not_allowed);
  CHECK(p.master.session().set_arrows_moving(0, p.world.now) == ErrorCode::bad_request);
  REQUIRE_FALSE(p.master.session().set_arrows_moving(1, p.world.now));
  p.world.run(500ms);
  for (int i = 0; i < 20; ++i) {
    p.point(p.guest, Point{i, 1});
    p.point(third, Point{i, 2});
    p.world.run(100ms);
  }
  CHECK(p.arrows(p.master).size() == 1);
  p.world.run(2s);
  CHECK(p.arrows(p.master).size() == 2);
}

TEST_CASE("a stroke that is lost on its way is said again, and one that was cleared is not") {
  Markers p;
  p.guest.cut(3s);
  p.draw(p.guest, 1, {{1, 1}, {5, 5}});  // nobody hears that
  int dropped = 0;
  p.world.run(5s);
  REQUIRE(p.world.until([&] { return p.guest.exact; }));
  p.world.between = [&](Station& station, World::Way way, Bytes& frame) {
    const bool input = &station == &p.guest && way == World::Way::up && frame[0] == wire::kPacketFrame &&
                       frame[2] == 1 && frame[4] == 3;
    return !input || ++dropped > 1;
  };
  REQUIRE_FALSE(p.draw(p.guest, 2, {{7, 7}, {8, 8}}));
  p.world.run(1s);
  CHECK(dropped == 1);
  CHECK(p.strokes(p.master).empty());
  REQUIRE(p.world.until([&] { return p.strokes(p.guest).size() == 1; }, 5s));
  CHECK(p.strokes(p.guest)[0].points.size() == 2);
  p.master.session().clear_strokes(p.presenter, kScreen, Marking::Whose::all, p.world.now);
  p.world.run(10s);
  CHECK(p.strokes(p.guest).empty());
}
