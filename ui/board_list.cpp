#include "ui/board_list.h"

#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

#include "ui/file_list.h"
#include "ui/send_file_dialog.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

/// The time of today, else the day.
std::string when_words(std::time_t when, std::time_t now) {
  std::tm then{}, today{};
  localtime_r(&when, &then);
  localtime_r(&now, &today);
  return then.tm_year == today.tm_year && then.tm_yday == today.tm_yday ? clock_text(when) : day_text(when);
}

/// "45 MB · by Anna · 14:32"
std::string words_of(const Model& model, const BoardFile& file) {
  const std::string owner = file.owner_name.empty() ? display_name(model, file.owner) : file.owner_name;
  std::string words = size_words(file.size) + " · ";
  words += file.mine ? std::string(_("by you")) : filled(_("by {name}"), {{"name", owner}});
  if (file.put > 0) words += " · " + when_words(file.put, std::time(nullptr));
  return words;
}

/// Saved already, it can be saved once more, but showing where it lies comes first.
Button save_button(const BoardFile& file, bool again) {
  const std::string name = shortened(file.name, 48);
  return {.id = "board.save." + file.id,
          .label = again ? "" : _("Save"),
          .look = Look::chip,
          .tip = filled(again ? _("Save {file} once more") : _("Save {file} in the folder for downloads"),
                        {{"file", name}}),
          .icon = Icon::download};
}

FileRow row_of(PageContext& context, const BoardFile& file, const std::optional<Transfer>& fetch) {
  FileRow row{.name = file.name, .words = words_of(context.model, file), .dot = member_color(context, file.owner)};
  const bool fetching = fetch && !is_finished(*fetch), told = fetch && fetch->state != TransferState::cancelled;
  if (told) add_transfer(row, *fetch);
  if (!fetching) {
    row.icons.clear();  // no list that it could be removed from
    row.chips.push_back(save_button(file, !row.chips.empty()));
  }
  if (file.can_remove)
    row.chips.push_back(
        {.id = "board.remove." + file.id,
         .label = _("Remove"),
         .look = Look::chip,
         .tip = filled(_("Remove {file} from the board, for all"), {{"file", shortened(file.name, 48)}})});
  return row;
}

void draw_board_file(PageContext& context, Column& c, const BoardFile& file) {
  const Transfer* known = context.model.fetch_of(file.id);
  const std::optional<Transfer> fetch = known != nullptr ? std::optional(*known) : std::nullopt;
  const std::string pressed = draw_file_row(c, row_of(context, file, fetch));
  if (pressed == "board.save." + file.id) return context.send({{"do", "board_get"}, {"file_id", file.id}});
  if (pressed == "board.remove." + file.id) return context.ask_to_remove(file.id);
  if (fetch) act_on_transfer(context, *fetch, pressed);
}

}  // namespace

void draw_board(PageContext& context, Column& c) {
  c.gap(4);
  for (const BoardFile& file : context.model.board) draw_board_file(context, c, file);
  if (context.model.board.empty()) {
    c.text(Type::body, Ink::quiet,
           _("Nothing on the board yet. What is put here can be fetched by everybody in the session, also by those who "
             "join later."));
    c.space(4);
  }
  if (!context.model.may_put()) return;
  if (!c.buttons({{.id = "board.put",
                   .label = _("Put on the board…"),
                   .look = Look::chip,
                   .tip = _("Choose a file for everybody in the session")}})
           .empty())
    context.send_file(SendFileDialog::kBoard);
}

void BoardRemoval::draw(PageContext& context) {
  if (file_.empty() || (!shown_ && context.kit.dialog_open())) return;  // another question comes first
  const BoardFile* file = context.model.board_file(file_);
  if (!context.model.in_session() || file == nullptr || !file->can_remove) return close();
  shown_ = true;
  const std::string name = file->name;
  context.kit.dialog("removal", 460, "removal.cancel", "removal.cancel", "removal.cancel", [&](Column& c) {
    Kit& kit = c.kit();
    c.gap(14);
    c.text(Type::subtitle, Ink::text, _("Remove it from the board?"));
    const Box line = c.take(21);
    if (!kit.measuring())
      kit.line(line, Type::body_strong, Ink::text, kit.shortened(Type::body_strong, name, line.width));
    c.text(Type::body, Ink::text,
           _("It goes for all, and nobody can fetch it any more. Who has saved it already keeps it."));
    const std::string pressed =
        c.buttons({{.id = "removal.cancel", .label = _("Cancel")},
                   {.id = "removal.remove", .label = _("Remove for all"), .look = Look::danger}},
                  Align::right);
    if (pressed == "removal.remove") context.send({{"do", "board_remove"}, {"file_id", file_}});
    if (!pressed.empty()) close();
  });
}

void BoardRemoval::close() {
  file_.clear();
  shown_ = false;
}

}  // namespace lotse::ui
