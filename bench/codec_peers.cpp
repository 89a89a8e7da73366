#include "bench/codec_peers.h"

#include <cstddef>
#include <cstdio>  // jpeglib.h wants it before itself
#include <cstdlib>

#include <jpeglib.h>
#include <zlib.h>

namespace lotse::bench {
namespace {

int paeth(int left, int above, int corner) {
  const int guess = left + above - corner;
  const int l = std::abs(guess - left), a = std::abs(guess - above), c = std::abs(guess - corner);
  return l <= a && l <= c ? left : a <= c ? above : corner;
}

// PNG's filters 0 none, 1 sub, 2 up, 4 Paeth over rows of three bytes a pixel.
std::uint8_t filtered(int filter, const std::uint8_t* now, const std::uint8_t* above, std::size_t i) {
  const int left = i < 3 ? 0 : now[i - 3], up = above[i], corner = i < 3 ? 0 : above[i - 3];
  const int guess = filter == 0 ? 0 : filter == 1 ? left : filter == 2 ? up : paeth(left, up, corner);
  return static_cast<std::uint8_t>(now[i] - guess);
}

}  // namespace

std::vector<std::uint8_t> jpeg_tile(codec::FrameView pixels, int quality, Chroma chroma) {
  jpeg_compress_struct info;
  jpeg_error_mgr error;
  info.err = jpeg_std_error(&error);
  jpeg_create_compress(&info);
  unsigned char* file = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &file, &size);
  info.image_width = static_cast<JDIMENSION>(pixels.size.width);
  info.image_height = static_cast<JDIMENSION>(pixels.size.height);
  info.input_components = 4;
  info.in_color_space = JCS_EXT_BGRX;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  if (chroma == Chroma::full) info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(pixels.row(static_cast<int>(info.next_scanline)));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::vector<std::uint8_t> out(file, file + size);
  std::free(file);
  return out;
}

std::vector<std::uint8_t> png_tile(codec::FrameView pixels) {
  const std::size_t width = static_cast<std::size_t>(pixels.size.width) * 3;
  std::vector<std::uint8_t> above(width), now(width), line(width + 1), best, filtered_rows;
  for (int y = 0; y < pixels.size.height; ++y) {
    for (std::size_t i = 0; i < width; ++i) now[i] = pixels.row(y)[i / 3 * 4 + i % 3];
    long least = -1;
    for (int filter : {0, 1, 2, 4}) {
      long sum = 0;
      line[0] = static_cast<std::uint8_t>(filter);
      for (std::size_t i = 0; i < width; ++i) {
        line[i + 1] = filtered(filter, now.data(), above.data(), i);
        sum += std::abs(static_cast<std::int8_t>(line[i + 1]));
      }
      if (least < 0 || sum < least) least = sum, best = line;
    }
    filtered_rows.insert(filtered_rows.end(), best.begin(), best.end());
    above.swap(now);
  }
  uLongf size = compressBound(filtered_rows.size());
  std::vector<std::uint8_t> out(size);
  compress2(out.data(), &size, filtered_rows.data(), filtered_rows.size(), 6);
  out.resize(size);
  return out;
}

}  // namespace lotse::bench
