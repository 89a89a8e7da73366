#include <catch2/catch.hpp>
#include <random>

#include "net/link/datagram.h"
#include "net/link/receive_stream.h"
#include "net/link/send_stream.h"
#include "wire/limits.h"

using namespace lotse;
using namespace lotse::net::link;
using Taken = ReceiveStream::Taken;

namespace {

Bytes frame_of(std::size_t size, std::uint8_t seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + seed);
  return bytes;
}

SharedFrame shared(Bytes bytes) { return std::make_shared<const Bytes>(std::move(bytes)); }

}  // namespace

TEST_CASE("frames come out whole and in order, whatever becomes of the parts on the way") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  constexpr std::size_t kWindow = 20'000;
  HeldBytes held{0, 1u << 20};
  SendStream out(kWindow);
  {
    ReceiveStream in(kWindow, held);
    in.open();
    std::vector<Bytes> frames;
    for (int i = 0; i < 200; ++i) {
      frames.push_back(frame_of(1 + random() % (i % 20 == 0 ? 50'000 : 900), static_cast<std::uint8_t>(i)));
      out.push(shared(frames.back()), static_cast<std::uint64_t>(i));
    }
    std::vector<Range> under_way;
    std::size_t next = 0;
    while (next < frames.size()) {
      if (auto range = out.next(1 + random() % 1500)) under_way.push_back(*range);
      REQUIRE(out.under_way() <= kWindow);
      if (under_way.empty() || random() % 3 == 0) continue;
      std::size_t at = random() % under_way.size();
      Range range = under_way[at];
      under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(at));
      if (random() % 4 == 0) {
        out.on_lost(range);
        continue;
      }
      Bytes bytes;
      out.append_bytes(range, bytes);
      REQUIRE(bytes.size() == range.size());
      REQUIRE(in.take(range.begin, bytes) == Taken::yes);
      if (random() % 8 == 0) REQUIRE(in.take(range.begin, bytes) == Taken::yes);  // twice
      random() % 8 == 0 ? out.on_lost(range) : out.on_acked(range);               // the acknowledgement may be lost
      while (auto frame = in.next()) REQUIRE(*frame == frames.at(next++));
    }
    CHECK(in.given() == frames.size());
    for (Range range : under_way) out.on_acked(range);
    while (auto range = out.next(1500)) out.on_acked(*range);
    CHECK(out.kept() == 0);
    CHECK(out.gone() == frames.size());
    CHECK(held.now == 0);
  }
}

TEST_CASE("what has not come is kept, to go another way") {
  SendStream out(1000);
  for (std::uint64_t i = 0; i < 5; ++i) out.push(shared(frame_of(99, static_cast<std::uint8_t>(i))), i * 10);
  auto sent = out.next(250);
  out.on_acked({0, 150});
  out.on_acked({200, 250});  // behind a gap: the first frame alone is whole on the other side
  CHECK(sent->size() == 250);
  CHECK(out.gone() == 1);
  auto kept = out.take_kept();
  REQUIRE(kept.size() == 4);
  CHECK(kept.front().order == 10);
  CHECK(*kept.front().frame == frame_of(99, 1));
  CHECK(out.kept() == 0);
  CHECK_FALSE(out.next(100));
}

TEST_CASE("a hostile sender makes nobody hold more than the window and the common limit") {
  HeldBytes held{0, 50'000};
  ReceiveStream in(10'000, held);
  in.open();
  Bytes part(100, 1);
  CHECK(in.take(9'950, part) == Taken::refused);  // beyond the window
  CHECK(in.take(9'900, part) == Taken::yes);
  for (std::uint64_t at = 1; at < 9'900; at += 2) in.take(at, ByteView(part).first(1));
  CHECK(held.now <= held.most);
  HeldBytes none{0, 0};
  ReceiveStream poor(10'000, none);
  poor.open();
  CHECK(poor.take(5, part) == Taken::refused);
  Bytes whole{3, 'a', 'b', 'c'};
  CHECK(poor.take(0, whole) == Taken::yes);  // what is next needs no holding
  CHECK(poor.next() == Bytes{'a', 'b', 'c'});
}

TEST_CASE("before it is opened a stream holds at most its window and gives nothing") {
  HeldBytes held{0, 1u << 20};
  ReceiveStream in(1'000, held);
  Bytes bytes{2, 'h', 'i'};
  CHECK(in.take(0, bytes) == Taken::yes);
  CHECK_FALSE(in.next());
  CHECK(in.take(990, Bytes(20)) == Taken::refused);
  in.open();
  CHECK(in.next() == Bytes{'h', 'i'});
  CHECK(held.now == 0);
}

TEST_CASE("a frame that no frame can be ends the stream") {
  HeldBytes held{0, 1u << 20};
  for (std::uint64_t size : {std::uint64_t{0}, std::uint64_t{wire::kMaxFrame} + 1, kMaxOffset}) {
    ReceiveStream in(1'000, held);
    in.open();
    Bytes head;
    write_varint(size, head);
    CHECK(in.take(0, head) == Taken::yes);
    CHECK_FALSE(in.next());
    CHECK(in.take(head.size(), Bytes(1)) == Taken::broken);
  }
}
