// The red banner over everything while the own screen is shared: who sees, who controls, and the way out of both.
#pragma once
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "ui/gui_window.h"
#include "ui/kit.h"
#include "ui/model.h"

namespace lotse::ui {

/// A window of its own that no window manager can hide, close or cover; it can only be moved along the upper edge.
/// Main thread.
class Banner {
 public:
  Banner();
  ~Banner();
  /// Takes an event that belongs to the banner; false when it is another window's.
  bool handle(const SDL_Event& event);
  /// Draws it, as wide as its words. `snapshot`: see GuiWindow::end_frame. True when another frame is needed.
  bool draw(const Model& model, const std::function<void(nlohmann::json)>& send, const std::string& snapshot);
  const std::vector<Control>& controls() const { return kit_.controls(); }
  Kit& kit() { return kit_; }

 private:
  void place(float width);
  GuiWindow window_;
  Kit kit_;
  float width_ = 0;
  bool placed_ = false, dragging_ = false;
  int drag_from_ = 0, window_from_ = 0;
};

/// "Anna Berger and 1 other see your screen · Anna controls"
std::string banner_text(const Model& model);

}  // namespace lotse::ui
