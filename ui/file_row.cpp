#include "ui/file_row.h"

namespace lotse::ui {
namespace {

constexpr float kIndent = 21, kIconWidth = 36, kBarHeight = 6;

std::string draw_head(Column& c, const FileRow& row) {
  Kit& kit = c.kit();
  const float left = c.x() + kIndent, icons = static_cast<float>(row.icons.size()) * (kIconWidth + 6),
              words = c.width() - kIndent - icons;
  const Box head = c.take(39);
  if (!kit.measuring()) {
    kit.dot(head.x + 4.5F, head.y + 10.5F, row.dot);
    const std::string name = kit.shortened(Type::body_strong, row.name, words);
    kit.line({left, head.y, words, 21}, Type::body_strong, Ink::text, name);
    if (name != row.name) kit.tip({left, head.y, words, 21}, row.name);
    kit.line({left, head.y + 21, words, 18}, Type::small, Ink::quiet, kit.shortened(Type::small, row.words, words));
  }
  std::string pressed;
  float x = head.right() - icons + 6;
  for (const Button& button : row.icons) {
    if (kit.button(button, {x, head.y + (head.height - kChipHeight) / 2, kIconWidth, kChipHeight})) pressed = button.id;
    x += kIconWidth + 6;
  }
  return pressed;
}

std::string draw_chips(Column& c, const std::vector<Button>& chips) {
  std::string pressed;
  if (chips.empty()) return pressed;
  const Box row = c.take(kChipHeight);
  float x = c.x() + kIndent;
  for (const Button& button : chips) {
    const float wide = c.kit().button_width(button);
    if (c.kit().button(button, {x, row.y, wide, row.height})) pressed = button.id;
    x += wide + 6;
  }
  return pressed;
}

}  // namespace

std::string draw_file_row(Column& c, const FileRow& row) {
  Kit& kit = c.kit();
  const float left = c.x() + kIndent, wide = c.width() - kIndent;
  const std::string icon = draw_head(c, row);
  if (row.part >= 0) {
    const Box bar = c.take(kBarHeight);
    kit.progress({left, bar.y, wide, bar.height}, static_cast<float>(row.part));
  }
  if (!row.state.empty()) c.take(kit.text({left, c.y(), wide, 0}, Type::small, row.ink, row.state));
  const std::string chip = draw_chips(c, row.chips);
  c.space(8);
  return icon.empty() ? chip : icon;
}

}  // namespace lotse::ui
