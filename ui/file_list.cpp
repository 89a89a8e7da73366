#include "ui/file_list.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "ui/problems.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB"};

std::size_t unit_of(std::int64_t bytes) {
  std::size_t unit = 0;
  for (double rest = static_cast<double>(bytes); rest >= 999.5 && unit + 1 < kUnits.size(); rest /= 1000) ++unit;
  return unit;
}

/// In that unit, with one decimal below a hundred.
std::string number_words(std::int64_t bytes, std::size_t unit) {
  const double value = static_cast<double>(bytes) / std::pow(1000.0, static_cast<double>(unit));
  if (unit == 0 || value >= 99.95) return std::to_string(std::llround(value));
  const long long tenths = std::llround(value * 10);
  return std::to_string(tenths / 10) + _(".") + std::to_string(tenths % 10);
}

std::string left_words(std::int64_t seconds) {
  if (seconds < 90) return filled(_("{count} s left"), {{"count", std::to_string(seconds)}});
  if (seconds < 90 * 60) return filled(_("{count} min left"), {{"count", std::to_string((seconds + 30) / 60)}});
  return filled(_("{count} h left"), {{"count", std::to_string((seconds + 1800) / 3600)}});
}

std::string part_words(const Transfer& t) {
  return filled(_("{done} of {size}"), {{"done", number_words(t.done, unit_of(t.size))}, {"size", size_words(t.size)}});
}

std::string peer_words(const Model& model, const Transfer& t) {
  if (t.board) return t.incoming ? _("from the board") : _("to the board");
  if (!t.incoming && t.peer < 0) return _("to everybody");
  const std::string who =
      t.peer_name.empty() || model.member(t.peer) != nullptr ? display_name(model, t.peer) : t.peer_name;
  return filled(t.incoming ? _("from {name}") : _("to {name}"), {{"name", who}});
}

bool may_show(const Transfer& t) {
  return t.state == TransferState::done && t.incoming && std::filesystem::path(t.path).is_absolute();
}

/// The desktop's file manager, on a folder and nothing else: what a peer sent is never opened itself.
void show_folder(PageContext& context, const Transfer& t) {
  const std::filesystem::path folder = std::filesystem::path(t.path).parent_path();
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error) || SDL_OpenURL(folder.c_str()) != 0)
    context.kit.toast(filled(_("The folder cannot be shown: {folder}"), {{"folder", folder.string()}}));
}

/// Pause, go on, and the cross.
std::vector<Button> icons_of(const Transfer& t) {
  std::vector<Button> icons;
  auto add = [&](const char* verb, const char* tip, Icon icon) {
    icons.push_back({.id = "file." + std::string(verb) + "." + t.id,
                     .label = "",
                     .look = Look::chip,
                     .tip = filled(tip, {{"file", shortened(t.name, 48)}}),
                     .icon = icon});
  };
  if (t.state == TransferState::active) add("pause", _("Pause {file}"), Icon::pause);
  if (t.state == TransferState::paused) add("resume", _("Go on with {file}"), Icon::go);
  if (is_finished(t))
    add("remove", _("Remove {file} from the list"), Icon::close);
  else if (!is_offer(t))
    add("cancel", _("Cancel {file}"), Icon::close);
  return icons;
}

/// What asks for a decision.
std::vector<Button> chips_of(const Transfer& t) {
  std::vector<Button> chips;
  if (is_offer(t)) {
    chips.push_back({.id = "file.accept." + t.id,
                     .label = _("Accept"),
                     .look = Look::chip_on,
                     .tip = _("Save it in the folder for downloads")});
    chips.push_back({.id = "file.save." + t.id,
                     .label = _("Save in…"),
                     .look = Look::chip,
                     .tip = _("Choose the folder where it goes")});
    chips.push_back({.id = "file.refuse." + t.id, .label = _("Refuse"), .look = Look::chip});
  }
  if (may_show(t)) {
    chips.push_back(
        {.id = "file.show." + t.id, .label = _("Show folder"), .look = Look::chip, .tip = shortened(t.path, 90)});
    if (!t.board)
      chips.push_back({.id = "file.copy." + t.id,
                       .label = _("Copy"),
                       .look = Look::chip,
                       .tip = _("Then paste it in a folder or a message")});
  }
  return chips;
}

std::string failed_words(const Transfer& t) {
  if (t.board && t.why == "not_allowed") return _("The moderator has not allowed putting files on the board.");
  return file_words(t.why, t.reason);
}

std::string folder_words(const Transfer& t) {
  if (!t.is_folder) return {};
  return filled(P_("folder, {count} file", "folder, {count} files", static_cast<unsigned long>(std::max(0, t.files))),
                {{"count", std::to_string(t.files)}}) +
         " · ";
}

void draw_transfer(PageContext& context, Column& c, const Transfer& t) {
  FileRow row{
      .name = t.name, .words = folder_words(t) + peer_words(context.model, t), .dot = member_color(context, t.peer)};
  add_transfer(row, t);
  act_on_transfer(context, t, draw_file_row(c, row));
}

}  // namespace

std::string size_words(std::int64_t bytes) {
  const std::size_t unit = unit_of(bytes);
  std::string number = number_words(bytes, unit);
  if (const std::string zero = std::string(_(".")) + "0"; number.ends_with(zero))
    number.resize(number.size() - zero.size());
  return number + " " + kUnits[unit];
}

std::string transfer_words(const Transfer& t) {
  std::string text;
  auto add = [&](const std::string& part) { text += (text.empty() ? "" : " · ") + part; };
  switch (t.state) {
    case TransferState::offered:
      add(size_words(t.size));
      if (!t.incoming) add(_("waits for an answer"));
      break;
    case TransferState::active:
      add(part_words(t));
      if (t.rate_bps > 0) add(size_words(std::llround(std::min(t.rate_bps / 8, 9e15))) + "/s");
      if (t.left_s >= 0) add(left_words(t.left_s));
      break;
    case TransferState::paused:
      add(part_words(t));
      add(_("paused"));
      break;
    case TransferState::waiting:
      add(part_words(t));
      add(t.board ? _("the relay is not reachable now. It goes on by itself.")
                  : _("the other one is not reachable now. It goes on by itself."));
      break;
    case TransferState::done:
      add(size_words(t.size));
      add(t.incoming ? _("saved") : t.board ? _("lies there now") : _("arrived"));
      break;
    case TransferState::failed:
      add(failed_words(t));
      break;
    case TransferState::refused:
      add(size_words(t.size));
      add(t.incoming ? _("refused by you") : _("not accepted"));
      break;
    case TransferState::cancelled:
      add(size_words(t.size));
      add(_("cancelled"));
      break;
  }
  return text;
}

void add_transfer(FileRow& row, const Transfer& t) {
  row.icons = icons_of(t);
  row.chips = chips_of(t);
  if (!is_finished(t) && t.state != TransferState::offered)
    row.part = t.size > 0 ? static_cast<double>(t.done) / static_cast<double>(t.size) : 0;
  row.state = transfer_words(t);
  row.ink = t.state == TransferState::failed ? Ink::danger : Ink::quiet;
}

void act_on_transfer(PageContext& context, const Transfer& t, const std::string& pressed) {
  if (!pressed.starts_with("file.") || !pressed.ends_with("." + t.id)) return;
  const std::string verb = pressed.substr(5, pressed.find('.', 5) - 5);
  if (verb == "remove")
    context.model.forget_transfer(t.id);
  else if (verb == "show")
    show_folder(context, t);
  else if (verb == "save")
    context.save_in(t.id);
  else if (verb == "copy")
    context.send({{"do", "clipboard_take"}, {"file_id", t.id}});
  else
    context.send({{"do", verb + "_file"}, {"file_id", t.id}});
}

void draw_files(PageContext& context, Column& c) {
  c.gap(4);
  // A copy: a row may leave the list while it is drawn.
  std::vector<Transfer> order(context.model.transfers.rbegin(), context.model.transfers.rend());
  std::erase_if(order, [&](const Transfer& t) { return !context.model.is_listed(t); });
  auto rank = [](const Transfer& t) { return is_offer(t) ? 0 : is_finished(t) ? 2 : 1; };
  std::stable_sort(order.begin(), order.end(), [&](const Transfer& a, const Transfer& b) { return rank(a) < rank(b); });
  for (const Transfer& transfer : order) draw_transfer(context, c, transfer);
}

}  // namespace lotse::ui
