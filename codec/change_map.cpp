#include "codec/change_map.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "codec/plane.h"

namespace lotse::codec {
namespace {

constexpr std::size_t kEveryRow = 64;  // dirty slots; with more only every fourth row is looked at
constexpr int kCell = 32;              // pixels
constexpr int kFlatCell = 8;
constexpr int kFlatCellArea = 512;      // rows: in higher areas cells would be too many
constexpr int kSparse = 4;              // fewer dirty slots than one of so many: what lies between is not looked at
constexpr int kForbidden = -1'000'000;  // outweighs any gain
constexpr int kDetail = 8;              // details in relation to flat pixels, where single lines are compared

std::uint64_t low_bits(int count) { return count <= 0 ? 0 : ~std::uint64_t{0} >> (64 - count); }

const std::uint8_t* pixel(FrameView frame, int x, int y) { return frame.row(y) + static_cast<std::size_t>(x) * 4; }

// Pixels of a line of up to 64 that differ from their left neighbour.
std::uint64_t details(FrameView frame, const Rect& line) {
  const std::uint64_t all = low_bits(line.width);
  if (line.x > 0) return ~equal_mask(pixel(frame, line.x, line.y), pixel(frame, line.x - 1, line.y), line.width) & all;
  const std::uint8_t* first = pixel(frame, 0, line.y);
  return ~(equal_mask(first + 4, first, line.width - 1) << 1) & all & ~std::uint64_t{1};
}

}  // namespace

void ChangeMap::look(FrameView before, FrameView now, const SlotGrid& grid, std::span<const SlotId> dirty) {
  before_ = before;
  now_ = now;
  step_ = dirty.size() > kEveryRow ? 4 : 1;
  changed_ = 0;
  int left = grid.columns(), top = grid.rows(), right = 0, bottom = 0;
  for (SlotId slot : dirty) {
    const int column = static_cast<int>(slot.value()) % grid.columns(),
              row = static_cast<int>(slot.value()) / grid.columns();
    left = std::min(left, column), right = std::max(right, column + 1);
    top = std::min(top, row), bottom = std::max(bottom, row + 1);
  }
  columns_ = std::max(0, right - left);
  area_ = Rect{left * kSlotSide, top * kSlotSide, columns_ * kSlotSide, (bottom - top) * kSlotSide}.intersect(
      {0, 0, grid.size().width, grid.size().height});
  cell_height_ = step_ == 1 && area_.height <= kFlatCellArea ? kFlatCell : kCell;
  const std::size_t count = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(std::max(0, bottom - top));
  slots_.assign(count, {});
  for (SlotId slot : dirty) {
    const int column = static_cast<int>(slot.value()) % grid.columns() - left,
              row = static_cast<int>(slot.value()) / grid.columns() - top;
    slots_[static_cast<std::size_t>(row * columns_ + column)].dirty = true;
  }
  const bool sparse = dirty.size() * kSparse < count;
  for (std::size_t i = 0; i < count; ++i) {
    Slot& slot = slots_[i];
    const int column = left + static_cast<int>(i) % columns_, row = top + static_cast<int>(i) / columns_;
    slot.rect = grid.rect(SlotId{static_cast<std::uint32_t>(row * grid.columns() + column)});
    slot.looked_at = slot.dirty || !sparse;
    if (slot.looked_at) look_at(slot);
  }
}

void ChangeMap::look_at(Slot& slot) {
  const Rect& r = slot.rect;
  for (int y = 0; y < r.height; y += step_) {
    Row& row = slot.rows[static_cast<std::size_t>(y / step_)];
    row.detail = details(now_, {r.x, r.y + y, r.width, 1});
    const bool same = !slot.dirty || row.detail == 0;  // where nothing is to be seen nobody asks
    row.equal = same ? ~std::uint64_t{0} : equal_mask(pixel(now_, r.x, r.y + y), pixel(before_, r.x, r.y + y), r.width);
    changed_ += std::popcount(row.changed());
  }
}

// Which pixels of a line of up to 64 stood `vector` away in the picture before.
std::uint64_t ChangeMap::matches(const Rect& line, Point vector) const {
  const int y = line.y - vector.y, x = line.x - vector.x;
  if (y < 0 || y >= before_.size.height) return 0;
  const int first = std::max(0, -x), end = std::min(line.width, before_.size.width - x);
  if (first >= end) return 0;
  return equal_mask(pixel(now_, line.x + first, line.y), pixel(before_, x + first, y), end - first) << first;
}

ChangeMap::Scores ChangeMap::score(Point vector) const {
  constexpr int kPerSlot = kSlotSide / kCell;
  const int rows_per_slot = kSlotSide / cell_height_;
  const int rows = columns_ == 0 ? 0 : static_cast<int>(slots_.size()) / columns_;
  Scores scores{{columns_ * kPerSlot, rows * rows_per_slot}, {}};
  scores.cell.assign(static_cast<std::size_t>(scores.cells.width * scores.cells.height), 0);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    const int column = static_cast<int>(i) % columns_ * kPerSlot, row = static_cast<int>(i) / columns_ * rows_per_slot;
    int* cell = scores.cell.data() + row * scores.cells.width + column;
    for (int y = 0; y < slot.rect.height; y += step_) {
      int* two = cell + y / cell_height_ * scores.cells.width;
      if (!slot.looked_at) {
        two[0] = two[1] = kForbidden;
        continue;
      }
      const Row& seen = slot.rows[static_cast<std::size_t>(y / step_)];
      if (seen.detail == 0) continue;
      const std::uint64_t match = matches({slot.rect.x, slot.rect.y + y, slot.rect.width, 1}, vector);
      const std::uint64_t gained = seen.detail & ~seen.equal & match, lost = seen.detail & seen.equal & ~match;
      two[0] += std::popcount(gained & low_bits(kCell)) - std::popcount(lost & low_bits(kCell));
      two[1] += std::popcount(gained >> kCell) - std::popcount(lost >> kCell);
    }
  }
  return scores;
}

std::pair<Rect, int> ChangeMap::best(const Scores& scores) const {
  const auto [width, height] = scores.cells;
  std::vector<int> column(static_cast<std::size_t>(width));
  std::vector<int> hope(static_cast<std::size_t>(height) + 1);  // the most that rows from here on can still add
  for (int y = height - 1; y >= 0; --y) {
    const int* row = scores.cell.data() + y * width;
    int gain = 0;
    for (int x = 0; x < width; ++x) gain += std::max(0, row[x]);
    hope[static_cast<std::size_t>(y)] = hope[static_cast<std::size_t>(y) + 1] + gain;
  }
  Rect found;
  int most = 0;
  for (int top = 0; top < height && hope[static_cast<std::size_t>(top)] > most; ++top) {
    std::fill(column.begin(), column.end(), 0);
    for (int bottom = top; bottom < height; ++bottom) {
      const int* row = scores.cell.data() + bottom * width;
      int sum = 0, begin = 0;
      for (int x = 0; x < width; ++x) {  // Kadane: the run of columns with the largest sum
        column[static_cast<std::size_t>(x)] = std::max(kForbidden, column[static_cast<std::size_t>(x)] + row[x]);
        if (sum <= 0) sum = 0, begin = x;
        sum += column[static_cast<std::size_t>(x)];
        if (sum > most) most = sum, found = {begin, top, x + 1 - begin, bottom + 1 - top};
      }
    }
  }
  return {found, most * step_};
}

Rect ChangeMap::pixels_of(const Rect& cells) const {
  return {area_.x + cells.x * kCell, area_.y + cells.y * cell_height_, cells.width * kCell,
          cells.height * cell_height_};
}

void ChangeMap::forbid(Scores& scores, const Rect& rect) const {
  for (int y = 0; y < scores.cells.height; ++y)
    for (int x = 0; x < scores.cells.width; ++x)
      if (!pixels_of({x, y, 1, 1}).intersect(rect).empty())
        scores.cell[static_cast<std::size_t>(y * scores.cells.width + x)] = kForbidden;
}

// What it is worth to move a line: details count most, but a flat pixel that comes right for nothing is welcome.
int ChangeMap::line_gain(const Rect& line, Point vector) const {
  int gain = 0;
  for (int x = 0; x < line.width; x += 64) {
    const Rect piece{line.x + x, line.y, std::min(64, line.width - x), 1};
    const std::uint64_t match = matches(piece, vector);
    const std::uint64_t equal =
        equal_mask(pixel(now_, piece.x, piece.y), pixel(before_, piece.x, piece.y), piece.width);
    const std::uint64_t gained = match & ~equal, lost = equal & ~match;
    if ((gained | lost) == 0) continue;
    const std::uint64_t detail = details(now_, piece);
    gain += std::popcount(gained) - std::popcount(lost) +
            (kDetail - 1) * (std::popcount(gained & detail) - std::popcount(lost & detail));
  }
  return gain;
}

namespace {

// Along one edge: gains of the lines from the inside outwards. How many of them to take.
int best_reach(std::span<const int> gains) {
  int sum = 0, most = 0, reach = 0;
  for (std::size_t i = 0; i < gains.size(); ++i) {
    sum += gains[i];
    if (sum > most) most = sum, reach = static_cast<int>(i) + 1;
  }
  return reach;
}

}  // namespace

Rect ChangeMap::fit(const Rect& cells, Point vector, std::span<const Move> taken) const {
  const Rect source{vector.x, vector.y, before_.size.width, before_.size.height};
  const Rect possible = Rect{0, 0, now_.size.width, now_.size.height}.intersect(source);
  Rect rect = pixels_of(cells).intersect(possible);
  const auto is_free = [&](const Rect& line) {
    return line.intersect(possible) == line &&
           std::all_of(taken.begin(), taken.end(), [&](const Move& move) { return line.intersect(move.to).empty(); });
  };
  std::vector<int> gains;
  // Rows `from`, `from` + step, ... outwards, one cell in and one cell out at most.
  const auto rows = [&](int from, int step, int count) {
    gains.clear();
    for (int i = 0; i < count; ++i) {
      const Rect line{rect.x, from + i * step, rect.width, 1};
      if (!is_free(line)) break;
      gains.push_back(line_gain(line, vector));
    }
    return best_reach(gains);
  };
  const auto fit_rows = [&] {
    const int inner = std::min(kCell, rect.height / 2), middle_top = rect.y + inner, middle_end = rect.bottom() - inner;
    const int up = rows(middle_top - 1, -1, inner + kCell), down = rows(middle_end, 1, inner + kCell);
    rect.y = middle_top - up;
    rect.height = middle_end + down - rect.y;
  };
  // The same for columns. Their gains are counted row by row, as the pixels lie in memory.
  const auto columns = [&](int from, int step, int count) {
    const int low = step > 0 ? from : from - count + 1;
    int free = 0;
    while (free < count && is_free({from + free * step, rect.y, 1, rect.height})) ++free;
    const Rect band{step > 0 ? low : low + count - free, rect.y, free, rect.height};
    gains.assign(static_cast<std::size_t>(free), 0);
    for (int y = band.y; y < band.bottom() && free > 0; ++y) {
      const Rect line{band.x, y, band.width, 1};
      const std::uint64_t match = matches(line, vector);
      const std::uint64_t equal = equal_mask(pixel(now_, line.x, y), pixel(before_, line.x, y), line.width);
      if ((match ^ equal) == 0) continue;
      const std::uint64_t detail = details(now_, line);
      for (std::uint64_t bits = match ^ equal; bits != 0; bits &= bits - 1) {
        const int x = std::countr_zero(bits);
        const int worth = (detail >> x & 1) != 0 ? kDetail : 1;
        gains[static_cast<std::size_t>(step > 0 ? x : free - 1 - x)] += (match >> x & 1) != 0 ? worth : -worth;
      }
    }
    return best_reach(gains);
  };
  const auto fit_columns = [&] {
    const int inner = std::min(kCell, rect.width / 2), middle_left = rect.x + inner, middle_end = rect.right() - inner;
    const int left = columns(middle_left - 1, -1, std::min(64, inner + kCell)),
              right = columns(middle_end, 1, std::min(64, inner + kCell));
    rect.x = middle_left - left;
    rect.width = middle_end + right - rect.x;
  };
  if (rect.empty()) return {};
  fit_rows();
  if (rect.empty()) return {};
  fit_columns();
  if (rect.empty()) return {};
  fit_rows();
  return rect;
}

}  // namespace lotse::codec
