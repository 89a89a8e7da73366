#include "ui/clipboard_menu.h"

#include <nlohmann/json.hpp>

#include "ui/file_list.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

/// To whom it goes when nobody is named, as the program chooses them.
std::string receivers_words(const Model& m) {
  const std::set<int> partners = m.clipboard_partners();
  if (partners.size() == 1) return display_name(m, *partners.begin());
  if (!partners.empty())
    return filled(P_("{count} person", "{count} people", partners.size()),
                  {{"count", std::to_string(partners.size())}});
  if (m.role != Role::master) return display_name(m, m.master);
  return m.members.size() == 2 && m.other() != nullptr ? display_name(m, m.other()->id) : _("everybody");
}

void draw_progress(PageContext& context, Column& c) {
  const Model& m = context.model;
  Kit& kit = c.kit();
  for (const ClipboardMove& move : m.clipboard_moves) {
    if (move.size < kClipboardSlow) continue;
    const std::map<std::string, std::string> values{
        {"name", display_name(m, move.peer)}, {"done", size_words(move.done)}, {"size", size_words(move.size)}};
    c.text(Type::small, Ink::quiet,
           filled(move.incoming ? _("Clipboard from {name}: {done} of {size}")
                                : _("Clipboard to {name}: {done} of {size}"),
                  values));
    const Box bar = c.take(6);
    if (!kit.measuring()) kit.progress(bar, static_cast<float>(move.done) / static_cast<float>(move.size));
  }
}

}  // namespace

std::string clipboard_words(const std::string& kind, std::int64_t bytes) {
  return filled(kind == "image" ? _("image, {size}") : _("text, {size}"), {{"size", size_words(bytes)}});
}

void draw_clipboard_menu(PageContext& context, Column& c) {
  const Model& m = context.model;
  const bool off = m.clipboard_use == "off", may = m.may("clipboard") && !off;
  std::vector<MenuItem> items;
  items.push_back(
      {.id = "clipboard.send",
       .label = filled(_("Send what I copied to {name}"), {{"name", receivers_words(m)}}),
       .enabled = may,
       .hint = m.may("clipboard") ? "" : filled(_("{name} can allow it"), {{"name", display_name(m, m.master)}})});
  if (m.clipboard.from >= 0)
    items.push_back({.id = "clipboard.take",
                     .label = filled(_("Use what {name} copied"), {{"name", display_name(m, m.clipboard.from)}}),
                     .hint = clipboard_words(m.clipboard.kind, m.clipboard.bytes)});
  items.push_back({.id = "clipboard.hand", .label = _("Only when I send it"), .checked = m.clipboard_use == "hand"});
  items.push_back({.id = "clipboard.auto",
                   .label = _("By itself while one controls the other's screen"),
                   .checked = m.clipboard_use == "auto"});
  items.push_back({.id = "clipboard.off", .label = _("Never"), .checked = off});
  const Button button{.id = "people.clipboard",
                      .label = _("Clipboard"),
                      .look = Look::chip,
                      .tip = _("What one copies, another can paste"),
                      .icon = Icon::down};
  Box row = c.take(kControlHeight);
  if (!c.kit().measuring()) {
    row.width = c.kit().button_width(button);
    const std::string chosen = c.kit().menu(button, row, items);
    if (chosen == "clipboard.send")
      context.send({{"do", "clipboard_send"}});
    else if (chosen == "clipboard.take")
      context.send({{"do", "clipboard_take"}});
    else if (!chosen.empty()) {
      context.settings.clipboard = chosen.substr(std::string("clipboard.").size());
      context.settings_changed();
      context.send({{"do", "clipboard"}, {"use", context.settings.clipboard}});
    }
  }
  draw_progress(context, c);
}

}  // namespace lotse::ui
