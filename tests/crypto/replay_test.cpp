#include "crypto/replay.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

using lotse::crypto::ReplayWindow;

TEST_CASE("the replay window, case by case") {
  constexpr std::uint64_t kSize = ReplayWindow::kSize, kTop = ~std::uint64_t{0};
  struct Step {
    int number;
    std::uint64_t counter;
    bool fresh;
  };
  const Step steps[] = {
      {1, 0, true},
      {2, 0, false},
      {3, 1, true},
      {4, 1, false},
      {5, 9, true},
      {6, 8, true},
      {7, 7, true},
      {8, 7, false},
      {9, kSize - 1, true},
      {10, 2, true},  // the oldest that the window holds but for 0 and 1
      {11, kSize, true},
      {12, 0, false},  // out of the window now
      {13, 3, true},
      {14, kSize + 1, true},
      {15, 1, false},
      {16, 4, true},
      {17, kSize + 63, true},
      {18, 63, false},  // too old by one
      {19, 64, true},   // the oldest
      {20, 64, false},
      {21, kSize * 2 + 63, true},  // the whole window passed: nothing of before is left
      {22, kSize + 63, false},
      {23, kSize + 64, true},
      {24, kSize * 2 + 62, true},
      {25, kSize * 100, true},  // more than once around
      {26, kSize * 99, false},
      {27, kSize * 99 + 1, true},
      {28, kSize * 100 - 1, true},
      {29, kTop - 1, true},
      {30, kTop, true},
      {31, kTop, false},
      {32, kTop - 1, false},
      {33, kTop - kSize + 1, true},
      {34, kTop - kSize, false},
      {35, 0, false},
  };
  ReplayWindow window;
  for (const Step& step : steps) {
    CAPTURE(step.number);
    CHECK(window.fresh(step.counter) == step.fresh);
    CHECK(window.fresh(step.counter) == step.fresh);  // asking changes nothing
    if (step.fresh) window.mark(step.counter);
  }
}

TEST_CASE("marking what is too old does not spoil what is new") {
  ReplayWindow window;
  window.mark(100'000);
  window.mark(100'000 - ReplayWindow::kSize - 65);  // falls into the block of 99'999
  for (std::uint64_t counter = 100'001 - ReplayWindow::kSize; counter < 100'000; ++counter)
    REQUIRE(window.fresh(counter));
}

TEST_CASE("the replay window agrees with a plain set") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  ReplayWindow window;
  std::set<std::uint64_t> seen;
  std::uint64_t top = 0, around = 0;
  for (int i = 0; i < 200'000; ++i) {
    if (random() % 5000 == 0) around += random() % 30'000;
    const std::uint64_t counter = around + random() % 10'000;
    const bool fresh =
        (seen.empty() || counter > top || top - counter < ReplayWindow::kSize) && !seen.contains(counter);
    REQUIRE(window.fresh(counter) == fresh);
    if (!fresh) continue;
    window.mark(counter);
    seen.insert(counter);
    top = std::max(top, counter);
  }
}
