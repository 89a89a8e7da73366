// "Where does it lead?": before a link of others is opened.
#pragma once
#include <string>

#include "ui/links.h"
#include "ui/page.h"

namespace lotse::ui {

class LinkDialog {
 public:
  void open(const Link& link) { link_ = link; }
  void draw(PageContext& context);

 private:
  std::optional<Link> link_;
};

}  // namespace lotse::ui
