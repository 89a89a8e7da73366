// Name, relay, language, colours.
#pragma once
#include <string>

#include "ui/page.h"

namespace lotse::ui {

class SettingsDialog {
 public:
  void open(const Settings& settings);
  bool is_open() const { return open_; }
  void draw(PageContext& context);

 private:
  void keep_token(PageContext& context);
  bool open_ = false;
  Settings edited_;
  std::string token_;  // pasted, never shown again
};

}  // namespace lotse::ui
