// Which ways lead to the relay, and what to ask an administrator for.
#pragma once
#include "ui/page.h"

namespace lotse::ui {

class AccessDialog {
 public:
  /// Starts a test of the relay of the settings.
  void open(PageContext& context);
  void draw(PageContext& context);

 private:
  bool open_ = false;
};

}  // namespace lotse::ui
