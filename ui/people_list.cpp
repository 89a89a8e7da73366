#include "ui/people_list.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ui/clipboard_menu.h"
#include "ui/rights_dialog.h"
#include "ui/send_file_dialog.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

/// "presents · controls · direct · 21 ms"
std::string doing_text(const Model& model, const Member& m) {
  std::vector<std::string> parts;
  if (m.id == model.master) parts.push_back(_("moderator"));
  if (m.deputy > 0) parts.push_back(_("deputy"));
  if (model.known_contacts.contains(m.id)) parts.push_back(_("known contact"));
  if (m.sharing) parts.push_back(_("shows the screen"));
  if (model.controls(m)) parts.push_back(_("controls"));
  if (m.asks_control) parts.push_back(_("asks for control"));
  if (m.hand) parts.push_back(_("raises a hand"));
  if (m.id != model.self && !m.path.empty()) {
    parts.push_back(path_text(m.path, m.via));
    if (m.rtt_ms >= 0) parts.push_back(filled(_("{count} ms"), {{"count", std::to_string(m.rtt_ms)}}));
  }
  if (parts.empty()) parts.push_back(_("watches"));
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : " · ") + part;
  return text;
}

/// Whether that member has it; those of whom the roster tells no rights have what all get.
bool has_right(const Member& m, const std::string& right) { return m.rights.empty() || m.rights.contains(right); }

std::vector<MenuItem> actions_for(const Model& model, const Member& m) {
  const std::string id = std::to_string(m.id) + ".";
  std::vector<MenuItem> items;
  const bool presenting = model.own_screen_shared(), leading = model.role == Role::master;
  if (m.id == model.self) return items;
  items.push_back({.id = id + "talk", .label = _("Write to them alone")});
  items.push_back({.id = id + "send_file", .label = _("Send a file…")});
  if (model.may("clipboard") && model.clipboard_use != "off")
    items.push_back({.id = id + "send_clipboard", .label = _("Send what I copied")});
  if (presenting || leading) {
    if (model.controls(m))
      items.push_back({.id = id + "revoke", .label = _("Take control back")});
    else if (presenting)
      items.insert(items.end(), {{.id = id + "grant", .label = _("Allow control")},
                                 {.id = id + "grant_short", .label = _("Allow control for 10 minutes")}});
  }
  if (model.may_ask_system(m)) items.push_back({.id = id + "sysinfo", .label = _("System information…")});
  if (const auto control = model.control_of.find(m.id);
      control != model.control_of.end() && control->second == ControlState::active) {
    const bool locked = model.input_locks.contains(m.id);
    items.push_back(
        {.id = id + "lock_input",
         .label = locked ? _("Let them use their keyboard and mouse") : _("Lock their keyboard and mouse")});
  }
  if (leading && !m.sharing) items.push_back({.id = id + "request_share", .label = _("Ask to see their screen")});
  if (leading) {
    items.push_back(
        {.id = id + "mute", .label = has_right(m, "chat") ? _("Mute in the chat") : _("Let them chat again")});
    items.push_back({.id = id + "rights", .label = _("Rights…")});
    items.push_back({.id = id + "deputy", .label = m.deputy > 0 ? _("No longer deputy") : _("Make deputy")});
    items.push_back({.id = id + "handover", .label = _("Hand the session over")});
    items.push_back({.id = id + "kick", .label = _("Remove from the session…")});
  }
  return items;
}

void act(PageContext& context, const Member& m, const std::string& verb) {
  if (verb == "send_file") return context.send_file(m.id);
  if (verb == "kick" || verb == "ban") return context.ask_to_kick(m.id, verb == "ban");
  if (verb == "rights") return context.open_rights(m.id);
  if (verb == "send_clipboard") return context.send({{"do", "clipboard_send"}, {"to", m.id}});
  if (verb == "sysinfo") return context.open_system_info(m.id);
  if (verb == "lock_input")
    return context.send({{"do", verb}, {"presenter", m.id}, {"on", !context.model.input_locks.contains(m.id)}});
  if (verb == "talk") {
    context.model.open_talk({m.id});
    context.model.wants_chat = true;
    return;
  }
  nlohmann::json command{{"do", verb}, {"participant", m.id}};
  if (verb == "grant" || verb == "revoke" || verb == "grant_short") command["right"] = "control";
  if (verb == "grant_short") command.update({{"do", "grant"}, {"seconds", 600}});
  if (verb == "deputy") command["on"] = m.deputy == 0;
  if (verb == "mute") command["on"] = has_right(m, "chat");
  context.send(command);
}

void draw_person(PageContext& context, Column& c, const Member& m) {
  Kit& kit = c.kit();
  std::string name = display_name(context.model, m.id);
  if (m.id == context.model.self && !context.model.own_name.empty())
    name = filled(_("{name} (you)"), {{"name", context.model.own_name}});
  const std::string doing = doing_text(context.model, m), id = std::to_string(m.id);
  std::vector<MenuItem> items = actions_for(context.model, m);
  const bool controls = context.model.controls(m);
  const std::string right_text = controls ? _("control") : "";
  float right = c.width();
  if (!items.empty()) right -= 44;
  if (controls) right -= kit.text_width(Type::small, right_text) + 32;
  const float words = right - 21;
  float high = 21 + kit.measure(words, [&](Column& inner) { inner.text(Type::small, Ink::quiet, doing); });
  Box row = c.take(high);
  if (kit.measuring()) return;
  kit.dot(row.x + 4.5F, row.y + 10.5F, member_color(context, m.id));
  kit.line({row.x + 21, row.y, words, 21}, Type::body_strong, Ink::text, name);
  kit.text({row.x + 21, row.y + 21, words, 0}, Type::small, Ink::quiet, doing);
  float x = row.x + right;
  const float middle = row.y + (high - kChipHeight) / 2;
  if (controls) x += kit.chip(x + 4, middle, right_text, kit.theme().danger_fill, rgb(0xffffff)) + 4;
  if (items.empty()) return;
  Button more{.id = "person." + id,
              .label = "",
              .look = Look::chip,
              .tip = filled(_("What you can do with {name}"), {{"name", name}}),
              .icon = Icon::more};
  std::string chosen = kit.menu(more, {row.right() - 36, middle, 36, kChipHeight}, items);
  if (!chosen.empty()) act(context, m, chosen.substr(chosen.find('.') + 1));
}

}  // namespace

void draw_people(PageContext& context, Column& c) {
  c.gap(14);
  // Oneself first, then those who do something, then the rest in the order in which they came.
  std::vector<Member> order;
  for (const auto& [id, m] : context.model.members) order.push_back(m);
  auto rank = [&](const Member& m) {
    return m.id == context.model.self     ? 0
           : m.sharing                    ? 1
           : m.id == context.model.master ? 2
           : context.model.controls(m)    ? 3
                                          : 4;
  };
  std::stable_sort(order.begin(), order.end(), [&](const Member& a, const Member& b) { return rank(a) < rank(b); });
  for (const Member& m : order) draw_person(context, c, m);
  if (order.empty()) c.text(Type::body, Ink::quiet, _("Nobody is here yet."));
  if (order.size() < 2) return;
  const std::string pressed = c.buttons({{.id = "people.ways",
                                          .label = _("Connections"),
                                          .look = Look::chip,
                                          .tip = _("How what you exchange with each person travels")},
                                         {.id = "people.send_file",
                                          .label = _("Send a file…"),
                                          .look = Look::chip,
                                          .tip = _("Choose a file, or drop it on the window (Ctrl+O)")},
                                         {.id = "people.send_folder",
                                          .label = _("Send a folder…"),
                                          .look = Look::chip,
                                          .tip = _("Choose a folder, or drop it on the window")}},
                                        Align::left);
  if (context.model.role == Role::master &&
      c.buttons({{.id = "people.rights",
                  .label = _("Rights of those who join…"),
                  .look = Look::chip,
                  .tip = _("What participants may do: chat, point, files and more")}},
                Align::left) == "people.rights")
    context.open_rights(RightsDialog::kJoining);
  draw_clipboard_menu(context, c);
  if (pressed == "people.ways") context.open_ways();
  if (pressed == "people.send_folder") context.send_file(SendFileDialog::kFolder);
  if (pressed == "people.send_file") context.send_file(SendFileDialog::kAsk);
}

void draw_lobby(PageContext& context, Column& c) {
  if (context.model.lobby.empty()) {
    c.text(Type::body, Ink::quiet, _("Nobody is waiting."));
    return;
  }
  const std::vector<LobbyGuest> guests = context.model.lobby;
  Kit& kit = c.kit();
  for (const LobbyGuest& guest : guests) {
    const std::string id = std::to_string(guest.id),
                      name = guest.name.empty() ? display_name(context.model, guest.id) : guest.name;
    Button refuse{.id = "lobby.refuse." + id, .label = _("Refuse")},
        admit{.id = "lobby.admit." + id, .label = _("Admit"), .look = Look::primary};
    const float refuse_wide = kit.button_width(refuse), admit_wide = kit.button_width(admit);
    const bool beside = c.width() - refuse_wide - admit_wide - 24 > 210;
    const float words = (beside ? c.width() - refuse_wide - admit_wide - 24 : c.width()) - 21;
    const std::string check = guest.words.empty() ? _("wants to join") : _("wants to join · check the words: {words}");
    auto text = [&](Column& inner) { inner.rich(Type::small, Ink::quiet, check, {{"words", guest.words}}); };
    float high = std::max(kControlHeight, 21 + kit.measure(words, text));
    Box row = c.take(beside ? high : high + kControlHeight + 8);
    kit.dot(row.x + 4.5F, row.y + 10.5F, readable(participant_color("", guest.id), kit.theme().surface));
    if (!kit.measuring()) kit.line({row.x + 21, row.y, words, 21}, Type::body_strong, Ink::text, name);
    kit.rich({row.x + 21, row.y + 21, words, 0}, Type::small, Ink::quiet, check, {{"words", guest.words}});
    const float y = beside ? row.y + (high - kControlHeight) / 2 : row.bottom() - kControlHeight;
    const nlohmann::json who = guest.id;
    if (kit.button(refuse, {row.right() - admit_wide - 12 - refuse_wide, y, refuse_wide, kControlHeight}))
      context.send({{"do", "refuse"}, {"participant", who}});
    if (kit.button(admit, {row.right() - admit_wide, y, admit_wide, kControlHeight}))
      context.send({{"do", "admit"}, {"participant", who}});
  }
}

}  // namespace lotse::ui
