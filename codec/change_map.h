// What changed between two pictures, as far as it costs anything to send, and how much of that a move would save.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "codec/moves.h"

namespace lotse::codec {

/// A picture's *details* are the pixels that differ from their left neighbour: what is flat costs next to nothing to
/// code, and is no sign of where it came from. Looks at every row of small changes, at every fourth of large ones.
class ChangeMap {
 public:
  /// The views must live as long as the other calls are made.
  void look(FrameView before, FrameView now, const SlotGrid& grid, std::span<const SlotId> dirty);

  FrameView before() const { return before_; }
  FrameView now() const { return now_; }
  /// The smallest rectangle of slots that holds all changes; pixels.
  const Rect& area() const { return area_; }
  /// Details that changed; an estimate where rows were left out.
  int changed_details() const { return changed_ * step_; }

  /// Details that would come right less those that would be spoiled, for each cell of the area. Cells are 32 pixels
  /// wide and as high, but flatter for small changes: there it may be one line of text that moves.
  struct Scores {
    Size cells;
    std::vector<int> cell;  // row by row
  };
  /// When everything moved by `vector`.
  Scores score(Point vector) const;
  /// The cells with the largest sum, in cells, and that sum in details. Empty when nothing is gained.
  std::pair<Rect, int> best(const Scores& scores) const;
  Rect pixels_of(const Rect& cells) const;
  /// Cells that `rect` touches are not taken any more.
  void forbid(Scores& scores, const Rect& rect) const;
  /// The rectangle of pixels around `cells` that gains most by `vector`, apart from all in `taken`.
  Rect fit(const Rect& cells, Point vector, std::span<const Move> taken) const;

  /// Changed details of a slot's rows, bit x for column x; row i stands for pixel row i * step().
  struct Row {
    std::uint64_t detail = 0, equal = 0;
    std::uint64_t changed() const { return detail & ~equal; }
  };
  int step() const { return step_; }
  struct Slot {
    Rect rect;
    bool looked_at = false, dirty = false;
    std::array<Row, kSlotSide> rows;
  };
  std::span<const Slot> slots() const { return slots_; }

 private:
  void look_at(Slot& slot);
  std::uint64_t matches(const Rect& line, Point vector) const;
  int line_gain(const Rect& line, Point vector) const;

  FrameView before_, now_;
  Rect area_;
  int step_ = 1, cell_height_ = 0, columns_ = 0, changed_ = 0;
  std::vector<Slot> slots_;  // of the area, row by row
};

}  // namespace lotse::codec
