// A slot's pixels laid out so that every pixel has a neighbour to the left and above, and who equals his.
#pragma once
#include <array>
#include <cstdint>

#include "codec/frame.h"

namespace lotse::codec {

/// Pixels as 0x00RRGGBB. The neighbours outside the slot: left of a row's first pixel stands the pixel above it, above
/// a pixel of the first row stands the one left of it, and left of the very first is black.
struct Plane {
  static constexpr int kStride = kSlotSide + 2;

  Size size;  // at most 64x64
  std::array<std::uint32_t, kStride * kStride> pixels{};
  std::uint32_t* row(int y) { return pixels.data() + (y + 1) * kStride + 1; }
  const std::uint32_t* row(int y) const { return pixels.data() + (y + 1) * kStride + 1; }

  /// Fills the plane, neighbours included.
  void load(FrameView from);
  void store(MutableFrameView to) const;  // X is 0
  int count() const { return size.width * size.height; }
};

/// Bit x of row y says something of that pixel. Bits beyond the width are 0.
using PixelMask = std::array<std::uint64_t, kSlotSide>;

/// Bit i says that pixel i of `a` equals pixel i of `b`, X included; at most 64 pixels, in memory of any alignment.
std::uint64_t equal_mask(const void* a, const void* b, int count);
/// Which pixels equal the one `offset` words from them: -1 left, -Plane::kStride above.
void find_equal(const Plane& plane, int offset, PixelMask& equal);
/// Which pixels equal the one at their place in `other`, which has the same size.
void find_equal(const Plane& plane, const Plane& other, PixelMask& equal);

/// Which pixels equal their neighbour.
struct Repeats {
  PixelMask left, above;

  void find(const Plane& plane);
};

}  // namespace lotse::codec
