// Who leads: handed over by hand, taken over by deputies, and by nobody else.
#include <catch2/catch.hpp>

#include "session/heirs_message.h"
#include "wire/messages.pb.h"
#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

constexpr ParticipantId kAnna{0}, kBernd{1}, kClara{2};

struct Trio : Pair {
  Station& clara;
  Trio() : clara(world.station("Clara")) {
    clara.join(number(), code());
    if (!world.until([&] { return clara.exact; })) throw std::runtime_error("Clara is not in");
  }
  bool all_obey(ParticipantId leader, std::initializer_list<Station*> stations) {
    return std::all_of(stations.begin(), stations.end(),
                       [&](Station* s) { return s->session().core() && s->session().core()->master() == leader; });
  }
  void hand_over(Station& from, ParticipantId to) {
    REQUIRE_FALSE(from.session().hand_over(to, world.now));
    REQUIRE(world.until([&] { return all_obey(to, {&master, &guest, &clara}); }));
    world.run(100ms);
  }
};

bool heard(const Station& station, const std::string& text) {
  auto lines = station.all<ChatLine>();
  return std::any_of(lines.begin(), lines.end(), [&](const ChatLine& line) { return line.text == text; });
}

/// What a changed program could say.
void say(Station& from, ParticipantId to, const wire::pb::Message& message) {
  const_cast<Core*>(from.session().core())->tell(to, message);
}

}  // namespace

TEST_CASE("a session handed over goes on: picture, chat, number; the new moderator admits, kicks and ends") {
  Trio t;
  std::string old_code = t.code();
  t.hand_over(t.master, kBernd);
  CHECK(t.guest.session().is_master());
  CHECK_FALSE(t.master.session().is_master());
  CHECK(t.master.session().kick(kClara, "", t.world.now) == ErrorCode::not_allowed);
  SessionNumber session = t.guest.all<SessionNumber>().back();
  CHECK(session.number == t.number());
  CHECK(session.code != old_code);
  t.master.fill({3, 3, 90, 90}, 0x123456);
  REQUIRE(t.world.until([&] { return t.guest.sees(t.master) && t.clara.sees(t.master); }));
  CHECK_FALSE(t.clara.session().chat("Guten Tag", std::nullopt, t.world.now));
  REQUIRE(t.world.until([&] { return heard(t.master, "Guten Tag") && heard(t.guest, "Guten Tag"); }));
  Station& dora = t.world.station("Dora");
  dora.join(t.number(), session.code);
  REQUIRE(t.world.until([&] { return dora.exact && dora.sees(t.master); }));
  CHECK(dora.session().core()->master() == kBernd);
  CHECK(dora.session().core()->self == ParticipantId{3});
  Station& emil = t.world.station("Emil");
  emil.join_link(t.number(), session.link_secret);
  REQUIRE(t.world.until([&] { return emil.exact; }));
  Station& old = t.world.station("Olaf");
  old.join(t.number(), old_code);
  REQUIRE(t.world.until([&] { return old.saw<Ended>(); }));
  CHECK(old.all<Ended>().front().error == ErrorCode::bad_password);
  CHECK_FALSE(t.guest.session().kick(kClara, "", t.world.now));
  REQUIRE(t.world.until([&] { return t.clara.saw<Ended>(); }));
  t.guest.session().leave(t.world.now);
  CHECK(t.world.until([&] { return t.master.saw<Ended>() && dora.saw<Ended>(); }));
}

TEST_CASE("the lead goes to and fro as often as wanted") {
  Trio t;
  Station* leads = &t.master;
  for (int i = 0; i < 40; ++i) {
    Station* next = leads == &t.guest ? &t.clara : &t.guest;
    t.hand_over(*leads, next == &t.guest ? kBernd : kClara);
    leads = next;
  }
  t.hand_over(*leads, kAnna);
  CHECK(t.master.session().core()->succession.term() == 41);
  CHECK(t.master.session().core()->succession.chain().size() == wire::kMaxHeirs);
  Station& dora = t.world.station("Dora");
  dora.join(t.number(), t.master.all<SessionNumber>().back().code);
  CHECK(t.world.until([&] { return dora.exact && dora.sees(t.master); }));
}

TEST_CASE("who was away during a change of the master finds the new one") {
  Trio t;
  t.clara.cut(3s);
  t.world.run(100ms);
  REQUIRE_FALSE(t.master.session().hand_over(kBernd, t.world.now));
  REQUIRE(t.world.until([&] { return t.guest.session().is_master(); }));
  REQUIRE(t.world.until([&] { return t.clara.session().core()->master() == kBernd && t.clara.exact; }));
  CHECK_FALSE(t.clara.session().chat("wieder da", std::nullopt, t.world.now));
  CHECK(t.world.until([&] { return heard(t.guest, "wieder da") && heard(t.master, "wieder da"); }));
}

TEST_CASE("the master itself comes back as a member when another leads meanwhile") {
  Trio t;
  t.hand_over(t.master, kBernd);
  t.master.cut(2s);
  t.world.run(3s);
  CHECK_FALSE(t.master.session().is_master());
  CHECK_FALSE(t.master.session().chat("ich bin's", std::nullopt, t.world.now));
  CHECK(t.world.until([&] { return heard(t.guest, "ich bin's"); }));
  t.world.restart_relay(1s);
  t.world.run(5s);
  CHECK(t.guest.session().is_master());
  CHECK_FALSE(t.clara.session().chat("nach dem Neustart", std::nullopt, t.world.now));
  CHECK(t.world.until([&] { return heard(t.guest, "nach dem Neustart") && heard(t.master, "nach dem Neustart"); }));
}

TEST_CASE("an heir that does not answer leaves the lead where it is") {
  Trio t;
  t.world.lets_through = [&](const Station& to, ByteView) { return &to != &t.guest; };
  REQUIRE_FALSE(t.master.session().hand_over(kBernd, t.world.now));
  t.world.run(11s);
  CHECK(t.master.session().is_master());
  CHECK(t.master.all<Warning>().back().code == "hand_over_failed");
}

TEST_CASE("a deputy leads when the master has been gone for a minute, and nobody earlier") {
  Trio t;
  REQUIRE_FALSE(t.master.session().set_deputy(kClara, true, t.world.now));
  t.world.run(3s);
  t.master.kill();
  t.world.run(55s);
  CHECK_FALSE(t.clara.session().is_master());
  CHECK(t.world.until([&] { return t.all_obey(kClara, {&t.guest, &t.clara}); }, 20s));
  CHECK(t.clara.session().is_master());
  CHECK(t.clara.all<SessionNumber>().back().number == t.number());
  CHECK_FALSE(t.guest.session().chat("weiter", std::nullopt, t.world.now));
  REQUIRE(t.world.until([&] { return heard(t.clara, "weiter"); }));
  Station& dora = t.world.station("Dora");
  dora.join(t.number(), t.clara.all<SessionNumber>().back().code);
  CHECK(t.world.until([&] { return t.clara.saw<Joined>(); }));
}

TEST_CASE("the second deputy leads when the first is gone too") {
  Trio t;
  REQUIRE_FALSE(t.master.session().set_deputy(kClara, true, t.world.now));
  REQUIRE_FALSE(t.master.session().set_deputy(kBernd, true, t.world.now));
  t.world.run(3s);
  t.clara.kill();
  t.world.run(1s);
  t.master.kill();
  CHECK(t.world.until([&] { return t.guest.session().is_master(); }, 90s));
}

TEST_CASE("a master that was cut off steps down for the deputy that leads since") {
  Trio t;
  REQUIRE_FALSE(t.master.session().set_deputy(kBernd, true, t.world.now));
  t.world.run(3s);
  t.master.cut(150s);
  REQUIRE(t.world.until([&] { return t.guest.session().is_master(); }, 100s));
  REQUIRE(t.world.until([&] { return !t.master.session().is_master(); }, 100s));
  REQUIRE(t.world.until([&] { return t.all_obey(kBernd, {&t.master, &t.guest, &t.clara}); }));
  t.world.run(3s);
  CHECK_FALSE(t.master.session().chat("zurück", std::nullopt, t.world.now));
  CHECK(t.world.until([&] { return heard(t.guest, "zurück") && heard(t.clara, "zurück"); }));
  CHECK(t.guest.session().kick(kAnna, "", t.world.now) == std::nullopt);
}

TEST_CASE("in a partition each member obeys one master, and all the same one afterwards") {
  Trio t;
  REQUIRE_FALSE(t.master.session().set_deputy(kBernd, true, t.world.now));
  t.world.run(3s);
  // A relay that keeps Bernd from Anna, but not Clara from either.
  auto between = [&](const Station& to, ByteView frame) {
    auto packet = frame[0] == wire::kPacketFrame ? wire::parse_packet(frame.subspan(1)) : std::nullopt;
    if (!packet || packet->header.keying != wire::Keying::pair) return true;
    ParticipantId from = packet->header.source;
    return !((&to == &t.guest && from == kAnna) || (&to == &t.master && from == kBernd));
  };
  t.world.lets_through = between;
  t.world.run(120s);
  CHECK(t.clara.session().core()->master() == kAnna);  // it hears Anna, and so obeys nobody else
  CHECK(t.guest.session().core()->master() == kAnna);  // the relay knows that Anna is here
  CHECK(t.guest.session().stage() == Stage::reconnecting);
  t.world.lets_through = {};
  t.world.run(5s);
  CHECK(t.guest.session().stage() == Stage::live);
}

TEST_CASE("a deputy that claims the lead too early is obeyed by nobody who hears the master") {
  Trio t;
  REQUIRE_FALSE(t.master.session().set_deputy(kBernd, true, t.world.now));
  std::optional<wire::Heir> heir;
  heir = sign_heir(1, 1, kBernd, t.guest.session().core()->keys.signing.verify_key(),
                   t.master.session().core()->facts.uuid, t.master.session().core()->keys.signing);
  t.world.run(3s);
  wire::pb::Message message;
  write_heirs(std::vector{*heir}, *message.mutable_taken_over());
  say(t.guest, kClara, message);
  t.world.run(2s);
  CHECK(t.clara.session().core()->master() == kAnna);
  CHECK_FALSE(t.clara.saw<MasterChanged>());
}

TEST_CASE("nobody leads by a signature of its own, of a stranger, or of another session") {
  Trio t;
  const auto& bernd = t.guest.session().core()->keys.signing;
  const auto& anna = t.master.session().core()->keys.signing;
  SessionUuid uuid = t.master.session().core()->facts.uuid, other = uuid;
  other[0] ^= 1;
  auto own = GENERATE(0, 1, 2, 3);
  wire::Heir heir = own == 0   ? sign_heir(1, 0, kBernd, bernd.verify_key(), uuid, bernd)
                    : own == 1 ? sign_heir(1, 0, kBernd, bernd.verify_key(), other, anna)
                    : own == 2 ? sign_heir(2, 0, kBernd, bernd.verify_key(), uuid, anna)   // skips a term
                               : sign_heir(1, 0, kClara, bernd.verify_key(), uuid, anna);  // names another one
  wire::pb::Message message;
  write_heirs(std::vector{heir}, *message.mutable_taken_over());
  say(t.guest, kClara, message);
  say(t.guest, kAnna, message);
  t.world.run(2s);
  CHECK(t.clara.session().core()->master() == kAnna);
  CHECK(t.master.session().is_master());
  CHECK_FALSE(t.clara.session().chat("noch da", std::nullopt, t.world.now));
  CHECK(t.world.until([&] { return heard(t.master, "noch da"); }));
}

TEST_CASE("who is no deputy any more does not take over") {
  Trio t;
  REQUIRE_FALSE(t.master.session().set_deputy(kBernd, true, t.world.now));
  t.world.run(3s);
  REQUIRE_FALSE(t.master.session().set_deputy(kBernd, false, t.world.now));
  t.world.run(3s);
  t.master.kill();
  t.world.run(150s);
  CHECK_FALSE(t.guest.session().is_master());
  CHECK(t.clara.session().core()->master() == kAnna);
}

TEST_CASE("at equal terms the deputy that comes first in the list is followed") {
  crypto::SigningKey anna = crypto::SigningKey::make(), bernd = crypto::SigningKey::make(),
                     clara = crypto::SigningKey::make();
  SessionUuid uuid{};
  auto first = sign_heir(1, 1, kBernd, bernd.verify_key(), uuid, anna);
  auto second = sign_heir(1, 2, kClara, clara.verify_key(), uuid, anna);
  using Verdict = Succession::Verdict;
  Succession member(uuid, kAnna, anna.verify_key(), 0);
  REQUIRE(member.judge(std::vector{second}) == Verdict::taken_over);
  member.follow(std::vector{second});
  CHECK(member.master() == kClara);
  CHECK(member.judge(std::vector{first}) == Verdict::taken_over);
  member.follow(std::vector{first});
  CHECK(member.master() == kBernd);
  CHECK(member.term() == 1);
  CHECK(member.judge(std::vector{second}) == Verdict::nothing_new);
  auto later = sign_heir(2, 0, kClara, clara.verify_key(), uuid, bernd);
  CHECK(member.judge(std::vector{first, later}) == Verdict::handed_over);
  CHECK(Succession(uuid, kAnna, anna.verify_key(), 0).judge(std::vector{first, later}) == Verdict::taken_over);
  CHECK(member.judge(std::vector{sign_heir(2, 0, kClara, clara.verify_key(), uuid, anna)}) == Verdict::forged);
}
