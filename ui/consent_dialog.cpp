#include "ui/consent_dialog.h"

#include <nlohmann/json.hpp>

#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr int kShortGrantSeconds = 600, kSessionSeconds = 86400;

struct ConsentWords {
  const char *title, *asks, *charge;
};

ConsentWords consent_words(const std::string& what) {
  if (what == "control")
    return {_("Allow control?"), _("{name} asks to use your mouse and keyboard."),
            _("You stay in charge: your own mouse always wins, and [Pause] or [Ctrl] [Alt] [Shift] [Esc] ends it at "
              "once. Never allow this to somebody who called you unexpectedly.")};
  if (what == "share")
    return {_("Show your screen?"), _("{name} asks to see your screen."),
            _("Everything on it can be seen, messages that pop up too. A red banner stays visible, and Stop sharing in "
              "it ends it at once. Never allow this to somebody who called you unexpectedly.")};
  if (what == "record")
    return {_("Allow recording?"), _("{name} wants to record this session as a video."),
            _("The recording shows your screen and the pointer. Everybody sees while it runs.")};
  if (what == "reboot")
    return {_("Restart this computer?"), _("{name} asks to restart your computer."),
            _("Save your work first. Never allow this to somebody who called you unexpectedly.")};
  if (what == "sysinfo")
    return {_("Tell about this computer?"),
            _("{name} asks for the facts of this computer: system, memory, disks, network."),
            _("Nothing of your files is sent.")};
  if (what == "lock_input")
    return {_("Lock your keyboard and mouse?"), _("{name} asks to work here without your keyboard and mouse."),
            _("They do nothing then, for five minutes at most. [Pause] or [Ctrl] [Alt] [Shift] [Esc] still ends it at "
              "once, and control with it. Never allow this to somebody who called you unexpectedly.")};
  return {_("Allow this?"), _("{name} asks for something that this version does not know."),
          _("Say No when you are not sure.")};
}

}  // namespace

void draw_consent_dialog(PageContext& context) {
  if (context.model.consents.empty()) return;
  const ConsentRequest request = context.model.consents.front();
  const ConsentWords words = consent_words(request.what);
  const std::string name = request.name.empty() ? display_name(context.model, request.from) : request.name;
  auto answer = [&](bool allow, int seconds) {
    nlohmann::json command{
        {"do", "consent"}, {"request", nlohmann::json::parse(request.request, nullptr, false)}, {"allow", allow}};
    if (seconds > 0) command["seconds"] = seconds;
    context.send(command);
  };
  context.kit.dialog("consent." + request.request, 520, "consent.no", "consent.no", "consent.no", [&](Column& c) {
    c.gap(16);
    c.text(Type::subtitle, Ink::text, words.title);
    c.rich(Type::body, Ink::text, words.asks, {{"name", name}});
    c.card(14, [&](Column& inner) {
      const bool known = !request.words.empty();
      float high = inner.kit().measure(inner.width() - 22, [&](Column& m) {
        m.rich(Type::body, Ink::text,
               known ? _("Both of you see the words {words}. Ask for them when in doubt.") : _("Joined your session."),
               {{"words", request.words}});
      });
      Box row = inner.take(high);
      inner.kit().dot(row.x + 5, row.y + 10.5F, known ? inner.kit().theme().good : inner.kit().theme().warning);
      inner.kit().rich(
          {row.x + 22, row.y, row.width - 22, 0}, Type::body, Ink::text,
          known ? _("Both of you see the words {words}. Ask for them when in doubt.") : _("Joined your session."),
          {{"words", request.words}});
    });
    c.rich(Type::small, Ink::quiet, words.charge, {});
    std::vector<Button> buttons{{.id = "consent.no", .label = _("No"), .tip = _("Esc or Enter")}};
    if (request.what == "control") buttons.push_back({.id = "consent.short", .label = _("For 10 minutes")});
    if (request.what == "sysinfo") buttons.push_back({.id = "consent.session", .label = _("For this session")});
    buttons.push_back({.id = "consent.allow", .label = _("Allow"), .look = Look::primary});
    std::string pressed = c.buttons(buttons, Align::right);
    if (pressed == "consent.no") answer(false, 0);
    if (pressed == "consent.short") answer(true, kShortGrantSeconds);
    if (pressed == "consent.session") answer(true, kSessionSeconds);
    if (pressed == "consent.allow") answer(true, 0);
  });
}

}  // namespace lotse::ui
