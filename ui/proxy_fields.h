// The part of the settings about the proxy.
#pragma once
#include <string>

#include "ui/page.h"

namespace lotse::ui {

/// The password is typed, kept by the program, and never shown again.
class ProxyFields {
 public:
  void open(const ProxyChoice& now);
  /// True: Enter was pressed in one of them.
  bool draw(Column& c);
  /// Tells the program what was changed.
  void keep(PageContext& context);
  /// What keeps this from being a proxy, to be shown; empty: nothing.
  std::string problem() const;

 private:
  bool by_hand() const { return choice_ == "http" || choice_ == "socks5"; }
  std::string choice_ = "system";  // system, none, http, socks5
  std::string host_, port_, user_, password_;
  ProxyChoice before_;
};

}  // namespace lotse::ui
