// What members say to each other arrives once each and in order. docs/PROTOCOL.md, "Talk".
#include <catch2/catch.hpp>

#include "wire/messages.pb.h"
#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

std::vector<std::string> heard(Station& station, std::optional<ParticipantId> from = std::nullopt) {
  std::vector<std::string> lines;
  for (const ChatLine& line : station.all<ChatLine>())
    if (line.from != station.session().core()->self && (!from || line.from == *from)) lines.push_back(line.text);
  return lines;
}

std::vector<std::string> numbered(int n) {
  std::vector<std::string> lines;
  for (int i = 0; i < n; ++i) lines.push_back("line " + std::to_string(i));
  return lines;
}

struct Talkers : Pair {
  int said = 0;
  bool say(Station& speaker, std::optional<std::vector<ParticipantId>> to = std::nullopt) {
    std::string text = "line " + std::to_string(said);
    if (speaker.session().chat(text, to, world.now)) return false;
    ++said;
    return true;
  }
};

}  // namespace

TEST_CASE("a thousand lines through twenty cuts arrive once each, in order") {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Talkers p;
    Station& third = p.world.station("Cora");
    third.join(p.number(), p.code());
    REQUIRE(p.world.until([&] { return third.exact; }));
    Station& speaker = seed % 2 == 0 ? p.master : p.guest;
    Station& listener = seed % 2 == 0 ? p.guest : p.master;
    while (p.said < 1000) {
      if (p.said % 50 == 25) {
        auto pause = std::chrono::milliseconds(100 + random() % 4000);
        unsigned what = static_cast<unsigned>(random() % 4);
        if (what == 0) p.world.restart_relay(pause);
        if (what == 1) speaker.cut(pause);
        if (what == 2) listener.cut(pause);
        if (what == 3) third.cut(pause);
      }
      while (!p.say(speaker)) p.world.run(500ms);  // so many wait until they can be heard, and no more
      p.world.run(std::chrono::milliseconds(random() % 60));
    }
    p.world.run(40s);
    for (Station* station : {&listener, &third}) {
      std::vector<std::string> lines = heard(*station), all = numbered(1000);
      auto wrong = std::mismatch(lines.begin(), lines.end(), all.begin(), all.end());
      INFO(station->name << " heard " << lines.size() << ", the first that is wrong: " << wrong.first - lines.begin());
      CHECK(lines == all);
    }
  }
}

TEST_CASE("a line that a relay withholds is asked for and shown") {
  Talkers p;
  int dropped = 0;
  p.world.lets_through = [&](const Station& to, ByteView frame) {
    bool chat = frame[0] == wire::kPacketFrame && frame[2] == 1 && frame[4] == 4;  // a message of the chat's stream
    return !(chat && &to == &p.guest && ++dropped <= 1);
  };
  p.say(p.master);
  p.world.run(10s);
  CHECK(heard(p.guest) == numbered(1));

  SECTION("also in between") {
    dropped = 0;
    for (int i = 0; i < 3; ++i) p.say(p.master);
    CHECK(p.world.until([&] { return heard(p.guest) == numbered(4); }, 3s));
  }
  SECTION("what never comes is let go, and the talk goes on") {
    p.world.lets_through = [&](const Station& to, ByteView frame) {
      return !(frame[0] == wire::kPacketFrame && frame[2] == 1 && frame[4] == 4 && &to == &p.guest);
    };
    p.say(p.master);
    p.world.run(20s);
    p.world.lets_through = nullptr;
    p.world.run(5s);
    p.say(p.master);
    p.world.run(20s);
    CHECK(heard(p.guest).back() == "line 2");
  }
}

TEST_CASE("who joins later hears what is said from then on") {
  Talkers p;
  for (int i = 0; i < 5; ++i) p.say(p.master);
  p.world.run(5s);
  Station& late = p.world.station("Dora");
  late.join(p.number(), p.master.all<NewCode>().empty() ? p.code() : p.master.all<NewCode>().back().code);
  REQUIRE(p.world.until([&] { return late.exact; }));
  p.world.run(10s);
  CHECK(heard(late).empty());
  p.say(p.master);
  p.world.run(1s);
  CHECK(heard(late) == std::vector<std::string>{"line 5"});
}

TEST_CASE("what was lost before somebody else came is still asked for") {
  Talkers p;
  p.world.lets_through = [&](const Station& to, ByteView frame) {
    return !(frame[0] == wire::kPacketFrame && frame[2] == 1 && frame[4] == 4 && &to == &p.guest);
  };
  p.say(p.master);
  Station& third = p.world.station("Cora");
  third.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return third.exact; }));
  p.world.lets_through = nullptr;
  p.say(p.master);
  CHECK(p.world.until([&] { return heard(p.guest) == numbered(2); }, 5s));
  CHECK(heard(third) == std::vector<std::string>{"line 1"});
}

TEST_CASE("who came after many lines and was not told hears the next one at the first question") {
  Talkers p;
  for (int i = 0; i < 150; ++i) {
    while (!p.say(p.master)) p.world.run(500ms);
    p.world.run(10ms);
  }
  p.world.run(5s);
  Station& late = p.world.station("Dora");
  int dropped = 0, asked = 0;
  p.world.between = [&](Station& station, World::Way way, Bytes& frame) {
    const bool chat = &station == &late && frame[0] == wire::kPacketFrame && frame[2] == 1 && frame[4] == 4;
    if (chat && way == World::Way::up) ++asked;
    return !chat || way == World::Way::up || ++dropped > 1;  // how far it goes does not come
  };
  late.join(p.number(), p.master.all<NewCode>().empty() ? p.code() : p.master.all<NewCode>().back().code);
  REQUIRE(p.world.until([&] { return late.exact && dropped == 1; }));
  p.say(p.master);
  REQUIRE(p.world.until([&] { return !heard(late).empty(); }, 20s));
  CHECK(heard(late) == std::vector<std::string>{"line 150"});
  CHECK(asked == 1);
}

TEST_CASE("lines to one are numbered for that one, and wait for who is away") {
  Talkers p;
  Station& third = p.world.station("Cora");
  third.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return third.exact; }));
  const ParticipantId guest = p.guest.session().core()->self;
  p.say(p.master, {{guest}});
  p.say(p.master);
  p.world.run(1s);
  p.guest.cut(20s);
  p.say(p.master, {{guest}});
  p.say(p.master);
  p.world.run(40s);
  CHECK(heard(p.guest) == std::vector<std::string>{"line 0", "line 1", "line 2", "line 3"});
  CHECK(heard(third) == std::vector<std::string>{"line 1", "line 3"});
}

TEST_CASE("who is muted is not shown, and what is said after it is") {
  Talkers p;
  Station& third = p.world.station("Cora");
  third.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return third.exact; }));
  p.say(p.guest);
  p.world.run(1s);
  const ParticipantId guest = p.guest.session().core()->self;
  REQUIRE_FALSE(p.master.session().revoke(guest, Right::chat, p.world.now));
  CHECK(p.guest.session().chat("too late", std::nullopt, p.world.now).has_value() == false);  // it does not know yet
  p.world.run(3s);
  REQUIRE_FALSE(p.master.session().grant(guest, Right::chat, {}, p.world.now));
  p.world.run(3s);
  p.say(p.guest);
  p.world.run(10s);
  CHECK(heard(third) == numbered(2));
}

TEST_CASE("who asks all the time is answered once a second") {
  Talkers p;
  for (int i = 0; i < 30; ++i) p.say(p.master);
  p.world.run(5s);
  const std::size_t before = p.master.bytes_sent;
  for (int i = 0; i < 200; ++i) {
    wire::pb::Message ask;
    ask.mutable_talk_ask()->set_to_all(true);
    ask.mutable_talk_ask()->set_from(1);
    const_cast<Core*>(p.guest.session().core())->tell(ParticipantId{0}, ask, crypto::Stream::chat);
    p.world.run(10ms);
  }
  CHECK(p.master.bytes_sent - before < 30000);  // three answers of 30 lines, and manifests
}
