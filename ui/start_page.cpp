#include "ui/start_page.h"

#include <SDL2/SDL_keycode.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ui/invitation.h"
#include "ui/rights_dialog.h"
#include "ui/texts.h"

namespace lotse::ui {

std::string relay_name(const Settings& settings) { return settings.relay.empty() ? "127.0.0.1:443" : settings.relay; }

void StartPage::enter(const std::string& invitation) {
  entry_ = invitation;
  hint_.clear();
  focus_set_ = false;
}

void StartPage::draw(PageContext& context) {
  Kit& kit = context.kit;
  draw_bar(context);
  if (!focus_set_) {
    kit.focus("start.invitation");
    focus_set_ = true;
  }
  kit.begin_region("start", {0, kTopBarHeight, kit.width(), kit.height() - kTopBarHeight}, true);
  const float content = std::min(1040.0F, kit.width() - 48), left = (kit.width() - content) / 2;
  const bool beside = content >= 760;
  float y = beside && kit.height() > 700 ? 56 : 24;
  if (beside) {
    const float half = (content - 24) / 2;
    float high = std::max(kit.measuring() ? 0 : draw_join(context, {left, -10000, half, 0}),
                          draw_start(context, {left, -10000, half, 0}));
    draw_join(context, {left, y, half, high});
    draw_start(context, {left + half + 24, y, half, high});
    y += high + 24;
  } else {
    y += draw_join(context, {left, y, content, 0}) + 16;
    y += draw_start(context, {left, y, content, 0}) + 24;
  }
  y += draw_recent(context, {left, y, content, 0}) + 24;
  kit.end_region(y);
  draw_options(context);
}

void StartPage::draw_bar(PageContext& context) {
  float right = draw_top_bar(context, "Lotse", "", 0);
  if (top_bar_button(context, {.id = "start.settings", .label = "", .tip = _("Settings (Ctrl+,)"), .icon = Icon::gear},
                     right) ||
      context.kit.shortcut(SDLK_COMMA))
    context.open_settings();
  if (top_bar_button(context, {.id = "start.access", .label = _("Access test"), .tip = _("Try each way to the relay")},
                     right))
    context.open_access_test();
  // The relay's address; the way to change it is behind it.
  Button relay{.id = "start.relay",
               .label = relay_name(context.settings),
               .look = Look::chip,
               .tip = _("The relay that sessions go through. Press to change it.")};
  if (top_bar_button(context, relay, right)) context.open_settings();
}

float StartPage::draw_join(PageContext& context, Box box) {
  Kit& kit = context.kit;
  const bool only_measure = box.y < -1000;
  auto content = [&](Column& c) {
    c.gap(16);
    c.text(Type::title, Ink::text, _("Join a session"));
    c.text(Type::body, Ink::quiet, _("Enter the number that you were given, or paste the whole invitation."));
    FieldResult entry = c.field("start.invitation", _("Number or invitation"), entry_,
                                {.type = Type::heading, .hint = _("428 117 903 – 481 902"), .max_bytes = 4000});
    if (entry.changed) hint_.clear();
    Box row = c.take(kControlHeight);
    Button button{.id = "start.join", .label = _("Join"), .look = Look::primary, .tip = _("Join the session (Enter)")};
    float wide = c.kit().button_width(button);
    FieldResult name =
        c.kit().field("start.name", _("Your name"), context.settings.name,
                      {row.x, row.y, row.width - wide - 12, row.height}, {.hint = _("Your name"), .max_bytes = 100});
    if (name.changed) context.settings_changed();
    if (c.kit().button(button, {row.right() - wide, row.y, wide, row.height}) || entry.submitted || name.submitted)
      join(context);
    if (!hint_.empty()) c.text(Type::small, Ink::danger, hint_);
    c.text(Type::small, Ink::quiet, _("Encrypted end to end. The relay cannot see your screen."));
  };
  if (only_measure) return kit.measure(box.width - 48, content) + 48;
  return kit.card(box, 24, content);
}

void StartPage::join(PageContext& context) {
  Invitation found = read_invitation(entry_);
  if (!found.complete()) {
    hint_ = entry_.empty() ? _("Enter a number first. It has nine digits.")
                           : _("There is no session number in this text. It has nine digits.");
    context.kit.focus("start.invitation");
    return;
  }
  nlohmann::json command{{"do", "join"}, {"name", context.settings.name}, {"relay", relay_name(context.settings)}};
  if (!found.link.empty())
    command["link"] = found.link;
  else
    command["number"] = found.number;
  if (!found.code.empty()) command["password"] = found.code;
  context.send(command);
}

float StartPage::draw_start(PageContext& context, Box box) {
  Kit& kit = context.kit;
  const bool only_measure = box.y < -1000;
  auto content = [&](Column& c) {
    c.gap(16);
    c.text(Type::title, Ink::text, _("Start a session"));
    c.text(Type::body, Ink::quiet, _("You get a number. Others join by it from their own program."));
    draw_modes(context, c);
    std::string pressed =
        c.buttons({{.id = "start.start",
                    .label = _("Start"),
                    .look = Look::primary,
                    .tip = _("Start the session and get a number")},
                   {.id = "start.options", .label = _("Options…"), .tip = _("Kind of code, and what is shared")}});
    if (pressed == "start.start") start(context);
    if (pressed == "start.options") {
      options_open_ = true;
      context.send({{"do", "sources"}});
    }
  };
  if (only_measure) return kit.measure(box.width - 48, content) + 48;
  return kit.card(box, 24, content);
}

float StartPage::draw_modes(PageContext& context, Column& c) {
  const std::string help = _("They show their screen, you point and, when allowed, control.");
  const std::string present = _("You show your screen to everybody who joins.");
  Kit& kit = c.kit();
  float half = (c.width() - 10) / 2;
  auto text_high = [&](const std::string& words) {
    return kit.measure(half - 32, [&](Column& inner) { inner.text(Type::small, Ink::quiet, words); });
  };
  float high = std::max(text_high(help), text_high(present)) + 44 + 16;
  Box row = c.take(high);
  std::string& mode = context.settings.start_mode;
  if (kit.choice("start.help", _("Help somebody"), help, {row.x, row.y, half, high}, mode == "control"))
    mode = "control", context.settings_changed();
  if (kit.choice("start.present", _("Present"), present, {row.x + half + 10, row.y, half, high},
                 mode == "presentation"))
    mode = "presentation", context.settings_changed();
  return high;
}

void StartPage::start(PageContext& context) {
  const bool present = context.settings.start_mode == "presentation";
  context.send({{"do", "start_session"},
                {"relay", relay_name(context.settings)},
                {"name", context.settings.name},
                {"mode", context.settings.start_mode},
                {"share", present ? share_ : "none"},
                {"rights", preset_rights(context.settings.start_rights)},
                {"password", code_kind_ == "own" ? passphrase_ : code_kind_}});
}

float StartPage::draw_recent(PageContext& context, Box box) {
  Kit& kit = context.kit;
  float y = box.y;
  y += kit.text({box.x, y, box.width, 0}, Type::heading, Ink::quiet, _("Recent")) + 12;
  if (context.recent.empty()) {
    y += kit.card({box.x, y, box.width, 0}, 20, [&](Column& c) {
      c.text(Type::body, Ink::quiet, _("Nothing yet. Sessions that you joined or started appear here."));
    });
    return y - box.y;
  }
  constexpr float kRow = 61;
  const std::size_t shown = std::min<std::size_t>(context.recent.size(), 6);
  Box card{box.x, y, box.width, kRow * static_cast<float>(shown)};
  kit.fill(card, kit.theme().surface, kCardRadius);
  kit.frame(card, kit.theme().line, kCardRadius);
  for (std::size_t i = 0; i < shown; ++i) {
    const RecentSession session = context.recent[i];
    Box row{card.x + 20, y + kRow * static_cast<float>(i), card.width - 40, kRow};
    if (i > 0) kit.fill({card.x, row.y, card.width, 1}, kit.theme().line);
    const bool joined = session.kind == "joined";
    const std::map<std::string, std::string> values{{"day", day_text(session.when)}};
    std::string what = joined                        ? filled(_("Joined on {day}"), values)
                       : session.kind == "presented" ? filled(_("Presented on {day}"), values)
                                                     : filled(_("Helped on {day}"), values);
    if (session.people > 2) {
      auto count = static_cast<unsigned long>(session.people);
      what += " · " + filled(P_("{count} person", "{count} people", count), {{"count", std::to_string(count)}});
    } else {
      what += " · " + duration_text(session.seconds);
      if (!session.path.empty()) what += " · " + path_text(session.path, "");
    }
    if (session.recorded) what += std::string(" · ") + _("recorded");
    Button again{.id = "start.recent." + std::to_string(i), .label = joined ? _("Join again") : _("Start again")};
    float wide = kit.button_width(again), names = std::min(220.0F, row.width * 0.3F);
    kit.line({row.x, row.y, names - 12, kRow}, Type::body_strong, Ink::text,
             session.with.empty() ? _("Nobody else") : session.with);
    kit.line({row.x + names + 12, row.y, row.width - names - wide - 36, kRow}, Type::body, Ink::quiet, what);
    if (kit.button(again, {row.right() - wide, row.y + (kRow - 34) / 2, wide, 34})) {
      if (joined) {
        enter(grouped(session.number));
      } else {
        context.settings.start_mode = session.kind == "presented" ? "presentation" : "control";
        start(context);
      }
    }
  }
  return y + card.height - box.y;
}

void StartPage::draw_rights(PageContext& context, Column& c) {
  std::string& chosen = context.settings.start_rights;
  c.text(Type::body_strong, Ink::text, _("What those may do who join"));
  std::vector<MenuItem> items;
  for (const RightsPreset& preset : rights_presets())
    items.push_back({.id = std::string("rights.") + preset.id,
                     .label = preset_words(preset.id),
                     .checked = chosen == preset.id,
                     .hint = preset_hint(preset.id)});
  const Button button{.id = "options.rights", .label = preset_words(chosen), .look = Look::select, .icon = Icon::down};
  const std::string pressed = c.kit().menu(button, c.take(kControlHeight), items);
  if (pressed.empty()) return;
  chosen = pressed.substr(pressed.find('.') + 1);
  context.settings_changed();
}

void StartPage::draw_options(PageContext& context) {
  if (!options_open_) return;
  context.kit.dialog("options", 520, "options.done", "options.done", "options.code", [&](Column& c) {
    Kit& kit = c.kit();
    c.text(Type::subtitle, Ink::text, _("Options for the session"));
    c.text(Type::body_strong, Ink::text, _("Code"));
    const std::vector<MenuItem> kinds{
        {.id = "auto", .label = _("Six digits, made on this computer"), .checked = code_kind_ == "auto"},
        {.id = "own", .label = _("My own passphrase"), .checked = code_kind_ == "own"},
        {.id = "none", .label = _("No code: I let everybody in myself"), .checked = code_kind_ == "none"}};
    auto label = std::find_if(kinds.begin(), kinds.end(), [&](const MenuItem& k) { return k.id == code_kind_; })->label;
    Box box = c.take(kControlHeight);
    if (std::string chosen =
            kit.menu({.id = "options.code", .label = label, .look = Look::select, .icon = Icon::down}, box, kinds);
        !chosen.empty())
      code_kind_ = chosen;
    if (code_kind_ == "own")
      c.field("options.passphrase", _("Passphrase"), passphrase_,
              {.hint = _("Ten characters or more"), .max_bytes = 200});
    if (context.settings.start_mode == "presentation") {
      c.text(Type::body_strong, Ink::text, _("What is shared"));
      std::vector<MenuItem> sources{{.id = "screen", .label = _("The whole screen"), .checked = share_ == "screen"}};
      for (std::size_t i = 0; i < context.model.monitors.size(); ++i) {
        std::string id = "monitor:" + std::to_string(i);
        sources.push_back({.id = id,
                           .label = filled(_("Monitor {name}"), {{"name", context.model.monitors[i].name}}),
                           .checked = share_ == id});
      }
      auto now = std::find_if(sources.begin(), sources.end(), [&](const MenuItem& s) { return s.id == share_; });
      box = c.take(kControlHeight);
      std::string name = now == sources.end() ? sources[0].label : now->label;
      if (std::string chosen =
              kit.menu({.id = "options.share", .label = name, .look = Look::select, .icon = Icon::down}, box, sources);
          !chosen.empty())
        share_ = chosen;
    }
    draw_rights(context, c);
    const bool weak = code_kind_ == "own" && to_utf32(passphrase_).size() < 10;
    if (c.buttons({{.id = "options.done", .label = _("Done"), .look = Look::primary, .enabled = !weak}},
                  Align::right) == "options.done")
      options_open_ = false;
  });
}

}  // namespace lotse::ui
