// A presenter's screen on its way into a link of some rate: what goes first, how coarse, how much waits.
#include "session/picture_sender.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <random>

#include "session/refinement.h"
#include "tests/session/idle_host.h"

using namespace lotse;
using namespace lotse::session;
using namespace std::chrono_literals;

namespace {

/// A sender, its workers, and a queue that drains at `rate`.
class Uplink final : public test::IdleHost {
 public:
  struct Sent {
    Instant at;
    wire::PacketKind kind;
    wire::PictureFields fields;
    std::size_t bytes;
  };

  explicit Uplink(double rate, Size size = {640, 512})
      : rate_(rate),
        screen(size),
        sender(*this, link, ScreenId{0}, Generation{1}, [this](auto kind, const auto& fields, ByteView payload) {
          queued_ += static_cast<double>(payload.size());
          sent.push_back({now, kind, fields, payload.size()});
          return std::optional(wire::PacketHash{});
        }) {
    sender.set_films(Films::off, FilmDirector::kLeastSlots);
    sender.set_watched(true, now);
  }

  std::size_t queued() const override { return static_cast<std::size_t>(queued_); }
  void work(std::function<std::function<void()>()> job) override { jobs_.push_back(std::move(job)); }
  void want_frame_of(ScreenId) override { wanted_ = true; }

  /// Noise, which only JPEG makes small.
  void noise(const Rect& area) {
    for (int y = area.y; y < area.bottom(); ++y)
      for (int x = area.x * 4; x < area.right() * 4; ++x)
        screen.writable().row(y)[x] = x % 4 == 3 ? 0 : static_cast<std::uint8_t>(128 + (random_() & 31));
    draw(area);
  }
  void plain(const Rect& area) {
    for (int y = area.y; y < area.bottom(); ++y)
      std::memset(screen.writable().row(y) + 4 * area.x, 0xF0, 4u * area.width);
    draw(area);
  }
  /// Dark strokes on white, as text has them.
  void strokes(const Rect& area) {
    for (int y = area.y; y < area.bottom(); ++y)
      for (int x = area.x; x < area.right(); ++x)
        for (int c = 0; c < 3; ++c) screen.writable().row(y)[x * 4 + c] = random_() % 12 == 0 ? 0 : 255;
    draw(area);
  }
  void draw(const Rect& area) {
    codec::SlotGrid grid(screen.size());
    for (std::uint32_t i = 0; i < grid.count(); ++i)
      if (!grid.rect(SlotId{i}).intersect(area).empty()) changed_[i] = true;
  }

  void run(Duration time) {
    for (Instant end = now + time; now < end; now = now + 1ms) {
      queued_ = std::max(0.0, queued_ - rate_ / 1000);
      most_queued = std::max(most_queued, queued());
      capture();
      sender.poll(now);
      for (auto jobs = std::exchange(jobs_, {}); !jobs.empty(); jobs.pop_front()) jobs.front()()();
    }
  }

  std::vector<Sent> keys(Instant from = {}) const {
    std::vector<Sent> found;
    for (const Sent& s : sent)
      if (s.kind == wire::PacketKind::key && s.at >= from) found.push_back(s);
    return found;
  }

  Instant now{Duration(1s)};

 private:
  double rate_, queued_ = 0;
  std::map<std::uint32_t, bool> changed_;
  bool wanted_ = true;
  std::deque<std::function<std::function<void()>()>> jobs_;
  std::mt19937 random_{7};

  void capture() {
    if (!wanted_ || changed_.empty()) return;
    wanted_ = false;
    codec::SlotGrid grid(screen.size());
    std::vector<SlotUpdate> updates;
    for (auto& [index, changed] : std::exchange(changed_, {})) {
      Rect rect = grid.rect(SlotId{index});
      auto pixels = std::make_shared<codec::Image>(rect.size());
      codec::copy_pixels(std::as_const(screen).view().part(rect), pixels->writable());
      updates.push_back({SlotId{index}, pixels});
    }
    sender.update(screen.size(), std::move(updates), now);
  }

 public:
  codec::Image screen;
  std::vector<Sent> sent;
  std::size_t most_queued = 0;
  LinkRate link;
  PictureSender sender;
};

constexpr double kSlow = 60'000, kFast = 1e8;  // bytes a second

}  // namespace

TEST_CASE("a slow link has a coarse picture first, which then becomes normal and exact") {
  Uplink slow(kSlow);
  slow.noise({0, 0, 640, 512});
  slow.run(6s);
  auto keys = slow.keys();
  std::map<std::uint32_t, std::vector<int>> ranks;
  for (const auto& key : keys) ranks[key.fields.slot.value()].push_back(key.fields.rank);
  REQUIRE(ranks.size() == 80);
  std::size_t coarse = 0;
  for (const auto& [slot, each] : ranks) coarse += each.front() == 0;
  CHECK(coarse >= 20);  // the first were on their way before the link had shown its rate, the last fit
  slow.run(120s);
  for (const auto& key : slow.keys()) ranks[key.fields.slot.value()].push_back(key.fields.rank);
  for (const auto& [slot, each] : ranks) CHECK(each.back() == 4);
}

TEST_CASE("a fast link has nothing coarse") {
  Uplink fast(kFast);
  fast.noise({0, 0, 640, 512});
  fast.run(200ms);
  CHECK(fast.keys().size() == 80);
  for (const auto& key : fast.keys()) CHECK(key.fields.rank == 2);
}

TEST_CASE("the little that changes goes without loss at once, and what goes on changing does not") {
  Uplink fast(kFast);
  fast.noise({0, 0, 640, 512});
  fast.run(5s);
  Instant from = fast.now;
  fast.noise({0, 0, 64, 64});
  fast.run(100ms);
  REQUIRE(fast.keys(from).size() == 1);
  CHECK(fast.keys(from).front().fields.rank == 4);
  for (int i = 0; i < 10; ++i) fast.noise({0, 0, 64, 64}), fast.run(50ms);
  CHECK(fast.keys(from).back().fields.rank == 2);
}

TEST_CASE("a window that opens goes as one difference, a photo slot by slot") {
  Uplink fast(kFast);
  fast.noise({0, 0, 640, 512});
  fast.run(5s);
  Instant from = fast.now;
  fast.plain({70, 70, 400, 300});
  fast.run(100ms);
  auto deltas = std::count_if(fast.sent.begin(), fast.sent.end(),
                              [&](const Uplink::Sent& s) { return s.kind == wire::PacketKind::delta && s.at >= from; });
  CHECK(deltas == 1);
  CHECK(fast.keys(from).empty());
  from = fast.now;
  fast.noise({64, 64, 256, 256});
  fast.run(100ms);
  CHECK(fast.keys(from).size() == 16);
}

TEST_CASE("no more waits for a slow link than it carries in a quarter of a second") {
  Uplink slow(kSlow);
  slow.noise({0, 0, 640, 512});
  slow.run(3s);
  slow.most_queued = 0;
  for (int i = 0; i < 100; ++i) {
    slow.noise({0, 0, 640, 512});
    slow.run(40ms);
  }
  CHECK(static_cast<double>(slow.most_queued) < kSlow / 4);
}

TEST_CASE("where too little fits, what moves gets coarser, and text that stands there does not") {
  Uplink slow(kSlow);
  slow.noise({0, 0, 640, 320});
  slow.strokes({0, 320, 640, 192});
  slow.run(10s);
  Instant from = slow.now;
  for (int i = 0; i < 50; ++i) {
    slow.noise({0, 0, 640, 320});
    if (i == 25) slow.strokes({0, 320, 64, 64});
    slow.run(40ms);
  }
  std::size_t coarse = 0, moving = 0;
  for (const auto& key : slow.keys(from + 500ms)) {
    bool text = key.fields.slot.value() >= 50;
    if (text) CHECK(key.fields.rank == 4);
    if (!text) ++moving, coarse += key.fields.rank < 2;
  }
  CHECK(moving > 20);
  CHECK(coarse == moving);
}

TEST_CASE("refinement takes at most a fifth of a slow link while somebody works, and all of it later") {
  Uplink slow(kSlow);
  slow.noise({0, 0, 640, 512});
  slow.run(4s);
  auto bytes_in = [&](auto work) {
    Instant from = slow.now;
    for (int i = 0; i < 20; ++i) work(), slow.run(500ms);
    std::size_t bytes = 0;
    for (const auto& key : slow.keys(from)) bytes += key.bytes;
    return static_cast<double>(bytes) / 10;
  };
  double worked = bytes_in([&] { slow.strokes({0, 0, 8, 8}); });
  CHECK(worked > 0.1 * kSlow);
  CHECK(worked < 0.3 * kSlow);
  CHECK(bytes_in([] {}) > 0.7 * kSlow);
}

TEST_CASE("what is coarse, then text, then what lies near the pointer becomes sharp first") {
  Refinement refinement;
  refinement.set_pointer({500, 100});
  auto at = [](std::uint32_t slot, codec::Rank rank, bool text, int x, int y) {
    return Refinement::Candidate{SlotId{slot}, rank, text, Rect{x, y, 64, 64}};
  };
  std::vector<Refinement::Candidate> candidates{
      at(0, codec::Rank::normal, false, 0, 0), at(1, codec::Rank::normal, false, 448, 64),
      at(2, codec::Rank::normal, true, 0, 512), at(3, codec::Rank::rough, false, 0, 1000),
      at(4, codec::Rank::normal, false, 700, 64)};
  refinement.order(candidates, 4);
  std::vector<std::uint32_t> order;
  for (const auto& c : candidates) order.push_back(c.slot.value());
  CHECK(order == std::vector<std::uint32_t>{3, 2, 1, 4});
}

TEST_CASE("a link shows its rate while something waits, and is no limit once it swallows more than a screen sends") {
  LinkRate slow;
  Instant now{Duration(1s)};
  CHECK_FALSE(slow.known());
  std::size_t queued = 0;
  for (int i = 0; i < 200; ++i, now = now + 10ms) {
    if (queued < 20'000) slow.handed(10'000, now), queued += 10'000;
    queued -= std::min<std::size_t>(queued, 1'000);  // 100 kB/s
    slow.look(queued, now);
  }
  CHECK(slow.known());
  CHECK(slow.rate() > 80'000);
  CHECK(slow.rate() < 130'000);

  LinkRate fast;
  fast.handed(1'000, now);
  fast.look(0, now + 1ms);
  CHECK_FALSE(fast.known());  // so little tells nothing
  fast.handed(30'000, now + 10ms);
  fast.look(0, now + 11ms);
  CHECK(fast.rate() == LinkRate::kUnlimited);
}
