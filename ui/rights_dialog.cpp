#include "ui/rights_dialog.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "ui/texts.h"

namespace lotse::ui {
namespace {

/// In the order in which they are shown.
constexpr std::array<const char*, 8> kRights{"chat",  "point",     "draw",    "files",
                                             "board", "clipboard", "present", "record"};

std::string right_words(const std::string& right) {
  if (right == "chat") return _("Write in the chat");
  if (right == "point") return _("Point on screens");
  if (right == "draw") return _("Draw on screens");
  if (right == "files") return _("Send files");
  if (right == "board") return _("Put files on the board");
  if (right == "clipboard") return _("Send what they copied");
  if (right == "present") return _("Show their own screen");
  return _("Record the session");
}

bool is_listed(const std::string& right) { return std::find(kRights.begin(), kRights.end(), right) != kRights.end(); }

}  // namespace

const std::vector<RightsPreset>& rights_presets() {
  static const std::vector<RightsPreset> kPresets{
      {"watch", {"view"}},
      {"talk", {"view", "chat", "point", "draw"}},
      {"work", {"view", "chat", "point", "draw", "files", "board", "clipboard", "present"}}};
  return kPresets;
}

std::string preset_of(const std::set<std::string>& rights) {
  std::set<std::string> plain = rights;
  plain.erase("control");
  for (const RightsPreset& preset : rights_presets())
    if (preset.rights == plain) return preset.id;
  return "own";
}

std::string preset_words(const std::string& id) {
  if (id == "watch") return _("Watch only");
  if (id == "talk") return _("Chat, point and draw");
  if (id == "work") return _("Work together");
  return _("A choice of my own");
}

std::string preset_hint(const std::string& id) {
  if (id == "work") return _("also files, board, clipboard, own screen");
  return {};
}

std::vector<std::string> preset_rights(const std::string& id) {
  const std::vector<RightsPreset>& all = rights_presets();
  const RightsPreset& preset = id == "watch" ? all[0] : id == "work" ? all[2] : all[1];
  return {preset.rights.begin(), preset.rights.end()};
}

void RightsDialog::open(const PageContext& context, int member) {
  const Member* m = context.model.member(member);
  open_ = true;
  everybody_ = false;
  arrows_ = context.model.arrows_moving;
  member_ = m != nullptr ? member : kJoining;
  rights_ = m != nullptr ? m->rights : context.model.rights_default;
  if (rights_.empty()) rights_ = rights_presets()[1].rights;
}

void RightsDialog::draw_toggles(Column& c) {
  for (const char* right : kRights) {
    bool on = rights_.contains(right);
    if (c.kit().toggle("rights." + std::string(right), right_words(right), on, c.take(30)))
      on ? void(rights_.insert(right)) : void(rights_.erase(right));
  }
}

void RightsDialog::draw_arrows(Column& c) {
  c.text(Type::body_strong, Ink::text, _("Arrows that move at once on a screen"));
  std::vector<MenuItem> items;
  for (int most : {1, 8, 20, 100})
    items.push_back(
        {.id = "arrows." + std::to_string(most), .label = std::to_string(most), .checked = most == arrows_});
  const Button button{
      .id = "rights.arrows", .label = std::to_string(arrows_), .look = Look::select, .icon = Icon::down};
  const std::string chosen = c.kit().menu(button, c.take(kControlHeight), items);
  if (!chosen.empty()) arrows_ = std::stoi(chosen.substr(chosen.find('.') + 1));
}

void RightsDialog::draw(PageContext& context) {
  const Member* m = context.model.member(member_);
  if (member_ != kJoining && m == nullptr) open_ = false;  // has left
  if (context.model.role != Role::master || !context.model.in_session()) open_ = false;
  if (!open_) return;
  context.kit.dialog("rights", 520, "rights.cancel", "rights.save", "rights.save", [&](Column& c) {
    c.gap(8);
    c.text(Type::subtitle, Ink::text,
           m != nullptr ? filled(_("What {name} may do"), {{"name", display_name(context.model, m->id)}})
                        : std::string(_("What those may do who join")));
    c.space(4);
    std::vector<Button> presets;
    const std::string now = preset_of(rights_);
    for (const RightsPreset& preset : rights_presets())
      presets.push_back({.id = std::string("rights.preset.") + preset.id,
                         .label = preset_words(preset.id),
                         .look = now == preset.id ? Look::chip_on : Look::chip});
    const std::string preset = c.buttons(presets, Align::left);
    for (const RightsPreset& one : rights_presets())
      if (preset == std::string("rights.preset.") + one.id) rights_ = one.rights;
    c.gap(2);
    draw_toggles(c);
    c.gap(8);
    c.text(Type::small, Ink::quiet, _("Control of a screen is allowed by the person whose screen it is."));
    if (m == nullptr && context.model.members.size() > 1)
      c.kit().toggle("rights.everybody", _("Also for all who are here"), everybody_, c.take(30));
    if (m == nullptr) draw_arrows(c);
    c.space(8);
    const std::string pressed = c.buttons({{.id = "rights.cancel", .label = _("Cancel")},
                                           {.id = "rights.save", .label = _("Save"), .look = Look::primary}},
                                          Align::right);
    if (pressed == "rights.save") save(context);
    if (!pressed.empty()) open_ = false;
  });
}

/// What differs; control stays as it is.
void RightsDialog::give(PageContext& context, const Member& m) const {
  for (const char* right : kRights) {
    const bool wanted = rights_.contains(right);
    if (wanted != m.rights.contains(right))
      context.send({{"do", wanted ? "grant" : "revoke"}, {"participant", m.id}, {"right", right}});
  }
}

void RightsDialog::save(PageContext& context) const {
  const Model& model = context.model;
  if (const Member* m = model.member(member_)) return give(context, *m);
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& right : rights_)
    if (right == "view" || is_listed(right)) list.push_back(right);
  context.send({{"do", "rights_default"}, {"rights", list}});
  if (arrows_ != model.arrows_moving) context.send({{"do", "pointers"}, {"moving", arrows_}});
  if (!everybody_) return;
  for (const auto& [id, m] : model.members)
    if (id != model.self) give(context, m);
}

}  // namespace lotse::ui
