// Pixels in memory and the grid of slots over them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/geometry.h"
#include "base/ids.h"

namespace lotse::codec {

inline constexpr int kSlotSide = 64;
inline constexpr int kMaxSide = 16384;  // pixels

/// 32 bits a pixel, bytes B G R X in memory (X is ignored and kept 0). Does not own.
struct FrameView {
  const std::uint8_t* data = nullptr;
  Size size;
  std::size_t stride = 0;  // bytes
  const std::uint8_t* row(int y) const { return data + stride * static_cast<std::size_t>(y); }
  FrameView part(const Rect& r) const { return {row(r.y) + static_cast<std::size_t>(r.x) * 4, r.size(), stride}; }
};
struct MutableFrameView {
  std::uint8_t* data = nullptr;
  Size size;
  std::size_t stride = 0;
  std::uint8_t* row(int y) const { return data + stride * static_cast<std::size_t>(y); }
  MutableFrameView part(const Rect& r) const {
    return {row(r.y) + static_cast<std::size_t>(r.x) * 4, r.size(), stride};
  }
  operator FrameView() const { return {data, size, stride}; }
};

/// Owned pixels, rows without padding.
class Image {
 public:
  Image() = default;
  explicit Image(Size size)
      : size_(size), pixels_(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 4) {}
  Size size() const { return size_; }
  FrameView view() const { return {pixels_.data(), size_, static_cast<std::size_t>(size_.width) * 4}; }
  MutableFrameView writable() { return {pixels_.data(), size_, static_cast<std::size_t>(size_.width) * 4}; }

 private:
  Size size_;
  std::vector<std::uint8_t> pixels_;
};

void copy_pixels(FrameView from, MutableFrameView to);  // same size
bool same_pixels(FrameView a, FrameView b);             // compares B, G, R; sizes may differ (then false)

/// Slots of 64x64, row by row; those at the right and bottom edge are smaller.
class SlotGrid {
 public:
  SlotGrid() = default;
  explicit SlotGrid(Size size)
      : size_(size),
        columns_((size.width + kSlotSide - 1) / kSlotSide),
        rows_((size.height + kSlotSide - 1) / kSlotSide) {}
  Size size() const { return size_; }
  int columns() const { return columns_; }
  int rows() const { return rows_; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(columns_ * rows_); }
  Rect rect(SlotId slot) const {
    int x = static_cast<int>(slot.value()) % columns_ * kSlotSide,
        y = static_cast<int>(slot.value()) / columns_ * kSlotSide;
    return Rect{x, y, kSlotSide, kSlotSide}.intersect({0, 0, size_.width, size_.height});
  }
  SlotId at(Point p) const { return SlotId{static_cast<std::uint32_t>(p.y / kSlotSide * columns_ + p.x / kSlotSide)}; }

 private:
  Size size_;
  int columns_ = 0, rows_ = 0;
};

}  // namespace lotse::codec
