#include "desktop/damage_boxes.h"
#include "desktop/frame_pacer.h"

namespace lotse::desktop {

TEST_CASE("near rectangles share a box, far ones do not") {
  DamageBoxes boxes;
  boxes.add({0, 0, 10, 10});
  boxes.add({12, 0, 10, 10});
  boxes.add({500, 400, 10, 10});
  boxes.add({0, 0, 0, 10});
  REQUIRE(boxes.take() == std::vector<Rect>{{0, 0, 22, 10}, {500, 400, 10, 10}});
  REQUIRE(boxes.empty());
}

TEST_CASE("whatever is added is covered by at most eight boxes") {
  std::uint32_t random = GENERATE(range(1u, 40u));
  CAPTURE(random);
  auto next = [&random](int below) {
    random = random * 1664525 + 1013904223;
    return static_cast<int>((random >> 8) % static_cast<std::uint32_t>(below));
  };
  DamageBoxes boxes;
  std::vector<Rect> added;
  for (int i = next(200); i >= 0; --i) {
    added.push_back({next(3000), next(2000), 1 + next(300), 1 + next(100)});
    boxes.add(added.back());
  }
  std::vector<Rect> covering = boxes.take();
  REQUIRE(covering.size() <= DamageBoxes::kMost);
  for (const Rect& rect : added) {
    bool covered = false;
    for (const Rect& box : covering) covered = covered || box.intersect(rect) == rect;
    REQUIRE(covered);
  }
}

TEST_CASE("the first frames after a pause are not delayed, the others keep to sixty a second") {
  FramePacer pacer;
  Instant start{std::chrono::seconds(100)};
  int frames = 0;
  for (Instant now = start; now < start + std::chrono::seconds(1); now = now + std::chrono::microseconds(100))
    if (pacer.ready(now)) pacer.spend(now), ++frames;
  REQUIRE(frames >= 60);
  REQUIRE(frames <= 60 + FramePacer::kBurst + 1);
  Instant later = start + std::chrono::seconds(5);
  for (int i = 0; i < FramePacer::kBurst; ++i) {
    REQUIRE(pacer.ready(later));
    pacer.spend(later);
  }
}

}  // namespace lotse::desktop
