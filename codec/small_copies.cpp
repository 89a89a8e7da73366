#include "codec/small_copies.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "codec/plane.h"

namespace lotse::codec {
namespace {

constexpr int kAnchor = 5;         // pixels of a row that are looked for
constexpr int kReach = 320;        // rows above and below that are looked through
constexpr int kMostPlaces = 48;    // where the anchor stands, that are tried
constexpr int kWorthCopying = 24;  // details: they cost well more than a move's twelve bytes
constexpr std::size_t kMostCopies = 4;

const std::uint8_t* at(FrameView frame, int x, int y) { return frame.row(y) + static_cast<std::size_t>(x) * 4; }
bool same(const std::uint8_t* a, const std::uint8_t* b, int pixels) {
  return std::memcmp(a, b, static_cast<std::size_t>(pixels) * 4) == 0;
}

class Search {
 public:
  Search(FrameView before, FrameView now, const Rect& area, const std::function<bool(const Rect&)>& usable)
      : before_(before), now_(now), area_(area), usable_(usable) {
    for (int y = 0; y < area.height; ++y)
      for (int x = 0; x < area.width; ++x) {
        const std::uint8_t* pixel = at(now, area.x + x, area.y + y);
        bool changed = !same(pixel, at(before, area.x + x, area.y + y), 1);
        detail(x, y) = changed && area.x + x > 0 && !same(pixel, pixel - 4, 1);
      }
  }

  std::optional<Move> next() {
    auto anchor = best_anchor();
    if (!anchor) return std::nullopt;
    std::optional<Move> best;
    int best_gain = kWorthCopying - 1, places = 0;
    for (int i = 0; i <= 2 * kReach && places < kMostPlaces; ++i) {  // the same row, then those around it
      int y = anchor->y + (i % 2 == 0 ? -i / 2 : (i + 1) / 2);
      if (y < 0 || y >= before_.size.height) continue;
      for (int x = 0; (x = find(*anchor, x, y)) >= 0 && places < kMostPlaces; ++x) {
        ++places;
        Move move = grown(*anchor, {x - anchor->x, y - anchor->y});
        int gain = details_in(move.to);
        if (gain <= best_gain || !usable_({move.from.x, move.from.y, move.to.width, move.to.height})) continue;
        best_gain = gain;
        best = move;
      }
    }
    forget(best ? best->to : Rect{anchor->x, anchor->y, kAnchor, 1});
    return best ? best : next();
  }

 private:
  std::uint8_t& detail(int x, int y) { return details_[static_cast<std::size_t>(y * kSmallArea.width + x)]; }

  /// Where the most details stand side by side; none where there are too few.
  std::optional<Point> best_anchor() {
    int best = kAnchor - 2;
    std::optional<Point> found;
    if (++anchors_ > kMostAnchors || details_in(area_) < kWorthCopying) return found;
    for (int y = 0; y < area_.height; ++y)
      for (int x = 0; x + kAnchor <= area_.width; ++x) {
        int count = 0;
        for (int i = 0; i < kAnchor; ++i) count += detail(x + i, y);
        if (count > best) best = count, found = Point{area_.x + x, area_.y + y};
      }
    return found;
  }

  /// The next place of the anchor in a row of the picture before, -1 for none.
  int find(Point anchor, int from, int y) const {
    const std::uint8_t* wanted = at(now_, anchor.x, anchor.y);
    const int end = before_.size.width - kAnchor;
    for (int x = from; x <= end; ++x) {
      std::uint32_t first, here;
      std::memcpy(&first, wanted, 4);
      std::memcpy(&here, at(before_, x, y), 4);
      if (first == here && same(wanted, at(before_, x, y), kAnchor)) return x;
    }
    return -1;
  }

  bool equal(const Rect& r, Point v) const {
    if (r.x + v.x < 0 || r.y + v.y < 0 || r.right() + v.x > before_.size.width ||
        r.bottom() + v.y > before_.size.height)
      return false;
    for (int y = r.y; y < r.bottom(); ++y)
      if (!same(at(now_, r.x, y), at(before_, r.x + v.x, y + v.y), r.width)) return false;
    return true;
  }

  /// The anchor and all around it, as far as it is equal and not copied yet.
  Move grown(Point anchor, Point v) const {
    Rect r{anchor.x, anchor.y, kAnchor, 1};
    auto take = [&](const Rect& more, const Rect& whole) {
      bool free = std::none_of(taken_.begin(), taken_.end(), [&](const Rect& t) { return !t.intersect(more).empty(); });
      if (more.intersect(area_) != more || !free || !equal(more, v)) return false;
      r = whole;
      return true;
    };
    for (bool grew = true; grew;) {
      grew = take({r.x, r.y - 1, r.width, 1}, {r.x, r.y - 1, r.width, r.height + 1});
      grew = take({r.x, r.bottom(), r.width, 1}, {r.x, r.y, r.width, r.height + 1}) || grew;
      grew = take({r.x - 1, r.y, 1, r.height}, {r.x - 1, r.y, r.width + 1, r.height}) || grew;
      grew = take({r.right(), r.y, 1, r.height}, {r.x, r.y, r.width + 1, r.height}) || grew;
    }
    return {r, {r.x + v.x, r.y + v.y}};
  }

  int details_in(const Rect& r) {
    int count = 0;
    for (int y = r.y; y < r.bottom(); ++y)
      for (int x = r.x; x < r.right(); ++x) count += detail(x - area_.x, y - area_.y);
    return count;
  }

  void forget(const Rect& r) {
    for (int y = r.y; y < r.bottom(); ++y)
      for (int x = r.x; x < r.right(); ++x) detail(x - area_.x, y - area_.y) = 0;
    taken_.push_back(r);
  }

  static constexpr int kMostAnchors = 6;  // looks through the picture

  FrameView before_, now_;
  Rect area_;
  const std::function<bool(const Rect&)>& usable_;
  std::array<std::uint8_t, static_cast<std::size_t>(kSmallArea.width) * kSmallArea.height> details_{};
  std::vector<Rect> taken_;
  int anchors_ = 0;
};

}  // namespace

std::vector<Move> find_small_copies(FrameView before, FrameView now, const Rect& area,
                                    const std::function<bool(const Rect&)>& usable) {
  std::vector<Move> moves;
  bool small = area.width <= kSmallArea.width && area.height <= kSmallArea.height && !area.empty();
  if (!small || before.size != now.size) return moves;
  Search search(before, now, area, usable);
  while (moves.size() < kMostCopies) {
    auto move = search.next();
    if (!move) break;
    moves.push_back(*move);
  }
  return moves;
}

Rect changed_area(FrameView before, FrameView now, const Rect& area) {
  int left = area.right(), right = area.x, top = area.bottom(), bottom = area.y;
  for (int y = area.y; y < area.bottom(); ++y)
    for (int x = area.x; x < area.right(); ++x) {
      if (same(at(before, x, y), at(now, x, y), 1)) continue;
      left = std::min(left, x), right = std::max(right, x + 1);
      top = std::min(top, y), bottom = std::max(bottom, y + 1);
    }
  return left < right ? Rect{left, top, right - left, bottom - top} : Rect{};
}

}  // namespace lotse::codec
