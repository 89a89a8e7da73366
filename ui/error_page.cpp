#include "ui/error_page.h"

#include <SDL2/SDL_keycode.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ui/problems.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

void draw_card(PageContext& context, const std::function<void(Column&)>& content) {
  Kit& kit = context.kit;
  kit.begin_region("problem", {0, kTopBarHeight, kit.width(), kit.height() - kTopBarHeight}, true);
  float width = std::min(560.0F, kit.width() - 48), top = std::clamp(kit.height() * 0.16F, 24.0F, 150.0F);
  float high = kit.card({(kit.width() - width) / 2, top, width, 0}, 32, content);
  kit.end_region(top + high + 24);
}

}  // namespace

void draw_error_page(PageContext& context, const std::function<void()>& retry) {
  const Problem problem = *context.model.problem;
  const ProblemWords words = problem_words(problem.code, problem.message, context.model.relay);
  draw_top_bar(context, "Lotse", "", 0);
  draw_card(context, [&](Column& c) {
    c.gap(14);
    c.text(Type::title, Ink::text, words.title);
    c.text(Type::body, Ink::text, words.happened);
    c.text(Type::body, Ink::text, words.advice);
    // The program's own line helps whoever is asked for help.
    c.text(Type::small, Ink::quiet, problem.message.empty() ? problem.code : problem.code + ": " + problem.message);
    std::vector<Button> buttons;
    if (words.remedy != Remedy::back)
      buttons.push_back({.id = "error.back", .label = _("Back to the start"), .tip = _("Back to the start (Esc)")});
    if (problem.code == "relay_unreachable")
      buttons.push_back({.id = "error.access", .label = _("Access test"), .tip = _("Try each way to the relay")});
    if (words.remedy == Remedy::settings) buttons.push_back({.id = "error.again", .label = _("Try again")});
    buttons.push_back({.id = "error.do", .label = words.button, .look = Look::primary, .tip = _("Enter")});
    std::string pressed = c.buttons(buttons, Align::right);
    const bool enter = c.kit().key(SDLK_RETURN), escape = c.kit().key(SDLK_ESCAPE);
    if (pressed == "error.back" || escape)
      context.back_to_start();
    else if (pressed == "error.access")
      context.open_access_test();
    else if (pressed == "error.again")
      retry();
    else if (pressed == "error.do" || enter)
      words.remedy == Remedy::try_again  ? retry()
      : words.remedy == Remedy::settings ? context.open_settings()
                                         : context.back_to_start();
  });
}

void draw_ended_page(PageContext& context, long seconds) {
  draw_top_bar(context, "Lotse", "", 0);
  draw_card(context, [&](Column& c) {
    c.gap(14);
    c.text(Type::title, Ink::text, _("The session is over"));
    c.text(Type::body, Ink::text, ended_words(context.model.ended_reason));
    c.text(Type::body, Ink::quiet, filled(_("It lasted {duration}."), {{"duration", duration_text(seconds)}}));
    if (!context.model.recording.file.empty())
      c.text(Type::body, Ink::quiet, filled(_("Recording saved: {file}"), {{"file", context.model.recording.file}}));
    std::string pressed =
        c.buttons({{.id = "ended.close", .label = _("Close")},
                   {.id = "ended.start", .label = _("Back to the start"), .look = Look::primary, .tip = _("Enter")}},
                  Align::right);
    const bool enter = c.kit().key(SDLK_RETURN);
    if (pressed == "ended.close") context.close();
    if (pressed == "ended.start" || enter) context.back_to_start();
  });
}

}  // namespace lotse::ui
