#include "net/link/range_set.h"

#include <algorithm>

namespace lotse::net::link {

std::size_t RangeSet::first_ending_after(std::uint64_t number) const {
  auto at = std::partition_point(ranges_.begin(), ranges_.end(), [&](const Range& r) { return r.end <= number; });
  return static_cast<std::size_t>(at - ranges_.begin());
}

void RangeSet::add(Range range) {
  if (range.end <= range.begin) return;
  auto touches = [&](const Range& r) { return r.end < range.begin; };
  auto first = std::partition_point(ranges_.begin(), ranges_.end(), touches);
  auto last = first;
  while (last != ranges_.end() && last->begin <= range.end) {
    range.begin = std::min(range.begin, last->begin);
    range.end = std::max(range.end, last->end);
    total_ -= last->size();
    ++last;
  }
  total_ += range.size();
  if (first == last)
    ranges_.insert(first, range);
  else
    *first = range, ranges_.erase(first + 1, last);
}

void RangeSet::remove(Range range) {
  if (range.end <= range.begin) return;
  std::size_t at = first_ending_after(range.begin);
  while (at < ranges_.size() && ranges_[at].begin < range.end) {
    Range& r = ranges_[at];
    Range before{r.begin, std::min(r.end, range.begin)}, after{std::max(r.begin, range.end), r.end};
    total_ -= r.size();
    bool left = before.begin < before.end, right = after.begin < after.end;
    if (left) total_ += before.size();
    if (right) total_ += after.size();
    if (left && right) {
      r = before;
      ranges_.insert(ranges_.begin() + static_cast<std::ptrdiff_t>(at) + 1, after);
      return;
    }
    if (!left && !right) {
      ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(at));
      continue;
    }
    r = left ? before : after;
    ++at;
  }
}

bool RangeSet::contains(std::uint64_t number) const {
  std::size_t at = first_ending_after(number);
  return at < ranges_.size() && ranges_[at].begin <= number;
}

std::vector<Range> RangeSet::missing(Range range) const {
  std::vector<Range> out;
  for (std::size_t at = first_ending_after(range.begin); range.begin < range.end; ++at) {
    std::uint64_t next = at < ranges_.size() ? ranges_[at].begin : range.end;
    if (range.begin < next) out.push_back({range.begin, std::min(next, range.end)});
    if (at >= ranges_.size() || next >= range.end) break;
    range.begin = ranges_[at].end;
  }
  return out;
}

}  // namespace lotse::net::link
