// Which texts need more than one letter after the other.
#pragma once
#include <string_view>

namespace lotse::ui {

/// Whether `text` (valid UTF-8) has letters that change with their neighbours, go from right to left or lie on each
/// other: Hebrew, Arabic, the scripts of India and south-east Asia, combining marks, emoji.
bool needs_shaping(std::string_view text);

}  // namespace lotse::ui
