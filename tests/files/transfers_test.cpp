#include <catch2/catch.hpp>

#include "world.h"

using namespace lotse;
using namespace lotse::files;
using namespace lotse::files::test;

namespace {

constexpr std::size_t kMiB = 1u << 20;

bool arrived(const World& w, const FileId& id) {
  auto at = w.two.whole.find(id);
  return at != w.two.whole.end() && at->second == w.one.sources.at(id) && w.one.state(id) == State::done &&
         w.two.state(id) == State::done;
}

/// The same, when what was done may have been forgotten in a restart.
bool settled(const World& w, const FileId& id) {
  auto done = [&](const Side& side) {
    const Transfer* transfer = side.transfers.find(id);
    return transfer == nullptr || is_over(transfer->state);
  };
  auto at = w.two.whole.find(id);
  return at != w.two.whole.end() && at->second == w.one.sources.at(id) && done(w.one) && done(w.two);
}

}  // namespace

TEST_CASE("a file is offered, accepted, and arrives whole") {
  for (std::size_t size : {std::size_t{0}, std::size_t{1}, wire::kFileChunk, wire::kFileChunk + 1, 3 * kMiB + 17}) {
    World w;
    FileId id = w.send(w.one, size);
    CHECK(w.two.state(id) == State::offered);
    REQUIRE(w.two.transfers.find(id) != nullptr);
    CHECK(w.two.transfers.find(id)->size == size);
    CHECK(w.two.whole.empty());  // nobody has taken it yet
    CHECK(w.two.transfers.accept(id, "/here", w.now));
    CHECK(w.until([&] { return arrived(w, id); }));
    CHECK(w.two.written == size);
    CHECK_FALSE(w.two.transfers.accept(id, "/here", w.now));
  }
}

TEST_CASE("a file that nobody wants is refused, and nothing of it is sent") {
  World w;
  FileId id = w.send(w.one, kMiB);
  CHECK(w.two.transfers.refuse(id, w.now));
  CHECK(w.until([&] { return w.one.state(id) == State::refused; }));
  CHECK(w.two.state(id) == State::refused);
  CHECK(w.two.written == 0);
}

TEST_CASE("who may not send files is told so") {
  World w;
  w.may_send = false;
  FileId id = w.send(w.one, kMiB);
  CHECK(w.one.state(id) == State::failed);
  CHECK(w.one.transfers.find(id)->why == Why::not_allowed);
  CHECK(w.two.transfers.all().empty());
}

TEST_CASE("either side pauses, goes on and cancels") {
  World w;
  w.bytes_per_second = 1e6;
  FileId id = w.send(w.one, 4 * kMiB);
  w.two.transfers.accept(id, "/here", w.now);
  w.run(1s);
  for (Side* side : {&w.one, &w.two}) {
    CHECK(side->transfers.pause(id, true, w.now));
    w.run(3s);
    CHECK(w.one.state(id) == State::paused);
    CHECK(w.two.state(id) == State::paused);
    std::uint64_t before = w.two.written;
    w.run(60s);
    CHECK(w.two.written == before);
    CHECK(side->transfers.pause(id, false, w.now));
    w.run(500ms);
    CHECK(w.one.state(id) == State::active);
    CHECK(w.two.state(id) == State::active);
  }
  SECTION("to the end") {
    CHECK(w.until([&] { return arrived(w, id); }));
  }
  SECTION("cancelled by its sender") {
    CHECK(w.one.transfers.cancel(id, w.now));
    CHECK(w.until([&] { return w.two.state(id) == State::cancelled; }));
    CHECK(w.two.parts.empty());
  }
  SECTION("cancelled by its receiver") {
    CHECK(w.two.transfers.cancel(id, w.now));
    CHECK(w.until([&] { return w.one.state(id) == State::cancelled; }));
    CHECK(w.two.parts.empty());
  }
}

TEST_CASE("a full disk is told before anything is sent, or when it happens") {
  World w;
  SECTION("before") {
    w.two.room = kMiB;
    FileId id = w.send(w.one, 2 * kMiB);
    w.two.transfers.accept(id, "/here", w.now);
    CHECK(w.until([&] { return w.one.state(id) == State::failed && w.two.state(id) == State::failed; }));
    CHECK(w.two.written == 0);
    CHECK(w.one.transfers.find(id)->why == Why::disk_full);
  }
  SECTION("in the middle") {
    FileId id = w.send(w.one, 2 * kMiB);
    w.bytes_per_second = 1e6;
    w.two.transfers.accept(id, "/here", w.now);
    w.run(1s);
    w.two.room = kMiB;
    CHECK(w.until([&] { return w.one.state(id) == State::failed && w.two.state(id) == State::failed; }));
    CHECK(w.two.transfers.find(id)->why == Why::disk_full);
  }
}

TEST_CASE("a file that is another one by the end is not taken for the first one") {
  World w;
  w.bytes_per_second = 1e6;
  FileId id = w.send(w.one, 2 * kMiB);
  w.two.transfers.accept(id, "/here", w.now);
  w.run(1s);
  SECTION("changed") { w.one.sources[id][0] ^= 1; }
  SECTION("changed on the way to its place") { w.two.parts[id][0] ^= 1; }
  CHECK(w.until([&] { return w.one.state(id) == State::failed && w.two.state(id) == State::failed; }));
  CHECK(w.two.transfers.find(id)->corrupt);
  CHECK(w.two.whole.empty());
}

TEST_CASE("after a cut or a restart of either side it goes on where it was") {
  World w;
  w.bytes_per_second = 1e6;
  FileId id = w.send(w.one, 8 * kMiB);
  w.two.transfers.accept(id, "/here", w.now);
  w.run(3s);
  REQUIRE(w.two.parts[id].size() > kMiB);
  SECTION("a cut") { w.cut(20s); }
  SECTION("the receiver") {
    w.two.restart();
    w.one.transfers.on_members({w.one.self, w.two.self}, {w.one.self}, w.now);  // it was gone for a moment
    w.everybody_is_here();
  }
  SECTION("the sender") { w.one.restart(); }
  CHECK(w.until([&] { return arrived(w, id); }));
  CHECK(w.two.written == 8 * kMiB);  // on the receiver's disk nothing was lost
}

TEST_CASE("who has paused and goes on during a cut is not waited for") {
  World w;
  w.bytes_per_second = 1e6;
  FileId id = w.send(w.one, 4 * kMiB);
  w.two.transfers.accept(id, "/here", w.now);
  w.run(1s);
  for (Side* side : {&w.one, &w.two}) side->transfers.pause(id, true, w.now);
  w.run(2s);
  int lost = 0;
  w.connected = false;
  for (Side* side : {&w.one, &w.two}) side->transfers.pause(id, false, w.now);
  w.run(1s);
  SECTION("and its sender asks when the cut is over") { w.cut(1s); }
  SECTION("and what its sender asks then is lost, too") {
    w.lets_through = [&](const wire::FileMessage&) { return ++lost > 1; };
    w.cut(1s);
  }
  SECTION("and nobody notices the cut") { w.connected = true; }
  CHECK(w.until([&] { return arrived(w, id); }, 40s));
}

TEST_CASE("a hash that takes its time is waited for, and made once") {
  World w;
  FileId id = w.send(w.one, kMiB);
  w.one.hashing = 45s;
  w.two.transfers.accept(id, "/here", w.now);
  CHECK(w.until([&] { return arrived(w, id); }, 50s));
}

TEST_CASE("many files at once are not more under way than one, and a small one does not wait for the large ones") {
  World w;
  w.bytes_per_second = 5e6;
  std::vector<FileId> large;
  for (std::uint8_t i = 0; i < 30; ++i) {
    large.push_back(w.send(w.one, 2 * kMiB, i));
    w.two.transfers.accept(large.back(), "/here", w.now);
  }
  w.run(1s);
  w.most_under_way = 0;
  FileId small = w.send(w.one, 20000, 99);
  CHECK(w.until([&] { return w.two.transfers.accept(small, "/here", w.now); }, 1s));
  CHECK(w.until([&] { return arrived(w, small); }, 1s));
  CHECK(w.one.state(large.back()) == State::active);
  for (const FileId& id : large) CHECK(w.until([&] { return arrived(w, id); }));
  CHECK(w.most_under_way < wire::kReceiverFiles);
  CHECK(w.two.written == 30 * 2 * kMiB + 20000);  // nothing came twice
}

TEST_CASE("a receiver that asks all the time gets no more than the path takes") {
  World w;
  w.bytes_per_second = 1e6;
  FileId id = w.send(w.one, 20 * kMiB);
  w.two.transfers.accept(id, "/here", w.now);
  w.run(1s);
  w.most_under_way = 0;
  for (int i = 0; i < 2000; ++i) {
    w.one.transfers.on_message(w.two.self, wire::FileAnswer{id, true, 0}, true, w.now);
    w.run(5ms);
  }
  CHECK(w.most_under_way < kMiB);
}

TEST_CASE("whatever is lost, cut or restarted, every file arrives") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    World w;
    w.bytes_per_second = 2e6;
    unsigned loss = pick(4);
    w.lets_through = [&](const wire::FileMessage&) { return pick(100) >= loss; };
    std::vector<FileId> ids;
    for (std::uint8_t i = 0; i < 4; ++i)
      ids.push_back(w.send(w.one, pick(1'500'000), static_cast<std::uint8_t>(i + 1)));
    for (int i = 0; i < 12; ++i) {
      for (const FileId& id : ids) w.two.transfers.accept(id, "/here", w.now);
      switch (pick(6)) {
        case 0:
          w.cut(std::chrono::milliseconds(pick(5000)));
          break;
        case 1:
          (pick(2) == 0 ? w.one : w.two).restart();
          w.one.transfers.on_connection(w.now);
          break;
        case 2: {
          const bool on = pick(2) == 0;
          (pick(2) == 0 ? w.one : w.two).transfers.pause(ids[pick(4)], on, w.now);
          break;
        }
        default:
          break;
      }
      w.run(std::chrono::milliseconds(pick(1000)));
    }
    loss = 0;
    w.one.transfers.on_connection(w.now);
    w.run(12s);
    for (const FileId& id : ids) {
      w.two.transfers.accept(id, "/here", w.now);
      for (Side* side : {&w.one, &w.two}) side->transfers.pause(id, false, w.now);
    }
    for (const FileId& id : ids) CHECK(w.until([&] { return settled(w, id); }, 120s));
  }
}

TEST_CASE("no more is under way than the path takes, and it takes all that it can") {
  World w;
  w.delay = 25ms;
  w.bytes_per_second = 2.5e6;
  FileId id = w.send(w.one, 50 * kMiB);
  w.two.transfers.accept(id, "/here", w.now);
  w.run(3s);
  std::uint64_t before = w.two.written;
  w.most_under_way = 0;
  w.run(10s);
  CHECK(static_cast<double>(w.two.written - before) > 0.9 * 25e6);
  CHECK(w.most_under_way < 625'000);  // a quarter of a second
}

TEST_CASE("a hostile member makes nobody hold more than a few files") {
  World w;
  for (unsigned i = 0; i < 1000; ++i) {
    FileId id{};
    id[0] = static_cast<std::uint8_t>(i);
    id[1] = static_cast<std::uint8_t>(i >> 8);
    w.two.transfers.on_message(w.one.self, wire::FileOffer{id, "x", 5}, true, w.now);
  }
  CHECK(w.two.transfers.all().size() == wire::kMaxFilesFrom);
  SECTION("says things about files that are not its own") {
    FileId id{};
    for (ParticipantId from : {ParticipantId{7}, w.one.self}) {
      w.two.transfers.on_message(from, wire::FileChunk{id, 0, Bytes(5)}, true, w.now);  // nobody has taken it
      w.two.transfers.on_message(from, wire::FileEnd{id, {}}, true, w.now);
      w.two.transfers.on_message(from, wire::FileTaken{id, 3}, true, w.now);
    }
    w.two.transfers.on_message(ParticipantId{7}, wire::FileCancel{id, Why::wanted}, true, w.now);
    CHECK(w.two.state(id) == State::offered);
    CHECK(w.two.written == 0);
  }
  SECTION("sends more than it said") {
    FileId id{};
    w.two.transfers.accept(id, "/here", w.now);
    w.run(1s);
    w.two.transfers.on_message(w.one.self, wire::FileChunk{id, 0, Bytes(6)}, true, w.now);
    w.run(1s);
    CHECK(w.two.written == 0);
  }
}
