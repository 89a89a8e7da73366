#include "ui/system_dialog.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr float kNames = 170, kAround = 250, kLeastTable = 120;  // kAround: title, buttons, margins

std::string why_words(const std::string& why, const std::string& name) {
  const std::map<std::string, std::string> values{{"name", name}};
  if (why == "refused") return filled(_("{name} does not allow it."), values);
  if (why == "too_often") return filled(_("{name} was asked several times just now. Wait a minute."), values);
  if (why == "left") return filled(_("{name} is not connected any more."), values);
  if (why == "lost") return _("The connection was lost. Ask again.");
  if (why == "not_entitled" || why == "not_allowed")
    return filled(_("Only the moderator, and who controls the screen, may ask {name}."), values);
  return _("No answer came that this program understands.");
}

void draw_groups(Column& c, const std::vector<FactGroup>& groups) {
  Kit& kit = c.kit();
  c.gap(4);
  for (const FactGroup& group : groups) {
    c.text(Type::body_strong, Ink::text, group.title);
    for (const auto& [name, value] : group.rows) {
      const float left = c.x() + kNames, wide = c.width() - kNames;
      const float high =
          std::max(21.0F, kit.measure(wide, [&, &value = value](Column& m) { m.text(Type::body, Ink::text, value); }));
      const Box row = c.take(high);
      if (kit.measuring()) continue;
      kit.line({row.x, row.y, kNames - 12, 21}, Type::body, Ink::quiet, kit.shortened(Type::body, name, kNames - 12));
      kit.text({left, row.y, wide, 0}, Type::body, Ink::text, value);
    }
    c.space(10);
  }
}

}  // namespace

void SystemDialog::open(PageContext& context, int member) {
  of_ = member;
  context.send({{"do", "sysinfo"}, {"participant", member}});
}

void SystemDialog::draw(PageContext& context) {
  if (of_ < 0) return;
  if (!context.model.in_session()) of_ = -1;
  if (context.model.facts.of != of_) return;  // the command is on its way
  const SystemFacts& facts = context.model.facts;
  const std::string name = display_name(context.model, of_);
  const auto groups = facts.info ? fact_groups(*facts.info) : std::vector<FactGroup>{};
  context.kit.dialog("system", 640, "system.close", "system.close", "system.close", [&](Column& c) {
    Kit& kit = c.kit();
    c.gap(6);
    c.text(Type::subtitle, Ink::text, _("System information"));
    c.text(Type::small, Ink::quiet, name);
    if (facts.waiting) c.text(Type::body, Ink::text, filled(_("{name} is asked…"), {{"name", name}}));
    if (!facts.waiting && !facts.why.empty()) c.text(Type::body, Ink::danger, why_words(facts.why, name));
    if (!groups.empty()) {
      const float wide = c.width() - 12;
      const float content = kit.measure(wide, [&](Column& m) { draw_groups(m, groups); });
      const float high = std::min(content, std::max(kLeastTable, kit.height() - kAround));
      c.space(6);
      const Box box = c.take(high);
      if (!kit.measuring()) {
        kit.begin_region("system.table", box, content > high + 1);
        Column table(kit, 0, 0, wide);
        draw_groups(table, groups);
        kit.end_region(content);
      }
    }
    c.space(8);
    const std::string pressed = c.buttons(
        {{.id = "system.copy", .label = _("Copy all"), .enabled = !groups.empty()},
         {.id = "system.again", .label = groups.empty() ? _("Ask again") : _("Refresh"), .enabled = !facts.waiting},
         {.id = "system.close", .label = _("Close"), .look = Look::primary}},
        Align::right);
    if (pressed == "system.copy") {
      SDL_SetClipboardText(facts_text(groups).c_str());
      kit.toast(_("Copied as text."));
    }
    if (pressed == "system.again") open(context, of_);
    if (pressed == "system.close") of_ = -1;
  });
}

}  // namespace lotse::ui
