// Pixels as video encoders take them.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "codec/frame.h"

namespace lotse::record {

/// Three planes of 8 bits, none subsampled: Y, Cb, Cr as ITU-R BT.709 has them, limited range (16-235, 16-240). Black
/// at first. Rows have no padding.
class YuvImage {
 public:
  explicit YuvImage(Size size);
  Size size() const { return size_; }
  const std::uint8_t* plane(std::size_t index) const { return planes_[index].data(); }
  /// Converts one row. `bgrx` holds size().width pixels.
  void set_row(int y, const std::uint8_t* bgrx);

 private:
  Size size_;
  std::array<std::vector<std::uint8_t>, 3> planes_;
};

}  // namespace lotse::record
