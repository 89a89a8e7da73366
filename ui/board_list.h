// The board: files left for all in the session, fetched by whoever wants them. Used where the files are.
#pragma once
#include <string>

#include "ui/page.h"

namespace lotse::ui {

/// One row a file, what is on its way from there included, and the button for one more.
void draw_board(PageContext& context, Column& column);

/// "Remove it from the board?": it goes for all.
class BoardRemoval {
 public:
  void ask(const std::string& file) { file_ = file; }
  /// Closes by itself when the file is gone.
  void draw(PageContext& context);
  void close();

 private:
  std::string file_;
  bool shown_ = false;
};

}  // namespace lotse::ui
