// The viewer's picture: slots come in, a whole frame is looked at.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "codec/frame.h"

namespace lotse::codec {

/// Not thread-safe.
class Canvas {
 public:
  /// Black. Everything that was there is gone. A size without pixels or above kMaxSide gives an empty canvas.
  void reset(Size size);
  const SlotGrid& grid() const { return grid_; }
  FrameView view() const { return image_.view(); }
  /// `pixels` has the slot's size; if not, or if there is no such slot, nothing happens.
  void put(SlotId slot, FrameView pixels);
  /// One hash over all slots' hashes, in order; 0 for an empty canvas. Only slots put since the last call are hashed.
  std::uint64_t digest();

 private:
  SlotGrid grid_;
  Image image_;
  std::vector<std::uint64_t> hashes_;
  std::vector<bool> stale_;
};

/// The same digest from slot hashes that the presenter keeps.
std::uint64_t digest_of(std::span<const std::uint64_t> slot_hashes);

}  // namespace lotse::codec
