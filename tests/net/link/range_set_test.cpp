#include "net/link/range_set.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

using namespace lotse::net::link;

TEST_CASE("a set of ranges is the set of its numbers, whatever is added and removed") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  RangeSet ranges;
  std::set<std::uint64_t> numbers;
  for (int step = 0; step < 4000; ++step) {
    std::uint64_t begin = random() % 200, end = begin + random() % 20;
    bool adds = random() % 2 == 0;
    adds ? ranges.add({begin, end}) : ranges.remove({begin, end});
    for (std::uint64_t n = begin; n < end; ++n) adds ? void(numbers.insert(n)) : void(numbers.erase(n));
    std::uint64_t probe = random() % 220;
    REQUIRE(ranges.contains(probe) == numbers.contains(probe));
    REQUIRE(ranges.total() == numbers.size());
    std::uint64_t last = 0;
    bool first = true;
    for (const Range& range : ranges.ranges()) {
      REQUIRE(range.begin < range.end);
      REQUIRE((first || range.begin > last));  // none touches another
      first = false, last = range.end;
    }
    std::size_t gaps = 0, of_numbers = 0;
    for (const Range& gap : ranges.missing({begin, end + 30})) gaps += gap.size();
    for (std::uint64_t n = begin; n < end + 30; ++n) of_numbers += !numbers.contains(n);
    REQUIRE(gaps == of_numbers);
  }
}
