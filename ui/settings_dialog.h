// Name, relay, proxy, language, colours.
#pragma once
#include <string>

#include "ui/page.h"
#include "ui/proxy_fields.h"

namespace lotse::ui {

class SettingsDialog {
 public:
  void open(const Settings& settings, const ProxyChoice& proxy);
  bool is_open() const { return open_; }
  void draw(PageContext& context);

 private:
  void keep_token(PageContext& context);
  bool open_ = false;
  bool test_wish_ = false;  // saved first: it is these settings that are tried
  Settings edited_;
  ProxyFields proxy_;
  std::string token_;  // pasted, never shown again
};

}  // namespace lotse::ui
