// The marks on one screen, as their presenter keeps them, and as viewers put them together again.
#include <catch2/catch.hpp>
#include <random>

#include "codec/frame.h"
#include "session/marks_seen.h"
#include "session/screen_marks.h"
#include "wire/messages.pb.h"

using namespace lotse;
using namespace lotse::session;
using namespace std::chrono_literals;

namespace {

constexpr ParticipantId kAnna{1}, kBernd{2};

StrokePart part(ParticipantId member, std::uint32_t id, std::vector<Point> points, Tool tool = Tool::pen,
                std::size_t from = 0) {
  return {{member, id, tool, 0x3d8fe0, std::move(points), {}}, from};
}

/// A presenter and a viewer who gets every state that is told.
struct Shown {
  ScreenMarks marks;
  MarksSeen seen;
  Instant now{};
  std::size_t states = 0, bytes = 0, largest = 0;

  bool poll() {
    return marks.poll(now, [&](std::uint32_t channel, const std::string& payload) {
      ++states;
      bytes += payload.size();
      largest = std::max(largest, payload.size());
      REQUIRE(seen.take(channel, Bytes(payload.begin(), payload.end())));
    });
  }
  /// Until nothing is left to be told within `time`.
  void run(Duration time) {
    const Instant end = now + time;
    poll();
    while (marks.next_deadline() <= end) {
      now = std::max(now + 1ms, marks.next_deadline());
      poll();
    }
    now = end;
    poll();
  }
};

std::vector<Point> row(int count, int y = 10) {
  std::vector<Point> points;
  for (int i = 0; i < count; ++i) points.push_back({i * 3, y});
  return points;
}

}  // namespace

TEST_CASE("arrows are told ten times a second at most, the newest of each") {
  Shown s;
  for (int i = 0; i < 100; ++i) {
    s.marks.point(kAnna, {i, 2 * i}, 8, s.now);
    s.poll();
    s.now = s.now + 10ms;
  }
  CHECK(s.states <= 11);
  s.run(1s);
  CHECK(s.seen.arrows() == std::vector<Arrow>{{kAnna, {99, 198}}});
  s.marks.point_off(kAnna);
  s.run(1s);
  CHECK(s.seen.arrows().empty());
}

TEST_CASE("as many arrows move at once as may, and another one when one of them rests") {
  Shown s;
  for (int step = 0; step < 10; ++step) {
    for (std::uint16_t i = 1; i <= 4; ++i) s.marks.point(ParticipantId{i}, {step, i}, 3, s.now);
    s.run(100ms);
  }
  CHECK(s.seen.arrows().size() == 3);
  for (int step = 0; step < 12; ++step) {  // the first one rests
    for (std::uint16_t i = 2; i <= 4; ++i) s.marks.point(ParticipantId{i}, {step, 10 * i}, 3, s.now);
    s.run(100ms);
  }
  REQUIRE(s.seen.arrows().size() == 4);
  CHECK(s.seen.arrows().back() == Arrow{ParticipantId{4}, {11, 40}});
  CHECK(s.seen.arrows().front() == Arrow{ParticipantId{1}, {9, 1}});
  // Who waits has its last word though it says nothing more.
  s.run(2s);
  for (std::uint16_t i = 1; i <= 3; ++i) s.marks.point(ParticipantId{i}, {50, i}, 3, s.now);
  s.marks.point(ParticipantId{4}, {77, 77}, 3, s.now);
  s.run(2s);
  CHECK(s.seen.arrows().back() == Arrow{ParticipantId{4}, {77, 77}});
}

TEST_CASE("a stroke that is being drawn is told alone, and rests with the others afterwards") {
  Shown s;
  for (std::uint32_t id = 1; id <= 40; ++id) REQUIRE(s.marks.draw(part(kBernd, id, row(200, 100)), s.now));
  s.run(3s);
  REQUIRE(s.seen.strokes().size() == 40);
  s.bytes = 0;
  for (int i = 0; i < 20; ++i) {
    REQUIRE(s.marks.draw(part(kAnna, 7, row(5, i), Tool::pen, static_cast<std::size_t>(5 * i)), s.now));
    s.run(50ms);
  }
  CHECK(s.bytes < 20 * 100 * 3);  // three bytes a point of that stroke alone
  const std::size_t drawing = s.bytes;
  s.run(2s);
  CHECK(s.bytes < drawing + 4 * 1024);
  REQUIRE(s.seen.strokes().size() == 41);
  CHECK(s.seen.strokes().back().points.size() == 100);
  CHECK(s.seen.strokes() == s.marks.strokes());
  CHECK(s.marks.next_deadline() == Instant::never());
}

TEST_CASE("a part that comes twice adds nothing, and one that leaves a gap is refused") {
  Shown s;
  REQUIRE(s.marks.draw(part(kAnna, 1, row(4)), s.now));
  REQUIRE(s.marks.draw(part(kAnna, 1, row(4)), s.now));
  CHECK_FALSE(s.marks.draw(part(kAnna, 1, row(2), Tool::pen, 5), s.now));
  CHECK_FALSE(s.marks.draw(part(kAnna, 2, row(2), Tool::pen, 1), s.now));
  REQUIRE(s.marks.draw(part(kAnna, 1, row(6)), s.now));  // the whole of it again, longer
  CHECK(s.marks.strokes().front().points == row(6));
  REQUIRE(s.marks.draw(part(kAnna, 3, {{1, 1}, {9, 9}}, Tool::frame), s.now));
  CHECK_FALSE(s.marks.draw(part(kAnna, 3, {{5, 5}}, Tool::frame, 2), s.now));  // does not grow
}

TEST_CASE("what is undone, cleared and faded goes, and nothing else") {
  Shown s;
  s.marks.draw(part(kAnna, 1, row(3)), s.now);
  s.marks.draw(part(kBernd, 1, row(3)), s.now);
  s.marks.draw(part(kAnna, 2, row(3)), s.now);
  s.marks.draw(part(kAnna, 3, row(3), Tool::fade), s.now);
  s.run(4s);
  CHECK(s.seen.strokes().size() == 4);
  s.run(2s);
  CHECK(s.seen.strokes().size() == 3);
  CHECK(s.marks.undo(kAnna));
  CHECK_FALSE(s.marks.undo(ParticipantId{9}));
  s.run(1s);
  REQUIRE(s.seen.strokes().size() == 2);
  CHECK(s.seen.strokes()[1].member == kBernd);
  s.marks.clear(kAnna);
  s.run(1s);
  CHECK(s.seen.strokes().size() == 1);
  s.marks.clear(std::nullopt);
  s.run(1s);
  CHECK(s.seen.strokes().empty());
}

TEST_CASE("however much is drawn, it stays bounded, and who drew most loses the oldest") {
  Shown s;
  s.marks.draw(part(kBernd, 1, row(10)), s.now);
  std::mt19937 random(1);
  for (std::uint32_t id = 1; id <= 900; ++id) {
    std::vector<Point> points;
    for (int i = 0; i < 400; ++i)
      points.push_back({static_cast<int>(random() % 150), static_cast<int>(random() % 100)});
    s.marks.draw(part(kAnna, id, std::move(points)), s.now);
    s.run(20ms);
  }
  s.run(3s);
  CHECK(s.largest < 48 * 1024);
  std::vector<Stroke> kept = s.marks.strokes();
  CHECK(kept.size() < 400);
  CHECK(kept.front().member == kBernd);
  CHECK(kept.back().id == 900);
  CHECK(s.seen.strokes() == kept);
  // One stroke alone ends, too: what is painted takes time.
  for (std::size_t at = 0; at < 1000; ++at)
    s.marks.draw(part(kAnna, 999, {at % 2 ? Point{4000, 4000} : Point{}}, Tool::pen, at), s.now);
  CHECK(s.marks.strokes().back().points.size() == 13);
  for (std::size_t at = 0; at < 3000; at += 100) s.marks.draw(part(kAnna, 1000, row(100), Tool::pen, at), s.now);
  CHECK(s.marks.strokes().back().points.size() == wire::kMaxStrokePoints);
  for (std::uint32_t id = 2000; id < 6000; ++id) s.marks.draw(part(kAnna, id, row(1)), s.now);
  s.run(3s);
  CHECK(s.marks.strokes().size() <= wire::kMaxStrokes);
  CHECK(s.seen.strokes() == s.marks.strokes());
}

TEST_CASE("whatever order states are lost and found in, the newest of each give the whole") {
  std::mt19937 random(5);
  ScreenMarks marks;
  MarksSeen seen;
  std::map<std::uint32_t, std::string> waiting;
  Instant now{};
  std::uint32_t id = 0;
  auto deliver = [&] {
    for (const auto& [channel, payload] : waiting) seen.take(channel, Bytes(payload.begin(), payload.end()));
    waiting.clear();
  };
  for (int step = 0; step < 3000; ++step) {
    const ParticipantId who{static_cast<std::uint16_t>(1 + random() % 3)};
    switch (random() % 8) {
      case 0:
        marks.undo(who);
        break;
      case 1:
        if (random() % 20 == 0) marks.clear(who);
        break;
      case 2:
        marks.draw(part(who, ++id, row(10), Tool::fade), now);
        break;
      default:
        marks.draw(part(who, ++id, row(static_cast<int>(1 + random() % 300))), now);
    }
    now = now + std::chrono::milliseconds(random() % 300);
    marks.poll(now, [&](std::uint32_t channel, const std::string& payload) { waiting[channel] = payload; });
    if (random() % 10 == 0) deliver();
  }
  for (int i = 0; i < 200; ++i) {
    now = now + 100ms;
    marks.poll(now, [&](std::uint32_t channel, const std::string& payload) { waiting[channel] = payload; });
  }
  deliver();
  CHECK(seen.strokes() == marks.strokes());
}

TEST_CASE("states of a hostile presenter are read within bounds") {
  MarksSeen seen;
  wire::pb::Strokes page;
  for (int i = 0; i < 3000; ++i) {
    auto* stroke = page.add_strokes();
    stroke->set_member(1);
    stroke->set_order(static_cast<std::uint32_t>(i));
    stroke->set_stroke(static_cast<std::uint32_t>(i));
    for (std::int32_t v : {INT32_MAX, INT32_MIN, INT32_MAX, INT32_MAX, -5, 7}) stroke->add_xy(v);
  }
  auto text = [&](const std::string& words) {
    auto* stroke = page.add_strokes();
    stroke->set_tool(4);
    stroke->set_text(words);
    stroke->add_xy(1);
    stroke->add_xy(1);
  };
  std::string bytes = page.SerializeAsString();
  REQUIRE(seen.take(wire::kFirstStrokesChannel, Bytes(bytes.begin(), bytes.end())));
  CHECK(seen.strokes().size() == wire::kMaxStrokes);
  for (const Stroke& stroke : seen.strokes())
    for (Point p : stroke.points) REQUIRE((p.x >= 0 && p.y >= 0 && p.x < codec::kMaxSide && p.y < codec::kMaxSide));
  page.clear_strokes();
  text("two\nlines\x01 and more");
  text("");
  text(std::string(100000, 'x'));
  page.add_strokes()->set_tool(99);
  page.add_strokes()->set_member(70000);
  bytes = page.SerializeAsString();
  REQUIRE(seen.take(wire::kFirstStrokesChannel, Bytes(bytes.begin(), bytes.end())));
  REQUIRE(seen.strokes().size() == 1);  // all three texts have the order 0
  CHECK(seen.strokes()[0].text.size() <= wire::kMaxStrokeText);
  CHECK(seen.strokes()[0].text.find('\n') == std::string::npos);
  CHECK_FALSE(seen.take(wire::kFirstStrokesChannel, Bytes(9, 0xFF)));
  CHECK_FALSE(seen.take(3, {}));
  CHECK_FALSE(seen.take(wire::kStateChannels, {}));
}
