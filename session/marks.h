// What members show on a shared screen: where they point, and what they have drawn. docs/protocol/marks.md
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/geometry.h"
#include "base/ids.h"

namespace lotse::session {

/// Where a member points just now.
struct Arrow {
  ParticipantId member;
  Point tip;  // pixels of the screen
  bool operator==(const Arrow&) const = default;
};

/// What a stroke is. `fade` is a pen whose strokes go by themselves.
enum class Tool : std::uint8_t { pen, marker, line, frame, text, fade };

/// One thing that was drawn. The presenter of the screen keeps them, and their order is that in which they began.
struct Stroke {
  ParticipantId member;
  std::uint32_t id = 0;  // among those of that member on that screen
  Tool tool = Tool::pen;
  std::uint32_t color = 0;    // 0xRRGGBB
  std::vector<Point> points;  // pixels of the screen; line: from, to; frame: two corners; text: its top left corner
  std::string text;           // of a text, one line
  bool operator==(const Stroke&) const = default;
};

// How they look, the same in windows, pictures, videos and on the presenter's desktop; in pixels of the screen.
inline constexpr int kPenWidth = 4;
inline constexpr int kMarkerWidth = 20;
inline constexpr float kMarkerAlpha = 0.4F;  // of 1
inline constexpr int kTextHeight = 24;       // of its font
inline constexpr int kArrowHeight = 22;

}  // namespace lotse::session
