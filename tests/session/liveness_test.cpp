// What happens while the master does not answer, or somebody on the way holds back what it says.
#include <catch2/catch.hpp>

#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

constexpr ParticipantId kBernd{1}, kClara{2};
// A sealed PONG is smaller; EPOCH and ROSTER are larger.
constexpr std::size_t kLargerThanPong = 70;

struct Trio : Pair {
  Station& clara;
  explicit Trio(Mode mode = Mode::presentation) : Pair(mode), clara(world.station("Clara")) {
    clara.join(number(), mode == Mode::presentation ? code() : master.all<NewCode>().back().code);
    if (!world.until([&] { return master.all<Joined>().size() == 2; })) throw std::runtime_error("Clara is not in");
  }
};

bool is_from_master(ByteView frame) {
  auto packet = frame[0] == wire::kPacketFrame ? wire::parse_packet(frame.subspan(1)) : std::nullopt;
  return packet && packet->header.keying == wire::Keying::pair && packet->header.source == kFirstMaster;
}

std::size_t texts(const Station& station) {
  return static_cast<std::size_t>(std::count_if(station.injected.begin(), station.injected.end(),
                                                [](const auto& e) { return e.kind == InputEvent::Kind::text; }));
}

InputEvent typed() {
  InputEvent text;
  text.kind = InputEvent::Kind::text;
  text.text = "x";
  return text;
}

std::size_t warnings(const Station& station, const std::string& code) {
  auto all = station.all<Warning>();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const Warning& w) { return w.code == code; }));
}

}  // namespace

TEST_CASE("grants sleep while the master does not answer for ten seconds, and wake with its answer") {
  Trio t(Mode::control);
  REQUIRE(t.world.until([&] { return t.guest.saw<ConsentRequest>(); }));
  t.guest.session().answer_consent(t.guest.all<ConsentRequest>().front().request, true, {}, t.world.now);
  t.guest.share();
  REQUIRE(t.world.until([&] { return t.clara.exact; }));
  REQUIRE_FALSE(t.guest.session().grant(kClara, Right::control, {}, t.world.now));
  REQUIRE(t.world.until([&] { return t.clara.saw<Granted>(); }));
  t.world.lets_through = [&](const Station& to, ByteView frame) { return &to != &t.guest || !is_from_master(frame); };
  t.world.run(8s);
  CHECK_FALSE(t.clara.session().input(std::nullopt, typed(), t.world.now));
  REQUIRE(t.world.until([&] { return texts(t.guest) == 1; }));
  t.world.run(5s);
  CHECK(t.clara.all<ControllersChanged>().back().suspended);
  CHECK_FALSE(t.clara.session().input(std::nullopt, typed(), t.world.now));
  t.world.run(2s);
  CHECK(texts(t.guest) == 1);
  t.world.lets_through = {};
  t.world.run(3s);
  CHECK_FALSE(t.clara.all<ControllersChanged>().back().suspended);
  CHECK_FALSE(t.clara.session().input(std::nullopt, typed(), t.world.now));
  CHECK(t.world.until([&] { return texts(t.guest) == 2; }));
}

TEST_CASE("who has not heard the master for a minute seals nothing to all, and says it afterwards") {
  Trio t;
  t.world.lets_through = [&](const Station& to, ByteView frame) { return &to != &t.guest || !is_from_master(frame); };
  t.world.run(65s);
  CHECK(t.guest.session().stage() == Stage::reconnecting);
  CHECK_FALSE(t.guest.session().chat("Hört ihr mich?", std::nullopt, t.world.now));
  t.world.run(5s);
  CHECK_FALSE(t.clara.saw<ChatLine>());
  t.world.lets_through = {};
  REQUIRE(t.world.until([&] { return t.clara.saw<ChatLine>(); }));
  CHECK(t.clara.all<ChatLine>().front().text == "Hört ihr mich?");
  CHECK(t.guest.session().stage() == Stage::live);
}

TEST_CASE("an epoch and a roster that were lost on the way are said again") {
  Trio t;
  t.world.lets_through = [&](const Station& to, ByteView frame) { return &to != &t.guest || !is_from_master(frame); };
  REQUIRE_FALSE(t.master.session().kick(kClara, "", t.world.now));
  Epoch newest = t.master.session().core()->envelope.newest_epoch();
  t.world.run(100ms);
  t.world.lets_through = {};
  CHECK(t.guest.session().core()->envelope.newest_epoch() < newest);
  REQUIRE(t.world.until([&] { return t.guest.session().core()->envelope.newest_epoch() == newest; }));
  CHECK(t.world.until([&] { return t.guest.session().core()->member(kClara) == nullptr; }));
  CHECK(warnings(t.guest, "withheld") == 0);
  t.world.run(10s);
  CHECK(warnings(t.master, "removal_unconfirmed") == 0);
}

TEST_CASE("an epoch that is held back for good is told to both sides, and nothing is sealed under the old one") {
  Trio t;
  Station& dora = t.world.station("Dora");
  dora.join(t.number(), t.code());
  REQUIRE(t.world.until([&] { return t.master.all<Joined>().size() == 3; }));
  std::size_t dropped = 0;
  t.world.lets_through = [&](const Station& to, ByteView frame) {
    bool held_back = &to == &t.guest && is_from_master(frame) && frame.size() > kLargerThanPong;
    dropped += held_back;
    return !held_back;
  };
  REQUIRE_FALSE(t.master.session().kick(kClara, "", t.world.now));
  t.world.run(4s);
  CHECK_FALSE(t.guest.session().chat("an alle", std::nullopt, t.world.now));
  t.world.run(8s);
  CHECK(warnings(t.guest, "withheld") == 1);
  REQUIRE(warnings(t.master, "removal_unconfirmed") == 1);
  std::string told;
  for (const Warning& w : t.master.all<Warning>())
    if (w.code == "removal_unconfirmed") told = w.message;
  CHECK(told.find("Bernd") != std::string::npos);
  CHECK(told.find("Clara") != std::string::npos);
  CHECK(told.find("Dora") == std::string::npos);
  CHECK_FALSE(dora.saw<ChatLine>());
  CHECK(dropped > 4);
  t.world.lets_through = {};
  CHECK(t.world.until([&] { return dora.saw<ChatLine>(); }));
}

TEST_CASE("old epochs are forgotten by members and master five seconds after the new one") {
  Trio t;
  Epoch old = t.master.session().core()->envelope.newest_epoch();
  auto knows = [&](Station& s) { return const_cast<Core*>(s.session().core())->envelope.epochs().knows(old); };
  REQUIRE_FALSE(t.master.session().kick(kClara, "", t.world.now));
  t.world.run(3s);
  CHECK(knows(t.master));
  CHECK(knows(t.guest));
  t.world.run(3s);
  CHECK_FALSE(knows(t.master));
  CHECK_FALSE(knows(t.guest));
}

TEST_CASE("who joins one second after a kick sees the picture; who was kicked does not") {
  Trio t;
  REQUIRE_FALSE(t.master.session().kick(kBernd, "", t.world.now));
  t.world.run(1s);
  std::size_t shown = t.guest.shows;
  Station& dora = t.world.station("Dora");
  dora.join(t.number(), t.master.all<NewCode>().back().code);
  REQUIRE(t.world.until([&] { return dora.exact && dora.sees(t.master); }));
  t.master.fill({0, 0, 64, 64}, 0x00FF00);
  REQUIRE(t.world.until([&] { return dora.sees(t.master) && t.clara.sees(t.master); }));
  CHECK(t.guest.shows == shown);
}

TEST_CASE("the picture does not stutter when epochs change") {
  Trio t;
  Instant last = t.world.now;
  Duration longest{};
  std::size_t seen = t.guest.shows;
  std::mt19937 random(5);
  for (int frame = 0; frame < 300; ++frame) {
    t.master.fill({frame % 150, 20, 40, 40}, static_cast<std::uint32_t>(random()));
    if (frame == 60) t.world.station("Dora").join(t.number(), t.code());
    if (frame == 120) t.master.session().kick(kClara, "", t.world.now);
    if (frame == 180) t.world.station("Emil").join(t.number(), t.master.all<NewCode>().back().code);
    for (int step = 0; step < 33; ++step) {
      t.world.run(1ms);
      if (t.guest.shows == seen) continue;
      longest = std::max(longest, t.world.now - last);
      last = t.world.now;
      seen = t.guest.shows;
    }
  }
  CHECK(t.master.all<Joined>().size() == 4);
  CHECK(t.guest.all<EpochChanged>().size() >= 2);
  CHECK(milliseconds(longest) < 100);
}
