#include "ui/settings_dialog.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ui/texts.h"

namespace lotse::ui {
namespace {

void choose(Column& c, const std::string& id, const std::string& title, std::string& value,
            std::vector<MenuItem> items) {
  c.text(Type::body_strong, Ink::text, title);
  std::string label;
  for (auto& item : items) {
    item.checked = item.id == id + "." + value;
    if (item.checked) label = item.label;
  }
  Box box = c.take(kControlHeight);
  std::string chosen = c.kit().menu({.id = id, .label = label, .look = Look::select, .icon = Icon::down}, box, items);
  if (!chosen.empty()) value = chosen.substr(id.size() + 1);
}

}  // namespace

void SettingsDialog::open(const Settings& settings, const ProxyChoice& proxy) {
  proxy_.open(proxy);
  open_ = true;
  edited_ = settings;
  token_.clear();
}

void SettingsDialog::draw(PageContext& context) {
  if (!open_) return;
  context.kit.dialog("settings", 520, "settings.cancel", "settings.save", "settings.name", [&](Column& c) {
    c.gap(8);
    c.text(Type::subtitle, Ink::text, _("Settings"));
    c.space(4);
    c.text(Type::body_strong, Ink::text, _("Your name"));
    bool enter = c.field("settings.name", _("Your name"), edited_.name, {.hint = _("Your name"), .max_bytes = 100},
                         kControlHeight)
                     .submitted;
    c.text(Type::body_strong, Ink::text, _("Relay"));
    enter |= c.field("settings.relay", _("Relay"), edited_.relay, {.hint = "relay.example.org", .max_bytes = 300},
                     kControlHeight)
                 .submitted;
    c.text(Type::small, Ink::quiet, _("The relay passes sealed packets on. It cannot read them."));
    c.text(Type::body_strong, Ink::text, _("Token of the relay"));
    enter |= c.field("settings.token", _("Token of the relay"), token_,
                     {.hint = _("Only if your relay's operator gave you one"), .max_bytes = 200}, kControlHeight)
                 .submitted;
    enter |= proxy_.draw(c);
    if (c.buttons({{.id = "settings.access", .label = _("Access test"), .tip = _("Try each way to the relay")}}) ==
        "settings.access")
      test_wish_ = true;
    c.space(4);
    choose(c, "settings.language", _("Language"), edited_.language,
           {{.id = "settings.language.", .label = _("As the system")},
            {.id = "settings.language.en", .label = "English"},
            {.id = "settings.language.de", .label = "Deutsch"}});
    choose(c, "settings.clipboard", _("What I copy goes to others"), edited_.clipboard,
           {{.id = "settings.clipboard.hand", .label = _("Only when I send it")},
            {.id = "settings.clipboard.auto", .label = _("By itself while one controls the other's screen")},
            {.id = "settings.clipboard.off", .label = _("Never")}});
    choose(c, "settings.theme", _("Colours"), edited_.theme,
           {{.id = "settings.theme.", .label = _("As the system")},
            {.id = "settings.theme.dark", .label = _("Dark")},
            {.id = "settings.theme.light", .label = _("Light")}});
    c.space(8);
    std::string pressed = c.buttons({{.id = "settings.cancel", .label = _("Cancel")},
                                     {.id = "settings.save", .label = _("Save"), .look = Look::primary}},
                                    Align::right);
    const bool test = std::exchange(test_wish_, false);
    if ((pressed == "settings.save" || enter || test) && proxy_.problem().empty()) {
      if (edited_.clipboard != context.settings.clipboard)
        context.send({{"do", "clipboard"}, {"use", edited_.clipboard}});
      const bool renamed = edited_.name != context.settings.name;
      edited_.start_mode = context.settings.start_mode;
      edited_.start_rights = context.settings.start_rights;
      context.settings = edited_;
      context.settings_changed();
      keep_token(context);
      proxy_.keep(context);
      if (renamed) context.send({{"do", "set_name"}, {"name", edited_.name}});
      open_ = false;
      if (test) context.open_access_test();
    }
    if (pressed == "settings.cancel") open_ = false;
  });
}

/// Nothing pasted: what is kept stays.
void SettingsDialog::keep_token(PageContext& context) {
  std::erase_if(token_, [](char letter) { return static_cast<unsigned char>(letter) <= ' '; });
  if (!token_.empty()) context.send({{"do", "relay_token"}, {"relay", context.settings.relay}, {"token", token_}});
  token_.clear();
}

}  // namespace lotse::ui
