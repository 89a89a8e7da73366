// Conversations as the windows keep them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "ui/model.h"

using namespace lotse::ui;
using nlohmann::json;

namespace {

/// Of member 2, with members 0, 1, 2 and 3.
Model in_session() {
  Model model;
  json members = json::array();
  for (int id : {0, 1, 2, 3})
    members.push_back({{"participant", id}, {"name", "Member " + std::to_string(id)}, {"rights", {"view", "chat"}}});
  model.fold({{"event", "state"}, {"stage", "live"}}, 0);
  model.fold({{"event", "roster"}, {"self", 2}, {"master", 0}, {"members", members}}, 0);
  return model;
}

json line(int from, json to, const std::string& text, json more = json::object()) {
  json event{{"event", "chat"}, {"from", from}, {"to", std::move(to)}, {"text", text}};
  event.update(more);
  return event;
}

}  // namespace

TEST_CASE("lines go to their conversation, and are counted there until it is shown") {
  Model model = in_session();
  model.fold(line(1, "all", "a", {{"conversation", "all"}}), 0);
  model.fold(line(1, 2, "b", {{"conversation", 1}}), 0);
  model.fold(line(1, {2, 3}, "c", {{"conversation", {1, 3}}}), 0);
  model.fold(line(3, {1, 2}, "d", {{"conversation", {1, 3}}}), 0);
  CHECK(model.talks == std::vector<With>{{1}, {1, 3}});
  CHECK(model.unread() == 4);
  CHECK(model.unread_of[{1, 3}] == 2);
  CHECK(model.shown_talk.empty());  // what comes does not change where one writes
  model.open_talk({1, 3});
  CHECK(model.unread() == 2);
  model.open_talk({0});  // a new one
  CHECK(model.talks.size() == 3);
}

TEST_CASE("what is not told is taken from whom it is from and to") {
  Model model = in_session();
  model.fold(line(1, 2, "b"), 0);
  model.fold(line(1, {2, 3}, "c"), 0);
  model.fold(line(2, {3}, "own"), 0);
  CHECK(model.chat[0].with == With{1});
  CHECK(model.chat[1].with == With{1, 3});
  CHECK(model.chat[2].with == With{3});
}

TEST_CASE("the own line stands once in its group, and not at all when it was refused") {
  Model model = in_session();
  model.sent({{"do", "chat"}, {"text", "x"}, {"to", {1, 3}}}, 5);
  model.fold(line(2, "all", "x", {{"conversation", "all"}}), 6);  // the same text elsewhere is another line
  CHECK(model.chat.size() == 2);
  model.fold(line(2, {1, 3}, "x", {{"conversation", {1, 3}}, {"time", 77}}), 6);
  REQUIRE(model.chat.size() == 2);
  CHECK(model.chat[0].confirmed);
  CHECK(model.chat[0].at == 77);
  model.sent({{"do", "chat"}, {"text", "y"}, {"to", 1}}, 7);
  CHECK(model.chat.size() == 3);
  model.fold({{"id", "ui.chat.9"}, {"ok", false}, {"error", {{"code", "no_such_member"}, {"message", "m"}}}}, 8);
  CHECK(model.chat.size() == 2);
}

TEST_CASE("the time of a line is its sender's, or ours where it tells none that can be") {
  Model model = in_session();
  for (json time : {json(1000), json(-5), json("soon"), json(1e300), json(std::uint64_t{1} << 63)})
    model.fold(line(1, "all", "t", {{"time", time}}), 42);
  REQUIRE(model.chat.size() == 5);
  CHECK(model.chat[0].at == 1000);
  for (std::size_t i = 1; i < 5; ++i) CHECK(model.chat[i].at == 42);
}

TEST_CASE("conversations that make no sense are ignored, and there are only so many") {
  Model model = in_session();
  json crowd = json::array();
  for (std::size_t id = 0; id <= kMaxWith; ++id) crowd.push_back(id + 10);
  for (json bad :
       {json(-1), json("some"), json::array(), json({"x"}), json(70000), json({1, -3}), json(nullptr), crowd})
    model.fold(line(1, 2, "bad", {{"conversation", bad}}), 0);
  CHECK(model.chat.empty());
  model.open_talk({1});
  for (int i = 0; i < 2 * static_cast<int>(kMaxTalks); ++i)
    model.fold(line(1, 2, "x", {{"conversation", {1, 100 + i}}}), 0);
  CHECK(model.talks.size() == kMaxTalks);
  CHECK(model.chat.size() == kMaxTalks);
  CHECK(model.unread_of.size() <= kMaxTalks);
  CHECK(model.shown_talk.empty());  // the one that was shown is gone
  for (int i = 0; i < 6000; ++i) model.fold(line(1, 2, "x", {{"conversation", {1, 100 + i % 20}}}), 0);
  CHECK(model.chat.size() <= kMaxChatAll);
}
