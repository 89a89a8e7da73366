// The first page: join a session, start one, or take up a recent one.
#pragma once
#include <string>

#include "ui/page.h"

namespace lotse::ui {

class StartPage {
 public:
  /// What stands in the field at first: an invitation, or what failed just now.
  void enter(const std::string& invitation);
  const std::string& entered() const { return entry_; }
  void draw(PageContext& context);
  /// Joins by what is in the field.
  void join(PageContext& context);

 private:
  void draw_bar(PageContext& context);
  float draw_join(PageContext& context, Box box);
  float draw_start(PageContext& context, Box box);
  float draw_modes(PageContext& context, Column& column);
  float draw_recent(PageContext& context, Box box);
  void draw_options(PageContext& context);
  void draw_rights(PageContext& context, Column& column);
  void start(PageContext& context);

  std::string entry_, hint_;
  std::string code_kind_ = "auto", passphrase_, share_ = "screen";
  bool options_open_ = false, focus_set_ = false;
};

/// Number, or link, as a command of the control interface understands it.
std::string relay_name(const Settings& settings);

}  // namespace lotse::ui
