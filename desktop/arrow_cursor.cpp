#include "desktop/arrow_cursor.h"

#include <array>
#include <string_view>

namespace lotse::desktop {
namespace {

// o: the edge, X: inside, blank: nothing.
constexpr std::array<std::string_view, 19> kRows{
    "o           ", "oo          ", "oXo         ", "oXXo        ", "oXXXo       ", "oXXXXo      ", "oXXXXXo     ",
    "oXXXXXXo    ", "oXXXXXXXo   ", "oXXXXXXXXo  ", "oXXXXXXXXXo ", "oXXXXXXXXXXo", "oXXXXXXooooo", "oXXXoXXo    ",
    "oXXo oXXo   ", "oXo  oXXo   ", "oo    oXXo  ", "      oXXo  ", "       oo   "};

}  // namespace

CursorShape arrow_cursor() {
  CursorShape shape{{static_cast<int>(kRows[0].size()), static_cast<int>(kRows.size())}, {0, 0}, {}};
  for (std::string_view row : kRows)
    for (char c : row) {
      auto light = static_cast<std::uint8_t>(c == 'X' ? 255 : 0), alpha = static_cast<std::uint8_t>(c == ' ' ? 0 : 255);
      shape.argb.insert(shape.argb.end(), {light, light, light, alpha});
    }
  return shape;
}

}  // namespace lotse::desktop
