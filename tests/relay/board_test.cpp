// What a relay keeps for a session's board, for whom, and how much.
#include "relay/board_store.h"
#include "tests/relay/rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::BoardNo;

namespace {

wire::FileId id_of(std::uint8_t number) {
  wire::FileId id;
  id.fill(number);
  return id;
}

struct Rigged {
  MemoryBoard boards;
  Rig rig;
  Master master;
  Peer bernd, clara;
  explicit Rigged(Limits limits = {})
      : rig(limits), master(with_boards(rig, boards)), bernd(rig.member(master, 1)), clara(rig.member(master, 2)) {
    allow(1);
  }
  static Master with_boards(Rig& rig, MemoryBoard& boards) {
    rig.core->keep_boards(boards, rig.now);
    return rig.opened();
  }
  void allow(std::uint16_t member, bool on = true) { say(master, wire::BoardAllow{ParticipantId{member}, on}); }
  static void say(Peer& by, const wire::BoardFrame& frame) { by.send_bytes(wire::encode_board(frame)); }

  /// The answer to what is said.
  template <class F>
  std::optional<F> answer(Peer& by, const wire::BoardFrame& frame) {
    by.clear();
    say(by, frame);
    std::optional<F> out;
    for (const SharedBytes& bytes : by.arrived())
      if (auto decoded = wire::decode_board(*bytes))
        if (auto* f = std::get_if<F>(&*decoded)) out = *f;
    return out;
  }
  std::optional<std::uint32_t> put(Peer& by, std::uint8_t number, std::uint64_t size) {
    auto have = answer<wire::BoardHave>(by, wire::BoardPut{id_of(number), size});
    return have ? std::optional(have->chunks) : std::nullopt;
  }
  std::optional<BoardNo::Why> refused(Peer& by, const wire::BoardFrame& frame) {
    auto no = answer<BoardNo>(by, frame);
    return no ? std::optional(no->why) : std::nullopt;
  }
  std::optional<std::uint32_t> chunk(Peer& by, std::uint8_t number, std::uint32_t index, std::size_t size,
                                     std::uint8_t fill = 7) {
    const Bytes sealed(size + 16, fill);
    auto have = answer<wire::BoardHave>(by, wire::BoardChunk{id_of(number), index, sealed});
    return have ? std::optional(have->chunks) : std::nullopt;
  }
  void put_whole(Peer& by, std::uint8_t number, std::size_t size = 100) {
    REQUIRE(put(by, number, size) == 0u);
    for (std::uint32_t i = 0; i < wire::board_chunks(size); ++i)
      REQUIRE(chunk(by, number, i, wire::board_sealed_size(size, i) - 16, static_cast<std::uint8_t>(i)) == i + 1);
  }
  /// First bytes of the chunks that come.
  std::vector<int> get(Peer& by, std::uint8_t number, std::uint32_t first, std::uint16_t count) {
    by.clear();
    say(by, wire::BoardGet{id_of(number), first, count});
    std::vector<int> out;
    for (const SharedBytes& bytes : by.arrived())
      if (auto decoded = wire::decode_board(*bytes))
        if (auto* c = std::get_if<wire::BoardChunk>(&*decoded)) out.push_back(c->sealed[0]);
    return out;
  }
};

}  // namespace

TEST_CASE("what one member puts in order another one fetches piece by piece") {
  Rigged b;
  b.put_whole(b.bernd, 1, 3 * wire::kBoardChunk + 5);
  CHECK(b.get(b.clara, 1, 0, 32) == std::vector<int>{0, 1, 2, 3});
  CHECK(b.get(b.clara, 1, 1, 2) == std::vector<int>{1, 2});
  CHECK(b.get(b.clara, 1, 4, 1).empty());
  CHECK(b.get(b.clara, 1, 0xFFFFFFFF, 32).empty());
  CHECK(b.get(b.master, 1, 3, 1) == std::vector<int>{3});
}

TEST_CASE("a chunk out of its turn, of another size or too many is not kept, and the answer says how many are") {
  Rigged b;
  REQUIRE(b.put(b.bernd, 1, wire::kBoardChunk + 10) == 0u);
  CHECK(b.chunk(b.bernd, 1, 1, 10) == 0u);
  CHECK(b.chunk(b.bernd, 1, 0, wire::kBoardChunk - 1) == 0u);
  CHECK(b.chunk(b.bernd, 1, 0, wire::kBoardChunk) == 1u);
  CHECK(b.chunk(b.bernd, 1, 0, wire::kBoardChunk) == 1u);
  CHECK(b.put(b.bernd, 1, wire::kBoardChunk + 10) == 1u);
  CHECK(b.chunk(b.bernd, 1, 1, 10) == 2u);
  CHECK(b.chunk(b.bernd, 1, 2, 10) == 2u);
}

TEST_CASE("only who may puts, and only its owner goes on with a file") {
  Rigged b;
  CHECK(b.refused(b.clara, wire::BoardPut{id_of(1), 10}) == BoardNo::Why::not_allowed);
  REQUIRE(b.put(b.bernd, 1, 10) == 0u);
  b.allow(2);
  CHECK(b.refused(b.clara, wire::BoardPut{id_of(1), 10}) == BoardNo::Why::not_allowed);
  const Bytes sealed(26, 1);
  CHECK(b.refused(b.clara, wire::BoardChunk{id_of(1), 0, sealed}) == BoardNo::Why::not_allowed);
  CHECK(b.refused(b.bernd, wire::BoardPut{id_of(1), 11}) == BoardNo::Why::not_allowed);
  b.allow(1, false);
  CHECK(b.refused(b.bernd, wire::BoardPut{id_of(2), 10}) == BoardNo::Why::not_allowed);
  CHECK(b.put(b.bernd, 1, 10) == 0u);  // what was begun may be ended
  CHECK(b.put(b.master, 3, 10) == 0u);
}

TEST_CASE("nobody but the master says who may put") {
  Rigged b;
  b.clara.clear();
  Rigged::say(b.clara, wire::BoardAllow{ParticipantId{2}, true});
  CHECK(b.clara.error() == wire::RelayError::not_allowed);
  CHECK(b.refused(b.clara, wire::BoardPut{id_of(1), 10}) == BoardNo::Why::not_allowed);
}

TEST_CASE("who is not admitted gets nothing of a board, and neither does another session") {
  Rigged b;
  b.put_whole(b.bernd, 1);
  Peer stranger = b.rig.connect("192.0.2.9");
  stranger.send(wire::Attach{b.master.number()});
  CHECK(b.get(stranger, 1, 0, 1).empty());
  CHECK(stranger.error() == wire::RelayError::not_allowed);
  Master other = b.rig.opened();
  CHECK(b.refused(other, wire::BoardGet{id_of(1), 0, 1}) == BoardNo::Why::gone);
}

TEST_CASE("a file is fetched when all of it is there") {
  Rigged b;
  REQUIRE(b.put(b.bernd, 1, wire::kBoardChunk + 10) == 0u);
  b.chunk(b.bernd, 1, 0, wire::kBoardChunk);
  CHECK(b.refused(b.clara, wire::BoardGet{id_of(1), 0, 1}) == BoardNo::Why::gone);
  b.chunk(b.bernd, 1, 1, 10);
  CHECK(b.get(b.clara, 1, 0, 1).size() == 1);
}

TEST_CASE("a board holds so many bytes, of files that are whole or not, and a relay so many in all") {
  Limits limits;
  limits.session_board = 1000;
  limits.relay_boards = 1500;
  Rigged b(limits);
  CHECK(b.refused(b.bernd, wire::BoardPut{id_of(1), 1001}) == BoardNo::Why::full);
  CHECK(b.put(b.bernd, 2, 600) == 0u);
  CHECK(b.refused(b.bernd, wire::BoardPut{id_of(3), 401}) == BoardNo::Why::full);
  CHECK(b.put(b.bernd, 4, 400) == 0u);
  Rigged::say(b.bernd, wire::BoardRemove{id_of(4)});
  CHECK(b.put(b.bernd, 5, 400) == 0u);
  Master other = b.rig.opened();
  CHECK(b.refused(other, wire::BoardPut{id_of(6), 501}) == BoardNo::Why::full);
  CHECK(b.put(other, 6, 500) == 0u);
}

TEST_CASE("a member has few unfinished files, and each goes after ten minutes without a word") {
  Rigged b;
  for (std::uint8_t i = 0; i < wire::kBoardUnfinished; ++i) REQUIRE(b.put(b.bernd, i, 10) == 0u);
  CHECK(b.refused(b.bernd, wire::BoardPut{id_of(9), 10}) == BoardNo::Why::full);
  b.chunk(b.bernd, 0, 0, 10);
  b.rig.pass(Duration(wire::kBoardUnheard) - 1s);
  CHECK(b.put(b.bernd, 1, 10) == 0u);
  b.rig.pass(2s);
  CHECK(b.boards.bytes() == 20);  // the whole one, and the one of which there was a word
}

TEST_CASE("a file is removed by its owner and by the master alone") {
  Rigged b;
  b.put_whole(b.bernd, 1);
  b.put_whole(b.bernd, 2);
  Rigged::say(b.clara, wire::BoardRemove{id_of(1)});
  CHECK(b.get(b.clara, 1, 0, 1).size() == 1);
  Rigged::say(b.bernd, wire::BoardRemove{id_of(1)});
  CHECK(b.refused(b.clara, wire::BoardGet{id_of(1), 0, 1}) == BoardNo::Why::gone);
  Rigged::say(b.master, wire::BoardRemove{id_of(2)});
  CHECK(b.refused(b.clara, wire::BoardGet{id_of(2), 0, 1}) == BoardNo::Why::gone);
  CHECK(b.boards.bytes() == 0);
}

TEST_CASE("a board outlives the relay's process and ends with its session") {
  Rigged b;
  b.put_whole(b.bernd, 1);
  REQUIRE(b.put(b.bernd, 2, wire::kBoardChunk + 10) == 0u);
  b.chunk(b.bernd, 2, 0, wire::kBoardChunk);
  const wire::Number number = b.master.number();
  b.rig.restart();
  b.rig.core->keep_boards(b.boards, b.rig.now);
  Master master = b.rig.connect_master(b.master.identity());
  master.sequence = 0;
  master.open(number, 1);
  Peer bernd = b.rig.member(master, 1), clara = b.rig.member(master, 2);
  CHECK(b.get(clara, 1, 0, 1).size() == 1);
  b.rig.pass(1s);
  CHECK(b.put(bernd, 2, wire::kBoardChunk + 10) == 1u);
  master.request(wire::Operation::end);
  CHECK(b.boards.bytes() == 0);
}

TEST_CASE("at its start a relay lets go of boards of sessions that it does not know") {
  Rigged b;
  b.put_whole(b.bernd, 1);
  SessionUuid unknown;
  unknown.fill(0x55);
  b.boards.begin(unknown, {id_of(8), ParticipantId{1}, 77, 0});
  b.rig.restart();
  b.rig.core->keep_boards(b.boards, b.rig.now);
  CHECK(b.boards.bytes() == 100);
}

TEST_CASE("who takes nothing gets no more than a relay keeps for it") {
  Rigged b;
  b.put_whole(b.bernd, 1, 128 * wire::kBoardChunk);
  b.rig.stall(b.clara);
  for (std::uint32_t first = 0; first < 128; first += 32) Rigged::say(b.clara, wire::BoardGet{id_of(1), first, 32});
  CHECK(b.rig.lines.line(b.clara.conn()).queued <= wire::kReceiverFiles + wire::kPictureWindow);
  CHECK_FALSE(b.clara.closed());
}

TEST_CASE("a disk that takes nothing is told, and the file is gone") {
  Rigged b;
  REQUIRE(b.put(b.bernd, 1, 10) == 0u);
  b.boards.broken = true;
  const Bytes sealed(26, 1);
  CHECK(b.refused(b.bernd, wire::BoardChunk{id_of(1), 0, sealed}) == BoardNo::Why::unable);
  CHECK(b.refused(b.bernd, wire::BoardPut{id_of(2), 10}) == BoardNo::Why::unable);
  b.boards.broken = false;
  CHECK(b.put(b.bernd, 1, 10) == 0u);
}

TEST_CASE("a relay without boards says so") {
  Rig rig;
  Master master = rig.opened();
  master.clear();
  master.send_bytes(wire::encode_board(wire::BoardPut{id_of(1), 10}));
  auto no = wire::decode_board(*master.arrived().back());
  REQUIRE((no && std::holds_alternative<BoardNo>(*no)));
  CHECK(std::get<BoardNo>(*no).why == BoardNo::Why::unable);
}

TEST_CASE("every board frame is read as it was written, and none with a byte too few or too many") {
  const Bytes sealed(20, 3);
  const std::vector<wire::BoardFrame> frames = {wire::BoardPut{id_of(1), 5},
                                                wire::BoardHave{id_of(2), 6},
                                                wire::BoardChunk{id_of(3), 7, sealed},
                                                wire::BoardGet{id_of(4), 8, 9},
                                                wire::BoardRemove{id_of(5)},
                                                BoardNo{id_of(6), BoardNo::Why::full},
                                                wire::BoardAllow{ParticipantId{10}, true}};
  for (const wire::BoardFrame& frame : frames) {
    Bytes bytes = wire::encode_board(frame);
    CAPTURE(frame.index());
    auto read = wire::decode_board(bytes);
    REQUIRE(read);
    CHECK(wire::encode_board(*read) == bytes);
    const bool any_length = std::holds_alternative<wire::BoardChunk>(frame);
    bytes.push_back(0);
    CHECK(wire::decode_board(bytes).has_value() == any_length);
    bytes.resize(any_length ? 1 + 16 + 4 + 15 : bytes.size() - 2);
    CHECK_FALSE(wire::decode_board(bytes));
  }
  CHECK_FALSE(wire::decode_board(wire::encode_board(wire::BoardGet{id_of(1), 0, 0})));
  CHECK_FALSE(wire::decode_board(wire::encode_board(wire::BoardGet{id_of(1), 0, wire::kBoardAsk + 1})));
  CHECK_FALSE(wire::decode_board(wire::encode_board(wire::BoardPut{id_of(1), wire::kMaxBoardFile + 1})));
}
