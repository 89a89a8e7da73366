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

constexpr float kIndent = 21, kIconWidth = 36, kBarHeight = 6;
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

/// At the end of the row: pause, go on, and the cross.
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

/// Below the row: what asks for a decision, in words.
std::vector<Button> chips_of(const Transfer& t) {
  std::vector<Button> chips;
  if (is_offer(t)) {
    chips.push_back({.id = "file.accept." + t.id,
                     .label = _("Accept"),
                     .look = Look::chip_on,
                     .tip = _("Save it in the folder for downloads")});
    chips.push_back({.id = "file.refuse." + t.id, .label = _("Refuse"), .look = Look::chip});
  }
  if (may_show(t))
    chips.push_back(
        {.id = "file.show." + t.id, .label = _("Show folder"), .look = Look::chip, .tip = shortened(t.path, 90)});
  return chips;
}

void act(PageContext& context, const Transfer& t, const std::string& verb) {
  if (verb == "remove")
    context.model.forget_transfer(t.id);
  else if (verb == "show")
    show_folder(context, t);
  else
    context.send({{"do", verb + "_file"}, {"file_id", t.id}});
}

std::string verb_of(const Button& button) {
  const std::size_t first = button.id.find('.') + 1;
  return button.id.substr(first, button.id.find('.', first) - first);
}

void draw_transfer(PageContext& context, Column& c, const Transfer& t) {
  Kit& kit = c.kit();
  std::string pressed;
  const std::vector<Button> icons = icons_of(t), chips = chips_of(t);
  const float left = c.x() + kIndent, wide = c.width() - kIndent;
  const float words = wide - static_cast<float>(icons.size()) * (kIconWidth + 6);
  const Box head = c.take(39);
  if (!kit.measuring()) {
    kit.dot(head.x + 4.5F, head.y + 10.5F, member_color(context, t.peer));
    const std::string name = kit.shortened(Type::body_strong, t.name, words);
    kit.line({left, head.y, words, 21}, Type::body_strong, Ink::text, name);
    if (name != t.name) kit.tip({left, head.y, words, 21}, t.name);
    kit.line({left, head.y + 21, words, 18}, Type::small, Ink::quiet,
             kit.shortened(Type::small, peer_words(context.model, t), words));
  }
  float x = head.right() - static_cast<float>(icons.size()) * (kIconWidth + 6) + 6;
  for (const Button& button : icons) {
    if (kit.button(button, {x, head.y + (head.height - kChipHeight) / 2, kIconWidth, kChipHeight}))
      pressed = verb_of(button);
    x += kIconWidth + 6;
  }
  if (!is_finished(t) && t.state != TransferState::offered) {
    const Box bar = c.take(kBarHeight);
    const double part = t.size > 0 ? static_cast<double>(t.done) / static_cast<double>(t.size) : 0;
    kit.progress({left, bar.y, wide, bar.height}, static_cast<float>(part));
  }
  const Ink ink = t.state == TransferState::failed ? Ink::danger : Ink::quiet;
  c.take(kit.text({left, c.y(), wide, 0}, Type::small, ink, transfer_words(t)));
  if (!chips.empty()) {
    const Box row = c.take(kChipHeight);
    x = left;
    for (const Button& button : chips) {
      const float chip = kit.button_width(button);
      if (kit.button(button, {x, row.y, chip, row.height})) pressed = verb_of(button);
      x += chip + 6;
    }
  }
  c.space(8);
  if (!pressed.empty()) act(context, t, pressed);
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
      add(_("the other one is not reachable now. It goes on by itself."));
      break;
    case TransferState::done:
      add(size_words(t.size));
      add(t.incoming ? _("saved") : _("arrived"));
      break;
    case TransferState::failed:
      add(file_words(t.why, t.reason));
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

void draw_files(PageContext& context, Column& c) {
  c.gap(4);
  // A copy: a row may leave the list while it is drawn.
  std::vector<Transfer> order(context.model.transfers.rbegin(), context.model.transfers.rend());
  auto rank = [](const Transfer& t) { return is_offer(t) ? 0 : is_finished(t) ? 2 : 1; };
  std::stable_sort(order.begin(), order.end(), [&](const Transfer& a, const Transfer& b) { return rank(a) < rank(b); });
  for (const Transfer& transfer : order) draw_transfer(context, c, transfer);
}

}  // namespace lotse::ui
