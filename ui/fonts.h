// Letters for every script that is installed, drawn by FreeType and loaded when they are first needed.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "ui/theme.h"

struct ImFont;
struct ImFontAtlas;

namespace lotse::ui {

/// The letters of one window. Inter draws what it has; for the rest any font installed on the system serves, and what
/// no font has appears as a small box with its code point, so that two such names still differ. Letters outside the
/// basic plane travel as stand-ins inside it, since the drawing library counts in 16 bits.
/// Window's thread only.
class Fonts {
 public:
  /// `scale`: pixels a point. Throws std::runtime_error when FreeType or every font is missing.
  explicit Fonts(float scale);
  ~Fonts();

  void set_scale(float scale);
  /// `text` (UTF-8) as it can be drawn in `type`; what letters it lacks are ready after the next refresh().
  std::string shown(Type type, std::string_view text);
  /// A text from an entry field, with the stand-ins taken back.
  std::string real(std::string_view shown) const;
  /// True when letters were asked for that the atlas lacks.
  bool stale() const;
  /// Rebuilds the atlas, between frames only; true when its texture must be loaded anew.
  bool refresh();
  ImFont* font(Type type) const;
  ImFontAtlas* atlas() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::ui
