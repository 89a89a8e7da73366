#include "ui/model.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/ui/scenes.h"

using namespace lotse::ui;
using nlohmann::json;

namespace {

Model folded(const std::vector<json>& events) {
  Model model;
  for (const auto& event : events) model.fold(event, 1000);
  return model;
}
json state(const char* stage) { return {{"event", "state"}, {"stage", stage}}; }
json roster(int self) {
  return {{"event", "roster"},
          {"self", self},
          {"members",
           {{{"participant", 0}, {"name", "Moderator"}, {"rights", {"view", "chat"}}},
            {{"participant", 1}, {"name", "Huber"}, {"rights", {"view"}}},
            {{"participant", 2}, {"name", "Anna"}, {"rights", {"view", "control"}}}}}};
}

}  // namespace

TEST_CASE("every scene leads to its page") {
  for (const auto& scene : test::all_scenes()) {
    Model model;
    if (scene.started) model.stage = Stage::connecting;
    for (const auto& event : scene.events) model.fold(event, 1000);
    static const std::map<std::string, Page> pages{{"start", Page::start}, {"connecting", Page::connecting},
                                                   {"trust", Page::trust}, {"relay_changed", Page::relay_changed},
                                                   {"host", Page::host},   {"viewer", Page::viewer},
                                                   {"error", Page::error}, {"ended", Page::ended}};
    INFO(scene.name);
    CHECK(model.page() == pages.at(scene.page));
  }
}

TEST_CASE("a session event makes this program the moderator with number and code") {
  Model model = folded(
      {state("connecting"),
       {{"event", "session"}, {"number", "428117903"}, {"password", "481902"}, {"link", "https://r/428117903#a.b"}}});
  CHECK(model.role == Role::master);
  CHECK(model.self == 0);
  CHECK(model.number == "428117903");
  CHECK(model.code == "481902");
  CHECK(model.page() == Page::host);
  model.fold({{"event", "code"}, {"password", "111222"}, {"link", "x"}}, 2000);
  CHECK(model.code == "111222");
  CHECK(model.code_since == 2000);
}

TEST_CASE("who waits in the lobby leaves it by being let in, refused or gone") {
  Model model = folded({state("connecting"), {{"event", "session"}, {"number", "428117903"}}});
  for (int id : {4, 5, 6})
    model.fold({{"event", "lobby"}, {"participant", id}, {"name", "N" + std::to_string(id)}, {"sas", "a · b · c"}}, 0);
  REQUIRE(model.lobby.size() == 3);
  CHECK(model.words_of(5) == "a · b · c");
  model.sent({{"do", "admit"}, {"participant", 4}}, 0);
  model.fold({{"event", "joined"}, {"participant", 5}, {"name", "N5"}, {"path", "tls"}}, 0);
  model.fold({{"event", "left"}, {"participant", 6}}, 0);
  CHECK(model.lobby.empty());
  CHECK(model.name_of(5) == "N5");
}

TEST_CASE("the roster says who is there and what they may do") {
  Model model = folded({state("live"), roster(1)});
  CHECK(model.self == 1);
  CHECK(model.members.size() == 3);
  CHECK(model.viewers().size() == 2);
  REQUIRE(model.controllers().size() == 1);
  CHECK(model.controllers()[0]->name == "Anna");
  model.fold({{"event", "rights"}, {"participant", 2}, {"rights", {"view"}}}, 0);
  CHECK(model.controllers().empty());
}

TEST_CASE("the picture of a presenter who leaves is forgotten, control with it") {
  Model model = folded({state("live"),
                        roster(2),
                        {{"event", "presenter"}, {"participant", 1}, {"sharing", true}},
                        {{"event", "picture"}, {"presenter", 1}, {"width", 10}, {"height", 10}},
                        {{"event", "granted"}, {"right", "control"}, {"presenter", 1}}});
  CHECK(model.watching());
  CHECK(model.view().has_picture);
  CHECK(model.control() == ControlState::active);
  model.fold({{"event", "stale"}, {"presenter", 1}, {"screen", 0}, {"stale", true}}, 0);
  CHECK(model.view().stale);
  model.fold({{"event", "left"}, {"participant", 1}}, 0);
  CHECK_FALSE(model.watching());
  CHECK_FALSE(model.view().has_picture);
  CHECK_FALSE(model.view().stale);
  CHECK(model.control() == ControlState::none);
}

namespace {

json screens(int presenter, std::initializer_list<int> numbers) {
  json list = json::array();
  for (int n : numbers)
    list.push_back(
        {{"screen", n}, {"name", "DP-" + std::to_string(n)}, {"x", n * 100}, {"y", 0}, {"w", 100}, {"h", 50}});
  return {{"event", "screens"}, {"presenter", presenter}, {"screens", list}};
}

}  // namespace

TEST_CASE("each screen of each presenter has its own state, and the viewed one is told by the program") {
  Model model = folded({state("live"), roster(2), screens(1, {0, 1})});
  CHECK(model.viewed() == Model::ScreenKey{1, 0});
  model.fold({{"event", "picture"}, {"presenter", 1}, {"screen", 1}}, 0);
  model.fold({{"event", "exact"}, {"presenter", 1}, {"screen", 1}, {"exact", true}}, 0);
  CHECK_FALSE(model.view().has_picture);
  model.fold({{"event", "viewed"}, {"presenter", 1}, {"screen", 1}}, 0);
  CHECK(model.view().has_picture);
  CHECK(model.view().exact);
  CHECK(model.view().area == lotse::Rect{100, 0, 100, 50});
  CHECK(model.screen_title({1, 1}) == "DP-1");
  model.fold(screens(3, {0}), 0);
  CHECK(model.viewed() == Model::ScreenKey{1, 1});  // a further presenter takes nobody's place
  CHECK(model.screen_title({3, 0}) == "#3");
  CHECK(model.screen_title({1, 1}).ends_with(" · DP-1"));
  model.fold(screens(1, {0}), 0);  // the monitor was unplugged
  CHECK(model.viewed() == Model::ScreenKey{1, 0});
  model.fold({{"event", "presenter"}, {"participant", 1}, {"sharing", false}}, 0);
  CHECK(model.viewed() == Model::ScreenKey{3, 0});
  CHECK(model.screens.size() == 1);
}

TEST_CASE("control belongs to one presenter, whoever is viewed") {
  Model model = folded({state("live"), roster(2), screens(1, {0}), screens(3, {0})});
  model.fold({{"event", "granted"}, {"right", "control"}, {"presenter", 3}}, 0);
  CHECK(model.control() == ControlState::none);
  model.sent({{"do", "view"}, {"presenter", 3}, {"screen", 0}}, 0);
  CHECK(model.control() == ControlState::active);
  model.fold({{"event", "presenter"}, {"participant", 3}, {"sharing", false}}, 0);
  CHECK(model.control() == ControlState::none);
  CHECK(model.control_of.empty());
}

TEST_CASE("no more screens are kept than the limit") {
  Model model = folded({state("live"), roster(2)});
  for (int presenter = 3; presenter < 40; ++presenter) model.fold(screens(presenter, {0, 1, 2, 3, -1}), 0);
  CHECK(model.screens.size() == kMaxScreens);
}

TEST_CASE("asking for control waits, is granted, refused or revoked") {
  Model model = folded({state("live"), roster(2), {{"event", "presenter"}, {"participant", 1}, {"sharing", true}}});
  model.sent({{"do", "request_control"}, {"presenter", 1}}, 0);
  CHECK(model.control() == ControlState::asked);
  SECTION("granted, then revoked") {
    model.fold({{"event", "granted"}, {"right", "control"}, {"presenter", 1}}, 0);
    CHECK(model.control() == ControlState::active);
    model.fold({{"event", "revoked"}, {"right", "control"}, {"presenter", 1}}, 0);
    CHECK(model.control() == ControlState::none);
  }
  SECTION("refused by the program") {
    model.fold({{"id", "ui.request_control.7"}, {"ok", false}, {"error", {{"code", "not_allowed"}, {"message", "m"}}}},
               0);
    CHECK(model.control() == ControlState::none);
    CHECK(model.notices.size() == 1);
  }
  SECTION("another right changes nothing") {
    model.fold({{"event", "granted"}, {"right", "draw"}, {"presenter", 1}}, 0);
    CHECK(model.control() == ControlState::asked);
  }
}

TEST_CASE("the own chat line stands once, whether or not it comes back") {
  Model model = folded({state("live"), roster(2)});
  model.sent({{"do", "chat"}, {"text", "hello"}, {"to", "all"}}, 5);
  REQUIRE(model.chat.size() == 1);
  CHECK_FALSE(model.chat[0].confirmed);
  model.fold({{"event", "chat"}, {"from", 2}, {"to", "all"}, {"text", "hello"}}, 6);
  REQUIRE(model.chat.size() == 1);
  CHECK(model.chat[0].confirmed);
  CHECK(model.unread() == 0);
  model.fold({{"event", "chat"}, {"from", 0}, {"to", {2}}, {"text", "psst"}}, 7);
  REQUIRE(model.chat.size() == 2);
  CHECK(model.chat[1].with == With{0});
  CHECK(model.chat[1].name == "Moderator");
  CHECK(model.unread() == 1);
}

TEST_CASE("consents queue up and vanish with who asked") {
  Model model = folded({state("live"), roster(1), {{"event", "sas"}, {"participant", 0}, {"text", "x · y · z"}}});
  model.fold({{"event", "consent_request"}, {"request", 3}, {"from", 0}, {"what", "share"}}, 0);
  model.fold({{"event", "consent_request"}, {"request", "abc"}, {"from", 2}, {"what", "control"}}, 0);
  REQUIRE(model.consents.size() == 2);
  CHECK(model.consents[0].words == "x · y · z");
  CHECK(model.consents[1].request == "\"abc\"");
  model.fold({{"event", "left"}, {"participant", 2}}, 0);
  CHECK(model.consents.size() == 1);
  model.sent({{"do", "consent"}, {"request", 3}, {"allow", true}}, 0);
  CHECK(model.consents.empty());
}

TEST_CASE("errors on the way in end it, later ones are shown in passing unless fatal") {
  CHECK(folded({state("connecting"), {{"event", "error"}, {"code", "timeout"}}}).page() == Page::error);
  Model live = folded({state("live"), roster(2)});
  live.fold({{"event", "error"}, {"code", "disk_full"}, {"message", "m"}}, 0);
  CHECK(live.page() == Page::viewer);
  CHECK(live.notices.size() == 1);
  live.fold({{"event", "error"}, {"code", "kicked"}}, 0);
  CHECK(live.page() == Page::error);
  live.fold({{"event", "ended"}, {"reason", "kicked"}}, 0);
  CHECK(live.page() == Page::error);
}

TEST_CASE("a trusted relay goes on, a changed key stops") {
  Model model = folded({state("connecting"),
                        {{"event", "relay_unknown"}, {"relay", "r:443"}, {"words", {"a", "b", "c", "d", "e", "f"}}}});
  CHECK(model.page() == Page::trust);
  CHECK(model.question->words.size() == 6);
  model.sent({{"do", "trust_relay"}, {"allow", true}}, 0);
  CHECK(model.page() == Page::connecting);
  model.fold({{"event", "relay_changed"}, {"relay", "r:443"}}, 0);
  CHECK(model.page() == Page::relay_changed);
  model.fold(state("handshake"), 0);
  CHECK(model.page() == Page::relay_changed);
}

TEST_CASE("reconnecting keeps people and talk, but not control") {
  Model model = folded({state("live"),
                        roster(2),
                        {{"event", "chat"}, {"from", 0}, {"text", "t"}},
                        {{"event", "granted"}, {"right", "control"}, {"presenter", 1}},
                        state("reconnecting")});
  CHECK(model.members.size() == 3);
  CHECK(model.chat.size() == 1);
  CHECK(model.control() == ControlState::none);
}

TEST_CASE("what peers send is bounded and cleaned") {
  Model model = folded({state("live"), roster(2)});
  for (int i = 0; i < 5000; ++i) {
    model.fold({{"event", "chat"}, {"from", 0}, {"text", "line " + std::to_string(i)}}, 0);
    model.fold({{"event", "joined"}, {"participant", i}, {"name", std::string(1000, 'x')}}, 0);
    model.fold({{"event", "lobby"}, {"participant", 10000 + i}, {"name", "n"}}, 0);
    model.fold({{"event", "consent_request"}, {"request", i}, {"from", 0}, {"what", "control"}}, 0);
  }
  CHECK(model.chat.size() == kMaxChat);
  CHECK(model.members.size() <= kMaxMembers);
  CHECK(model.lobby.size() <= kMaxLobby);
  CHECK(model.consents.size() == kMaxConsents);
  CHECK(model.name_of(100).size() <= 200);
  model.fold({{"event", "joined"}, {"participant", 5}, {"name", "a\nb\x01"}}, 0);
  CHECK(model.name_of(5) == "a b");
}

TEST_CASE("malformed events change nothing and never throw") {
  const std::vector<json> odd{nullptr,
                              7,
                              "x",
                              json::array(),
                              json::object(),
                              {{"event", 5}},
                              {{"event", "roster"}, {"members", 7}},
                              {{"event", "roster"}, {"members", {1, "x", nullptr, {{"participant", "no"}}}}},
                              {{"event", "lobby"}, {"participant", "x"}},
                              {{"event", "chat"}, {"text", 9}},
                              {{"event", "joined"}, {"participant", -5}},
                              {{"event", "state"}, {"stage", {}}},
                              {{"event", "consent_request"}},
                              {{"event", "presenter"}},
                              {{"event", "rights"}, {"rights", "all"}},
                              {{"event", "relay_unknown"}, {"words", 5}},
                              {{"event", "path"}, {"rtt_ms", 1e300}},
                              {{"id", 4}, {"ok", "no"}},
                              {{"id", "ui.sources.1"}, {"ok", true}, {"monitors", {1, 2}}, {"screen", 3}},
                              {{"event", "error"}, {"code", 1}},
                              {{"event", "master"}},
                              {{"event", "recording"}, {"state", 1}},
                              {{"t", "x"}}};
  for (const auto& event : odd) {
    INFO(event.dump());
    Model model;
    CHECK_NOTHROW(model.fold(event, 0));
    CHECK_NOTHROW(model.page());
  }
}

TEST_CASE("a joiner knows the number from the number or the link") {
  Model model;
  model.sent({{"do", "join"}, {"link", "https://r:8443/428117903#abc.def"}, {"name", "A"}}, 0);
  CHECK(model.number == "428117903");
  CHECK(model.page() == Page::connecting);
}

TEST_CASE("the list of controllers overrules the rights") {
  Model model = folded({state("live"), roster(1)});
  model.fold({{"event", "presenter"}, {"participant", 1}, {"sharing", true}}, 0);
  model.fold({{"event", "controllers"}, {"presenter", 1}, {"members", json::array({0})}, {"suspended", true}}, 0);
  REQUIRE(model.controllers().size() == 1);
  CHECK(model.controllers()[0]->id == 0);
  CHECK(model.suspended);
  CHECK_FALSE(model.controls(*model.member(2)));
  model.fold({{"event", "controllers"}, {"presenter", 1}, {"members", json::array()}, {"suspended", false}}, 0);
  CHECK(model.controllers().empty());
}

TEST_CASE("a question that is settled elsewhere vanishes") {
  Model model = folded({state("live"), roster(1)});
  model.fold({{"event", "consent_request"}, {"request", 3}, {"from", 0}, {"what", "share"}}, 0);
  model.fold({{"event", "consent_gone"}, {"request", 4}}, 0);
  CHECK(model.consents.size() == 1);
  model.fold({{"event", "consent_gone"}, {"request", 3}}, 0);
  CHECK(model.consents.empty());
  model.fold({{"event", "lobby"}, {"participant", 9}, {"name", "n"}}, 0);
  model.fold({{"event", "lobby_left"}, {"participant", 9}}, 0);
  CHECK(model.lobby.empty());
}

TEST_CASE("the own words stand under whichever number") {
  Model model = folded({state("lobby"), {{"event", "sas"}, {"participant", -1}, {"text", "x · y · z"}}});
  CHECK(model.words_of(0) == "x · y · z");
}

TEST_CASE("the error behind a changed key does not hide the hard stop") {
  Model model = folded({state("connecting"),
                        {{"event", "relay_changed"}, {"relay", "r:1"}},
                        {{"event", "error"}, {"code", "relay_untrusted"}},
                        {{"event", "ended"}, {"reason", ""}}});
  CHECK(model.page() == Page::relay_changed);
}

TEST_CASE("pausing the own share is known from the command and from the screens") {
  Model model = folded({state("live"), roster(1), {{"event", "presenter"}, {"participant", 1}, {"sharing", true}}});
  model.sent({{"do", "pause_share"}, {"on", true}}, 0);
  CHECK(model.paused);
  model.fold({{"event", "screens"}, {"presenter", 1}, {"screens", {{{"screen", 0}, {"paused", false}}}}}, 0);
  CHECK_FALSE(model.paused);
}

TEST_CASE("files are listed in order of arrival and follow their events") {
  Model model = folded({state("live"), roster(2)});
  json offer{{"event", "file"}, {"file_id", "aa"}, {"direction", "in"}, {"peer", 1}, {"from", 1}, {"to", 2}};
  offer.update({{"name", "report.pdf"}, {"size", 1000}, {"done", 0}, {"state", "offered"}});
  model.fold(offer, 1000);
  REQUIRE(model.transfers.size() == 1);
  CHECK(model.offers() == 1);
  CHECK(model.transfers[0].peer_name == "Huber");
  REQUIRE(model.notices.size() == 1);
  CHECK(model.notices[0].code == "file_offered");
  json active = offer;
  active.update({{"state", "active"}, {"done", 400}, {"rate_bps", 8000}, {"left_s", 1}});
  model.fold(active, 1000);
  CHECK(model.transfers.size() == 1);
  CHECK(model.offers() == 0);
  CHECK(model.transfers[0].done == 400);
  CHECK(model.transfers[0].left_s == 1);
  model.fold({{"event", "left"}, {"participant", 1}}, 1000);
  active["done"] = 5000;  // more than there is
  active.erase("left_s");
  model.fold(active, 1000);
  CHECK(model.transfers[0].done == 1000);
  CHECK(model.transfers[0].left_s == -1);
  CHECK(model.transfers[0].peer_name == "Huber");
  model.forget_transfer("aa");  // still on its way
  CHECK(model.transfers.size() == 1);
  json done = active;
  done.update({{"state", "done"}, {"path", "/home/anna/Downloads/report.pdf"}});
  for (int i = 0; i < 2; ++i) model.fold(done, 1000);
  CHECK(model.notices.size() == 2);  // arrived once
  CHECK(model.notices.back().code == "file_arrived");
  model.forget_transfer("aa");
  CHECK(model.transfers.empty());
}

TEST_CASE("the list of files stays within its limit, finished ones go first") {
  Model model = folded({state("live"), roster(2)});
  auto file = [](std::size_t number, const char* state) {
    return json{{"event", "file"},    {"file_id", std::to_string(number)},
                {"direction", "out"}, {"peer", 1},
                {"name", "x"},        {"size", 1},
                {"state", state}};
  };
  for (std::size_t i = 0; i < kMaxTransfers; ++i) model.fold(file(i, i == 7 ? "refused" : "active"), 1000);
  model.fold(file(1000, "active"), 1000);
  CHECK(model.transfers.size() == kMaxTransfers);
  CHECK(model.transfers.back().id == "1000");
  model.fold(file(1001, "active"), 1000);  // nothing may go for it
  CHECK(model.transfers.size() == kMaxTransfers);
  CHECK(model.transfers.back().id == "1000");
  for (const char* bad : {R"({"event":"file"})", R"({"event":"file","file_id":7,"state":"active"})",
                          R"({"event":"file","file_id":"0","state":"flying"})",
                          R"({"event":"file","file_id":"0","state":"active","size":-5,"done":"x","left_s":1e300})"})
    model.fold(json::parse(bad), 1000);
  CHECK(model.transfers.size() == kMaxTransfers);
  CHECK(model.transfers[0].size == 1);
}

TEST_CASE("the board is as it was told last, and news of it are what others have put there since") {
  Model model = folded({state("live"), roster(2)});
  auto board = [](std::initializer_list<const char*> ids) {
    json files = json::array();
    for (const char* id : ids)
      files.push_back({{"file_id", id}, {"name", id}, {"size", 5}, {"owner", 1}, {"owner_name", "Huber"}, {"put", 1}});
    return json{{"event", "board"}, {"files", files}};
  };
  CHECK_FALSE(model.shows_board());
  model.fold(board({"a", "b", "a"}), 1000);
  CHECK(model.shows_board());
  CHECK(model.board.size() == 2);
  CHECK(model.notices.empty());
  model.fold(board({"b", "c"}), 1000);
  CHECK(model.board_file("a") == nullptr);
  REQUIRE(model.notices.size() == 1);
  CHECK(model.notices[0].code == "board_put");
  CHECK(model.notices[0].message == "c");
  CHECK(model.notices[0].whom == "Huber");
  for (const char* bad : {R"({"event":"board"})", R"({"event":"board","files":7})"}) model.fold(json::parse(bad), 1000);
  CHECK(model.board.size() == 2);
  model.fold(json::parse(R"({"event":"board","files":[7,{},{"file_id":"d","size":-1e300,"put":-5,"owner":"x"}]})"),
             1000);
  REQUIRE(model.board.size() == 1);
  CHECK(model.board[0].size == 0);
  CHECK(model.board[0].put == 0);
  CHECK(model.board[0].name == "?");
  json many = board({});
  for (std::size_t i = 0; i < kMaxBoardFiles + 5; ++i) many["files"].push_back({{"file_id", std::to_string(i)}});
  model.fold(many, 1000);
  CHECK(model.board.size() == kMaxBoardFiles);
  CHECK(model.notices.size() <= 8);
}

TEST_CASE("files are put on the board by the master and by whoever has the right") {
  Model model = folded({state("live"), roster(2)});
  CHECK_FALSE(model.may_put());
  model.fold({{"event", "rights"}, {"participant", 2}, {"rights", {"view", "board"}}}, 1000);
  CHECK(model.may_put());
  model.fold({{"event", "rights"}, {"participant", 2}, {"rights", {"view"}}}, 1000);
  CHECK_FALSE(model.may_put());
  model.fold({{"event", "master"}, {"participant", 2}}, 1000);
  CHECK(model.may_put());
  model.fold({{"event", "ended"}, {"reason", "ended"}}, 1000);
  CHECK_FALSE(model.may_put());
}

TEST_CASE("fetching from the board is listed with the files only where the board does not show it") {
  Model model = folded({state("live"), roster(2)});
  auto fetch = [](const char* id, const char* state) {
    return json{{"event", "file"}, {"file_id", id}, {"board", true}, {"board_file", "a"}, {"direction", "in"},
                {"peer", 0},       {"from", 0},     {"name", "a"},   {"size", 5},         {"state", state}};
  };
  model.fold({{"event", "board"}, {"files", {{{"file_id", "a"}, {"name", "a"}}}}}, 1000);
  model.fold(fetch("g", "active"), 1000);
  CHECK(model.transfers[0].peer == -1);
  CHECK(model.transfers[0].peer_name.empty());
  CHECK_FALSE(model.lists_transfers());
  model.fold(fetch("h", "active"), 1000);  // once more, by a script
  CHECK(model.is_listed(model.transfers[0]));
  CHECK_FALSE(model.is_listed(model.transfers[1]));
  model.fold(fetch("g", "done"), 1000);
  CHECK(model.notices.back().code == "board_saved");
  CHECK_FALSE(model.lists_transfers());
  model.fold({{"event", "board"}, {"files", json::array()}}, 1000);
  CHECK(model.is_listed(model.transfers[0]));
}

TEST_CASE("who may point and draw the roster says, and the moderator may") {
  Model model = folded({state("live"), roster(2)});
  CHECK_FALSE(model.may("draw"));
  model.fold({{"event", "rights"}, {"participant", 2}, {"rights", {"view", "draw"}}}, 0);
  CHECK(model.may("draw"));
  CHECK_FALSE(model.may("point"));
  model.role = Role::master;
  CHECK(model.may("point"));
}

TEST_CASE("how much is drawn is known of each screen, as long as it is there") {
  Model model = folded({state("live"), roster(2)});
  auto drawing = [](int presenter, json screen, json strokes) {
    return json{{"event", "drawing"}, {"presenter", presenter}, {"screen", screen}, {"strokes", strokes}};
  };
  for (int presenter : {1, 2}) model.fold(drawing(presenter, 0, 3), 0);
  model.fold(drawing(1, 1, 2), 0);
  CHECK(model.drawings.size() == 3);
  model.fold(drawing(1, 1, 0), 0);
  model.fold(drawing(-1, 1, 2), 0);
  model.fold(drawing(4, "x", "many"), 0);
  CHECK(model.drawings == std::map<Model::ScreenKey, int>{{{1, 0}, 3}, {{2, 0}, 3}});
  model.fold({{"event", "presenter"}, {"participant", 1}, {"sharing", false}}, 0);
  CHECK(model.drawings.size() == 1);
  model.fold({{"event", "presenter"}, {"participant", 2}, {"sharing", false}}, 0);  // the own screen
  CHECK(model.drawings.empty());
  for (int presenter = 0; presenter < 1000; ++presenter) model.fold(drawing(presenter, 0, 1), 0);
  CHECK(model.drawings.size() == kMaxScreens);
}
