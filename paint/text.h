// One line of text of any script.
#pragma once
#include <cstdint>
#include <string>

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

}  // namespace lotse::paint
