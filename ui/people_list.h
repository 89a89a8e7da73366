// Who is here: people in the session and in the lobby, and the talk between them. Used by the host's page and the
// viewer's side panel.
#pragma once
#include <string>

#include "ui/page.h"

namespace lotse::ui {

/// One row a person, with what they do and, for whom may, a menu of what can be done.
void draw_people(PageContext& context, Column& column);
/// Those who wait to be let in, with their words.
void draw_lobby(PageContext& context, Column& column);

/// The talk: what was said, and the field below. Keeps what is being written.
class ChatBox {
 public:
  void draw(PageContext& context, Box box);

 private:
  float draw_line(PageContext& context, const ChatLine& line, float y, float width);
  std::string draft_;
  std::size_t seen_ = 0;
};

}  // namespace lotse::ui
