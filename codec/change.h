// Which slots of a screen changed since the last look. Keeps the reference picture.
#pragma once
#include <span>
#include <vector>

#include "codec/frame.h"

namespace lotse::codec {

/// Not thread-safe; lives on the capture thread.
class ChangeDetector {
 public:
  /// Compares `part` (the pixels of `area` of a screen of size `screen`) with the reference, takes over what differs
  /// and returns the slots it found, ascending. A new `screen` size forgets the reference: every slot is changed.
  /// A slot is reported with every look until one look has covered it whole. What of `area` lies outside the screen is
  /// ignored; a screen without pixels or above kMaxSide forgets everything. X is ignored.
  std::vector<SlotId> update(Size screen, const Rect& area, FrameView part);
  const SlotGrid& grid() const { return grid_; }
  /// The screen as last seen.
  FrameView reference() const { return reference_.view(); }
  void forget();

 private:
  /// `band`: the part of one row of slots that was looked at.
  void update_band(const Rect& band, FrameView pixels, std::vector<SlotId>& changed);

  SlotGrid grid_;
  Image reference_;
  std::vector<bool> known_;  // slots that update() has covered since the last forget
};

}  // namespace lotse::codec
