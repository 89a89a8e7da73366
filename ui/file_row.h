// One row of a list of files: its name, how far it is, and what can be done about it. Drawing alone.
#pragma once
#include <string>
#include <vector>

#include "ui/kit.h"

namespace lotse::ui {

struct FileRow {
  std::string name, words;         // words: the quiet line below the name
  Color dot = 0;                   // of the member whose it is
  std::vector<Button> icons = {};  // at the end of the name, without labels
  double part = -1;                // 0 to 1: a bar, so far filled; below 0: none
  std::string state = {};          // below, in words
  Ink ink = Ink::quiet;            // of the state
  std::vector<Button> chips = {};  // below all
};
/// The id of the button that was pressed, or "".
std::string draw_file_row(Column& column, const FileRow& row);

}  // namespace lotse::ui
