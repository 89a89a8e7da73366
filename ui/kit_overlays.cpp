// Menus and dialogs.
#include <cmath>

#include "ui/kit_state.h"

namespace lotse::ui {
namespace {
constexpr float kMenuRow = 34;
}

void Kit::Impl::begin_overlay(const char* name, const ImRect& r) {
  ImGui::SetNextWindowPos(r.Min);
  ImGui::SetNextWindowSize(r.GetSize());
  ImGui::Begin(name, nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoFocusOnAppearing);
  ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  origins.push_back(r.Min);
}
void Kit::Impl::end_overlay() {
  ImGui::End();
  origins.pop_back();
}

std::string Kit::menu(const Button& button, Box box, const std::vector<MenuItem>& items) {
  if (measuring()) return {};
  if (this->button(button, box)) {
    impl_->open_menu = impl_->open_menu == button.id ? "" : button.id;
    if (!impl_->open_menu.empty() && impl_->focus_visible && !items.empty()) impl_->focus_id = items.front().id;
  }
  if (impl_->open_menu != button.id) return {};

  float wide = button.look == Look::select ? std::max(180.0F, box.width) : 180;
  for (const auto& item : items)
    wide = std::max(wide, text_width(Type::body, item.label) +
                              (item.hint.empty() ? 0 : text_width(Type::small, item.hint) + 24) + 56);
  ImRect anchor = impl_->rect(box);
  ImVec2 screen = ImGui::GetIO().DisplaySize;
  float content = static_cast<float>(items.size()) * kMenuRow + 12;
  float high = std::min(content * impl_->scale, screen.y - 16);
  float x = std::clamp(anchor.Min.x, 8.0F, std::max(8.0F, screen.x - wide * impl_->scale - 8));
  float y = anchor.Max.y + 6 * impl_->scale;
  if (y + high > screen.y - 8) y = anchor.Min.y - high - 6 * impl_->scale;
  y = std::max(8.0F, std::min(y, screen.y - high - 8));
  ImRect place(ImVec2(x, y), ImVec2(x + wide * impl_->scale, y + high));

  std::string chosen;
  const int below = impl_->layer;
  const float opacity = impl_->opacity;
  impl_->opacity = 1;
  impl_->layer = 2;
  const ImGuiIO& io = ImGui::GetIO();
  if (ImGui::IsMouseClicked(0) && !place.Contains(io.MousePos) && !anchor.Contains(io.MousePos))
    impl_->open_menu.clear();
  const float margin = 24 * impl_->scale;
  impl_->begin_overlay("menu",
                       ImRect(place.Min.x - margin, place.Min.y - margin, place.Max.x + margin, place.Max.y + margin));
  impl_->origins.back() = place.Min;
  Box panel{0, 0, wide, high / impl_->scale};
  shadow(panel, kControlRadius);
  fill(panel, theme().dark ? theme().raised : theme().surface, kControlRadius);
  frame(panel, theme().line, kControlRadius);
  begin_region("items", {0, 6, wide, panel.height - 12}, content * impl_->scale > high + 1);
  float row_y = 0;
  for (const auto& item : items) {
    Box row{6, row_y, wide - 12, kMenuRow};
    row_y += kMenuRow;
    ImRect r = impl_->rect(row);
    Control control = impl_->add(item.id, "menuitem", item.label, r, item.enabled, true);
    bool hovered = false, held = false;
    if (impl_->pressed(control, r, hovered, held)) chosen = item.id;
    if (hovered || (impl_->has_focus(control) && impl_->focus_visible)) fill(row, theme().chip, 6);
    if (item.checked) icon({row.x + 8, row.y + 9, 16, 16}, Icon::check, theme().action);
    Color ink = with_alpha(theme().text, item.enabled ? 1.0F : 0.45F);
    line({row.x + 32, row.y, row.width - 36, kMenuRow}, Type::body, ink, item.label, Align::left, false);
    if (!item.hint.empty())
      line({row.x, row.y, row.width - 10, kMenuRow}, Type::small, Ink::quiet, item.hint, Align::right, false);
  }
  end_region(row_y);
  impl_->end_overlay();
  impl_->layer = below;
  impl_->opacity = opacity;
  if (!chosen.empty()) {
    impl_->open_menu.clear();
    impl_->focus_id = button.id;
    impl_->again = true;
  }
  return chosen;
}

void Kit::dialog(const std::string& id, float wide, const std::string& cancel, const std::string& accept,
                 const std::string& focus_first, const std::function<void(Column&)>& content) {
  if (measuring()) return;
  impl_->dialogs_seen.insert(id);
  if (impl_->open_dialog != id) {
    impl_->open_dialog = id;
    impl_->open_menu.clear();
    focus(focus_first);
  }
  impl_->dialog_cancel = cancel;
  impl_->dialog_accept = accept;
  ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float padding = space::kXl, margin = 16;
  wide = std::min(wide, screen.x / impl_->scale - 2 * margin);
  float high = measure(wide - 2 * padding, content) + 2 * padding;
  float shown_high = std::min(high, screen.y / impl_->scale - 2 * margin);
  const int below = impl_->layer;
  impl_->layer = 1;
  impl_->begin_overlay("dialog", ImRect(ImVec2(0, 0), screen));
  impl_->draw().AddRectFilled(ImVec2(0, 0), screen, rgb(0x05090d, 150));
  Box card{std::floor((screen.x / impl_->scale - wide) / 2), std::floor((screen.y / impl_->scale - shown_high) * 0.45F),
           wide, shown_high};
  shadow(card, kCardRadius);
  fill(card, theme().surface, kCardRadius);
  frame(card, theme().line, kCardRadius);
  begin_region("content", card, high > shown_high + 1);
  Column column(*this, padding, padding, wide - 2 * padding);
  content(column);
  end_region(high);
  impl_->end_overlay();
  impl_->layer = below;
}

bool Kit::dialog_open() const { return !impl_->open_dialog.empty(); }
bool Kit::menu_open() const { return !impl_->open_menu.empty(); }

}  // namespace lotse::ui
