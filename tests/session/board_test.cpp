// What is on the board: who may put and remove, who hears of it, and what a relay or a member cannot make of it.
#include "session/board.h"

#include <catch2/catch.hpp>

#include "wire/board.h"
#include "wire/messages.pb.h"
#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

constexpr ParticipantId kAnna{0}, kBernd{1};

BoardFile file_called(const std::string& name, std::uint8_t number) {
  BoardFile file;
  file.id.fill(number);
  file.key = std::make_shared<const crypto::Secret<32>>(crypto::Secret<32>::random());
  file.name = name;
  file.size = 1000;
  file.sha256.fill(number);
  file.put = 1764380000;
  return file;
}

bool same(const BoardFile& a, const BoardFile& b) {
  return a.id == b.id && crypto::same(a.key->view(), b.key->view()) && a.name == b.name && a.size == b.size &&
         a.sha256 == b.sha256 && a.put == b.put;
}

struct Boarders : Pair {
  Station& clara;
  Boarders() : clara(world.station("Clara")) {
    clara.join(number(), code());
    REQUIRE(world.until([&] { return clara.exact; }));
    REQUIRE_FALSE(master.session().grant(kBernd, Right::board, {}, world.now));
    world.run(1s);
  }
  Session::Refusal put(Station& by, const BoardFile& file) { return by.session().put_on_board(file, world.now); }
  std::string code_now() const { return master.all<NewCode>().empty() ? code() : master.all<NewCode>().back().code; }
  bool all_have(std::size_t files) {
    return world.until(
        [&] { return master.board.size() == files && guest.board.size() == files && clara.board.size() == files; });
  }
};

/// What a changed program could say.
void say(Station& from, ParticipantId to, const wire::pb::Message& message) {
  const_cast<Core*>(from.session().core())->tell(to, message);
}

bool relay_refuses(Boarders& b, Station& station, std::uint8_t number) {
  wire::FileId id;
  id.fill(number);
  station.board_frames.clear();
  station.say(wire::encode_board(wire::BoardPut{id, 10}));
  REQUIRE(b.world.until([&] { return !station.board_frames.empty(); }));
  return std::holds_alternative<wire::BoardNo>(*wire::decode_board(station.board_frames.back()));
}

}  // namespace

TEST_CASE("what a member puts on the board is there for all, with its key and in its owner's name") {
  Boarders b;
  const BoardFile plan = file_called("Plan.pdf", 1), notes = file_called("Notes.txt", 2);
  CHECK_FALSE(b.put(b.guest, plan));
  REQUIRE(b.all_have(1));
  CHECK_FALSE(b.put(b.master, notes));
  REQUIRE(b.all_have(2));
  for (Station* station : {&b.master, &b.guest, &b.clara}) {
    CHECK(same(station->board[0], plan));
    CHECK(same(station->board[1], notes));
    CHECK(station->board[0].owner == kBernd);
    CHECK(station->board[0].owner_name == b.guest.name);
    CHECK(station->board[1].owner == kAnna);
  }
}

TEST_CASE("who lacks the right puts nothing, and neither does a program that does not ask") {
  Boarders b;
  CHECK(b.put(b.clara, file_called("Plan.pdf", 1)) == ErrorCode::not_allowed);
  REQUIRE_FALSE(b.put(b.guest, file_called("Plan.pdf", 2)));
  REQUIRE(b.all_have(1));
  REQUIRE_FALSE(b.master.session().revoke(kBernd, Right::board, b.world.now));
  const_cast<Roster&>(b.guest.session().core()->roster).find(kBernd)->rights.set(Right::board, true);
  b.put(b.guest, file_called("Other.pdf", 3));
  b.world.run(2s);
  CHECK(b.master.board.size() == 1);
}

TEST_CASE("who comes later has the keys of what was put three epochs ago; who has left hears of nothing new") {
  Boarders b;
  const BoardFile plan = file_called("Plan.pdf", 1);
  b.put(b.guest, plan);
  REQUIRE(b.all_have(1));
  const auto epoch = b.master.session().core()->envelope.newest_epoch();
  for (int i = 0; i < 3; ++i) {
    Station& passing = b.world.station("Dora " + std::to_string(i));
    passing.join(b.number(), b.code_now());
    REQUIRE(b.world.until([&] { return passing.exact; }));
    REQUIRE_FALSE(b.master.session().kick(passing.session().core()->self, "", b.world.now));
    b.world.run(1s);
  }
  REQUIRE(b.master.session().core()->envelope.newest_epoch().value() >= epoch.value() + 3);
  REQUIRE_FALSE(b.master.session().kick(b.clara.session().core()->self, "", b.world.now));
  b.world.run(1s);
  Station& late = b.world.station("Emil");
  late.join(b.number(), b.code_now());
  REQUIRE(b.world.until([&] { return late.board.size() == 1; }));
  CHECK(same(late.board[0], plan));
  b.put(b.master, file_called("New.pdf", 2));
  REQUIRE(b.world.until([&] { return late.board.size() == 2; }));
  CHECK(b.clara.board.size() == 1);
}

TEST_CASE("only who put a file, or the moderator, removes it") {
  Boarders b;
  for (std::uint8_t number = 1; number <= 3; ++number) b.put(b.guest, file_called("Plan.pdf", number));
  REQUIRE(b.all_have(3));
  const std::vector<BoardFile> files = b.master.board;
  CHECK(b.clara.session().remove_from_board(files[0].id, b.world.now) == ErrorCode::not_allowed);
  wire::pb::Message forged;
  forged.mutable_board_remove()->set_id(std::string(files[0].id.begin(), files[0].id.end()));
  say(b.clara, kAnna, forged);
  b.world.run(1s);
  REQUIRE(b.all_have(3));
  CHECK_FALSE(b.guest.session().remove_from_board(files[0].id, b.world.now));
  REQUIRE(b.all_have(2));
  CHECK_FALSE(b.master.session().remove_from_board(files[1].id, b.world.now));
  REQUIRE(b.all_have(1));
  CHECK(same(b.clara.board[0], files[2]));
}

TEST_CASE("nobody puts in another one's name, and a moderator cannot change what somebody put") {
  Boarders b;
  b.put(b.guest, file_called("Plan.pdf", 1));
  REQUIRE(b.all_have(1));
  // What Bernd signed, said by Clara, and by her with a right of her own.
  const SessionUuid& uuid = b.guest.session().core()->facts.uuid;
  REQUIRE_FALSE(b.master.session().grant(b.clara.session().core()->self, Right::board, {}, b.world.now));
  b.world.run(500ms);
  auto entry = [&](const BoardFile& file, ParticipantId owner, Station& signer) {
    wire::pb::BoardFile inner;
    inner.set_id(std::string(file.id.begin(), file.id.end()));
    inner.set_key(std::string(file.key->view().begin(), file.key->view().end()));
    inner.set_name(file.name);
    inner.set_size(file.size);
    inner.set_sha256(std::string(file.sha256.begin(), file.sha256.end()));
    inner.set_owner(owner.value());
    inner.set_owner_name(owner == kBernd ? b.guest.name : b.clara.name);
    const std::string bytes = inner.SerializeAsString();
    const auto& keys = signer.session().core()->keys.signing;
    const auto signature = keys.sign(crypto::Purpose::board, {uuid, as_bytes(bytes)});
    wire::pb::SignedBoardFile out;
    out.set_file(bytes);
    out.set_ed(std::string(keys.verify_key().begin(), keys.verify_key().end()));
    out.set_signature(std::string(signature.begin(), signature.end()));
    return out;
  };
  wire::pb::Message message;
  *message.mutable_board_put() = entry(file_called("Other.pdf", 2), kBernd, b.clara);
  say(b.clara, kAnna, message);
  *message.mutable_board_put() = entry(file_called("Other.pdf", 3), kBernd, b.guest);
  say(b.clara, kAnna, message);
  b.world.run(1s);
  CHECK(b.master.board.size() == 1);
  // Its own it may, by the same words.
  *message.mutable_board_put() = entry(file_called("Own.pdf", 4), b.clara.session().core()->self, b.clara);
  say(b.clara, kAnna, message);
  REQUIRE(b.all_have(2));
  // The moderator's program says that Bernd put what it made itself.
  *message.mutable_board()->add_files() = entry(file_called("Made up.pdf", 5), kBernd, b.master);
  say(b.master, b.clara.session().core()->self, message);
  b.world.run(1s);
  CHECK(b.clara.board.empty());
  CHECK(b.guest.board.size() == 2);
}

TEST_CASE("only the moderator says what is on the board") {
  Boarders b;
  b.put(b.guest, file_called("Plan.pdf", 1));
  REQUIRE(b.all_have(1));
  wire::pb::Message nothing;
  nothing.mutable_board();
  say(b.guest, b.clara.session().core()->self, nothing);
  b.world.run(1s);
  CHECK(b.clara.board.size() == 1);
}

TEST_CASE("a new moderator goes on with the board") {
  Boarders b;
  const BoardFile plan = file_called("Plan.pdf", 1);
  b.put(b.master, plan);
  REQUIRE(b.all_have(1));
  REQUIRE_FALSE(b.master.session().hand_over(kBernd, b.world.now));
  REQUIRE(b.world.until([&] { return b.clara.session().core()->master() == kBernd; }));
  b.world.run(1s);
  Station& late = b.world.station("Emil");
  late.join(b.number(), b.guest.all<SessionNumber>().back().code);
  REQUIRE(b.world.until([&] { return late.board.size() == 1; }));
  CHECK(same(late.board[0], plan));
  CHECK_FALSE(b.guest.session().remove_from_board(plan.id, b.world.now));
  REQUIRE(b.world.until([&] { return late.board.empty() && b.clara.board.empty(); }));
}

TEST_CASE("the relay learns who may put, also after its restart") {
  Boarders b;
  CHECK_FALSE(relay_refuses(b, b.guest, 10));
  CHECK(relay_refuses(b, b.clara, 11));
  b.world.restart_relay(1s);
  REQUIRE(
      b.world.until([&] { return b.guest.session().stage() == Stage::live && b.clara.session().is_admitted(); }, 60s));
  b.world.run(5s);
  CHECK_FALSE(relay_refuses(b, b.guest, 12));
  CHECK(relay_refuses(b, b.clara, 13));
  REQUIRE_FALSE(b.master.session().revoke(kBernd, Right::board, b.world.now));
  b.world.run(1s);
  CHECK(relay_refuses(b, b.guest, 14));
}

TEST_CASE("who was away hears what came on the board meanwhile") {
  Boarders b;
  b.clara.cut(10s);
  b.world.run(2s);
  b.put(b.guest, file_called("Plan.pdf", 1));
  b.world.run(2s);
  CHECK(b.clara.board.empty());
  CHECK(b.world.until([&] { return b.clara.board.size() == 1; }, 30s));
}
