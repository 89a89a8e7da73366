// The moderator's page: number and code, the lobby, the people, what is shared.
#pragma once
#include <functional>
#include <string>

#include "ui/chat_box.h"
#include "ui/page.h"
#include "ui/share_picker.h"

namespace lotse::ui {

class HostPage {
 public:
  void draw(PageContext& context);
  /// Asks whether to end the session for all; `closing`: and close the window.
  void ask_to_end(bool closing);
  void draw_end_question(PageContext& context);
  /// Milliseconds until it wants to be drawn again, -1 for never.
  int wait_ms() const { return picker_.wait_ms(); }

 private:
  void draw_bar(PageContext& context);
  float draw_invitation(PageContext& context, Box box);
  float draw_session(PageContext& context, Box box);
  /// A list in a card of its own, which scrolls by itself when `box` is too low for it.
  float draw_list_card(PageContext& context, Box box, const std::string& id, const std::string& title,
                       const std::function<void(PageContext&, Column&)>& list);
  float draw_board_card(PageContext& context, Box box);

  SharePicker picker_;
  ChatBox chat_;
  bool ending_ = false, closing_ = false;
};

/// Starts or stops the recording; the file goes to the videos folder of the person.
void toggle_recording(PageContext& context);
/// CLOCK_MONOTONIC, as the events count.
std::int64_t monotonic_ns();
/// "04:12"
std::string recording_text(const Model& model, std::int64_t now_ns);

}  // namespace lotse::ui
