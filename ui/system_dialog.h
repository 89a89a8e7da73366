// The facts of another member's computer, asked for and shown.
#pragma once
#include "ui/page.h"

namespace lotse::ui {

class SystemDialog {
 public:
  /// Asks that member.
  void open(PageContext& context, int member);
  void draw(PageContext& context);

 private:
  int of_ = -1;  // closed
};

}  // namespace lotse::ui
