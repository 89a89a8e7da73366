// Text of any script: one line, or several.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "paint/canvas.h"

struct _PangoLayout;  // PangoLayout

namespace lotse::paint {

enum class Weight { normal, bold };

class TextLine {
 public:
  /// `height`: of the font, in pixels. What is wider than `most_width` ends with an ellipsis; 0: no limit. `text` may
  /// be any bytes.
  TextLine(const std::string& text, int height, Weight weight, int most_width = 0);
  ~TextLine();
  TextLine(const TextLine&) = delete;
  TextLine& operator=(const TextLine&) = delete;

  bool empty() const { return empty_; }
  /// The line's box: from its top left corner on.
  Size size() const { return {box_.width, box_.height}; }
  /// Where there may be ink when the line's box begins at 0, 0. Marks on marks on a letter are cut a line's height
  /// above and below.
  Rect ink() const;
  void fill(Canvas& canvas, Point corner, std::uint32_t rgb) const;
  /// `width` pixels around every letter.
  void outline(Canvas& canvas, Point corner, std::uint32_t rgb, double width) const;

 private:
  void go_to(Canvas& canvas, Point corner) const;

  _PangoLayout* layout_;
  bool empty_ = false;
  Rect box_, ink_;  // in the layout's coordinates
};

/// Lines as wide as they may be, with parts that are underlined.
class TextBlock {
 public:
  /// Bytes of the text.
  struct Part {
    std::size_t begin = 0, end = 0;
  };
  /// `one`: what is too wide ends with an ellipsis; else it goes on in the next line.
  enum class Lines { one, many };
  /// `height`: of the font, in pixels; `width`: what a line may be wide, 0: any. `text` is valid UTF-8.
  TextBlock(const std::string& text, int height, Weight weight, int width, Lines lines);
  ~TextBlock();
  TextBlock(const TextBlock&) = delete;
  TextBlock& operator=(const TextBlock&) = delete;

  /// Where its letters stand when a line begins at 0, 0: text from right to left ends at `width`.
  Rect box() const { return box_; }
  /// The same for a part, one for each piece.
  std::vector<Rect> places(Part part) const;
  /// On a canvas in these coordinates.
  void fill(Canvas& canvas, std::uint32_t rgb, std::uint32_t part_rgb, const std::vector<Part>& parts) const;

 private:
  _PangoLayout* layout_;
  std::size_t bytes_;
  Rect box_;
};

}  // namespace lotse::paint
