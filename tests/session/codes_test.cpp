// Codes, links and tickets: who comes in by what.
#include <catch2/catch.hpp>

#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

constexpr ParticipantId kBernd{1};

std::string wrong(const std::string& code) { return code == "111111" ? "222222" : "111111"; }

}  // namespace

TEST_CASE("a thousand bad joins, from many addresses, shut nobody out who holds a link") {
  Pair p;
  std::size_t refused = 0;
  // Each stands for those of one address: the relay lets so many through.
  for (int i = 0; i < 1000; ++i) {
    auto knock = [&](relay::ConnId conn) {
      p.world.relay().on_connect(conn, "198.51.100." + std::to_string(i % 250), p.world.now);
      p.world.relay().on_frame(conn, wire::encode(wire::Attach{wire::number_of(p.number())}), p.world.now);
      Bytes junk(443);
      junk[0] = junk[1] = 1, junk[2] = static_cast<std::uint8_t>(i % 2 ? 1 : 2);
      p.world.relay().on_frame(conn, wire::encode(wire::Handshake{{}, wire::HandshakeMessage::join, junk}),
                               p.world.now);
      ++refused;
    };
    knock(relay::ConnId{1'000'000u + static_cast<std::uint64_t>(i)});
    p.world.run(5ms);
  }
  CHECK(refused == 1000);
  Station& linked = p.world.station("Dora");
  linked.join_link(p.number(), p.master.all<SessionNumber>().front().link_secret);
  CHECK(p.world.until([&] { return linked.exact; }, 180s));
  CHECK(p.guest.session().stage() == Stage::live);
}

TEST_CASE("five typos in a webinar: the code leads to the lobby, the link and those inside do not notice") {
  Pair p;
  for (int i = 0; i < 5; ++i) {
    Station& typo = p.world.station("Tippfehler");
    typo.join(p.number(), wrong(p.code()));
    REQUIRE(p.world.until([&] { return typo.saw<Ended>(); }));
    CHECK(typo.all<Ended>().front().error == ErrorCode::bad_password);
  }
  CHECK(p.master.all<Warning>().back().code == "code_guessed");
  Station& right = p.world.station("Clara");
  right.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return right.session().stage() == Stage::lobby; }));
  REQUIRE_FALSE(p.master.session().admit(p.master.all<InLobby>().back().participant, true, p.world.now));
  CHECK(p.world.until([&] { return right.exact; }));
  Station& linked = p.world.station("Dora");
  linked.join_link(p.number(), p.master.all<SessionNumber>().front().link_secret);
  CHECK(p.world.until([&] { return linked.exact; }));
  CHECK(p.guest.session().stage() == Stage::live);
}

TEST_CASE("a locked session takes nobody new, by code or link, and members back") {
  Pair p;
  REQUIRE_FALSE(p.master.session().set_locked(true, p.world.now));
  p.world.run(100ms);
  Station& linked = p.world.station("Dora");
  linked.join_link(p.number(), p.master.all<SessionNumber>().front().link_secret);
  REQUIRE(p.world.until([&] { return linked.saw<Ended>(); }));
  CHECK(linked.all<Ended>().front().error == ErrorCode::locked);
  p.guest.cut(1s);
  p.world.run(5s);
  CHECK(p.guest.session().stage() == Stage::live);
}

TEST_CASE("who joins anew with its ticket has its name and rights back, but no control") {
  Pair p;
  REQUIRE_FALSE(p.master.session().revoke(kBernd, Right::chat, p.world.now));
  REQUIRE_FALSE(p.master.session().grant(kBernd, Right::control, {}, p.world.now));
  REQUIRE(p.world.until([&] { return p.guest.saw<Granted>(); }));
  Bytes ticket = p.guest.session().ticket();
  REQUIRE(ticket.size() == 16);
  p.guest.kill();
  p.world.run(1s);
  Station& again = p.world.station("B.");
  again.ticket = ticket;
  again.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return again.exact; }));
  const Core& core = *again.session().core();
  CHECK(core.member(core.self)->name == "Bernd");
  CHECK_FALSE(core.member(core.self)->rights.has(Right::chat));
  CHECK(core.self != kBernd);
  CHECK(core.member(kBernd) == nullptr);
  CHECK_FALSE(again.session().watching()->controls(kFirstMaster));
  CHECK(again.session().ticket() != ticket);
  SECTION("a ticket works once") {
    Station& twice = p.world.station("Eve");
    twice.ticket = ticket;
    twice.join(p.number(), p.code());
    REQUIRE(p.world.until([&] { return twice.exact; }));
    CHECK(twice.session().core()->member(twice.session().core()->self)->name == "Eve");
  }
  SECTION("who is removed has no ticket any more") {
    Bytes second = again.session().ticket();
    REQUIRE_FALSE(p.master.session().kick(core.self, "", p.world.now));
    REQUIRE(p.world.until([&] { return again.saw<Ended>(); }));
    Station& back = p.world.station("Eve");
    back.ticket = second;
    back.join(p.number(), p.master.all<NewCode>().back().code);
    REQUIRE(p.world.until([&] { return back.exact; }));
    CHECK(back.session().core()->member(back.session().core()->self)->name == "Eve");
  }
}
