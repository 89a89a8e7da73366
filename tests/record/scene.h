// Pictures to record.
#pragma once
#include <cstdint>

#include "codec/frame.h"

namespace lotse::record {

/// Something like a page of text with sub-pixel anti-aliasing: dark on light, every pixel a function of `seed` and
/// place.
codec::Image text_page(Size size, std::uint32_t seed);
codec::Image noise(Size size, std::uint32_t seed);
codec::Image plain(Size size, std::uint8_t r, std::uint8_t g, std::uint8_t b);
void fill(codec::Image& image, const Rect& place, std::uint8_t r, std::uint8_t g, std::uint8_t b);

}  // namespace lotse::record
