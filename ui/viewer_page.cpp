#include "ui/viewer_page.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ui/board_list.h"
#include "ui/connecting_page.h"
#include "ui/file_list.h"
#include "ui/marks_view.h"
#include "ui/people_list.h"
#include "ui/picture_window.h"
#include "ui/screen_strip.h"
#include "ui/send_file_dialog.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

Instant now() { return Instant{Duration(monotonic_ns())}; }

}  // namespace

bool ViewerPage::handle(const SDL_Event& event, int window_id) {
  if (event.type == SDL_MOUSEMOTION && event.motion.windowID == static_cast<Uint32>(window_id)) {
    mouse_ = {event.motion.x, event.motion.y};
    mouse_moved_ = true;
  }
  const Uint32 id = window_of(event);
  if (id != 0 && id != static_cast<Uint32>(window_id)) return false;
  const bool over_picture = !over_ours_ && covers(layout_, mouse_);
  const bool used =
      choice_.mode == MarkMode::none ? capture_.handle(event, over_picture) : tools_.handle(event, over_picture, now());
  if (used) return true;
  if (event.type == SDL_MOUSEBUTTONDOWN && event.button.clicks == 2 && over_picture) double_click_ = true;
  return false;
}

void ViewerPage::flush() { tools_.flush(now()); }

int ViewerPage::wait_ms() const {
  const int bar = bar_wait_ms(), tool = tools_.wait_ms(now());
  return bar < 0 || tool < 0 ? std::max(bar, tool) : std::min(bar, tool);
}

void ViewerPage::aim(PageContext& context) {
  const Model& m = context.model;
  if (choice_.mode == MarkMode::point && !m.may("point")) choice_.mode = MarkMode::none;
  if (choice_.mode == MarkMode::draw && !m.may("draw")) choice_.mode = MarkMode::none;
  const bool live = (m.stage == Stage::live || m.on_whiteboard()) && !layout_.picture.empty();
  const bool controls = live && m.control() == ControlState::active && choice_.mode == MarkMode::none;
  capture_.set_control(context.kit.window().window(), controls, layout_, m.presenter, m.screen);
  const Member* me = m.member(m.self);
  tools_.set_picture(live ? layout_ : PictureLayout{}, m.presenter, m.screen, m.self,
                     hex(participant_color(me == nullptr ? "" : me->color, m.self)), now());
}

void ViewerPage::leave(PageContext& context) {
  layout_ = {};
  choice_.mode = MarkMode::none;
  aim(context);
  if (full_) set_full_screen(context, false);
}

void ViewerPage::set_full_screen(PageContext& context, bool on) {
  full_ = on;
  SDL_SetWindowFullscreen(context.kit.window().window(), on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
  if (on) capture_.capture_keyboard(true);
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
    aim(context);
    if (auto pressed = draw_tiles(context, place, pictures)) {
      tiles_ = false;
      choose(context, *pressed);
    }
  } else if (watching) {
    draw_picture(context, *picture, place);
  } else {
    layout_ = {};
    aim(context);
    draw_waiting(context, place);
  }
  double_click_ = false;
  if (panel_) {
    draw_panel(context, {place.width, 0, panel, kit.height()});
  } else {
    draw_unfold(context);
  }
  // Behind all fields: who writes takes back letters.
  const bool undoes = choice_.mode == MarkMode::draw && std::exchange(may_undo_, false);
  if (undoes && !kit.field_active() && !kit.dialog_open() && kit.shortcut(SDLK_z)) tools_.undo();
  if (kit.key(SDLK_F9)) panel_ = !panel_;
  if (kit.key(SDLK_F11)) set_full_screen(context, !full_);
  if (full_ && kit.key(SDLK_ESCAPE)) set_full_screen(context, false);
  picker_.draw(context);
  chat_.draw_dialogs(context);
}

bool ViewerPage::show_files() {
  if (tab_ != Tab::chat) tab_ = Tab::files;
  return panel_ && tab_ == Tab::files;
}

/// What waits behind the panel is counted: lines of the chat and files that were offered.
void ViewerPage::draw_unfold(PageContext& context) {
  Kit& kit = context.kit;
  const std::size_t waiting = context.model.unread() + context.model.offers();
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
  const Rect pixels = pixels_of(kit, place);
  layout_ = lay_out(picture.size(), pixels, mode_, mouse_);
  aim(context);
  tools_.settle(picture.marks().strokes.get(), now());
  draw_picture_view(kit, place, layout_, picture, tools_.own());
  over_ours_ = kit.dialog_open() || !pixels.contains(mouse_);
  if (tools_.take_press()) kit.focus(tools_.text_at() ? "marks.text" : "");
  const Box entry = draw_text_entry(kit, place, layout_, tools_, now());
  over_ours_ = over_ours_ || kit.hovered(entry);
  draw_chips(context, place);
  draw_bars(context, place, picture);
  if (choice_.mode == MarkMode::draw && !over_ours_ && covers(layout_, mouse_)) kit.crosshair();
}

void ViewerPage::draw_chips(PageContext& context, Box place) {
  Kit& kit = context.kit;
  const Model& m = context.model;
  const Theme& t = dark_theme();  // chips lie on the picture: dark in both
  const Color back = rgb(0x0e151c, 219), white = rgb(0xffffff);
  const bool board = m.on_whiteboard();
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
  if (board) state = m.paused ? _("Your whiteboard (paused)") : _("Your whiteboard");
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
  else if (choice_.mode == MarkMode::draw)
    put(_("You draw · Esc ends it"), back, rgb(tools_.color()));
  else if (choice_.mode == MarkMode::point)
    put(_("You point · Esc ends it"), back, rgb(tools_.own_color()));
  else if (capture_.keyboard_captured())
    put(_("Your keys go there · Right Ctrl gives them back"), rgb(0x2574c4), 0);
  else if (m.control() == ControlState::active)
    put(_("You control · click the picture to type"), back, t.danger);
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
                                   {.id = "viewer.blank",
                                    .label = m.blank ? _("Show it again") : _("Black it out"),
                                    .tip = _("The others see nothing of it meanwhile")},
                                   {.id = "viewer.unshare", .label = _("Stop sharing"), .look = Look::danger}});
  if (pressed == "viewer.pause") context.send({{"do", "pause_share"}, {"on", !m.paused}});
  if (pressed == "viewer.blank") context.send({{"do", "blank_share"}, {"on", !m.blank}});
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

  if (std::exchange(m.wants_chat, false)) tab_ = Tab::chat;
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
        .label = m.unread() > 0 && shown != Tab::chat ? counted(_("Chat · {count} new"), m.unread()) : _("Chat")}}};
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
