#include "ui/viewer_page.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ui/board_list.h"
#include "ui/connecting_page.h"
#include "ui/file_list.h"
#include "ui/picture_window.h"
#include "ui/screen_strip.h"
#include "ui/send_file_dialog.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr double kBarStays = 2.5, kBarFades = 0.2;  // seconds
constexpr float kBarHeight = 52;

double seconds() { return static_cast<double>(SDL_GetTicks64()) / 1000; }

/// The chords that a window manager of one's own would keep.
const std::vector<std::vector<std::string>>& chords() {
  static const auto kChords = [] {
    std::vector<std::vector<std::string>> all{
        {"Control_L", "Alt_L", "Delete"}, {"Alt_L", "Tab"}, {"Alt_L", "F4"},    {"Super_L"},
        {"Control_L", "Escape"},          {"Print"},        {"Alt_L", "Print"}, {"Control_L", "Alt_L", "BackSpace"}};
    for (int i = 1; i <= 12; ++i) all.push_back({"Control_L", "Alt_L", "F" + std::to_string(i)});
    return all;
  }();
  return kChords;
}

std::string chord_text(const std::vector<std::string>& chord) {
  const std::map<std::string, std::string> names{{"Control_L", _("Ctrl")},
                                                 {"Alt_L", _("Alt")},
                                                 {"Super_L", _("Super (menu key)")},
                                                 {"Delete", _("Del")},
                                                 {"Tab", _("Tab")},
                                                 {"Escape", _("Esc")},
                                                 {"Print", _("Print screen")},
                                                 {"BackSpace", _("Backspace")}};
  std::string text;
  for (const auto& key : chord) {
    auto known = names.find(key);
    text += (text.empty() ? "" : " + ") + (known == names.end() ? key : known->second);
  }
  return text;
}

}  // namespace

bool ViewerPage::handle(const SDL_Event& event, int window_id) {
  if (event.type == SDL_MOUSEMOTION && event.motion.windowID == static_cast<Uint32>(window_id)) {
    mouse_ = {event.motion.x, event.motion.y};
    mouse_moved_ = true;
  }
  const Uint32 id = window_of(event);
  if (id != 0 && id != static_cast<Uint32>(window_id)) return false;
  const bool over_picture = !over_ours_ && covers(layout_, mouse_);
  if (capture_.handle(event, over_picture)) return true;
  if (event.type == SDL_MOUSEBUTTONDOWN && event.button.clicks == 2 && over_picture) double_click_ = true;
  return false;
}

void ViewerPage::leave(PageContext& context) {
  capture_.set_control(context.kit.window().window(), false, layout_, context.model.presenter, context.model.screen);
  if (full_) set_full_screen(context, false);
}

void ViewerPage::set_full_screen(PageContext& context, bool on) {
  full_ = on;
  SDL_SetWindowFullscreen(context.kit.window().window(), on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
  if (on) capture_.capture_keyboard(true);
}

int ViewerPage::wait_ms() const {
  const double left = shown_until_ - seconds();
  if (left > 0) return static_cast<int>(left * 1000) + 1;
  return alpha_ > 0 && shown_until_ > 0 ? 16 : -1;
}

std::vector<Model::ScreenKey> ViewerPage::shown(const Model& model) const {
  if (!tiles_ || model.screens.size() < 2) return {model.viewed()};
  std::vector<Model::ScreenKey> all;
  for (const auto& [key, screen] : model.screens) all.push_back(key);
  return all;
}

void ViewerPage::choose(PageContext& context, Model::ScreenKey key) {
  context.send({{"do", "view"}, {"presenter", key.first}, {"screen", key.second}});
}

/// The screen after the viewed one, or before it.
void ViewerPage::step(PageContext& context, int by) {
  std::vector<Model::ScreenKey> all;
  for (const auto& [key, screen] : context.model.screens) all.push_back(key);
  auto at = std::find(all.begin(), all.end(), context.model.viewed());
  if (all.size() < 2 || at == all.end()) return;
  const auto count = static_cast<std::ptrdiff_t>(all.size());
  choose(context, all[static_cast<std::size_t>((at - all.begin() + by + count) % count)]);
}

void ViewerPage::draw_strip(PageContext& context, Box place) {
  const StripChoice chosen = draw_screen_strip(context, place, tiles_);
  if (chosen.tiles) tiles_ = !tiles_;
  if (chosen.windows) context.open_windows();
  if (!chosen.screen) return;
  tiles_ = false;
  choose(context, *chosen.screen);
}

void ViewerPage::draw(PageContext& context, PictureSet& pictures) {
  Kit& kit = context.kit;
  if (!std::exchange(sized_, true)) panel_ = kit.width() >= kPanelWidth * 3;  // the picture comes first
  const float panel = panel_ ? kPanelWidth : 0;
  Box place{0, 0, kit.width() - panel, kit.height()};
  PictureTexture* picture = pictures.find(context.model.viewed());
  const bool several = context.model.watching() && context.model.screens.size() > 1;
  const bool watching = context.model.watching() && context.model.view().has_picture && picture != nullptr;
  if (several && !full_) {
    draw_strip(context, {place.x, place.y, place.width, kStripHeight});
    place = {place.x, place.y + kStripHeight, place.width, place.height - kStripHeight};
  }
  if (several && (kit.key(SDLK_F8) || std::exchange(double_click_, false))) tiles_ = !tiles_;
  if (kit.key(SDLK_F6)) step(context, -1);
  if (kit.key(SDLK_F7)) step(context, 1);
  kit.fill(place, watching ? rgb(0x05080b) : kit.theme().background);
  over_ours_ = true;
  if (several && tiles_) {
    layout_ = {};
    capture_.set_control(kit.window().window(), false, layout_, context.model.presenter, context.model.screen);
    if (auto pressed = draw_tiles(context, place, pictures)) {
      tiles_ = false;
      choose(context, *pressed);
    }
  } else if (watching) {
    draw_picture(context, *picture, place);
  } else {
    layout_ = {};
    capture_.set_control(kit.window().window(), false, layout_, -1);
    draw_waiting(context, place);
  }
  double_click_ = false;
  if (panel_) {
    draw_panel(context, {place.width, 0, panel, kit.height()});
  } else {
    draw_unfold(context);
  }
  if (kit.key(SDLK_F9)) panel_ = !panel_;
  if (kit.key(SDLK_F11)) set_full_screen(context, !full_);
  if (full_ && kit.key(SDLK_ESCAPE)) set_full_screen(context, false);
  picker_.draw(context);
}

bool ViewerPage::show_files() {
  if (tab_ != Tab::chat) tab_ = Tab::files;
  return panel_ && tab_ == Tab::files;
}

/// What waits behind the panel is counted: lines of the chat and files that were offered.
void ViewerPage::draw_unfold(PageContext& context) {
  Kit& kit = context.kit;
  const std::size_t waiting = context.model.unread + context.model.offers();
  Button unfold{.id = "viewer.unfold",
                .label = waiting > 0 ? std::to_string(waiting) : "",
                .look = Look::bar,
                .tip = _("Show people, chat and files (F9)"),
                .icon = Icon::panel};
  float wide = kit.button_width(unfold);
  Box box{kit.width() - wide - 16, 14, wide, 34};
  if (kit.button(unfold, box)) panel_ = true;
  over_ours_ = over_ours_ || kit.hovered(box);
}

void ViewerPage::draw_picture(PageContext& context, PictureTexture& picture, Box place) {
  Kit& kit = context.kit;
  Model& m = context.model;
  const Rect pixels = pixels_of(kit, place);
  layout_ = lay_out(picture.size(), pixels, mode_, mouse_);
  draw_picture_view(kit, place, layout_, picture);
  const bool controls = m.control() == ControlState::active && m.stage == Stage::live;
  capture_.set_control(kit.window().window(), controls, layout_, m.presenter, m.screen);
  const bool over_place = pixels.contains(mouse_);
  over_ours_ = kit.dialog_open() || !over_place;
  draw_chips(context, place);
  draw_bar(context, place);
}

void ViewerPage::draw_chips(PageContext& context, Box place) {
  Kit& kit = context.kit;
  const Model& m = context.model;
  const Theme& t = dark_theme();  // chips lie on the picture: dark in both
  const Color back = rgb(0x0e151c, 219), white = rgb(0xffffff);
  float x = place.x + 16;
  std::string state;
  auto add = [&](const std::string& part) { state += (state.empty() ? "" : " · ") + part; };
  if (m.stage == Stage::reconnecting)
    add(_("reconnecting…"));
  else if (!m.path.empty())
    add(path_text(m.path, m.via));
  else if (const Member* presenter = m.member(m.presenter); presenter != nullptr && !presenter->path.empty())
    add(path_text(presenter->path, presenter->via));
  if (m.rtt_ms >= 0 && m.stage != Stage::reconnecting)
    add(filled(_("{count} ms"), {{"count", std::to_string(m.rtt_ms)}}));
  add(m.view().exact ? _("exact") : _("sharpening"));
  float y = place.y + 14;
  auto put = [&](const std::string& words, Color behind, Color dot) {
    const float wide = kit.text_width(Type::small, words) + 36;
    if (x > place.x + 16 && x + wide > place.right() - 16) x = place.x + 16, y += kChipHeight + 6;
    x += kit.chip(x, y, words, behind, white, dot) + 10;
  };
  put(state, back, m.stage == Stage::reconnecting ? t.warning : m.view().exact ? t.good : t.action);
  if (m.view().stale && m.stage != Stage::reconnecting) put(_("The picture is not current"), back, t.warning);
  if (m.recording.on)
    put(filled(_("Recording {time}"), {{"time", recording_text(m, monotonic_ns())}}), rgb(0xd13438), white);
  if (m.suspended)
    put(_("The other side uses its own mouse"), back, t.warning);
  else if (capture_.keyboard_captured())
    put(_("Your keys go there · Right Ctrl gives them back"), rgb(0x2574c4), 0);
  else if (m.control() == ControlState::active)
    put(_("You control · click the picture to type"), back, t.danger);
}

float ViewerPage::bar_shown(PageContext& context, Box bar) {
  Kit& kit = context.kit;
  const double now = seconds();
  const float scale = kit.window().scale();
  const float x = static_cast<float>(mouse_.x) / scale, y = static_cast<float>(mouse_.y) / scale;
  const bool near = y > bar.y - 60 && x > bar.x - 120 && x < bar.right() + 120;
  // While controlling, the bar comes only when the mouse comes near it: it would be in the way.
  const bool wakes = mouse_moved_ && (near || !capture_.keyboard_captured());
  const bool held =
      kit.hovered(bar) || kit.focused().starts_with("viewer.") || context.model.control() == ControlState::asked;
  if (wakes || held || shown_until_ == 0) shown_until_ = now + kBarStays;
  mouse_moved_ = false;
  alpha_ = std::clamp(static_cast<float>(1 - (now - shown_until_) / kBarFades), 0.0F, 1.0F);
  return alpha_;
}

std::vector<Button> ViewerPage::bar_buttons(const Model& m) const {
  const bool may_ask = m.control() == ControlState::none, active = m.control() == ControlState::active;
  std::vector<Button> buttons{
      {.id = "viewer.control",
       .label = active    ? _("Give control back")
                : may_ask ? _("Control")
                          : _("Asking…"),
       .look = active ? Look::bar_on : Look::bar,
       .enabled = m.control() != ControlState::asked,
       .tip = active ? _("Your mouse and keyboard work here again") : _("Ask to use mouse and keyboard over there"),
       .icon = Icon::cursor},
      {.id = "viewer.fit",
       .label = mode_ == ViewMode::fit      ? _("Fit")
                : mode_ == ViewMode::actual ? _("1 : 1")
                                            : _("Sharp"),
       .look = Look::bar,
       .tip = _("Size of the picture"),
       .icon = Icon::down},
      {.id = "viewer.keys",
       .label = _("Keys"),
       .look = Look::bar,
       .enabled = active,
       .tip = active ? _("Keys that your own desktop would keep") : _("Control first"),
       .icon = Icon::down},
      {.id = "viewer.full",
       .label = full_ ? _("Window") : _("Full screen"),
       .look = Look::bar,
       .tip = full_ ? _("Back to a window (F11)") : _("The whole screen (F11)")}};
  if (m.role == Role::master)
    buttons.push_back(
        {.id = "viewer.session", .label = _("Session"), .look = Look::bar, .tip = _("Number, lobby and people")});
  return buttons;
}

void ViewerPage::draw_bar(PageContext& context, Box place) {
  Kit& kit = context.kit;
  std::vector<Button> buttons = bar_buttons(context.model);
  auto width_of_all = [&] {
    float wide = 16 + space::kS * static_cast<float>(buttons.size() - 1);
    for (const auto& button : buttons) wide += kit.button_width(button);
    return wide;
  };
  float wide = width_of_all();
  if (wide > place.width - 16) {  // a narrow window: icons will do, the tips say the rest
    for (auto& button : buttons) {
      if (button.id == "viewer.full") button.icon = Icon::screen;
      if (button.id == "viewer.session") button.icon = Icon::person;
      if (button.icon != Icon::down) button.label.clear();
    }
    wide = width_of_all();
  }
  Box bar{place.x + std::max(8.0F, (place.width - wide) / 2), place.bottom() - kBarHeight - 18, wide, kBarHeight};
  const float alpha = bar_shown(context, bar);
  // Faded away it stays reachable by Tab, which brings it back.
  kit.set_opacity(alpha);
  kit.shadow(bar, kCardRadius);
  kit.fill(bar, rgb(0x0e151c, 219), kCardRadius);
  float x = bar.x + 8;
  for (const auto& button : buttons) {
    Box box{x, bar.y + 8, kit.button_width(button), 36};
    x += box.width + space::kS;
    control_button(context, box, button);
  }
  kit.set_opacity(1);
  over_ours_ = over_ours_ || (alpha > 0 && kit.hovered(bar)) || kit.menu_open();
}

void ViewerPage::control_button(PageContext& context, Box box, const Button& button) {
  Kit& kit = context.kit;
  Model& m = context.model;
  if (button.id == "viewer.fit") {
    std::string chosen =
        kit.menu(button, box,
                 {{.id = "fit.fit", .label = _("Fit the window"), .checked = mode_ == ViewMode::fit},
                  {.id = "fit.sharp", .label = _("Sharp: whole multiples only"), .checked = mode_ == ViewMode::sharp},
                  {.id = "fit.actual", .label = _("1 : 1, follows the mouse"), .checked = mode_ == ViewMode::actual}});
    if (!chosen.empty())
      mode_ = chosen == "fit.fit" ? ViewMode::fit : chosen == "fit.sharp" ? ViewMode::sharp : ViewMode::actual;
    return;
  }
  if (button.id == "viewer.keys") {
    if (!button.enabled) {
      kit.button(button, box);
      return;
    }
    std::vector<MenuItem> items;
    for (std::size_t i = 0; i < chords().size(); ++i)
      items.push_back({.id = "keys." + std::to_string(i), .label = chord_text(chords()[i])});
    if (std::string chosen = kit.menu(button, box, items); !chosen.empty())
      capture_.press_chord(chords()[std::stoul(chosen.substr(5))]);
    return;
  }
  if (!kit.button(button, box)) return;
  if (button.id == "viewer.full") set_full_screen(context, !full_);
  if (button.id == "viewer.session") m.show_session = true;
  if (button.id != "viewer.control") return;
  if (m.control() == ControlState::active)
    context.send({{"do", "release_control"}, {"presenter", m.presenter}});
  else
    context.send({{"do", "request_control"}, {"presenter", m.presenter}});
}

void ViewerPage::draw_waiting(PageContext& context, Box place) {
  Kit& kit = context.kit;
  kit.begin_region("waiting", place, true);
  const float width = std::min(560.0F, place.width - 48), top = std::clamp(place.height * 0.16F, 24.0F, 150.0F);
  float high = kit.card({(place.width - width) / 2, top, width, 0}, 32, [&](Column& c) {
    c.gap(14);
    if (context.model.own_screen_shared()) return draw_presenting(context, c);
    if (context.model.stage == Stage::reconnecting) {
      c.text(Type::title, Ink::text, _("Reconnecting"));
      c.text(Type::body, Ink::text,
             _("The connection was lost and is being made again. The session keeps its number; nothing needs to be "
               "done."));
      return;
    }
    c.text(Type::title, Ink::text, context.model.watching() ? _("The picture is coming") : _("You are in the session"));
    draw_steps(context, c);
    std::string pressed = c.buttons({{.id = "viewer.share", .label = _("Share my screen…")}});
    if (pressed == "viewer.share") picker_.open(context);
  });
  kit.end_region(top + high + 24);
}

void ViewerPage::draw_presenting(PageContext& context, Column& c) {
  const Model& m = context.model;
  c.text(Type::title, Ink::text, m.paused ? _("Sharing is paused") : _("You share your screen"));
  std::string viewers;
  for (const Member* viewer : m.viewers()) viewers += (viewers.empty() ? "" : ", ") + display_name(m, viewer->id);
  if (viewers.empty())
    c.text(Type::body, Ink::text, _("Nobody sees it yet."));
  else
    c.rich(Type::body, Ink::text, _("{names} can see it. You may put this window aside: the red banner stays visible."),
           {{"names", viewers}});
  c.rich(Type::small, Ink::quiet, _("[Pause] or [Ctrl] [Alt] [Shift] [Esc] ends all control at once."), {});
  std::string pressed = c.buttons({{.id = "viewer.pause", .label = m.paused ? _("Go on sharing") : _("Pause sharing")},
                                   {.id = "viewer.unshare", .label = _("Stop sharing"), .look = Look::danger}});
  if (pressed == "viewer.pause") context.send({{"do", "pause_share"}, {"on", !m.paused}});
  if (pressed == "viewer.unshare") context.send({{"do", "unshare"}});
}

void ViewerPage::draw_panel(PageContext& context, Box box) {
  Kit& kit = context.kit;
  Model& m = context.model;
  kit.fill(box, kit.theme().surface);
  kit.fill({box.x, 0, 1, box.height}, kit.theme().line);
  float right = box.right() - 16;
  Button leave{.id = "panel.leave", .label = m.role == Role::master ? _("End") : _("Leave"), .look = Look::danger};
  float wide = kit.button_width(leave);
  if (kit.button(leave, {right - wide, 14, wide, 34}))
    m.role == Role::master ? context.ask_to_end() : context.send({{"do", "leave"}});
  right -= wide + 8;
  if (kit.button({.id = "panel.fold",
                  .label = "",
                  .look = Look::bare,
                  .tip = _("Fold the panel away (F9)"),
                  .icon = Icon::panel},
                 {right - 40, 14, 40, 34}))
    panel_ = false;
  kit.line({box.x + 16, 14, right - 48 - box.x - 16, 34}, Type::body_strong, Ink::text,
           m.number.empty() ? _("Session") : grouped(m.number));
  kit.fill({box.x, 61, box.width, 1}, kit.theme().line);

  draw_tabs(context, box);
  kit.fill({box.x, 106, box.width, 1}, kit.theme().line);
  // Where there is room, people above and the talk below, as one looks at both.
  const float top = 106;
  if (tab(m) == Tab::chat) {
    chat_.draw(context, {box.x + 16, top + 14, box.width - 32, box.height - top - 28});
    return;
  }
  const bool both = box.height > 560;
  const float chat_high = both ? std::min(260.0F, box.height * 0.36F) : 0;
  draw_list(context, {box.x + 1, top + 1, box.width - 1, box.height - top - 1 - chat_high});
  if (!both) return;
  kit.fill({box.x, box.height - chat_high, box.width, 1}, kit.theme().line);
  chat_.draw(context, {box.x + 16, box.height - chat_high + 14, box.width - 32, chat_high - 28});
}

void ViewerPage::draw_tabs(PageContext& context, Box box) {
  Kit& kit = context.kit;
  const Model& m = context.model;
  const Tab shown = tab(m);
  auto counted = [](const char* text, std::size_t count) { return filled(text, {{"count", std::to_string(count)}}); };
  std::vector<std::pair<Tab, Button>> tabs{
      {Tab::people, {.id = "panel.people", .label = counted(_("People {count}"), m.members.size())}},
      {Tab::chat,
       {.id = "panel.chat",
        .label = m.unread > 0 && shown != Tab::chat ? counted(_("Chat · {count} new"), m.unread) : _("Chat")}}};
  if (has_files(m))
    tabs.push_back({Tab::files,
                    {.id = "panel.files",
                     .label = m.offers() > 0 ? counted(_("Files · {count}"), m.offers()) : _("Files"),
                     .tip = m.offers() > 0 ? _("Files wait for your answer") : ""}});
  float x = box.x + 16;
  for (auto& [which, button] : tabs) {
    button.look = which == shown ? Look::chip_on : Look::chip;
    const float wide = kit.button_width(button);
    if (kit.button(button, {x, 72, wide, kChipHeight})) tab_ = which;
    x += wide + 6;
  }
}

/// People or files, below those who wait to be let in.
void ViewerPage::draw_list(PageContext& context, Box box) {
  Kit& kit = context.kit;
  const bool files = tab(context.model) == Tab::files;
  kit.begin_region(files ? "files" : "people", box, true);
  Column column(kit, 15, 14, box.width - 31);
  if (context.model.role == Role::master && !context.model.lobby.empty()) draw_lobby(context, column);
  if (files) {
    draw_file_lists(context, column);
  } else {
    draw_people(context, column);
  }
  kit.end_region(column.y());
}

void ViewerPage::draw_file_lists(PageContext& context, Column& c) {
  draw_files(context, c);
  if (!c.buttons({{.id = "files.send",
                   .label = _("Send a file…"),
                   .look = Look::chip,
                   .tip = _("Choose a file, or drop it on the window (Ctrl+O)")}})
           .empty())
    context.send_file(SendFileDialog::kAsk);
  if (!context.model.shows_board()) return;
  c.space(12);
  c.text(Type::heading, Ink::text, _("Board"));
  c.space(4);
  draw_board(context, c);
}

}  // namespace lotse::ui
