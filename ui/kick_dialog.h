// Before somebody is removed: whether that is meant, why, and for how long.
#pragma once
#include <string>

#include "ui/page.h"

namespace lotse::ui {

class KickDialog {
 public:
  /// `for_good`: not let back in.
  void open(int member, bool for_good);
  void close() { member_ = -1; }
  void draw(PageContext& context);

 private:
  int member_ = -1;  // none: not open
  bool for_good_ = false;
  std::string reason_;
};

}  // namespace lotse::ui
