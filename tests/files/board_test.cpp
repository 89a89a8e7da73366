// Files to and from the board: whole, in order, sealed once, and nothing but what was put.
#include <catch2/catch.hpp>

#include "board_world.h"

using namespace lotse;
using namespace lotse::files;
using namespace lotse::files::test;
using No = wire::BoardNo::Why;

namespace {

FileId id_of(std::uint8_t number) {
  FileId id;
  id.fill(number);
  return id;
}

/// The file is on the board.
FileId put(BoardWorld& w, std::size_t size, std::uint8_t number = 1) {
  const FileId id = w.put(size, number);
  REQUIRE(w.until([&] { return w.state(id) == State::done; }));
  return id;
}

const Transfer& after(BoardWorld& w, std::uint8_t getting) {
  REQUIRE(w.until([&] { return is_over(w.state(id_of(getting))); }));
  return *w.transfers.find(id_of(getting));
}

}  // namespace

TEST_CASE("what is put on the board is fetched as it was, of any size") {
  BoardWorld w;
  w.connect(true);
  std::uint8_t number = 1;
  for (std::size_t size : {std::size_t{0}, std::size_t{1}, wire::kBoardChunk - 1, wire::kBoardChunk,
                           wire::kBoardChunk + 1, 100 * wire::kBoardChunk + 7}) {
    INFO(size);
    const FileId file = put(w, size, number);
    w.get(file, static_cast<std::uint8_t>(number + 100));
    REQUIRE(after(w, static_cast<std::uint8_t>(number + 100)).state == State::done);
    CHECK(w.whole[id_of(static_cast<std::uint8_t>(number + 100))] == w.sources[file]);
    ++number;
  }
  CHECK_FALSE(w.sealed_twice);
}

TEST_CASE("what lies at the relay says nothing of the file, and the same file lies there as other bytes") {
  BoardWorld w;
  w.connect(true);
  put(w, 3 * wire::kBoardChunk, 1);
  w.sources[id_of(2)] = w.sources[id_of(1)];
  w.transfers.put(id_of(2), "file", w.sources[id_of(1)].size(), "/file", w.now);
  REQUIRE(w.until([&] { return w.state(id_of(2)) == State::done; }));
  for (std::uint32_t i = 0; i < 3; ++i) {
    const Bytes& one = w.sealed.at({id_of(1), i});
    CHECK(one != w.sealed.at({id_of(2), i}));
    const Bytes plain(w.sources[id_of(1)].begin() + i * static_cast<std::ptrdiff_t>(wire::kBoardChunk),
                      w.sources[id_of(1)].begin() + i * static_cast<std::ptrdiff_t>(wire::kBoardChunk) + 64);
    CHECK(std::search(one.begin(), one.end(), plain.begin(), plain.end()) == one.end());
  }
}

TEST_CASE("connections may break at any time, and a relay may lose what it sends: each file arrives, sealed once") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    BoardWorld w;
    w.delay = std::chrono::milliseconds(1 + random() % 100);
    w.connect(true);
    w.between = [&](wire::BoardFrame& frame) {
      return !std::holds_alternative<wire::BoardChunk>(frame) || random() % 50 != 0;
    };
    auto cuts = [&](const std::function<bool()>& done) {
      for (int i = 0; i < 300 && !done(); ++i) {
        w.until(done, std::chrono::milliseconds(random() % 3000));
        if (random() % 3 != 0) continue;
        w.connect(false);
        w.run(std::chrono::milliseconds(random() % 2000));
        w.connect(true);
      }
      return done();
    };
    const FileId file = w.put(1 + random() % 3'000'000);
    REQUIRE(cuts([&] { return w.state(file) == State::done; }));
    w.get(file, 101);
    w.get(file, 102);
    REQUIRE(cuts([&] { return is_over(w.state(id_of(101))) && is_over(w.state(id_of(102))); }));
    CHECK(w.whole[id_of(101)] == w.sources[file]);
    CHECK(w.whole[id_of(102)] == w.sources[file]);
    CHECK_FALSE(w.sealed_twice);
  }
}

TEST_CASE("what a relay changes, exchanges, cuts or takes from elsewhere is noticed, and nothing of it is left") {
  BoardWorld w;
  w.connect(true);
  const FileId file = put(w, 3 * wire::kBoardChunk, 1), other = put(w, 3 * wire::kBoardChunk, 2);
  Bytes made;
  auto instead = [&](std::uint32_t index, const Bytes& bytes) {
    made = bytes;
    w.between = [&, index](wire::BoardFrame& frame) {
      auto* chunk = std::get_if<wire::BoardChunk>(&frame);
      if (chunk != nullptr && chunk->id == file && chunk->index == index) chunk->sealed = made;
      return true;
    };
  };
  const Bytes second = w.sealed.at({file, 1});
  SECTION("a bit") {
    Bytes changed = second;
    changed[GENERATE(std::size_t{0}, std::size_t{20'000}, wire::kBoardChunk + 15)] ^= 1;
    instead(1, changed);
  }
  SECTION("another chunk of the file") { instead(1, w.sealed.at({file, 0})); }
  SECTION("the same chunk of another file") { instead(1, w.sealed.at({other, 1})); }
  SECTION("a shorter one") { instead(1, Bytes(second.begin(), second.end() - 1)); }
  SECTION("the last one in the middle") { instead(1, w.sealed.at({file, 2})); }
  w.get(file, 101);
  const Transfer& transfer = after(w, 101);
  CHECK(transfer.state == State::failed);
  CHECK(transfer.corrupt);
  w.run(1s);
  CHECK(w.parts.empty());
  CHECK_FALSE(w.whole.contains(id_of(101)));
}

TEST_CASE("an entry that names another hash brings nothing") {
  BoardWorld w;
  w.connect(true);
  const FileId file = put(w, 1000);
  w.listed[file].sha256[0] ^= 1;
  w.get(file, 101);
  CHECK(after(w, 101).corrupt);
  CHECK(w.whole.empty());
}

TEST_CASE("a file that changes while it is put is not put") {
  BoardWorld w;
  w.connect(true);
  const FileId file = w.put(5'000'000);
  w.run(100ms);
  w.sources[file].resize(1'000'000);
  REQUIRE(w.until([&] { return is_over(w.state(file)); }));
  CHECK(w.transfers.find(file)->why == Why::changed);
  w.run(1s);
  CHECK(w.kept.bytes() == 0);
  CHECK(w.listed.empty());
}

TEST_CASE("a relay that lost what it had is not sent the same chunk under the same key from elsewhere") {
  BoardWorld w;
  w.connect(true);
  const FileId file = w.put(20'000'000);
  REQUIRE(w.until([&] { return w.transfers.find(file)->done > 3'000'000; }));
  w.connect(false);
  w.board.on_remove(w.kSelf, false, file);
  w.connect(true);
  REQUIRE(w.until([&] { return is_over(w.state(file)); }));
  CHECK(w.transfers.find(file)->board_no == No::gone);
  CHECK_FALSE(w.sealed_twice);
}

TEST_CASE("a relay that says it has what was not sent yet is not believed") {
  BoardWorld w;
  w.connect(true);
  const FileId file = w.put(200'000);
  REQUIRE(w.until([&] { return w.state(file) == State::active; }));
  w.transfers.on_frame(wire::BoardHave{file, wire::board_chunks(200'000)}, w.now);  // while the disk still reads
  REQUIRE(w.until([&] { return is_over(w.state(file)); }));
  CHECK(w.transfers.find(file)->board_no == No::gone);
  CHECK(w.listed.empty());
}

TEST_CASE("a board without room, without the right or without the file says so") {
  BoardWorld w;
  w.connect(true);
  w.limit.session_board = 1000;
  const FileId big = w.put(1001, 1);
  REQUIRE(w.until([&] { return is_over(w.state(big)); }));
  CHECK(w.transfers.find(big)->board_no == No::full);
  w.board.allow(w.kSelf, false);
  const FileId refused = w.put(10, 2);
  REQUIRE(w.until([&] { return is_over(w.state(refused)); }));
  CHECK(w.transfers.find(refused)->board_no == No::not_allowed);
  w.board.allow(w.kSelf, true);
  const FileId file = put(w, 10, 3);
  w.board.on_remove(w.kSelf, false, file);
  w.get(file, 101);
  CHECK(after(w, 101).board_no == No::gone);
}

TEST_CASE("a right that the relay hears of a moment later is good enough") {
  BoardWorld w;
  w.connect(true);
  w.board.allow(w.kSelf, false);
  const FileId file = w.put(10);
  w.run(1500ms);
  w.board.allow(w.kSelf, true);
  CHECK(w.until([&] { return w.state(file) == State::done; }));
}

TEST_CASE("a file that the moderator does not list is told as refused once it is removed") {
  BoardWorld w;
  w.connect(true);
  w.lists = false;
  const FileId file = w.put(10);
  w.run(60s);
  CHECK(w.state(file) == State::active);
  w.board.allow(w.kSelf, false);
  w.board.on_remove(w.kSelf, true, file);
  REQUIRE(w.until([&] { return is_over(w.state(file)); }));
  CHECK(w.transfers.find(file)->board_no == No::not_allowed);
}

TEST_CASE("what is paused stands still, what is cancelled is gone at the relay and on the disk") {
  BoardWorld w;
  w.connect(true);
  const FileId file = w.put(20'000'000);
  REQUIRE(w.until([&] { return w.transfers.find(file)->done > 1'000'000; }));
  w.transfers.pause(file, true, w.now);
  w.run(1s);
  const auto done = w.transfers.find(file)->done;
  w.run(20s);
  CHECK(w.transfers.find(file)->done == done);
  CHECK(w.state(file) == State::paused);
  w.transfers.pause(file, false, w.now);
  REQUIRE(w.until([&] { return w.state(file) == State::done; }));
  w.get(file, 101);
  REQUIRE(w.until([&] { return w.transfers.find(id_of(101))->done > 1'000'000; }));
  w.transfers.pause(id_of(101), true, w.now);
  w.run(5s);
  const auto got = w.transfers.find(id_of(101))->done;
  w.run(5s);
  CHECK(w.transfers.find(id_of(101))->done == got);
  w.transfers.cancel(id_of(101), w.now);
  const FileId second = w.put(20'000'000, 2);
  w.run(100ms);
  w.transfers.cancel(second, w.now);
  w.run(1s);
  CHECK(w.parts.empty());
  CHECK(w.kept.bytes() == 20'000'000);
  CHECK(w.state(second) == State::cancelled);
}

TEST_CASE("a fetching that an earlier run of the program began goes on behind what is there") {
  BoardWorld w;
  w.connect(true);
  const FileId file = put(w, 10 * wire::kBoardChunk);
  std::uint32_t asked = 1000;
  w.between = [&](wire::BoardFrame& frame) {
    if (auto* chunk = std::get_if<wire::BoardChunk>(&frame)) asked = std::min(asked, chunk->index);
    return true;
  };
  const std::size_t there = 5 * wire::kBoardChunk + 100;  // in the middle of a chunk
  w.parts[id_of(101)] = Bytes(w.sources[file].begin(), w.sources[file].begin() + there);
  w.get(file, 101);
  REQUIRE(after(w, 101).state == State::done);
  CHECK(asked == 5);
  CHECK(w.whole[id_of(101)] == w.sources[file]);
}

TEST_CASE("no more go to the board at a time than a relay takes of one member") {
  BoardWorld w;
  w.connect(true);
  for (std::uint8_t i = 1; i <= wire::kBoardUnfinished; ++i) w.put(1'000'000, i);
  CHECK_FALSE(w.transfers.put(id_of(99), "file", 10, "/file", w.now));
  REQUIRE(w.until([&] { return w.state(id_of(1)) == State::done; }));
  CHECK(w.transfers.put(id_of(99), "file", 0, "/file", w.now));
}
