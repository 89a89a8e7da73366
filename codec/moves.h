// Parts of a picture that stood elsewhere in the picture before: scrolled pages, dragged windows.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "codec/frame.h"

namespace lotse::codec {

inline constexpr std::size_t kMaxMoves = 64;  // between two pictures

/// The pixels of `to` in the new picture stood at `from` (same size) in the old one.
struct Move {
  Rect to;
  Point from;
  bool operator==(const Move&) const = default;
};

/// Finds out what moved between one frame and the next. Not thread-safe; remembers how things moved before.
class MoveFinder {
 public:
  MoveFinder();
  ~MoveFinder();
  /// Moves between two pictures of the grid's size, at most kMaxMoves, the most worth first; their `to`s are disjoint.
  /// `dirty`: the slots that differ, ascending. A move saves more than it breaks, but not all of its pixels need be
  /// equal. What moved by a known vector is found with every call. A search for new ones takes a few ms on a full
  /// screen; where searches find nothing (films, photos) most calls leave them out.
  std::vector<Move> find(FrameView before, FrameView now, const SlotGrid& grid, std::span<const SlotId> dirty);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::codec
