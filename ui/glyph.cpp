#include "ui/glyph.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <cmath>

namespace lotse::ui {
namespace {

constexpr std::uint32_t kWhite = 0x00FFFFFF;

/// The baseline lies so that ascent and descent of the main face are centred in the line.
int baseline(FT_Face face, const TypeFace& type, float scale) {
  float units = static_cast<float>(face->units_per_EM == 0 ? 1000 : face->units_per_EM);
  float em = type.size * scale;
  float ascent = static_cast<float>(face->ascender) / units * em,
        descent = -static_cast<float>(face->descender) / units * em;
  return static_cast<int>(std::round((std::round(type.line * scale) - ascent - descent) / 2 + ascent));
}

void set_size(FT_Face face, float pixels) {
  if (FT_IS_SCALABLE(face)) {
    FT_Set_Char_Size(face, 0, static_cast<FT_F26Dot6>(std::lround(pixels * 64)), 72, 72);
  } else if (face->num_fixed_sizes > 0) {
    FT_Select_Size(face, face->num_fixed_sizes - 1);
  }
}

void take_gray(const FT_Bitmap& bitmap, Glyph& glyph) {
  for (int y = 0; y < glyph.height; ++y)
    for (int x = 0; x < glyph.width; ++x) {
      const unsigned char* row = bitmap.buffer + y * bitmap.pitch;
      std::uint32_t cover = bitmap.pixel_mode == FT_PIXEL_MODE_MONO ? (row[x / 8] >> (7 - x % 8) & 1) * 255U : row[x];
      glyph.pixels.push_back(kWhite | cover << 24);
    }
}

/// Coloured bitmaps come in one size: averaged down to ours.
void take_colored(const FT_Bitmap& bitmap, float factor, Glyph& glyph) {
  glyph.width = std::max(1, static_cast<int>(static_cast<float>(bitmap.width) * factor));
  glyph.height = std::max(1, static_cast<int>(static_cast<float>(bitmap.rows) * factor));
  glyph.colored = true;
  int from_width = static_cast<int>(bitmap.width), from_height = static_cast<int>(bitmap.rows);
  for (int y = 0; y < glyph.height; ++y)
    for (int x = 0; x < glyph.width; ++x) {
      int x0 = x * from_width / glyph.width, x1 = std::max(x0 + 1, (x + 1) * from_width / glyph.width);
      int y0 = y * from_height / glyph.height, y1 = std::max(y0 + 1, (y + 1) * from_height / glyph.height);
      std::uint32_t sum[4] = {}, count = 0;
      for (int sy = y0; sy < y1; ++sy)
        for (int sx = x0; sx < x1; ++sx, ++count)
          for (int c = 0; c < 4; ++c) sum[c] += bitmap.buffer[sy * bitmap.pitch + sx * 4 + c];
      std::uint32_t alpha = sum[3] / count;
      auto straight = [&](std::uint32_t value) {  // FreeType's are premultiplied
        return alpha == 0 ? 0 : std::min(255U, value / count * 255 / alpha);
      };
      glyph.pixels.push_back(straight(sum[2]) | straight(sum[1]) << 8 | straight(sum[0]) << 16 | alpha << 24);
    }
}

}  // namespace

float GlyphPainter::digit_advance(FT_Face face) {
  FT_Pos widest = 0;
  for (char digit = '0'; digit <= '9'; ++digit)
    if (FT_Load_Char(face, static_cast<FT_ULong>(digit), FT_LOAD_TARGET_LIGHT) == 0)
      widest = std::max(widest, face->glyph->advance.x);
  return std::round(static_cast<float>(widest) / 64);
}

Glyph GlyphPainter::paint(Type type, float scale, char32_t letter) {
  const TypeFace& look = type_face(type);
  Glyph glyph;
  if (letter == 0x200B) return glyph;  // zero width
  FT_Face face = files_.face_with(letter, look.strong);
  if (face == nullptr) return paint_box(type, scale, letter);
  set_size(face, look.size * scale);
  if (FT_Load_Char(face, letter, FT_LOAD_TARGET_LIGHT | FT_LOAD_RENDER | FT_LOAD_COLOR) != 0)
    return paint_box(type, scale, letter);
  FT_GlyphSlot slot = face->glyph;
  int line = baseline(files_.main_face(look.strong), look, scale);
  if (slot->bitmap.pixel_mode == FT_PIXEL_MODE_BGRA && slot->bitmap.rows > 0) {
    float factor = look.size * scale * 1.1F / static_cast<float>(slot->bitmap.rows);
    take_colored(slot->bitmap, factor, glyph);
    glyph.left = 1;
    glyph.top = line - static_cast<int>(std::round(static_cast<float>(glyph.height) * 0.82F));
    glyph.advance = static_cast<float>(glyph.width + 2);
    return glyph;
  }
  glyph.width = static_cast<int>(slot->bitmap.width);
  glyph.height = static_cast<int>(slot->bitmap.rows);
  glyph.left = slot->bitmap_left;
  glyph.top = line - slot->bitmap_top;
  glyph.advance = std::round(static_cast<float>(slot->advance.x) / 64 + look.tracking * scale);
  take_gray(slot->bitmap, glyph);
  if (letter >= '0' && letter <= '9') {
    float advance = digit_advance(face) + std::round(look.tracking * scale);
    glyph.left += static_cast<int>(std::round((advance - glyph.advance) / 2));
    glyph.advance = advance;
  }
  return glyph;
}

/// A frame with the code point in two lines of tiny hexadecimal digits.
Glyph GlyphPainter::paint_box(Type type, float scale, char32_t letter) {
  const TypeFace& look = type_face(type);
  const int side = static_cast<int>(std::round(look.size * scale * 1.1F)), per_line = letter > 0xFFFF ? 3 : 2;
  Glyph box;
  box.width = box.height = side;
  box.left = 1;
  box.top = (static_cast<int>(std::round(look.line * scale)) - side) / 2;
  box.advance = static_cast<float>(side + 2);
  box.pixels.assign(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), kWhite);
  auto cover = [&](int x, int y, std::uint32_t value) {
    if (x < 0 || y < 0 || x >= side || y >= side) return;
    auto& pixel = box.pixels[static_cast<std::size_t>(y * side + x)];
    pixel = kWhite | std::max(pixel >> 24, value) << 24;
  };
  for (int i = 0; i < side; ++i)
    for (int edge : {0, side - 1}) cover(i, edge, 160), cover(edge, i, 160);
  FT_Face face = files_.main_face(true);
  set_size(face, static_cast<float>(side) * 0.46F);
  for (int i = 0; i < per_line * 2; ++i) {
    int digit = static_cast<int>(letter >> (4 * (per_line * 2 - 1 - i)) & 0xF);
    if (FT_Load_Char(face, static_cast<FT_ULong>("0123456789ABCDEF"[digit]), FT_LOAD_TARGET_LIGHT | FT_LOAD_RENDER))
      continue;
    const FT_Bitmap& bitmap = face->glyph->bitmap;
    int cell = (side - 2) / per_line, left = 1 + i % per_line * cell + (cell - static_cast<int>(bitmap.width)) / 2;
    int top = side / 2 * (i / per_line + 1) - static_cast<int>(bitmap.rows) - side / 12;
    for (int y = 0; y < static_cast<int>(bitmap.rows); ++y)
      for (int x = 0; x < static_cast<int>(bitmap.width); ++x)
        cover(left + x, top + y, bitmap.buffer[y * bitmap.pitch + x]);
  }
  return box;
}

}  // namespace lotse::ui
