// How what is exchanged with each person travels, and why not better.
#pragma once
#include "ui/page.h"

namespace lotse::ui {

class WaysDialog {
 public:
  void open(PageContext& context);
  void draw(PageContext& context);

 private:
  bool open_ = false;
  void close(PageContext& context);
};

}  // namespace lotse::ui
