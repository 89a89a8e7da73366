// A set of numbers, kept as ranges: which packets came, which bytes of a stream are acknowledged or lost.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lotse::net::link {

/// From `begin` to before `end`.
struct Range {
  std::uint64_t begin = 0, end = 0;
  std::uint64_t size() const { return end - begin; }
  bool operator==(const Range&) const = default;
};

/// Ranges in order, none empty, none touching another. Each call is O(ranges) at worst; whoever adds bounds their
/// number.
class RangeSet {
 public:
  void add(Range range);
  void remove(Range range);
  bool contains(std::uint64_t number) const;
  const std::vector<Range>& ranges() const { return ranges_; }
  bool empty() const { return ranges_.empty(); }
  std::uint64_t total() const { return total_; }
  /// The parts of `range` that are not in the set, in order.
  std::vector<Range> missing(Range range) const;
  void clear() { ranges_.clear(), total_ = 0; }

 private:
  std::vector<Range> ranges_;
  std::uint64_t total_ = 0;
  std::size_t first_ending_after(std::uint64_t number) const;
};

}  // namespace lotse::net::link
