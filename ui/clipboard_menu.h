// What was copied, here and by others: a chip with a menu among the people, and how far what is on its way has come.
#pragma once
#include "ui/page.h"

namespace lotse::ui {

void draw_clipboard_menu(PageContext& context, Column& column);
/// "text, 34 bytes", "image, 3.1 MB".
std::string clipboard_words(const std::string& kind, std::int64_t bytes);

}  // namespace lotse::ui
