// The talk: which conversation, what was said in it, and the field below. Used by the host's page and the viewer's side
// panel.
#pragma once
#include <map>
#include <string>

#include "ui/link_dialog.h"
#include "ui/page.h"

namespace lotse::ui {

/// "Everybody", or the names of those who are in it besides oneself.
std::string talk_title(const Model& model, const With& with);

/// Keeps what is being written.
class ChatBox {
 public:
  void draw(PageContext& context, Box box);
  /// What it asks, above everything; also while the talk itself is not drawn.
  void draw_dialogs(PageContext& context);

 private:
  void draw_switch(PageContext& context, Box box);
  void draw_lines(PageContext& context, Box box);
  float draw_line(PageContext& context, const ChatLine& line, const std::string& id, float y, float width);
  void draw_field(PageContext& context, Box box);
  void draw_choice(PageContext& context);

  std::map<With, std::string> drafts_;  // what is written to some does not go to others
  std::size_t seen_ = 0;
  With seen_of_;
  LinkDialog link_;
  bool choosing_ = false;
  With chosen_;  // of a conversation that is to be begun
};

}  // namespace lotse::ui
