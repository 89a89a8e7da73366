// A sprite under Cairo's pen, and the colours that go on each other.
#pragma once
#include <cstdint>

#include "paint/sprite.h"

struct _cairo;  // cairo_t

namespace lotse::paint {

inline constexpr std::uint32_t kWhite = 0xFFFFFF, kDark = 0x11181F;

/// What is read best on `rgb`, kWhite or kDark.
std::uint32_t contrast_to(std::uint32_t rgb);

/// Draws in coordinates of the screen. The sprite has its pixels when the canvas has ended.
class Canvas {
 public:
  /// `sprite` becomes transparent, of the size of `place`, which is not empty.
  Canvas(Sprite& sprite, const Rect& place);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  _cairo* pen() const { return pen_; }
  /// Opaque.
  void set_color(std::uint32_t rgb);

 private:
  _cairo* pen_;
};

}  // namespace lotse::paint
