#include "ui/host_page.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ui/board_list.h"
#include "ui/file_list.h"
#include "ui/invitation.h"
#include "ui/people_list.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr std::time_t kCodeLife = 3600;              // seconds, as the protocol has it
constexpr float kListHeight = 320, kCardFrame = 84;  // a list at most, and what its card has around it

std::string status_text(const Model& m) {
  if (m.stage == Stage::reconnecting) return _("reconnecting to the relay…");
  if (m.locked) return _("locked: nobody else can join");
  auto others =
      static_cast<unsigned long>(m.members.size() > 0 ? m.members.size() - (m.members.contains(m.self) ? 1 : 0) : 0);
  if (others == 0) return _("waiting for somebody to join");
  return filled(P_("{count} person joined", "{count} people joined", others), {{"count", std::to_string(others)}});
}

}  // namespace

void toggle_recording(PageContext& context) {
  if (context.model.recording.on)
    context.send({{"do", "record_stop"}});
  else
    context.send({{"do", "record"}, {"file", dated_file("Videos", "lotse", ".mkv")}});
}

std::int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string recording_text(const Model& model, std::int64_t now_ns) {
  long seconds = static_cast<long>(std::max<std::int64_t>(0, now_ns - model.recording.since_ns) / 1'000'000'000);
  auto two = [](long value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return (seconds >= 3600 ? std::to_string(seconds / 3600) + ":" : "") + two(seconds / 60 % 60) + ":" +
         two(seconds % 60);
}

void HostPage::ask_to_end(bool closing) {
  ending_ = true;
  closing_ = closing;
}

void HostPage::draw(PageContext& context) {
  Kit& kit = context.kit;
  draw_bar(context);
  kit.begin_region("host", {0, kTopBarHeight, kit.width(), kit.height() - kTopBarHeight}, true);
  const float content = std::min(1120.0F, kit.width() - 48), left = (kit.width() - content) / 2;
  const bool beside = content >= 800;
  float y = beside ? 40 : 24, first = beside ? (content - 24) * 0.535F : content;
  float invitation = draw_invitation(context, {left, y, first, 0});
  if (beside) {
    const float board = draw_board_card(context, {left, y + invitation + 12, first, 0});
    const float session = draw_session(context, {left + first + 24, y, content - first - 24, 0});
    y += std::max(invitation + board, session);
  } else {
    y += invitation + 16, y += draw_session(context, {left, y, content, 0});
    y += draw_board_card(context, {left, y + 12, content, 0});
  }
  kit.end_region(y + 24);
  picker_.draw(context);
  chat_.draw_dialogs(context);
}

void HostPage::draw_bar(PageContext& context) {
  Model& m = context.model;
  const Theme& t = context.kit.theme();
  float right = draw_top_bar(context, _("Session"), status_text(m),
                             m.stage == Stage::reconnecting || m.locked ? t.warning : t.good);
  if (top_bar_button(
          context,
          {.id = "host.end", .label = _("End"), .look = Look::danger, .tip = _("End the session for everybody")},
          right))
    context.ask_to_end();
  if (top_bar_button(context,
                     {.id = "host.lock",
                      .label = m.locked ? _("Unlock") : _("Lock"),
                      .tip = m.locked ? _("Let people join again") : _("Let nobody else join")},
                     right))
    context.send({{"do", m.locked ? "unlock" : "lock"}});
  const std::string time = m.recording.on ? recording_text(m, monotonic_ns()) : "";
  if (top_bar_button(context,
                     {.id = "host.record",
                      .label = m.recording.on ? _("Stop recording") : _("Record"),
                      .look = m.recording.on ? Look::danger : Look::plain,
                      .tip = m.recording.on ? _("Stop the recording and keep the file")
                                            : _("Record the shared picture as a video. Everybody sees that it runs."),
                      .icon = m.recording.on ? Icon::record : Icon::none},
                     right))
    toggle_recording(context);
  if (m.watching() &&
      top_bar_button(context, {.id = "host.view", .label = _("Back to the picture"), .icon = Icon::screen}, right))
    m.show_session = false;
  if (top_bar_button(context, {.id = "host.settings", .label = "", .tip = _("Settings (Ctrl+,)"), .icon = Icon::gear},
                     right) ||
      context.kit.shortcut(SDLK_COMMA))
    context.open_settings();
}

float HostPage::draw_invitation(PageContext& context, Box box) {
  const Model& m = context.model;
  return context.kit.card(box, 32, [&](Column& c) {
    c.gap(8);
    c.text(Type::body, Ink::quiet, _("Number"));
    c.text(Type::number, Ink::text, grouped(m.number));
    c.space(8);
    if (m.code.empty()) {
      c.text(Type::body, Ink::text,
             _("There is no code. Everybody waits in the lobby until you let them in; compare the words first."));
    } else {
      c.text(Type::body, Ink::quiet, _("Code"));
      const bool digits = m.code.find_first_not_of("0123456789") == std::string::npos;
      c.text(Type::code, Ink::text, digits ? grouped(m.code) : m.code);
    }
    c.space(8);
    std::vector<Button> buttons{{.id = "host.copy",
                                 .label = _("Copy invitation"),
                                 .look = Look::primary,
                                 .tip = _("A sentence, the link, number and code (Ctrl+I)")}};
    if (!m.code.empty())
      buttons.push_back(
          {.id = "host.new_code", .label = _("New code"), .tip = _("The old code admits nobody any more")});
    std::string pressed = c.buttons(buttons);
    if (pressed == "host.copy" || context.kit.shortcut(SDLK_i)) {
      SDL_SetClipboardText(invitation_text(context.settings.name, m.number, m.code, m.link).c_str());
      context.kit.toast(_("Invitation copied. Paste it into a mail or a chat."));
    }
    if (pressed == "host.new_code") context.send({{"do", "new_code"}});
    c.space(4);
    if (!m.code.empty())
      c.text(Type::small, Ink::quiet,
             filled(_("The code is made on this computer and never sent to the relay. It is valid until {time}."),
                    {{"time", clock_text(m.code_since + kCodeLife)}}));
  });
}

float HostPage::draw_session(PageContext& context, Box box) {
  Kit& kit = context.kit;
  Model& m = context.model;
  float y = box.y;
  y += kit.card({box.x, y, box.width, 0}, 24, [&](Column& c) {
    c.text(Type::heading, Ink::text, _("Lobby"));
    draw_lobby(context, c);
  }) + 12;
  y += kit.card({box.x, y, box.width, 0}, 24, [&](Column& c) {
    c.text(Type::heading, Ink::text, _("Participants"));
    draw_people(context, c);
    c.space(4);
    const bool shared = m.own_screen_shared(), somebody = m.other() != nullptr;
    std::vector<Button> buttons;
    if (shared) {
      buttons.push_back({.id = "host.pause",
                         .label = m.paused ? _("Go on sharing") : _("Pause sharing"),
                         .tip = _("The others keep the last picture meanwhile")});
      buttons.push_back({.id = "host.blank",
                         .label = m.blank ? _("Show it again") : _("Black it out"),
                         .tip = _("The others see nothing of it meanwhile")});
      buttons.push_back({.id = "host.unshare", .label = _("Stop sharing"), .look = Look::danger});
    } else {
      buttons.push_back({.id = "host.share", .label = _("Share my screen…")});
    }
    if (!shared && !m.watching())
      buttons.push_back({.id = "host.ask",
                         .label = _("Ask to see theirs"),
                         .enabled = somebody,
                         .tip = somebody ? _("They are asked, and decide") : _("Somebody must join first")});
    std::string pressed = c.buttons(buttons);
    if (pressed == "host.share") picker_.open(context);
    if (pressed == "host.unshare") context.send({{"do", "unshare"}});
    if (pressed == "host.pause") context.send({{"do", "pause_share"}, {"on", !m.paused}});
    if (pressed == "host.blank") context.send({{"do", "blank_share"}, {"on", !m.blank}});
    if (pressed == "host.ask" && somebody) {
      context.send({{"do", "request_share"}, {"participant", m.other()->id}});
      kit.toast(filled(_("{name} was asked to share the screen."), {{"name", display_name(m, m.other()->id)}}));
    }
  }) + 12;
  if (m.lists_transfers())
    y += draw_list_card(context, {box.x, y, box.width, kListHeight}, "files", _("Files"), draw_files) + 12;
  // The talk takes what is left of the window, so that the page need not scroll.
  const float left = kit.height() - kTopBarHeight - y - 24 - 84;
  const float chat_high = std::clamp(left, 180.0F, 360.0F);
  Box card{box.x, y, box.width, chat_high + 84};
  kit.fill(card, kit.theme().surface, kCardRadius);
  kit.frame(card, kit.theme().line, kCardRadius);
  kit.text({card.x + 24, card.y + 24, card.width - 48, 0}, Type::heading, Ink::text, _("Chat"));
  chat_.draw(context, {card.x + 24, card.y + 60, card.width - 48, chat_high});
  return y + card.height - box.y;
}

/// So the talk stays near, however many files there are.
float HostPage::draw_list_card(PageContext& context, Box box, const std::string& id, const std::string& title,
                               const std::function<void(PageContext&, Column&)>& list) {
  Kit& kit = context.kit;
  const float wide = box.width - 48, column_wide = wide - 12;
  const float content = kit.measure(column_wide, [&](Column& c) { list(context, c); });
  const float high = std::min(content, box.height);
  const Box card{box.x, box.y, box.width, high + kCardFrame};
  kit.fill(card, kit.theme().surface, kCardRadius);
  kit.frame(card, kit.theme().line, kCardRadius);
  kit.text({card.x + 24, card.y + 24, wide, 0}, Type::heading, Ink::text, title);
  kit.begin_region(id, {card.x + 24, card.y + 60, wide, high}, content > high + 1);
  Column column(kit, 0, 0, column_wide);
  list(context, column);
  kit.end_region(column.y());
  return card.height;
}

/// With the gap above it; nothing where there is no board. It takes what is left of the window.
float HostPage::draw_board_card(PageContext& context, Box box) {
  if (!context.model.shows_board()) return 0;
  const float left = context.kit.height() - kTopBarHeight - box.y - 24 - kCardFrame;
  box.height = std::max(left, kListHeight / 2);
  return 12 + draw_list_card(context, box, "board", _("Board"), draw_board);
}

void HostPage::draw_end_question(PageContext& context) {
  if (!ending_) return;
  context.kit.dialog("end", 460, "end.cancel", "end.cancel", "end.cancel", [&](Column& c) {
    c.gap(14);
    c.text(Type::subtitle, Ink::text, _("End the session?"));
    c.text(Type::body, Ink::text, _("Everybody is disconnected, and the number admits nobody any more."));
    std::string pressed = c.buttons(
        {{.id = "end.cancel", .label = _("Go on")}, {.id = "end.end", .label = _("End for all"), .look = Look::danger}},
        Align::right);
    if (pressed == "end.cancel") ending_ = false;
    if (pressed == "end.end") {
      context.send({{"do", "end"}});
      ending_ = false;
      if (closing_) context.close();
    }
  });
}

}  // namespace lotse::ui
