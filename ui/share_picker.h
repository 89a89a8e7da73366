// "What do you want to share?": monitors, a whiteboard, applications and their windows as cards. Used by the host's
// page and the viewer's.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ui/page.h"

namespace lotse::ui {

class SharePicker {
 public:
  void open(PageContext& context);
  void draw(PageContext& context);
  /// Milliseconds until it looks again which windows there are; -1 while it is closed.
  int wait_ms() const;

 private:
  struct Card {
    std::string what, title, words;
  };
  static std::vector<Card> screens(const Model& model);
  static std::vector<Card> windows(const Model& model);
  void draw_card(Kit& kit, const Card& card, Box box);
  void draw_windows(Column& c, const std::vector<Card>& cards);

  bool open_ = false;
  std::string chosen_ = "screen";
  std::int64_t look_again_ns_ = 0;  // CLOCK_MONOTONIC
};

}  // namespace lotse::ui
