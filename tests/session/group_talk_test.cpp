// Conversations of several: each member hears each line once and in order, nobody else hears anything, and a list that
// cannot be is not shown. docs/PROTOCOL.md, "Talk".
#include <catch2/catch.hpp>

#include "wire/messages.pb.h"
#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

using Ids = std::vector<ParticipantId>;

Ids ids(std::initializer_list<int> numbers) {
  Ids out;
  for (int n : numbers) out.push_back(ParticipantId{static_cast<std::uint16_t>(n)});
  return out;
}

ParticipantId self(Station& station) { return station.session().core()->self; }

std::vector<ChatLine> lines(Station& station, const Ids& group) {
  std::vector<ChatLine> found;
  for (const ChatLine& line : station.all<ChatLine>())
    if (line.group == group && line.from != self(station)) found.push_back(line);
  return found;
}

std::vector<std::string> heard(Station& station, const Ids& group) {
  std::vector<std::string> texts;
  for (const ChatLine& line : lines(station, group)) texts.push_back(line.text);
  return texts;
}

/// Anna (0) leads; Bernd, Cora and Dora are members.
struct Four : Pair {
  Station& cora = world.station("Cora");
  Station& dora = world.station("Dora");
  Four() {
    for (Station* station : {&cora, &dora}) {
      station->join(number(), code());
      REQUIRE(world.until([&] { return station->exact; }));
    }
  }
  void tell(Station& from, Station& to, const wire::pb::Chat& chat) {
    wire::pb::Message message;
    *message.mutable_chat() = chat;
    const_cast<Core*>(from.session().core())->tell(self(to), message, crypto::Stream::chat);
  }
};

wire::pb::Chat line(std::uint64_t number, const std::string& text, const std::vector<std::uint32_t>& group) {
  wire::pb::Chat chat;
  chat.set_text(text);
  chat.set_line(number);
  for (std::uint32_t id : group) chat.add_group(id);
  return chat;
}

}  // namespace

TEST_CASE("what is said in a group is heard by its members alone, with the list of all of them and its time") {
  Four f;
  f.world.run(5s);  // how far everything goes was told
  int to_dora = 0;
  f.world.lets_through = [&](const Station& to, ByteView frame) {
    if (&to == &f.dora && frame[0] == wire::kPacketFrame && frame[2] == 1 && frame[4] == 4) ++to_dora;
    return true;
  };
  REQUIRE_FALSE(f.guest.session().chat("hello", ids({0, 2}), f.world.now, 1234567890));
  const Ids group = ids({0, 1, 2});
  REQUIRE(f.world.until([&] { return heard(f.master, group).size() == 1 && heard(f.cora, group).size() == 1; }));
  f.world.run(1s);
  CHECK(to_dora == 0);  // not even what she could not read
  CHECK(lines(f.cora, group)[0].from == self(f.guest));
  CHECK(lines(f.cora, group)[0].time == 1234567890);
  REQUIRE_FALSE(f.cora.session().chat("and back", ids({2, 1, 0, 1}), f.world.now));  // whatever their order
  REQUIRE(f.world.until([&] { return heard(f.guest, group).size() == 1 && heard(f.master, group).size() == 2; }));
  f.world.run(5s);
  CHECK_FALSE(f.dora.saw<ChatLine>());
  CHECK(f.guest.all<ChatLine>()[0].group == group);  // what one says oneself is told, too
}

TEST_CASE("a list of one, with or without oneself, is one; a list of nobody is refused") {
  Four f;
  REQUIRE_FALSE(f.guest.session().chat("to you", ids({1, 2}), f.world.now));
  REQUIRE(f.world.until([&] { return f.cora.saw<ChatLine>(); }));
  CHECK(f.cora.all<ChatLine>()[0].group.empty());
  CHECK(f.guest.session().chat("x", ids({1}), f.world.now) == ErrorCode::no_such_member);
  CHECK(f.guest.session().chat("x", ids({0, 2, 9}), f.world.now) == ErrorCode::no_such_member);
  Ids many;
  for (std::uint16_t id = 0; id < wire::kMaxGroup + 1; ++id) many.push_back(ParticipantId{id});
  CHECK(f.guest.session().chat("x", many, f.world.now) == ErrorCode::too_large);
}

TEST_CASE("lines of a group, of all and of two arrive once each and in order, through cuts") {
  Four f;
  std::mt19937 random(7);
  const Ids group = ids({0, 1, 2});
  std::vector<std::string> to_group, to_all, to_cora;
  for (int i = 0; i < 300; ++i) {
    const auto pause = std::chrono::milliseconds(100 + random() % 4000);
    if (i % 40 == 20) {
      const auto what = random() % 4;
      if (what == 0) f.world.restart_relay(pause);
      if (what == 1) f.guest.cut(pause);
      if (what == 2) f.cora.cut(pause);
      if (what == 3) f.master.cut(pause);
    }
    const std::string text = std::to_string(i);
    auto say = [&] {
      if (i % 3 == 0) return f.guest.session().chat(text, ids({0, 2}), f.world.now);
      if (i % 3 == 1) return f.guest.session().chat(text, std::nullopt, f.world.now);
      return f.guest.session().chat(text, ids({2}), f.world.now);
    };
    while (say()) f.world.run(500ms);
    (i % 3 == 0 ? to_group : i % 3 == 1 ? to_all : to_cora).push_back(text);
    f.world.run(std::chrono::milliseconds(random() % 60));
  }
  f.world.run(40s);
  std::vector<std::string> cora_all, cora_alone;
  for (const ChatLine& l : f.cora.all<ChatLine>())
    if (l.group.empty()) (l.to == kEverybody ? cora_all : cora_alone).push_back(l.text);
  CHECK(heard(f.cora, group) == to_group);
  CHECK(heard(f.master, group) == to_group);
  CHECK(cora_all == to_all);
  CHECK(cora_alone == to_cora);
  CHECK(heard(f.dora, group).empty());
}

TEST_CASE("a list that leaves out who hears or who speaks, has strangers or is no list is not shown") {
  Four f;
  std::vector<std::uint32_t> crowd(wire::kMaxGroup + 1);
  for (std::uint32_t id = 0; id < crowd.size(); ++id) crowd[id] = id;
  const std::vector<std::vector<std::uint32_t>> lists{{1, 2, 3},    {0, 2, 3}, {0, 1},        {1, 0, 2},
                                                      {0, 1, 1, 2}, crowd,     {0, 1, 70000}, {0, 1, 0xFFFF}};
  std::uint64_t number = 0;
  for (const auto& list : lists) f.tell(f.guest, f.master, line(++number, "hostile", list));
  wire::pb::Chat to_all = line(1, "hostile", {0, 1, 2});
  to_all.set_to_all(true);
  f.tell(f.guest, f.master, to_all);
  f.tell(f.guest, f.master, line(++number, "honest", {0, 1, 2}));
  // Those who are not known yet may come: their line is asked for before it is let go.
  REQUIRE(f.world.until([&] { return !heard(f.master, ids({0, 1, 2})).empty(); }, 60s));
  f.world.run(20s);
  std::vector<std::string> all;
  for (const ChatLine& l : f.master.all<ChatLine>()) all.push_back(l.text);
  CHECK(all == std::vector<std::string>{"honest"});
}

TEST_CASE("a line with somebody who has just come waits until the roster has them") {
  Four f;
  Station& late = f.world.station("Emil");
  f.world.lets_through = [&](const Station& to, ByteView frame) {  // no roster for Cora
    return !(&to == &f.cora && frame[0] == wire::kPacketFrame && frame[2] == 1 && frame[4] == 0);
  };
  late.join(f.number(), f.master.all<NewCode>().empty() ? f.code() : f.master.all<NewCode>().back().code);
  REQUIRE(f.world.until([&] { return late.exact; }));
  REQUIRE(f.cora.session().core()->member(ParticipantId{4}) == nullptr);
  REQUIRE_FALSE(f.master.session().chat("hello", ids({2, 4}), f.world.now));
  f.world.run(200ms);
  CHECK(heard(f.cora, ids({0, 2, 4})).empty());
  f.world.lets_through = nullptr;
  CHECK(f.world.until([&] { return heard(f.cora, ids({0, 2, 4})).size() == 1; }, 20s));
}

TEST_CASE("a group goes on when somebody has left, and not alone") {
  Four f;
  REQUIRE_FALSE(f.master.session().chat("one", ids({1, 2}), f.world.now));
  REQUIRE(f.world.until([&] { return f.cora.saw<ChatLine>(); }));
  f.cora.session().leave(f.world.now);
  REQUIRE(f.world.until([&] { return f.master.session().core()->member(ParticipantId{2}) == nullptr; }));
  REQUIRE_FALSE(f.master.session().chat("two", ids({1, 2}), f.world.now));
  const Ids group = ids({0, 1, 2});
  CHECK(f.world.until([&] { return heard(f.guest, group) == std::vector<std::string>{"one", "two"}; }));
  f.guest.session().leave(f.world.now);
  REQUIRE(f.world.until([&] { return f.master.session().core()->member(ParticipantId{1}) == nullptr; }));
  CHECK(f.master.session().chat("three", ids({1, 2}), f.world.now) == ErrorCode::no_such_member);
}

TEST_CASE("who is muted says nothing in a group, though the moderator is in it") {
  Four f;
  REQUIRE_FALSE(f.master.session().revoke(ParticipantId{1}, Right::chat, f.world.now));
  f.tell(f.guest, f.master, line(1, "muted", {0, 1, 2}));
  f.tell(f.guest, f.master, line(2, "alone", {}));
  REQUIRE(f.world.until([&] { return f.master.saw<ChatLine>(); }));
  CHECK(f.master.all<ChatLine>()[0].text == "alone");
}
