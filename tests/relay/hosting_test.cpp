// Who may open a session at a relay that demands tokens, and who is kept out of one.
#include "tests/relay/rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::HandshakeMessage;
using wire::Operation;
using wire::RelayError;

namespace {

/// Answers when the test says so.
class Book final : public Accounts {
 public:
  void check(ConnId asker, std::string token) override { asked.emplace_back(asker, std::move(token)); }
  std::uint64_t version() override { return changes; }
  bool is_revoked(const std::string& id) override { return revoked.contains(id); }

  std::deque<std::pair<ConnId, std::string>> asked;
  std::map<std::string, TokenAnswer> known;
  std::set<std::string> revoked;
  std::uint64_t changes = 0;
};

struct House : Rig {
  explicit House(Limits limits = {}) : Rig(limits) {
    core->demand_tokens(&book, now);
    book.known["good"] = {TokenVerdict::good, "g", {}};
    book.known["old"] = {TokenVerdict::expired, "o", {}};
    book.known["busy"] = {TokenVerdict::busy, "", {}};
    book.known["small"] = {TokenVerdict::good, "s", {2, 1}};
  }
  Book book;

  void answer() {
    while (!book.asked.empty()) {
      auto [conn, token] = book.asked.front();
      book.asked.pop_front();
      auto at = book.known.find(token);
      core->on_token(conn, at == book.known.end() ? TokenAnswer{} : at->second, now);
    }
  }
  Master host(const std::string& token, const wire::Number& number = {}, std::shared_ptr<Identity> who = {}) {
    Master master = connect_master(std::move(who));
    if (!token.empty()) master.send(wire::HostToken{token});
    master.open(number, 1);
    answer();
    return master;
  }
};

}  // namespace

TEST_CASE("a relay that demands tokens opens a session for a holder and for nobody else") {
  House house;
  CHECK(house.host("").error() == RelayError::token_needed);
  CHECK(house.host("bad").error() == RelayError::token_refused);
  CHECK(house.host("old").error() == RelayError::token_refused);
  CHECK(house.host("busy").error() == RelayError::rate_limited);
  CHECK(house.core->sessions() == 0);
  Master master = house.host("good");
  CHECK_FALSE(master.error());
  CHECK(house.core->sessions() == 1);
  Peer guest = house.member(master, 1);  // no token
  CHECK_FALSE(guest.error());
}

TEST_CASE("a token is not looked at where none is demanded") {
  Rig rig;
  Master master = rig.connect_master();
  master.send(wire::HostToken{"whatever"});
  master.open({}, 1);
  CHECK_FALSE(master.error());
  CHECK(rig.core->sessions() == 1);
}

TEST_CASE("nothing is opened before the answer, and who hurries is cut") {
  House house;
  Master master = house.connect_master();
  master.send(wire::HostToken{"good"});
  master.open({}, 1);
  CHECK(house.core->sessions() == 0);
  master.send(wire::Ping{4});
  CHECK(master.got<wire::Pong>().size() == 1);
  SECTION("by another OPEN") { master.open({}, 1); }
  SECTION("by ATTACH") { master.send(wire::Attach{wire::number_of("428117903")}); }
  SECTION("by a second token") { master.send(wire::HostToken{"good"}); }
  CHECK(master.error() == RelayError::bad_request);
  house.answer();  // to nobody
  CHECK(house.core->sessions() == 0);
}

TEST_CASE("an answer that never comes ends the connection after ten seconds") {
  House house;
  Master master = house.connect_master();
  master.send(wire::HostToken{"good"});
  master.open({}, 1);
  house.pass(10s);
  CHECK(master.error() == RelayError::bad_request);
  house.answer();
  CHECK(house.core->sessions() == 0);
}

TEST_CASE("tokens of one address are limited like joins, and none beyond is asked about") {
  Limits limits;
  limits.joins_per_minute = 5;
  House house(limits);
  for (int i = 0; i < 5; ++i) CHECK(house.host("bad").error() == RelayError::token_refused);
  Master flood = house.connect_master();
  flood.send(wire::HostToken{"bad"});
  flood.open({}, 1);
  CHECK(flood.error() == RelayError::rate_limited);
  CHECK(house.book.asked.empty());
  Master elsewhere = house.connect_master({}, "198.51.100.2");
  elsewhere.send(wire::HostToken{"good"});
  elsewhere.open({}, 1);
  house.answer();
  CHECK_FALSE(elsewhere.error());
}

TEST_CASE("a master comes back with its token, also when that has expired, not without and not when it is revoked") {
  House house;
  Master master = house.host("good");
  wire::Number number = master.number();
  auto who = master.identity();
  master.drop();
  CHECK(house.host("", number, who).error() == RelayError::token_needed);
  CHECK(house.host("bad", number, who).error() == RelayError::token_refused);
  CHECK_FALSE(house.host("old", number, who).error());
  house.book.revoked.insert("g");
  CHECK(house.host("good", number, who).error() == RelayError::token_refused);
}

TEST_CASE("the sessions of a revoked token end within seconds, the others go on") {
  House house;
  Master master = house.host("good");
  Peer guest = house.member(master, 1);
  Master other = house.host("small");
  house.pass(60s);
  CHECK_FALSE(master.closed());
  house.book.revoked.insert("g");
  ++house.book.changes;
  house.pass(Duration(wire::kRevocationGap));
  CHECK(master.error() == RelayError::ended);
  CHECK(guest.error() == RelayError::ended);
  CHECK_FALSE(other.closed());
}

TEST_CASE("a token that is revoked while it is checked opens nothing") {
  House house;
  Master master = house.connect_master();
  master.send(wire::HostToken{"good"});
  master.open({}, 1);
  house.book.revoked.insert("g");
  house.answer();
  CHECK(master.error() == RelayError::token_refused);
}

TEST_CASE("a token leads as many sessions at a time as it may; one without its master does not count") {
  House house;
  Master first = house.host("small");
  REQUIRE_FALSE(first.error());
  CHECK(house.host("small").error() == RelayError::full);
  CHECK_FALSE(house.host("good").error());  // another holder
  wire::Number number = first.number();
  auto who = first.identity();
  first.drop();
  Master second = house.host("small");
  CHECK_FALSE(second.error());
  CHECK(house.host("small", number, who).error() == RelayError::full);  // taking the first up again would make two
  second.request(Operation::end);
  CHECK_FALSE(house.host("small", number, who).error());
}

TEST_CASE("a token's sessions take as many participants at a time as it may") {
  House house;
  Master master = house.host("small");
  Peer one = house.member(master, 1), two = house.member(master, 2);
  CHECK_FALSE(two.error());
  Peer three = house.connect();
  three.send(wire::Attach{master.number()});
  SECTION("who knocks is told before the master hears of it") {
    three.send(wire::Handshake{{}, HandshakeMessage::join, Bytes(10)});
    CHECK(master.got<wire::Handshake>().empty());
  }
  SECTION("an admission does not pass it either") { master.admit(three, 3); }
  CHECK(three.error() == RelayError::full);
  one.drop();
  Peer back = house.connect();
  back.send(wire::Attach{master.number()});
  back.send(wire::Handshake{{}, HandshakeMessage::resume, Bytes(10)});
  master.admit(back, 1);
  CHECK_FALSE(back.error());
}

TEST_CASE("a banned member cannot attach from its address, others can") {
  Rig rig;
  Master master = rig.opened();
  Peer rude = rig.member(master, 1, "192.0.2.1"), kind = rig.member(master, 2, "192.0.2.2"),
       neighbour = rig.member(master, 3, "192.0.2.1");
  SECTION("while it is here") {
    master.request(Operation::remove, {}, ParticipantId{1}, 1);
    CHECK(rude.error() == RelayError::removed);
  }
  SECTION("just after it went") {
    rude.drop();
    master.request(Operation::remove, {}, ParticipantId{1}, 1);
  }
  SECTION("named by its link") {
    master.request(Operation::remove, rude.link(), kEverybody, 1);
    CHECK(rude.error() == RelayError::removed);
  }
  Peer again = rig.connect("192.0.2.1");
  again.send(wire::Attach{master.number()});
  CHECK(again.error() == RelayError::banned);
  Peer elsewhere = rig.connect("192.0.2.3");
  elsewhere.send(wire::Attach{master.number()});
  CHECK_FALSE(elsewhere.error());
  CHECK_FALSE(kind.closed());
  CHECK_FALSE(neighbour.closed());  // is in already, and stays
  Master other = rig.connect_master(std::make_shared<Identity>());
  other.open({}, 1);
  Peer at_other = rig.connect("192.0.2.1");
  at_other.send(wire::Attach{other.number()});
  CHECK_FALSE(at_other.error());
}

TEST_CASE("who is only removed may come back from its address") {
  Rig rig;
  Master master = rig.opened();
  Peer guest = rig.member(master, 1);
  master.request(Operation::remove, {}, ParticipantId{1}, 0);
  CHECK(guest.error() == RelayError::removed);
  Peer again = rig.connect();
  again.send(wire::Attach{master.number()});
  CHECK_FALSE(again.error());
}

TEST_CASE("a removal of an unknown kind removes nobody") {
  Rig rig;
  Master master = rig.opened();
  Peer guest = rig.member(master, 1);
  master.request(Operation::remove, {}, ParticipantId{1}, 2);
  CHECK_FALSE(guest.closed());
  CHECK(master.error() == RelayError::not_allowed);
}

TEST_CASE("a session remembers 256 bans, the newest ones") {
  Limits limits;
  limits.joins_per_minute_session = 10'000;
  Rig rig(limits);
  Master master = rig.opened();
  auto address = [](std::size_t i) { return "10.0." + std::to_string(i / 200) + "." + std::to_string(i % 200); };
  for (std::size_t i = 0; i <= wire::kMaxBans; ++i) {
    rig.member(master, static_cast<std::uint16_t>(i + 1), address(i));
    master.request(Operation::remove, {}, ParticipantId{static_cast<std::uint16_t>(i + 1)}, 1);
  }
  auto comes_in = [&](std::size_t i) {
    Peer peer = rig.connect(address(i));
    peer.send(wire::Attach{master.number()});
    return !peer.error();
  };
  CHECK(comes_in(0));
  CHECK_FALSE(comes_in(1));
  CHECK_FALSE(comes_in(wire::kMaxBans));
}

TEST_CASE("numbers cannot be guessed faster by taking up sessions than by joining them") {
  Limits limits;
  limits.joins_per_minute = 5;
  Rig rig(limits);
  Master known = rig.opened();
  for (int i = 0; i < 5; ++i) {
    Master guess = rig.connect_master({}, "192.0.2.1");
    guess.open(wire::number_of("555555555"), 1);
    CHECK(guess.error() == RelayError::no_session);
  }
  Master guess = rig.connect_master({}, "192.0.2.1");
  guess.open(wire::number_of("555555555"), 1);
  CHECK(guess.error() == RelayError::rate_limited);
  Peer join = rig.connect("192.0.2.1");  // one count for both
  join.send(wire::Attach{known.number()});
  CHECK(join.error() == RelayError::rate_limited);
}

TEST_CASE("an address has 256 links that said nothing yet; who went on does not count") {
  Rig rig;
  Master master = rig.opened();
  std::vector<Peer> silent;
  for (std::size_t i = 0; i < wire::kMaxOpeningPerAddress; ++i) silent.push_back(rig.connect());
  CHECK_FALSE(silent.back().error());
  CHECK(rig.connect().error() == RelayError::full);
  CHECK_FALSE(rig.connect("192.0.2.2").error());
  silent[0].send(wire::Attach{master.number()});
  CHECK_FALSE(rig.connect().error());
  CHECK(rig.connect().error() == RelayError::full);
  silent[1].drop();
  CHECK_FALSE(rig.connect().error());
  rig.pass(10s);  // all that are silent go
  for (std::size_t i = 0; i < wire::kMaxOpeningPerAddress; ++i) CHECK_FALSE(rig.connect().error());
}
