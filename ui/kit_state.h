// What the parts of the kit share. Only kit*.cpp include this.
#pragma once
#include <imgui/imgui.h>
#include <imgui/imgui_internal.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ui/kit.h"

namespace lotse::ui {

struct Kit::Impl {
  GuiWindow& window;
  const Theme* theme = &dark_theme();
  float scale = 1;
  int measuring = 0;
  float opacity = 1;
  std::vector<ImVec2> origins;  // screen pixels of the region in work
  std::vector<bool> region_scrolls;
  int layer = 0;

  std::vector<Control> controls, last;
  int top_layer = 0;  // of the last frame
  std::string focus_id;
  bool focus_visible = false;  // by keyboard
  bool focus_moved = false;    // bring it into view
  bool fields_alive = false;
  std::string active_field;
  std::map<std::string, std::string> field_texts;  // as the entry field last gave them
  std::set<std::string> unused_fields;
  std::vector<bool> used_keys;

  std::string open_menu, open_dialog, dialog_cancel, dialog_accept;
  std::set<std::string> dialogs_seen;
  std::optional<Control> tip_for;
  std::string tip;
  std::string toast;
  double toast_until = 0;
  bool again = false;

  std::string remote_id, remote_text;
  bool remote_is_text = false;
  RemoteOutcome remote_outcome = RemoteOutcome::none;
  std::string key_press;  // the control that Enter, Space or Escape presses in this frame

  explicit Impl(GuiWindow& w) : window(w) {}

  ImVec2 at(float x, float y) const { return {origins.back().x + x * scale, origins.back().y + y * scale}; }
  ImRect rect(const Box& box) const {
    ImVec2 from = at(box.x, box.y);
    return {ImVec2(std::floor(from.x), std::floor(from.y)),
            ImVec2(std::floor(from.x + box.width * scale + 0.5F), std::floor(from.y + box.height * scale + 0.5F))};
  }
  Color seen(Color color) const { return opacity >= 1 ? color : with_alpha(color, opacity); }
  ImDrawList& draw() const { return *ImGui::GetWindowDrawList(); }
  ImFont* font(Type type) const { return window.fonts().font(type); }
  std::string shown(Type type, std::string_view text) const { return window.fonts().shown(type, text); }
  float text_width(Type type, const std::string& shown_text) const {
    ImFont* f = font(type);
    return f->CalcTextSizeA(f->FontSize, FLT_MAX, 0, shown_text.c_str(), shown_text.c_str() + shown_text.size()).x;
  }

  ShapedTexts::Wish shaped_wish(Type type, Color ink, std::string_view text, float width,
                                ShapedTexts::Lines lines) const;
  void draw_shaped(const ShapedTexts::Wish& wish, ImVec2 from, Color ink);
  void draw_above(const ShapedTexts::Wish& wish, ImVec2 from);  // of everything, in white
  /// Kit::text() and Kit::line() of what needs shaping.
  float shaped_text(Kit& kit, Box box, Type type, Ink ink, std::string_view text, Align align);
  float shaped_line(Box box, Type type, Color ink, std::string_view text, Align align, bool report);
  /// A part of a link in one line; true when it is pressed.
  bool link_piece(const std::string& id, std::string_view label, const ImRect& r, bool first);

  Control& add(const std::string& id, std::string_view role, std::string_view label, const ImRect& r, bool enabled,
               bool focusable);
  /// Whether the control in work is pressed: by mouse, by key or from outside.
  bool pressed(const Control& control, const ImRect& r, bool& hovered, bool& held);
  void focus_ring(const Control& control, const ImRect& r, float radius);
  void follow_focus(const ImRect& r);
  bool has_focus(const Control& control) const { return control.id == focus_id && control.layer == layer; }
  void move_focus(int step);
  void handle_keys();
  void draw_tip();
  void draw_toast();
  void begin_overlay(const char* name, const ImRect& r);
  void end_overlay();
};

}  // namespace lotse::ui
