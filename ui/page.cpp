#include "ui/page.h"

#include "ui/texts.h"

namespace lotse::ui {

float draw_top_bar(PageContext& context, const std::string& title, const std::string& chip, Color dot) {
  Kit& kit = context.kit;
  const float width = kit.width();
  kit.fill({0, 0, width, kTopBarHeight}, kit.theme().surface);
  kit.fill({0, kTopBarHeight - 1, width, 1}, kit.theme().line);
  kit.mark({20, 15, 26, 26});
  float x = 60 + kit.line({60, 0, 300, kTopBarHeight}, Type::body_strong, Ink::text, title) + 14;
  if (!chip.empty()) kit.chip(x, (kTopBarHeight - kChipHeight) / 2, chip, kit.theme().chip, kit.theme().text, dot);
  return width - 20;
}

bool top_bar_button(PageContext& context, const Button& button, float& right) {
  float wide = context.kit.button_width(button), high = button.look == Look::chip ? kChipHeight : kControlHeight;
  right -= wide;
  bool pressed = context.kit.button(button, {right, (kTopBarHeight - high) / 2, wide, high});
  right -= space::kM;
  return pressed;
}

std::string display_name(const Model& model, int id) {
  if (id == model.self && id >= 0) return _("You");
  std::string name = model.name_of(id);
  return name.empty() ? filled(_("Participant {number}"), {{"number", std::to_string(id)}}) : name;
}

std::string path_text(const std::string& path, const std::string& via) {
  if (path == "direct" && via == "lan") return _("direct, own network");
  if (path == "direct") return _("direct");
  if (path == "udp") return _("relay, UDP");
  if (path == "tls") return _("relay, TLS");
  if (path == "proxy") return _("relay, by proxy");
  return path;
}

Color member_color(const PageContext& context, int id) {
  const Member* member = context.model.member(id);
  return readable(participant_color(member == nullptr ? "" : member->color, id), context.kit.theme().surface);
}

}  // namespace lotse::ui
