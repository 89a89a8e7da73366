// The shared screen: picture first, a tool bar that fades, a side panel that folds away.
#pragma once
#include <string>

#include "ui/chat_box.h"
#include "ui/host_page.h"
#include "ui/input_capture.h"
#include "ui/mark_tools.h"
#include "ui/page.h"
#include "ui/picture_layout.h"
#include "ui/picture_view.h"

namespace lotse::ui {

class ViewerPage {
 public:
  ViewerPage(InputCapture& capture, MarkChoice& choice, MarkTools::Send send)
      : capture_(capture), choice_(choice), tools_(choice, std::move(send)) {}

  /// `pictures` has those that shown() names.
  void draw(PageContext& context, PictureSet& pictures);
  std::vector<Model::ScreenKey> shown(const Model& model) const;
  /// Before the window sees an event: true when it goes to the presenter's screen, or was for the tool in hand.
  bool handle(const SDL_Event& event, int window_id);
  /// After each batch of events.
  void flush();
  /// Brings the files into sight where the panel is open and nobody writes there; false when they stay hidden.
  bool show_files();
  /// Leaving the page: full screen and keyboard are given back.
  void leave(PageContext& context);
  /// Milliseconds until the tool bar fades on by itself or a tool has something to send, -1 when all is still.
  int wait_ms() const;
  int picker_wait_ms() const { return picker_.wait_ms(); }

 private:
  void draw_picture(PageContext& context, PictureTexture& picture, Box place);
  void draw_strip(PageContext& context, Box place);
  void choose(PageContext& context, Model::ScreenKey key);
  void step(PageContext& context, int by);
  void draw_waiting(PageContext& context, Box place);
  void draw_presenting(PageContext& context, Column& column);
  void draw_chips(PageContext& context, Box place);
  /// Tells those who take the mouse where the picture lies and whose it is.
  void aim(PageContext& context);
  void tool_keys(PageContext& context);
  std::vector<Button> bar_buttons(const Model& model) const;
  void draw_bars(PageContext& context, Box place, const PictureTexture& picture);
  void draw_bar(PageContext& context, Box place);
  void draw_panel(PageContext& context, Box box);
  void draw_tabs(PageContext& context, Box box);
  void draw_unfold(PageContext& context);
  void draw_list(PageContext& context, Box box);
  void draw_file_lists(PageContext& context, Column& column);
  void bar_button(PageContext& context, Box box, const Button& button);
  void press_control(PageContext& context);
  void pick(MarkMode mode) { choice_.mode = choice_.mode == mode ? MarkMode::none : mode; }
  void set_full_screen(PageContext& context, bool on);
  float bar_shown(PageContext& context, Box bar);
  int bar_wait_ms() const;

  enum class Tab { people, chat, files };
  static bool has_files(const Model& model) { return !model.transfers.empty() || model.shows_board(); }
  /// The one that is shown: without files and a board there is no tab for them.
  Tab tab(const Model& model) const { return tab_ == Tab::files && !has_files(model) ? Tab::people : tab_; }

  InputCapture& capture_;
  MarkChoice& choice_;
  MarkTools tools_;
  ChatBox chat_;
  SharePicker picker_;
  ViewMode mode_ = ViewMode::fit;
  PictureLayout layout_;
  bool tiles_ = false, double_click_ = false;
  bool panel_ = true, sized_ = false, full_ = false, over_ours_ = true, may_undo_ = false;
  Tab tab_ = Tab::people;
  double shown_until_ = 0;  // seconds
  float alpha_ = 1;
  bool bar_held_ = false;
  Box bars_;  // where they were last
  Point mouse_;
  bool mouse_moved_ = true;
};

}  // namespace lotse::ui
