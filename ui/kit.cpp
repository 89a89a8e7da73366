// Frames, regions, focus, keyboard.
#include "ui/kit.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/kit_state.h"
#include "ui/scripts.h"

namespace lotse::ui {

namespace {
constexpr double kToastSeconds = 5;
double seconds() { return static_cast<double>(SDL_GetTicks64()) / 1000; }
}  // namespace

Kit::Kit(GuiWindow& window) : impl_(std::make_unique<Impl>(window)) {}
Kit::~Kit() = default;

void Kit::begin(const Theme& theme) {
  impl_->theme = &theme;
  impl_->scale = impl_->window.scale();
  impl_->last.swap(impl_->controls);
  impl_->controls.clear();
  impl_->top_layer = 0;
  for (const auto& control : impl_->last) impl_->top_layer = std::max(impl_->top_layer, control.layer);
  impl_->layer = 0;
  impl_->again = false;
  impl_->tip_for.reset();
  impl_->used_keys.assign(impl_->window.keys().size(), false);
  impl_->key_press.clear();
  impl_->active_field.clear();
  impl_->dialogs_seen.clear();
  ImGui::SetNextWindowPos(ImVec2(0, 0));
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::Begin("page", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav |
                   ImGuiWindowFlags_NoScrollWithMouse);
  impl_->origins = {ImVec2(0, 0)};
  impl_->handle_keys();
}

bool Kit::end() {
  ImGui::End();
  impl_->draw_tip();
  impl_->draw_toast();
  if (!impl_->remote_id.empty()) {
    bool there = std::any_of(impl_->controls.begin(), impl_->controls.end(),
                             [&](const Control& c) { return c.id == impl_->remote_id && c.focusable; });
    if (impl_->remote_outcome == RemoteOutcome::none)
      impl_->remote_outcome = there ? RemoteOutcome::disabled : RemoteOutcome::unknown_id;
    impl_->remote_id.clear();
    impl_->again = true;
  }
  if (!impl_->open_dialog.empty() && !impl_->dialogs_seen.contains(impl_->open_dialog)) {
    impl_->open_dialog.clear();
    impl_->focus_id.clear();
    impl_->again = true;
  }
  int layers = 0;
  for (const auto& control : impl_->controls) layers = std::max(layers, control.layer);
  return impl_->again || impl_->window.stale() || layers != impl_->top_layer;
}

const Theme& Kit::theme() const { return *impl_->theme; }
float Kit::width() const { return ImGui::GetIO().DisplaySize.x / impl_->scale; }
float Kit::height() const { return ImGui::GetIO().DisplaySize.y / impl_->scale; }
GuiWindow& Kit::window() { return impl_->window; }
bool Kit::measuring() const { return impl_->measuring > 0; }

void Kit::begin_region(const std::string& id, Box box, bool scrolls) {
  if (measuring()) return;
  ImRect r = impl_->rect(box);
  ImGui::SetCursorScreenPos(r.Min);
  ImGui::BeginChild(id.c_str(), ImVec2(std::max(1.0F, r.GetWidth()), std::max(1.0F, r.GetHeight())), false,
                    ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground |
                        (scrolls ? 0 : ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse));
  impl_->origins.push_back(ImGui::GetCursorScreenPos());
}

void Kit::end_region(float content_height) {
  if (measuring()) return;
  ImGui::SetCursorScreenPos(impl_->origins.back());
  ImGui::Dummy(ImVec2(1, std::max(1.0F, content_height * impl_->scale - 4)));
  ImGui::EndChild();
  impl_->origins.pop_back();
}

void Kit::scroll_to_end() {
  if (measuring()) return;
  ImGui::SetScrollY(ImGui::GetCurrentWindow(), 1e7F);
}

float Kit::measure(float width, const std::function<void(Column&)>& content) {
  ++impl_->measuring;
  Column column(*this, 0, 0, width);
  content(column);
  --impl_->measuring;
  return column.used(0);
}

float Kit::card(Box box, float padding, const std::function<void(Column&)>& content, bool raised) {
  float inner = box.width - 2 * padding;
  float high = std::max(box.height, measure(inner, content) + 2 * padding);
  if (measuring()) return high;
  Box outer{box.x, box.y, box.width, high};
  fill(outer, raised ? theme().raised : theme().surface, kCardRadius);
  frame(outer, theme().line, kCardRadius);
  Column column(*this, box.x + padding, box.y + padding, inner);
  content(column);
  return high;
}

bool Kit::hovered(Box box) const {
  return !measuring() && ImGui::IsWindowHovered() && impl_->layer >= impl_->top_layer &&
         impl_->rect(box).Contains(ImGui::GetIO().MousePos) &&
         ImGui::GetCurrentWindow()->ClipRect.Contains(ImGui::GetIO().MousePos);
}
bool Kit::clicked(Box box) const { return hovered(box) && ImGui::IsMouseClicked(0); }

bool Kit::key(int sdl_key) {
  if (measuring()) return false;
  const auto& keys = impl_->window.keys();
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i].key == sdl_key && !keys[i].control && !keys[i].alt && !impl_->used_keys[i])
      return impl_->used_keys[i] = true;
  return false;
}
bool Kit::shortcut(int sdl_key) {
  if (measuring()) return false;
  const auto& keys = impl_->window.keys();
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i].key == sdl_key && keys[i].control && !keys[i].alt && !impl_->used_keys[i])
      return impl_->used_keys[i] = true;
  return false;
}

void Kit::focus(const std::string& id) {
  impl_->focus_id = id;
  impl_->focus_moved = true;
  impl_->again = true;
}
const std::string& Kit::focused() const { return impl_->focus_id; }
bool Kit::field_active() const { return !impl_->active_field.empty(); }
const std::vector<Control>& Kit::controls() const { return impl_->controls; }

void Kit::remote_press(const std::string& id) {
  impl_->remote_id = id;
  impl_->remote_is_text = false;
  impl_->remote_outcome = RemoteOutcome::none;
}
void Kit::remote_text(const std::string& id, const std::string& text) {
  remote_press(id);
  impl_->remote_is_text = true;
  impl_->remote_text = text;
}
Kit::RemoteOutcome Kit::take_remote_outcome() { return std::exchange(impl_->remote_outcome, RemoteOutcome::none); }

void Kit::toast(const std::string& text) {
  impl_->toast = text;
  impl_->toast_until = seconds() + kToastSeconds;
  impl_->again = true;
}
void Kit::request_frame() { impl_->again = true; }
int Kit::wait_ms() const {
  if (impl_->toast.empty()) return -1;
  return std::max(1, static_cast<int>((impl_->toast_until - seconds()) * 1000) + 1);
}

void Kit::tip(Box box, std::string_view text) {
  if (text.empty() || !hovered(box)) return;
  const ImRect r = impl_->rect(box);
  Control place;
  place.rect = {r.Min.x, r.Min.y, r.GetWidth(), r.GetHeight()};
  impl_->tip_for = place;
  impl_->tip = shortened(Type::small, text, width() - 28);
}

Control& Kit::Impl::add(const std::string& id, std::string_view role, std::string_view label, const ImRect& r,
                        bool enabled, bool focusable) {
  Control control{.id = id, .role = std::string(role), .label = std::string(label)};
  control.rect = {r.Min.x, r.Min.y, r.GetWidth(), r.GetHeight()};
  control.enabled = enabled;
  control.focusable = focusable;
  control.layer = layer;
  controls.push_back(std::move(control));
  return controls.back();
}

bool Kit::Impl::pressed(const Control& control, const ImRect& r, bool& hovered, bool& held) {
  hovered = held = false;
  ImGuiID id = ImGui::GetCurrentWindow()->GetID(control.id.c_str());
  bool visible = ImGui::ItemAdd(r, id);
  if (!control.enabled || layer < top_layer) return false;
  bool press = visible && ImGui::ButtonBehavior(r, id, &hovered, &held);
  if (press) {
    focus_id = control.id;
    focus_visible = false;
  }
  if (control.id == key_press) {
    key_press.clear();
    press = true;
  }
  if (control.id == remote_id && !remote_is_text && remote_outcome == RemoteOutcome::none) {
    remote_outcome = RemoteOutcome::done;
    press = true;
  }
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  if (press) again = true;
  if (has_focus(control)) follow_focus(r);
  return press;
}

void Kit::Impl::follow_focus(const ImRect& r) {
  if (!focus_moved) return;
  focus_moved = false;
  ImGuiWindow* inner = ImGui::GetCurrentWindow();
  float above = inner->InnerRect.Min.y + 8 - r.Min.y, below = r.Max.y + 8 - inner->InnerRect.Max.y;
  if (above > 0)
    ImGui::SetScrollY(inner, std::max(0.0F, inner->Scroll.y - above));
  else if (below > 0)
    ImGui::SetScrollY(inner, std::min(inner->ScrollMax.y, inner->Scroll.y + below));
  again = again || above > 0 || below > 0;
}

void Kit::Impl::focus_ring(const Control& control, const ImRect& r, float radius) {
  if (!has_focus(control) || !focus_visible || layer < top_layer) return;
  float out = 2 * scale;
  draw().AddRect(ImVec2(r.Min.x - out, r.Min.y - out), ImVec2(r.Max.x + out, r.Max.y + out), theme->action,
                 radius * scale + out, 0, 2 * scale);
}

void Kit::Impl::move_focus(int step) {
  std::vector<std::string> order;
  for (const auto& control : last)
    if (control.focusable && control.enabled && control.layer == top_layer) order.push_back(control.id);
  if (order.empty()) return;
  auto now = std::find(order.begin(), order.end(), focus_id);
  auto count = static_cast<std::ptrdiff_t>(order.size());
  std::ptrdiff_t next = now == order.end() ? (step > 0 ? 0 : count - 1) : (now - order.begin() + step + count) % count;
  focus_id = order[static_cast<std::size_t>(next)];
  focus_visible = focus_moved = again = true;
}

void Kit::Impl::handle_keys() {
  auto focused = std::find_if(last.begin(), last.end(),
                              [&](const Control& c) { return c.id == focus_id && c.layer == top_layer; });
  const bool on_field = focused != last.end() && focused->role == "field";
  const bool on_button = focused != last.end() && !on_field && focused->enabled;
  const auto& keys = window.keys();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const KeyPress& press = keys[i];
    if (press.control || press.alt) continue;
    const bool enter = press.key == SDLK_RETURN || press.key == SDLK_KP_ENTER;
    bool used = true;
    if (press.key == SDLK_TAB)
      move_focus(press.shift ? -1 : 1);
    else if (top_layer == 2 && (press.key == SDLK_DOWN || press.key == SDLK_UP))
      move_focus(press.key == SDLK_DOWN ? 1 : -1);
    else if ((enter || press.key == SDLK_SPACE) && on_button && (focus_visible || top_layer == 2))
      key_press = focus_id;
    else if (press.key == SDLK_ESCAPE && !open_menu.empty())
      open_menu.clear(), again = true;
    else if (press.key == SDLK_ESCAPE && !open_dialog.empty())
      key_press = dialog_cancel;
    else if (enter && !open_dialog.empty() && top_layer == 1 && !on_field)
      key_press = dialog_accept;
    else
      used = false;
    if (used) used_keys[i] = true;
  }
}

void Kit::Impl::draw_tip() {
  if (!tip_for || tip.empty() || layer < top_layer) return;
  std::string words = shown(Type::small, tip);
  const bool shapes = needs_shaping(tip);
  const auto wish = shaped_wish(Type::small, rgb(0xffffff), tip, 0, ShapedTexts::Lines::one);
  const Rect place = shapes ? window.shaped().measured(wish).box : Rect{};
  const float words_wide = shapes ? static_cast<float>(place.width) : text_width(Type::small, words);
  float wide = words_wide + 20 * scale, high = 30 * scale;
  ImVec2 screen = ImGui::GetIO().DisplaySize;
  float x = std::clamp(tip_for->rect.x + (tip_for->rect.width - wide) / 2, 4.0F, std::max(4.0F, screen.x - wide - 4));
  float y = tip_for->rect.y + tip_for->rect.height + 6 * scale;
  if (y + high > screen.y) y = tip_for->rect.y - high - 6 * scale;
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  ImVec2 from(std::floor(x), std::floor(y)), to(std::floor(x + wide), std::floor(y + high));
  list.AddRectFilled(from, to, theme->dark ? rgb(0x2c3a48) : rgb(0x14202b), 6 * scale);
  ImFont* f = font(Type::small);
  if (shapes)
    return draw_above(wish, {from.x + 10 * scale, std::floor(from.y + (high - static_cast<float>(place.height)) / 2)});
  list.AddText(f, f->FontSize, ImVec2(from.x + 10 * scale, std::floor(from.y + (high - f->FontSize) / 2)),
               rgb(0xffffff), words.c_str());
}

void Kit::Impl::draw_toast() {
  if (toast.empty()) return;
  if (seconds() >= toast_until) {
    toast.clear();
    return;
  }
  std::string words = shown(Type::body, toast);
  ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImFont* f = font(Type::body);
  float wrap = std::min(520 * scale, screen.x - 64 * scale);
  ImVec2 size = f->CalcTextSizeA(f->FontSize, FLT_MAX, wrap, words.c_str());
  const bool shapes = needs_shaping(toast);
  const auto wish = shaped_wish(Type::body, rgb(0xffffff), toast, wrap, ShapedTexts::Lines::many);
  if (shapes) {
    const Rect place = window.shaped().measured(wish).box;
    size = {static_cast<float>(place.width), static_cast<float>(place.height)};
  }
  ImVec2 from(std::floor((screen.x - size.x) / 2 - 16 * scale), std::floor(screen.y - size.y - 100 * scale));
  ImVec2 to(from.x + size.x + 32 * scale, from.y + size.y + 24 * scale);
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  list.AddRectFilled(from, to, theme->dark ? rgb(0x2c3a48) : rgb(0x14202b), kControlRadius * scale);
  const ImVec2 corner(from.x + 16 * scale, from.y + 12 * scale);
  if (shapes)
    draw_above(wish, corner);
  else
    list.AddText(f, f->FontSize, corner, rgb(0xffffff), words.c_str(), nullptr, wrap);
  controls.push_back(
      {.id = "toast", .role = "text", .label = toast, .rect = {from.x, from.y, to.x - from.x, to.y - from.y}});
}

}  // namespace lotse::ui
