// Colours, sizes and distances of all windows. The only place with such numbers.
#pragma once
#include <cstdint>
#include <string>

namespace lotse::ui {

/// Bytes R G B A from the lowest, as the drawing library packs them.
using Color = std::uint32_t;
constexpr Color rgb(std::uint32_t hex, std::uint32_t alpha = 255) {
  return (hex >> 16 & 0xFF) | (hex & 0xFF00) | (hex & 0xFF) << 16 | alpha << 24;
}
constexpr std::uint32_t hex(Color color) { return rgb(color & 0xFFFFFF, 0); }  // 0xRRGGBB
constexpr Color with_alpha(Color color, float alpha) {
  return (color & 0x00FFFFFF) | static_cast<Color>(static_cast<float>(color >> 24) * alpha + 0.5F) << 24;
}

struct Theme {
  bool dark;
  Color background, surface, raised, chip, line, text, quiet, action, danger, good, warning;
  Color action_fill, danger_fill;  // under white text: darker than the accents, so that the contrast holds AA
  Color shadow;
};
const Theme& dark_theme();
const Theme& light_theme();
/// `wish`: "dark", "light", or "" for what the desktop prefers (GTK_THEME, GTK's settings; dark when it says nothing).
const Theme& theme_by_name(const std::string& wish);

/// Contrast of WCAG 2, 1 to 21.
double contrast(Color a, Color b);
/// `color`, made lighter or darker just until it holds 4.5 : 1 as text on `background`.
Color readable(Color color, Color background);
/// "#rrggbb", or the palette's colour for participant `id` when `text` is none.
Color participant_color(const std::string& text, int id);

// Points: pixels at 96 dpi.
namespace space {
inline constexpr float kXs = 4, kS = 8, kM = 12, kL = 16, kXl = 24, kXxl = 32;
}
inline constexpr float kControlRadius = 8, kCardRadius = 12, kControlHeight = 38, kFieldHeight = 44, kChipHeight = 24;
inline constexpr float kTopBarHeight = 56, kPanelWidth = 320;

enum class Type { small, small_strong, body, body_strong, heading, words, subtitle, title, code, number };
inline constexpr int kTypes = 10;
struct TypeFace {
  float size, line;  // points
  bool strong;
  float tracking;  // additional points between letters
};
const TypeFace& type_face(Type type);

}  // namespace lotse::ui
