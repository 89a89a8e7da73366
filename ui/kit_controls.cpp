// Buttons, choices, toggles, fields.
#include <cmath>

#include "ui/kit_state.h"

namespace lotse::ui {
namespace {

struct ButtonColors {
  Color back, border, ink;
};

Color hover_tint(Color back, bool dark, float amount) {
  Color out = back & 0xFF000000;
  for (int shift : {0, 8, 16}) {
    float value = static_cast<float>(back >> shift & 0xFF), goal = dark ? 255.0F : 0.0F;
    out |= static_cast<Color>(value + (goal - value) * amount + 0.5F) << shift;
  }
  return out;
}

ButtonColors button_colors(Look look, const Theme& t) {
  constexpr Color kWhite = rgb(0xffffff);
  switch (look) {
    case Look::plain:
    case Look::select:
      return {t.raised, t.line, t.text};
    case Look::primary:
      return {t.action_fill, t.action_fill, kWhite};
    case Look::danger:
      return {t.danger_fill, t.danger_fill, kWhite};
    case Look::bare:
      return {with_alpha(t.raised, 0), 0, t.text};
    case Look::chip:
      return {t.chip, 0, t.text};
    case Look::chip_on:
      return {t.action_fill, 0, kWhite};
    case Look::chip_danger:
      return {t.danger_fill, 0, kWhite};
    case Look::bar:
      return {rgb(0x1e2a36), rgb(0x3a4a5a), rgb(0xe9eff5)};  // the tool bar lies on pictures: dark in both
    case Look::bar_on:
      return {rgb(0x2574c4), rgb(0x2574c4), kWhite};
    case Look::banner:
      return {rgb(0xffffff, 46), 0, kWhite};
    case Look::banner_white:
      return {kWhite, 0, rgb(0xa81e23)};
  }
  return {t.raised, t.line, t.text};
}

bool is_chip(Look look) { return look == Look::chip || look == Look::chip_on || look == Look::chip_danger; }
bool is_strong(Look look) {
  return look == Look::primary || look == Look::danger || look == Look::bar_on || look == Look::banner_white;
}
Type button_type(Look look) { return is_chip(look) ? Type::small : is_strong(look) ? Type::body_strong : Type::body; }

}  // namespace

float Kit::button_width(const Button& button) {
  float sides = is_chip(button.look) ? 10 : 16;
  float icon = button.icon == Icon::none ? 0 : 16;
  if (button.label.empty()) return icon + 2 * (is_chip(button.look) ? 10 : 14);
  return std::ceil(text_width(button_type(button.look), button.label)) + (icon > 0 ? icon + 8 : 0) + 2 * sides;
}

bool Kit::button(const Button& button, Box box) {
  if (measuring()) return false;
  ImRect r = impl_->rect(box);
  std::string label = button.label.empty() ? button.tip : button.label;
  Control& control = impl_->add(button.id, "button", label, r, button.enabled, true);
  bool hovered = false, held = false;
  bool press = impl_->pressed(control, r, hovered, held);
  ButtonColors colors = button_colors(button.look, theme());
  const bool solid = (colors.back >> 24) == 255;
  if (held || hovered) {
    if (button.look == Look::bare)
      colors.back = theme().raised;
    else if (solid)
      colors.back = hover_tint(colors.back, theme().dark || button.look == Look::bar, held ? 0.16F : 0.08F);
    else
      colors.back = with_alpha(rgb(0xffffff), held ? 0.4F : 0.3F);
  }
  float fade = button.enabled ? 1.0F : 0.45F;
  float radius = is_chip(button.look) ? box.height / 2 : kControlRadius;
  fill(box, with_alpha(colors.back, fade), radius);
  if (colors.border != 0) frame(box, with_alpha(colors.border, fade), radius);
  float icon_width = button.icon == Icon::none ? 0 : 16, gap = icon_width > 0 && !button.label.empty() ? 8 : 0;
  float room = box.width - icon_width - gap - (is_chip(button.look) ? 16 : 20);
  float text_wide = button.label.empty() ? 0 : std::min(room, text_width(button_type(button.look), button.label));
  float x = box.x + (box.width - text_wide - icon_width - gap) / 2;
  const bool icon_last = button.icon == Icon::down;  // an arrow that says "more below" stands behind
  if (button.look == Look::select) x = box.x + 14;
  Box icon_box{button.look == Look::select ? box.right() - 30
               : icon_last                 ? x + text_wide + gap
                                           : x,
               box.y + (box.height - 16) / 2, 16, 16};
  icon(icon_box, button.icon, with_alpha(colors.ink, fade));
  std::size_t index = impl_->controls.size() - 1;
  if (!button.label.empty())
    line({icon_last ? x : x + icon_width + gap, box.y, room + 0.5F, box.height}, button_type(button.look),
         with_alpha(colors.ink, fade), button.label, Align::left, false);
  const Control& done = impl_->controls[index];
  impl_->focus_ring(done, r, radius);
  const bool focus_shown = impl_->has_focus(done) && impl_->focus_visible;
  const bool asked = hovered || focus_shown || (!button.enabled && this->hovered(box));  // why it is off
  if (asked && !button.tip.empty()) {
    impl_->tip_for = done;
    impl_->tip = button.tip;
  }
  return press;
}

bool Kit::swatch(const std::string& id, const std::string& name, Color color, Box box, bool on) {
  if (measuring()) return false;
  ImRect r = impl_->rect(box);
  const Control control = impl_->add(id, "button", name, r, true, true);
  bool hovered = false, held = false;
  const bool press = impl_->pressed(control, r, hovered, held);
  const float middle_x = box.x + box.width / 2, middle_y = box.y + box.height / 2;
  const float wide = std::min(box.width, box.height) - 8;
  if (on) dot(middle_x, middle_y, rgb(0xe9eff5), wide + 7);
  if (on) dot(middle_x, middle_y, rgb(0x0e151c), wide + 3);
  if (!on) dot(middle_x, middle_y, hovered ? rgb(0xe9eff5) : rgb(0x5b6a79), wide + 2);
  dot(middle_x, middle_y, color, wide - (on ? 1.0F : 0.0F));
  impl_->focus_ring(control, r, box.height / 2);
  if (hovered || (impl_->has_focus(control) && impl_->focus_visible)) {
    impl_->tip_for = control;
    impl_->tip = name;
  }
  return press;
}

bool Kit::choice(const std::string& id, std::string_view title, std::string_view words, Box box, bool selected) {
  if (measuring()) return false;
  ImRect r = impl_->rect(box);
  Control& control = impl_->add(id, "choice", title, r, true, true);
  bool hovered = false, held = false;
  bool press = impl_->pressed(control, r, hovered, held);
  Control done = impl_->controls.back();
  fill(box, hovered ? hover_tint(theme().raised, theme().dark, 0.05F) : theme().raised, kCardRadius);
  frame(box, selected ? theme().action : theme().line, kCardRadius, selected ? 2.0F : 1.0F);
  float mark_y = box.y + 28;
  if (selected) {
    dot(box.right() - 24, mark_y, theme().action_fill, 18);
    icon({box.right() - 29, mark_y - 5, 10, 10}, Icon::check, rgb(0xffffff));
  } else {
    ImVec2 center = impl_->at(box.right() - 24, mark_y);
    impl_->draw().AddCircle(center, 8.5F * impl_->scale, theme().quiet, 24, 1.2F * impl_->scale);
  }
  line({box.x + 16, box.y + 16, box.width - 60, 24}, Type::heading, Ink::text, title);
  text({box.x + 16, box.y + 44, box.width - 32, 0}, Type::small, Ink::quiet, words);
  impl_->focus_ring(done, r, kCardRadius);
  return press;
}

bool Kit::toggle(const std::string& id, const std::string& label, bool& on, Box box) {
  if (measuring()) return false;
  ImRect r = impl_->rect(box);
  Control& control = impl_->add(id, "toggle", label, r, true, true);
  bool hovered = false, held = false;
  bool press = impl_->pressed(control, r, hovered, held);
  if (press) on = !on;
  Control done = impl_->controls.back();
  Box track{box.x, box.y + (box.height - 22) / 2, 40, 22};
  fill(track, on ? theme().action_fill : theme().chip, 11);
  if (!on) frame(track, theme().quiet, 11);
  dot(on ? track.right() - 11 : track.x + 11, track.y + 11, on ? rgb(0xffffff) : theme().quiet, 15);
  line({box.x + 52, box.y, box.width - 52, box.height}, Type::body, Ink::text, label);
  impl_->focus_ring(done, impl_->rect(track), 11);
  return press;
}

FieldResult Kit::field(const std::string& id, const std::string& label, std::string& value, Box box,
                       const FieldLook& look) {
  FieldResult result;
  if (measuring()) return result;
  ImRect r = impl_->rect(box);
  Control control = impl_->add(id, "field", label, r, true, true);
  std::size_t index = impl_->controls.size() - 1;
  ImGuiContext& g = *ImGui::GetCurrentContext();
  const bool usable = impl_->layer >= impl_->top_layer;

  if (control.id == impl_->remote_id && impl_->remote_is_text && usable &&
      impl_->remote_outcome == RemoteOutcome::none) {
    value = impl_->remote_text.substr(0, look.max_bytes);
    impl_->remote_outcome = RemoteOutcome::done;
    result.changed = true;
  }
  std::string shown = impl_->shown(look.type, value);
  fill(box, theme().background, kControlRadius);
  const bool focused = impl_->has_focus(control) && usable;
  frame(box, focused ? theme().action : theme().line, kControlRadius, focused ? 2.0F : 1.0F);

  ImFont* f = impl_->font(look.type);
  float pad_x = 14 * impl_->scale, pad_y = std::floor((r.GetHeight() - f->FontSize) / 2);
  ImGui::PushFont(f);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(pad_x, pad_y));
  ImGui::SetCursorScreenPos(r.Min);
  ImGui::SetNextItemWidth(r.GetWidth());
  const std::string name = "##" + id;
  ImGuiID imgui_id = ImGui::GetCurrentWindow()->GetID(name.c_str());
  const bool was_active = g.ActiveId == imgui_id;
  auto known = impl_->field_texts.find(id);
  const bool changed_outside = known != impl_->field_texts.end() && known->second != value;
  if (was_active && (!focused || changed_outside)) ImGui::ClearActiveID();
  if (focused && g.ActiveId != imgui_id) g.NavActivateInputId = imgui_id;
  shown.resize(std::min(shown.size(), look.max_bytes));
  std::vector<char> buffer(look.max_bytes + 8, '\0');
  std::copy(shown.begin(), shown.end(), buffer.begin());
  std::string hint = impl_->shown(look.type, look.hint);
  ImGui::BeginDisabled(!usable);
  ImGui::PushStyleVar(ImGuiStyleVar_DisabledAlpha, 1.0F);
  if (ImGui::InputTextWithHint(name.c_str(), hint.c_str(), buffer.data(), buffer.size(),
                               look.secret ? ImGuiInputTextFlags_Password : ImGuiInputTextFlags_None)) {
    value = impl_->window.fonts().real(buffer.data());
    result.changed = true;
  }
  ImGui::PopStyleVar();
  ImGui::EndDisabled();
  g.NavActivateInputId = 0;
  if (ImGui::IsItemActivated() && impl_->focus_id != id) {
    impl_->focus_id = id;
    impl_->focus_visible = false;
    impl_->again = true;
  }
  if (ImGui::IsItemActive()) impl_->active_field = id;
  impl_->field_texts[id] = value;
  impl_->shown(look.type, value);  // what was typed just now needs its letters in the next frame
  ImGui::PopStyleVar();
  ImGui::PopFont();
  impl_->controls[index].label = label;
  if (focused) {
    impl_->follow_focus(r);
    const auto& keys = impl_->window.keys();
    for (std::size_t i = 0; i < keys.size(); ++i)
      if ((keys[i].key == '\r' || keys[i].key == 0x40000058) && !impl_->used_keys[i])  // Return, keypad's Enter
        impl_->used_keys[i] = result.submitted = true;
  }
  return result;
}

void Column::text(Type type, Ink ink, std::string_view words, Align align) {
  float high = kit_.text({x_, y_, width_, 0}, type, ink, words, align);
  take(high);
}
void Column::rich(Type type, Ink ink, std::string_view words, const std::map<std::string, std::string>& values) {
  float high = kit_.rich({x_, y_, width_, 0}, type, ink, words, values);
  take(high);
}
Box Column::take(float height) {
  Box box{x_, y_, width_, height};
  y_ += height + gap_;
  empty_ = false;
  return box;
}
void Column::card(float padding, const std::function<void(Column&)>& content) {
  float high = kit_.card({x_, y_, width_, 0}, padding, content, true);
  take(high);
}
FieldResult Column::field(const std::string& id, const std::string& label, std::string& value, const FieldLook& look,
                          float height) {
  Box box = take(height);
  return kit_.field(id, label, value, box, look);
}

std::string Column::buttons(const std::vector<Button>& buttons, Align align) {
  std::string pressed;
  std::size_t first = 0;
  while (first < buttons.size()) {
    float used = 0;
    std::size_t last = first;
    while (last < buttons.size()) {
      float wide = kit_.button_width(buttons[last]) + (last > first ? space::kM : 0);
      if (last > first && used + wide > width_) break;
      used += wide;
      ++last;
    }
    Box row = take(kControlHeight);
    float x = align == Align::right    ? row.right() - used
              : align == Align::center ? row.x + (row.width - used) / 2
                                       : row.x;
    for (; first < last; ++first) {
      float wide = std::min(kit_.button_width(buttons[first]), width_);
      if (kit_.button(buttons[first], {x, row.y, wide, kControlHeight})) pressed = buttons[first].id;
      x += wide + space::kM;
    }
  }
  return pressed;
}

}  // namespace lotse::ui
