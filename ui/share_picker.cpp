#include "ui/share_picker.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ui/host_page.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr std::int64_t kLookAgain = 1'500'000'000;                                   // ns
constexpr float kScreenHigh = 80, kWindowHigh = 72, kGap = 6, kWindowsShown = 2.6F;  // a part says that more follow

std::string pixels(int width, int height) { return std::to_string(width) + " × " + std::to_string(height); }

}  // namespace

void SharePicker::open(PageContext& context) {
  open_ = true;
  chosen_ = "screen";
  context.send({{"do", "sources"}});
  look_again_ns_ = monotonic_ns() + kLookAgain;
}

int SharePicker::wait_ms() const {
  if (!open_) return -1;
  return static_cast<int>(std::max<std::int64_t>(0, look_again_ns_ - monotonic_ns()) / 1'000'000) + 1;
}

std::vector<SharePicker::Card> SharePicker::screens(const Model& m) {
  std::vector<Card> cards;
  const bool several = m.monitors.size() > 1;
  const std::string whole =
      m.screen_width > 0 ? pixels(m.screen_width, m.screen_height) : std::string(_("All monitors together"));
  if (several) cards.push_back({"screen", _("All monitors"), _("Each is a picture of its own")});
  cards.push_back(
      {several ? "desktop" : "screen", several ? _("The whole desktop as one picture") : _("The whole screen"), whole});
  for (std::size_t i = 0; several && i < m.monitors.size(); ++i)
    cards.push_back({"monitor:" + std::to_string(i), filled(_("Monitor {name}"), {{"name", m.monitors[i].name}}),
                     pixels(m.monitors[i].width, m.monitors[i].height)});
  cards.push_back({"whiteboard", _("A whiteboard"), _("A white page to draw on together")});
  return cards;
}

/// An application of one window is that window, with whatever it opens.
std::vector<SharePicker::Card> SharePicker::windows(const Model& m) {
  std::vector<Card> cards;
  for (const Model::Application& app : m.applications) {
    std::string words = filled(
        P_("{count} window", "{count} windows, all of them", static_cast<unsigned long>(std::max(app.windows, 1))),
        {{"count", std::to_string(app.windows)}});
    for (const Model::Window& window : m.windows)
      if (app.windows == 1 && window.pid == app.pid && !window.title.empty()) words = window.title;
    cards.push_back({"app:" + std::to_string(app.pid), app.name.empty() ? words : app.name, words});
  }
  for (const Model::Window& window : m.windows) {
    auto app = std::find_if(m.applications.begin(), m.applications.end(),
                            [&](const Model::Application& a) { return a.pid == window.pid; });
    if (app != m.applications.end() && app->windows == 1) continue;
    const std::string title = window.title.empty() ? window.app : window.title;
    cards.push_back({window.what, title.empty() ? _("A window") : title,
                     filled(_("One window of {name}"), {{"name", window.app.empty() ? title : window.app}})});
  }
  return cards;
}

void SharePicker::draw_card(Kit& kit, const Card& card, Box box) {
  if (kit.measuring()) return;
  const std::string title = kit.shortened(Type::heading, card.title, box.width - 64);
  const std::string words = kit.shortened(Type::small, card.words, box.width - 36);
  if (kit.choice("share." + card.what, title, words, box, chosen_ == card.what)) chosen_ = card.what;
}

void SharePicker::draw_windows(Column& c, const std::vector<Card>& cards) {
  Kit& kit = c.kit();
  c.text(Type::heading, Ink::text, _("Or one application or window alone"));
  c.text(Type::small, Ink::quiet, _("Its dialogs and menus are seen too, and nothing that lies over it."));
  const float content = static_cast<float>(cards.size()) * (kWindowHigh + kGap) - kGap;
  const float high = std::min(content, kWindowsShown * (kWindowHigh + kGap));
  const Box box = c.take(high);
  const bool scrolls = content > high;
  kit.begin_region("shareables", {box.x - 4, box.y - 4, box.width + 8, high + 8}, scrolls);  // room for focus rings
  float y = 4;
  for (const Card& card : cards) {
    draw_card(kit, card, {4, y, box.width - (scrolls ? 12.0F : 0.0F), kWindowHigh});
    y += kWindowHigh + kGap;
  }
  kit.end_region(y);
}

void SharePicker::draw(PageContext& context) {
  if (!open_) return;
  if (monotonic_ns() >= look_again_ns_) {
    look_again_ns_ = monotonic_ns() + kLookAgain;
    context.send({{"do", "sources"}});
  }
  const std::vector<Card> screen_cards = screens(context.model), window_cards = windows(context.model);
  auto is_chosen = [&](const Card& card) { return card.what == chosen_; };
  if (std::none_of(screen_cards.begin(), screen_cards.end(), is_chosen) &&
      std::none_of(window_cards.begin(), window_cards.end(), is_chosen))
    chosen_.clear();  // it has just been closed: nothing else is shared in its place
  context.kit.dialog("share", 520, "share.cancel", "share.share", "share.screen", [&](Column& c) {
    c.gap(10);
    c.text(Type::subtitle, Ink::text, _("What do you want to share?"));
    c.text(Type::body, Ink::quiet, _("Everybody in the session sees it, messages that pop up too."));
    for (const Card& card : screen_cards) draw_card(c.kit(), card, c.take(kScreenHigh));
    if (!window_cards.empty()) draw_windows(c, window_cards);
    c.space(6);
    std::string pressed =
        c.buttons({{.id = "share.cancel", .label = _("Cancel")},
                   {.id = "share.share", .label = _("Share"), .look = Look::primary, .enabled = !chosen_.empty()}},
                  Align::right);
    if (pressed == "share.share") context.send({{"do", "share"}, {"what", chosen_}});
    if (!pressed.empty()) open_ = false;
  });
}

}  // namespace lotse::ui
