#include "session/film_director.h"

#include <algorithm>

#include "codec/small_copies.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLookGap = 100ms;
constexpr Duration kMovingFor = 300ms;    // a slot, before it counts
constexpr Duration kClosely = 125ms;      // changes at 8 Hz,
constexpr Duration kMostClosely = 400ms;  // or, where the link lets few captures through, nearly each of them
constexpr int kDense = 75;                // % of a film's slots that move

Rect joined(const Rect& a, const Rect& b) {
  if (a.empty() || b.empty()) return a.empty() ? b : a;
  int x = std::min(a.x, b.x), y = std::min(a.y, b.y);
  return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

}  // namespace

void FilmDirector::reset(const codec::SlotGrid& grid) {
  grid_ = grid;
  slots_.assign(grid.count(), Slot{});
  gap_ = {};
}

void FilmDirector::captured(Instant now) {
  gap_ = (gap_ * 7 + std::min<Duration>(now - captured_, kMostClosely)) / 8;
  captured_ = now;
}

void FilmDirector::changed(SlotId id, Instant now) {
  Slot& slot = slots_[id.value()];
  if (now - slot.last > std::clamp<Duration>(gap_ * 3 / 2, kClosely, kMostClosely)) slot.since = now;
  slot.last = now;
}

bool FilmDirector::moves(const Slot& slot, Instant now) const {
  return now - slot.last <= std::clamp<Duration>(gap_ * 3 / 2, kClosely, kMostClosely) &&
         slot.last - slot.since >= kMovingFor;
}

std::size_t FilmDirector::count(const Rect& box, const std::vector<bool>& marked) const {
  std::size_t sum = 0;
  for (int y = box.y; y < box.bottom(); ++y)
    for (int x = box.x; x < box.right(); ++x) sum += marked[static_cast<std::size_t>(y * grid_.columns() + x)];
  return sum;
}

/// Without rows and columns at the edge of which less than half moves: what is beside a film stays as it is.
Rect FilmDirector::trimmed(Rect box, const std::vector<bool>& marked) const {
  for (bool again = true; again && !box.empty();) {
    again = false;
    auto sparse = [&](const Rect& edge) {
      return again = 2 * count(edge, marked) < static_cast<std::size_t>(edge.width * edge.height);
    };
    if (sparse({box.x, box.y, box.width, 1}))
      ++box.y, --box.height;
    else if (sparse({box.x, box.bottom() - 1, box.width, 1}))
      --box.height;
    else if (sparse({box.x, box.y, 1, box.height}))
      ++box.x, --box.width;
    else if (sparse({box.right() - 1, box.y, 1, box.height}))
      --box.width;
  }
  return box;
}

std::optional<Rect> FilmDirector::moving(const Judge& photo, const Judge& taken, Instant now) {
  if (now - looked_ < kLookGap) return std::nullopt;
  looked_ = now;
  std::vector<bool> marked(slots_.size()), seen(slots_.size());
  for (std::uint32_t i = 0; i < slots_.size(); ++i)
    marked[i] = moves(slots_[i], now) && !taken(SlotId{i}) && photo(SlotId{i});
  Rect best;
  std::size_t most = 0;
  std::vector<std::uint32_t> open;
  auto columns = static_cast<std::uint32_t>(grid_.columns());
  for (std::uint32_t first = 0; first < marked.size(); ++first) {
    if (!marked[first] || seen[first]) continue;
    Rect box;
    std::size_t size = 0;
    open = {first};
    seen[first] = true;
    auto visit = [&](bool there, std::uint32_t slot) {
      if (!there || !marked[slot] || seen[slot]) return;
      seen[slot] = true;
      open.push_back(slot);
    };
    while (!open.empty()) {
      std::uint32_t at = open.back();
      open.pop_back();
      ++size;
      box = joined(box, {static_cast<int>(at % columns), static_cast<int>(at / columns), 1, 1});
      visit(at % columns > 0, at - 1);
      visit(at % columns + 1 < columns, at + 1);
      visit(at >= columns, at - columns);
      visit(at + columns < marked.size(), at + columns);
    }
    if (size > most) most = size, best = box;
  }
  if (most < least_slots_) return std::nullopt;
  best = trimmed(best, marked);
  std::size_t moving = best.empty() ? 0 : count(best, marked);
  bool dense = moving * 100 >= static_cast<std::size_t>(best.width * best.height * kDense);
  return moving >= least_slots_ && dense ? std::optional(best) : std::nullopt;
}

void FilmBorder::look(SlotId slot, const std::shared_ptr<const codec::Image>& pixels) {
  Rect rect = grid_.rect(slot);
  int x = rect.x / codec::kSlotSide, y = rect.y / codec::kSlotSide;
  if (!Rect{box_.x - 1, box_.y - 1, box_.width + 2, box_.height + 2}.contains({x, y})) return;
  bool inside = x > box_.x && y > box_.y && x < box_.right() - 1 && y < box_.bottom() - 1;
  if (inside) return void(inner_ = joined(inner_, rect));
  auto at = std::find_if(seen_.begin(), seen_.end(), [&](const Seen& seen) { return seen.slot == slot; });
  if (at == seen_.end()) return void(seen_.push_back({slot, pixels, {}}));
  Rect area = codec::changed_area(at->pixels->view(), pixels->view(), {0, 0, rect.width, rect.height});
  at->pixels = pixels;
  if (area.empty()) return;
  at->changed = joined(at->changed, {rect.x + area.x, rect.y + area.y, area.width, area.height});
  ++at->times;
}

/// What changes all the time in a row or column of slots, if that is so in half of them.
Rect FilmBorder::reach(const Rect& side) const {
  Rect area;
  int moving = 0;
  for (const Seen& seen : seen_) {
    Rect rect = grid_.rect(seen.slot);
    if (!side.contains({rect.x / codec::kSlotSide, rect.y / codec::kSlotSide}) || 2 * seen.times < kLooks) continue;
    area = joined(area, seen.changed);
    ++moving;
  }
  return 2 * moving >= side.width * side.height ? area : Rect{};
}

std::optional<Rect> FilmBorder::looked() const {
  if (looks_ <= kLooks) return std::nullopt;
  Rect all = inner_;
  for (const Seen& seen : seen_) {
    Rect rect = grid_.rect(seen.slot);
    if (box_.contains({rect.x / codec::kSlotSide, rect.y / codec::kSlotSide})) all = joined(all, seen.changed);
  }
  for (const Rect& side : {Rect{box_.x, box_.y - 1, box_.width, 1}, Rect{box_.x, box_.bottom(), box_.width, 1},
                           Rect{box_.x - 1, box_.y, 1, box_.height}, Rect{box_.right(), box_.y, 1, box_.height}})
    all = joined(all, reach(side));
  return all;
}

}  // namespace lotse::session
