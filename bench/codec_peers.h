// What others do with a changed tile, for comparison in the same run.
#pragma once
#include <cstdint>
#include <vector>

#include "codec/frame.h"

namespace lotse::bench {

enum class Chroma { halved, full };  // 4:2:0, 4:4:4
/// A JPEG file by libjpeg, tables and all.
std::vector<std::uint8_t> jpeg_tile(codec::FrameView pixels, int quality = 85, Chroma chroma = Chroma::halved);
/// What PNG does: for every row the filter with the smallest differences, then deflate at level 6.
std::vector<std::uint8_t> png_tile(codec::FrameView pixels);

}  // namespace lotse::bench
