// Name, relay, language, colours.
#pragma once
#include "ui/page.h"

namespace lotse::ui {

class SettingsDialog {
 public:
  void open(const Settings& settings);
  bool is_open() const { return open_; }
  void draw(PageContext& context);

 private:
  bool open_ = false;
  Settings edited_;
};

}  // namespace lotse::ui
