// One letter as pixels.
#pragma once
#include <cstdint>
#include <vector>

#include "ui/font_files.h"
#include "ui/theme.h"

namespace lotse::ui {

struct Glyph {
  int width = 0, height = 0;
  int left = 0, top = 0;              // from the pen and from the top of the line, pixels
  float advance = 0;                  // whole pixels
  bool colored = false;               // has its own colours (emoji)
  std::vector<std::uint32_t> pixels;  // R G B A from the lowest byte; white with coverage in A unless colored
};

/// Paints letters by FreeType with light hinting. Digits of a face are equally wide, so that counting numbers do not
/// dance. Window's thread only.
class GlyphPainter {
 public:
  /// `scale`: pixels a point. A letter that no font has becomes a box with its code point in it.
  Glyph paint(Type type, float scale, char32_t letter);

 private:
  Glyph paint_box(Type type, float scale, char32_t letter);
  float digit_advance(FT_Face face);
  FontFiles files_;
};

}  // namespace lotse::ui
