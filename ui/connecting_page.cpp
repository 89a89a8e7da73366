#include "ui/connecting_page.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

enum class StepState { done, working, later };
struct Step {
  StepState state;
  std::string text, time;
};

std::string milliseconds_text(std::int64_t ns) {
  if (ns < 0) return "";
  if (ns < 10'000'000'000) return filled(_("{count} ms"), {{"count", std::to_string((ns + 500'000) / 1'000'000)}});
  return duration_text(static_cast<long>(ns / 1'000'000'000));
}

/// From the start until the first of `stages` was reached.
std::string time_until(const Model& model, std::initializer_list<Stage> stages) {
  std::optional<std::int64_t> first;
  for (Stage stage : stages)
    if (auto at = model.reached_ns.find(stage); at != model.reached_ns.end())
      first = std::min(first.value_or(at->second), at->second);
  return first && model.asked_ns > 0 ? milliseconds_text(*first - model.asked_ns) : "";
}

std::vector<Step> steps_of(const Model& m) {
  const std::map<std::string, std::string> values{{"relay", m.relay.empty() ? _("the relay") : m.relay},
                                                  {"name", display_name(m, m.master)}};
  auto state = [&](Stage now) {
    return m.stage > now ? StepState::done : m.stage == now ? StepState::working : StepState::later;
  };
  std::vector<Step> steps;
  StepState s = state(Stage::connecting);
  steps.push_back({s, filled(s == StepState::done ? _("Relay reached") : _("Reaching {relay}"), values),
                   time_until(m, {Stage::handshake, Stage::lobby, Stage::waiting_for_presenter, Stage::live})});
  if (m.role == Role::master) {
    steps.push_back({StepState::later, _("Getting a number"), ""});
    return steps;
  }
  s = state(Stage::handshake);
  steps.push_back({s, s == StepState::done ? _("Keys agreed") : _("Agreeing on keys"),
                   time_until(m, {Stage::lobby, Stage::waiting_for_presenter, Stage::live})});
  s = state(Stage::lobby);
  const bool passed_lobby = s == StepState::done && m.reached_ns.contains(Stage::lobby);
  if (s != StepState::done || passed_lobby)
    steps.push_back({s,
                     s == StepState::done      ? _("Let in")
                     : s == StepState::working ? _("Waiting until the moderator lets you in")
                                               : _("The moderator lets you in"),
                     passed_lobby ? time_until(m, {Stage::waiting_for_presenter, Stage::live}) : ""});
  s = state(Stage::waiting_for_presenter);
  const bool known = !m.name_of(m.master).empty();
  steps.push_back({s,
                   s == StepState::done           ? _("The picture is on its way")
                   : known && m.mode != "control" ? filled(_("Waiting for {name} to share the screen"), values)
                                                  : _("Waiting for somebody to share the screen"),
                   ""});
  return steps;
}

void draw_centered(PageContext& context, float width,
                   const std::function<float(float x, float y, float width)>& content) {
  Kit& kit = context.kit;
  kit.begin_region("center", {0, kTopBarHeight, kit.width(), kit.height() - kTopBarHeight}, true);
  width = std::min(width, kit.width() - 48);
  float top = std::clamp((kit.height() - kTopBarHeight) * 0.12F, 24.0F, 120.0F);
  float end = content((kit.width() - width) / 2, top, width);
  kit.end_region(end + 24);
}

}  // namespace

void draw_steps(PageContext& context, Column& c) {
  Kit& kit = c.kit();
  for (const Step& step : steps_of(context.model)) {
    const float room = c.width() - 26 - 90;
    float high =
        std::max(24.0F, kit.measure(room, [&](Column& inner) { inner.text(Type::body, Ink::text, step.text); }));
    Box row = c.take(high);
    Box sign{row.x, row.y + 3, 15, 15};
    if (step.state == StepState::done)
      kit.icon(sign, Icon::check, kit.theme().good);
    else if (step.state == StepState::working)
      kit.icon(sign, Icon::more, kit.theme().warning);
    else
      kit.dot(row.x + 7.5F, row.y + 10.5F, kit.theme().quiet, 3);
    kit.text({row.x + 26, row.y, room, 0}, Type::body, step.state == StepState::later ? Ink::quiet : Ink::text,
             step.text);
    if (!step.time.empty() && step.state == StepState::done)
      kit.line({row.right() - 88, row.y, 88, 21}, Type::small, Ink::quiet, step.time, Align::right);
  }
}

void draw_connecting_page(PageContext& context) {
  const Model& m = context.model;
  draw_top_bar(context, "Lotse", "", 0);
  draw_centered(context, 600, [&](float x, float y, float width) {
    y += context.kit.card({x, y, width, 0}, 32, [&](Column& c) {
      c.gap(14);
      c.text(Type::title, Ink::text,
             m.stage == Stage::lobby  ? _("Waiting in the lobby")
             : m.role == Role::master ? _("Starting the session")
                                      : _("Joining the session"));
      if (m.stage == Stage::lobby) {
        c.text(Type::body, Ink::text,
               _("The moderator sees your name and lets you in. Both of you see the same words:"));
        std::string words = m.words_of(m.master);
        if (words.empty() && !m.words.empty()) words = m.words.begin()->second;
        c.card(18, [&](Column& inner) {
          inner.text(Type::words, Ink::text, words.empty() ? _("The words are being made…") : words, Align::center);
        });
        c.text(Type::small, Ink::quiet, _("Different words mean that somebody sits between you: then leave."));
      }
      draw_steps(context, c);
      if (c.buttons({{.id = "connecting.cancel", .label = _("Cancel"), .tip = _("Back to the start (Esc)")}},
                    Align::right) == "connecting.cancel" ||
          context.kit.key(27)) {
        context.send({{"do", "leave"}});
        context.back_to_start();
      }
    });
    return y;
  });
}

void draw_trust_page(PageContext& context) {
  const RelayQuestion question = *context.model.question;
  draw_top_bar(context, "Lotse", "", 0);
  const std::map<std::string, std::string> values{{"relay", question.relay}};
  std::string words;
  for (const auto& word : question.words) words += (words.empty() ? "" : " · ") + word;
  draw_centered(context, 600, [&](float x, float y, float width) {
    y += context.kit.card({x, y, width, 0}, 32, [&](Column& c) {
      c.gap(18);
      if (question.changed) {
        c.text(Type::title, Ink::danger, _("This relay shows another key"));
        c.rich(Type::body, Ink::text,
               _("{relay} has another key than the one that this computer remembers. Either its operator changed it, "
                 "or somebody pretends to be this relay."),
               values);
        if (!words.empty()) {
          c.text(Type::body, Ink::text, _("The words of the new key:"));
          c.card(18, [&](Column& inner) { inner.text(Type::words, Ink::text, words, Align::center); });
        }
        c.text(Type::body, Ink::text,
               _("Nothing was sent. Ask the operator, on another way than this one, whether the key was changed. A new "
                 "link from the operator carries the new key."));
        c.text(Type::small, Ink::quiet,
               filled(_("Fingerprint: {fingerprint}"), {{"fingerprint", question.fingerprint}}));
        if (c.buttons({{.id = "trust.back", .label = _("Back to the start"), .look = Look::primary}}, Align::right) ==
                "trust.back" ||
            context.kit.key(27)) {
          context.send({{"do", "trust_relay"}, {"allow", false}});
          context.back_to_start();
        }
        return;
      }
      c.text(Type::title, Ink::text, _("First time at this relay"));
      c.rich(Type::body, Ink::text,
             _("{relay} shows a certificate that this computer does not know yet. Compare these words with those that "
               "its operator gave you:"),
             values);
      c.card(18, [&](Column& inner) { inner.text(Type::words, Ink::text, words, Align::center); });
      c.text(Type::small, Ink::quiet,
             _("Your session is encrypted end to end in any case: a false relay could disturb it, but not read it."));
      std::string pressed =
          c.buttons({{.id = "trust.cancel", .label = _("Cancel"), .tip = _("Back to the start (Esc)")},
                     {.id = "trust.remember", .label = _("They match: remember"), .look = Look::primary}},
                    Align::right);
      if (pressed == "trust.remember") context.send({{"do", "trust_relay"}, {"allow", true}});
      if (pressed == "trust.cancel" || context.kit.key(27)) {
        context.send({{"do", "trust_relay"}, {"allow", false}});
        context.back_to_start();
      }
    });
    if (question.changed) return y;
    y += 16 + context.kit.card({x, y + 16, width, 0}, 24, [&](Column& c) {
      c.gap(14);
      c.text(Type::heading, Ink::text, _("Connecting"));
      draw_steps(context, c);
    });
    return y;
  });
}

}  // namespace lotse::ui
