#include "ui/send_file_dialog.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr std::size_t kMaxFiles = 100;  // of one drop or choice
constexpr float kWidth = 460, kChoiceHeight = 56, kChoicesShown = 5;

constexpr const char* kBoardKey = "board";  // in the place of a member's number

std::string name_of_file(const std::string& file) { return std::filesystem::path(file).filename().string(); }

nlohmann::json to_field(const std::string& key) {
  if (key == "all") return key;
  return std::stoi(key);
}

/// A path that a command can carry as it is; tells of another one.
bool is_usable(PageContext& context, const std::string& file) {
  if (std::filesystem::path(file).is_absolute() && clean_text(file, file.size()) == file) return true;
  context.kit.toast(_("This file name cannot be used. Rename the file first."));
  return false;
}

std::string chooser_title(const Model& model, int to) {
  if (to == SendFileDialog::kBoard) return _("Choose a file for the board");
  if (to == SendFileDialog::kAsk) return _("Choose a file to send");
  return filled(_("Choose a file for {name}"), {{"name", shortened(display_name(model, to), 40)}});
}

}  // namespace

std::vector<SendFileDialog::Receiver> SendFileDialog::receivers(const Model& model) {
  std::vector<Receiver> all;
  for (const auto& [id, member] : model.members) {
    if (id == model.self) continue;
    const std::string name = shortened(display_name(model, id), 60);
    if (id == model.master)
      all.insert(all.begin(), {std::to_string(id), filled(_("{name} (moderator)"), {{"name", name}})});
    else
      all.push_back({std::to_string(id), name});
  }
  if (all.size() > 1) all.insert(all.begin(), {"all", _("Everybody")});
  return all;
}

bool SendFileDialog::add(PageContext& context, const std::string& file) {
  if (!is_usable(context, file)) return false;
  if (files_.size() < kMaxFiles && std::find(files_.begin(), files_.end(), file) == files_.end())
    files_.push_back(file);
  return true;
}

void SendFileDialog::prepare(PageContext& context, int to) {
  if (!open_) {
    const std::vector<Receiver> all = receivers(context.model);
    to_ = to == kBoard ? kBoardKey : to != kAsk ? std::to_string(to) : all.size() == 1 ? all.front().key : "";
  }
  open_ = true;
}

void SendFileDialog::drop(PageContext& context, const std::string& file) {
  if (!context.model.in_session() || context.model.other() == nullptr) {
    context.kit.toast(_("Files can be sent once somebody else is in the session."));
    return;
  }
  if (!open_ || for_board()) close();
  if (!add(context, file)) return;
  typing_ = false;
  prepare(context, kAsk);
}

void SendFileDialog::choose(PageContext& context, int to) {
  const bool somebody = to == kBoard || context.model.other() != nullptr;  // the board waits for those who come later
  if (!context.model.in_session() || !somebody) {
    context.kit.toast(_("Files can be sent once somebody else is in the session."));
    return;
  }
  if (open_) return;
  if (chooser_.running()) return context.kit.toast(_("The window for choosing a file is open already."));
  const bool folder = to == kFolder;
  if (folder) to = kAsk;
  chosen_for_ = to;
  saving_.clear();
  if (chooser_.open(folder ? std::string(_("Choose a folder to send")) : chooser_title(context.model, to),
                    folder ? FileChooser::Wanted::folder : FileChooser::Wanted::files))
    return;
  typing_ = true;
  prepare(context, to);
}

void SendFileDialog::save_in(PageContext& context, const std::string& file_id) {
  if (chooser_.running()) return context.kit.toast(_("The window for choosing a file is open already."));
  saving_ = file_id;
  if (chooser_.open(_("Choose a folder to save in"), FileChooser::Wanted::folder)) return;
  saving_.clear();
  context.kit.toast(_("This desktop has no window for choosing a folder (zenity or kdialog)."));
}

bool SendFileDialog::take_chosen(PageContext& context) {
  const auto choice = chooser_.take();
  if (!choice) return false;
  if (const std::string file = std::exchange(saving_, {}); !file.empty()) {
    if (!choice->files.empty() && is_usable(context, choice->files.front()))
      context.send({{"do", "accept_file"}, {"file_id", file}, {"dir", choice->files.front()}});
    return true;
  }
  if (!context.model.in_session() || (choice->files.empty() && !choice->failed)) return true;
  if (chosen_for_ == kBoard && !choice->failed) {  // whatever was dropped meanwhile is another matter
    put(context, choice->files);
    return true;
  }
  const bool more = open_;  // something was dropped meanwhile
  if (!more) files_.clear();
  for (const std::string& file : choice->files) add(context, file);
  if (more) return true;
  typing_ = choice->failed;
  if (files_.empty() && !typing_) return true;
  prepare(context, chosen_for_);
  if (chosen_for_ != kAsk && !typing_ && context.model.member(chosen_for_) != nullptr) send(context);
  return true;
}

/// The typed path becomes the file, or the reason why not is told.
bool SendFileDialog::take_typed() {
  std::filesystem::path file = typed_;
  const char* home = std::getenv("HOME");
  if (typed_.starts_with("~/") && home != nullptr) file = std::filesystem::path(home) / typed_.substr(2);
  std::error_code error;
  if (!file.is_absolute()) {
    problem_ = _("Enter the whole path, beginning with / or ~/.");
  } else if (!std::filesystem::is_regular_file(file, error) &&
             (for_board() || !std::filesystem::is_directory(file, error))) {
    problem_ = _("There is no such file.");
  } else {
    files_ = {file.string()};
    return true;
  }
  return false;
}

bool SendFileDialog::for_board() const { return open_ && to_ == kBoardKey; }

void SendFileDialog::put(PageContext& context, const std::vector<std::string>& files) {
  for (std::size_t i = 0; i < std::min(files.size(), kMaxFiles); ++i)
    if (is_usable(context, files[i])) context.send({{"do", "board_put"}, {"file", files[i]}});
}

void SendFileDialog::send(PageContext& context) {
  if (for_board())
    put(context, files_);
  else
    for (const std::string& file : files_) context.send({{"do", "send_file"}, {"file", file}, {"to", to_field(to_)}});
  close();
}

void SendFileDialog::close() {
  open_ = shown_ = typing_ = false;
  files_.clear();
  to_.clear();
  typed_.clear();
  problem_.clear();
}

void SendFileDialog::draw_receivers(PageContext& context, Column& c, const std::vector<Receiver>& all) {
  Kit& kit = context.kit;
  const float content = static_cast<float>(all.size()) * (kChoiceHeight + 6) - 6;
  const float high = std::min(content, kChoicesShown * (kChoiceHeight + 6));
  const Box box = c.take(high);
  const bool scrolls = content > high;
  kit.begin_region("receivers", {box.x - 4, box.y - 4, box.width + 8, high + 8}, scrolls);  // room for focus rings
  float y = 4;
  for (const Receiver& receiver : all) {
    const Box row{4, y, box.width - (scrolls ? 12.0F : 0.0F), kChoiceHeight};
    y += kChoiceHeight + 6;
    if (kit.measuring()) continue;
    if (kit.choice("send.to." + receiver.key, kit.shortened(Type::heading, receiver.title, row.width - 64), "", row,
                   to_ == receiver.key))
      to_ = receiver.key;
  }
  kit.end_region(y);
}

bool SendFileDialog::draw_typing(Column& c) {
  c.text(Type::subtitle, Ink::text, for_board() ? _("Put a file on the board") : _("Send a file"));
  const bool enter =
      c.field("send.path", _("Path of the file"), typed_, {.hint = _("Path of the file"), .max_bytes = 4000}).submitted;
  if (!problem_.empty()) c.text(Type::small, Ink::danger, problem_);
  return enter;
}

void SendFileDialog::draw(PageContext& context) {
  if (!open_ || (!shown_ && context.kit.dialog_open())) return;  // another question comes first
  const std::vector<Receiver> all = for_board() ? std::vector<Receiver>{} : receivers(context.model);
  if (!context.model.in_session() || (all.empty() && !for_board())) return close();
  if (!for_board() && std::none_of(all.begin(), all.end(), [&](const Receiver& r) { return r.key == to_; }))
    to_.clear();
  shown_ = true;
  const std::string first = typing_ ? "send.path" : to_.empty() ? "send.to." + all.front().key : "send.send";
  context.kit.dialog("send", kWidth, "send.cancel", "send.send", first, [&](Column& c) {
    Kit& kit = c.kit();
    bool enter = false;
    c.gap(8);
    if (typing_) {
      enter = draw_typing(c);
    } else if (files_.size() == 1) {
      std::error_code error;
      c.text(
          Type::subtitle, Ink::text,
          std::filesystem::is_directory(files_.front(), error) ? _("Send this folder to…") : _("Send this file to…"));
      const std::string name = name_of_file(files_.front());
      const Box line = c.take(21);
      if (!kit.measuring()) {
        const std::string fits = kit.shortened(Type::body, name, line.width);
        kit.line(line, Type::body, Ink::quiet, fits);
      }
    } else {
      c.text(Type::subtitle, Ink::text,
             filled(P_("Send {count} file to…", "Send {count} files to…", files_.size()),
                    {{"count", std::to_string(files_.size())}}));
    }
    c.space(4);
    if (!all.empty()) draw_receivers(context, c, all);
    c.space(8);
    const std::string pressed = c.buttons({{.id = "send.cancel", .label = _("Cancel")},
                                           {.id = "send.send",
                                            .label = for_board() ? _("Put on the board") : _("Send"),
                                            .look = Look::primary,
                                            .enabled = !to_.empty()}},
                                          Align::right);
    if (pressed == "send.cancel") return close();
    if (kit.measuring() || to_.empty() || (pressed != "send.send" && !enter)) return;
    if (typing_ && !take_typed()) return;
    send(context);
  });
}

}  // namespace lotse::ui
