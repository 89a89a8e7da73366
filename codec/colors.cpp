#include "codec/slot_codec.h"

namespace lotse::codec {
namespace {

// The top bits, repeated downwards until eight are full: 0 stays 0 and the highest becomes 255. Reducing twice changes
// nothing.
std::uint8_t three_bits(std::uint8_t value) {
  const unsigned top = value >> 5;
  return static_cast<std::uint8_t>(top << 5 | top << 2 | top >> 1);
}
std::uint8_t two_bits(std::uint8_t value) { return static_cast<std::uint8_t>((value >> 6) * 0x55); }

void to_256(std::uint8_t* bgrx, int width) {
  for (int x = 0; x < width; ++x, bgrx += 4) {
    bgrx[0] = two_bits(bgrx[0]);
    bgrx[1] = three_bits(bgrx[1]);
    bgrx[2] = three_bits(bgrx[2]);
    bgrx[3] = 0;
  }
}

// Luma of BT.601 in 1/256; the weights sum up to 256, so that grey stays what it is.
void to_grey(std::uint8_t* bgrx, int width) {
  for (int x = 0; x < width; ++x, bgrx += 4) {
    bgrx[0] = bgrx[1] = bgrx[2] = static_cast<std::uint8_t>((29 * bgrx[0] + 150 * bgrx[1] + 77 * bgrx[2] + 128) >> 8);
    bgrx[3] = 0;
  }
}

}  // namespace

void reduce_colors(MutableFrameView pixels, Colors colors) {
  if (colors == Colors::full) return;
  for (int y = 0; y < pixels.size.height; ++y)
    colors == Colors::grey ? to_grey(pixels.row(y), pixels.size.width) : to_256(pixels.row(y), pixels.size.width);
}

}  // namespace lotse::codec
