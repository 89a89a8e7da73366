// The files on their way, with what can be done about each. Used by the host's page and the viewer's side panel.
#pragma once
#include <string>

#include "ui/file_row.h"
#include "ui/page.h"

namespace lotse::ui {

/// One row a file: those first that wait for an answer, then those on their way, the newest of each above.
/// What the board's rows show already is left out.
void draw_files(PageContext& context, Column& column);

/// How far the file is and what can be done about it, for the row that shows it.
void add_transfer(FileRow& row, const Transfer& transfer);
/// Does what the button of that row asks for; nothing when it is not one of add_transfer().
void act_on_transfer(PageContext& context, const Transfer& transfer, const std::string& pressed);

/// "12.3 of 45 MB · 3.4 MB/s · 10 s left", or why it does not go on.
std::string transfer_words(const Transfer& transfer);
/// "45 MB"
std::string size_words(std::int64_t bytes);

}  // namespace lotse::ui
