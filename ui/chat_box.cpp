#include "ui/chat_box.h"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "ui/settings.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr float kGap = 10, kNameHigh = 19, kNoteHigh = 22, kDayHigh = 26;
constexpr std::size_t kMostNames = 4;

/// "1-2": for the ids of controls.
std::string id_of(const With& with) {
  std::string id;
  for (int member : with) id += (id.empty() ? "" : "-") + std::to_string(member);
  return id.empty() ? "all" : id;
}

bool is_here(const Model& model, int id) { return model.members.contains(id); }

bool is_anybody_here(const Model& model, const With& with) {
  return with.empty() || std::any_of(with.begin(), with.end(), [&](int id) { return is_here(model, id); });
}

bool same_day(std::time_t a, std::time_t b) {
  std::tm first{}, second{};
  localtime_r(&a, &first);
  localtime_r(&b, &second);
  return first.tm_year == second.tm_year && first.tm_yday == second.tm_yday;
}

}  // namespace

std::string talk_title(const Model& model, const With& with) {
  if (with.empty()) return _("Everybody");
  std::string title;
  std::size_t named = 0;
  for (int id : with) {
    if (named++ == kMostNames && with.size() > kMostNames + 1)
      return filled(_("{names} and {count} more"),
                    {{"names", title}, {"count", std::to_string(with.size() - kMostNames)}});
    std::string name = display_name(model, id);
    if (!is_here(model, id)) name = filled(_("{name} (has left)"), {{"name", name}});
    title += (title.empty() ? "" : ", ") + name;
  }
  return title;
}

void ChatBox::draw(PageContext& context, Box box) {
  Model& model = context.model;
  model.unread_of.erase(model.shown_talk);
  draw_switch(context, {box.x, box.y, box.width, kControlHeight});
  const float note = model.shown_talk.empty() ? 0 : kNoteHigh;
  const float top = kControlHeight + note + 8, below = kControlHeight + 12;
  if (note > 0) {
    const Kit& kit = context.kit;
    const Box row{box.x, box.y + kControlHeight + 4, box.width, note};
    context.kit.icon({row.x, row.y + 4, 14, 14}, Icon::lock, kit.color(Ink::action));
    context.kit.line(
        {row.x + 20, row.y, row.width - 20, note}, Type::small, Ink::action,
        model.shown_talk.size() == 1
            ? filled(_("Only you and {name} see this"), {{"name", talk_title(model, model.shown_talk)}})
            : filled(_("Only you and these {count} see this"), {{"count", std::to_string(model.shown_talk.size())}}));
  }
  draw_lines(context, {box.x, box.y + top, box.width, std::max(40.0F, box.height - top - below)});
  draw_field(context, {box.x, box.y + box.height - kControlHeight, box.width, kControlHeight});
}

void ChatBox::draw_switch(PageContext& context, Box box) {
  Model& model = context.model;
  auto new_in = [&](const With& with) {
    auto unread = model.unread_of.find(with);
    return unread == model.unread_of.end() || unread->second == 0
               ? std::string()
               : filled(_("{count} new"), {{"count", std::to_string(unread->second)}});
  };
  std::vector<MenuItem> items;
  auto add = [&](const With& with) {
    items.push_back({.id = "chat.with." + id_of(with),
                     .label = shortened(talk_title(model, with), 40),
                     .checked = with == model.shown_talk,
                     .hint = new_in(with)});
  };
  add({});
  for (const With& with : model.talks) add(with);
  items.push_back({.id = "chat.new", .label = _("New group…"), .enabled = model.members.size() > 1});
  items.push_back({.id = "chat.save", .label = _("Save what was said…"), .enabled = !model.chat.empty()});
  Kit& kit = context.kit;
  const std::size_t unread = model.unread();
  const std::string news =
      unread > 0 ? " · " + filled(_("{count} new"), {{"count", std::to_string(unread)}}) : std::string();
  const float room = box.width - 60 - kit.text_width(Type::body, news);  // beside the arrow
  const Button talk{.id = "chat.talk",
                    .label = kit.shortened(Type::body, talk_title(model, model.shown_talk), room) + news,
                    .look = Look::select,
                    .tip = _("With whom you talk"),
                    .icon = Icon::down};
  const std::string chosen = kit.menu(talk, box, items);
  if (chosen == "chat.new") choosing_ = true, chosen_.clear();
  if (chosen == "chat.save")
    context.send({{"do", "chat_export"}, {"file", dated_file("Documents", "lotse-chat", ".txt")}});
  if (chosen == "chat.with.all") model.open_talk({});
  const std::vector<With> talks = model.talks;
  for (const With& with : talks)
    if (chosen == "chat.with." + id_of(with)) model.open_talk(with);
}

void ChatBox::draw_lines(PageContext& context, Box box) {
  Kit& kit = context.kit;
  const Model& model = context.model;
  kit.begin_region("chat", box, true);
  float y = 0;
  const float width = box.width - 12;
  std::time_t day = std::time(nullptr);  // of the line before; nothing is told of today as long as nothing else was
  std::size_t lines = 0;
  for (const ChatLine& line : model.chat) {
    if (line.with != model.shown_talk) continue;
    if (!same_day(day, line.at)) {
      kit.line({0, y, width, kDayHigh - 6}, Type::small, Ink::quiet, day_text(line.at), Align::center);
      y += kDayHigh;
    }
    day = line.at;
    y += draw_line(context, line, "chat.link." + std::to_string(lines++), y, width);
  }
  if (lines == 0) y += kit.text({0, 0, width, 0}, Type::body, Ink::quiet, _("Nothing was said yet."));
  // A new line is shown at once; the last frame's height is what the scroll position counts by, so once more.
  const std::size_t now = lines + static_cast<std::size_t>(lines == 0 ? 0 : day);
  if (now != seen_ || seen_of_ != model.shown_talk) kit.scroll_to_end();
  seen_ = now;
  seen_of_ = model.shown_talk;
  kit.end_region(y);
}

float ChatBox::draw_line(PageContext& context, const ChatLine& line, const std::string& id, float y, float width) {
  Kit& kit = context.kit;
  const std::string time = clock_text(line.at);
  std::string name = line.own ? _("You") : line.name.empty() ? display_name(context.model, line.from) : line.name;
  if (!line.with.empty()) name += std::string(" · ") + (line.with.size() == 1 ? _("private") : _("group"));
  const float time_wide = kit.text_width(Type::small, time);
  kit.line({0, y, width - time_wide - 12, 18}, Type::small_strong,
           line.own ? kit.color(Ink::quiet) : member_color(context, line.from), name);
  kit.line({width - time_wide, y, time_wide + 1, 18}, Type::small, Ink::quiet, time);
  const std::vector<Link> links = find_links(line.text);
  std::vector<ShapedTexts::Span> spans;
  for (const Link& link : links) spans.push_back({link.begin, link.end});
  const Kit::Passage said = kit.passage(id, {0, y + kNameHigh, width, 0}, Type::body, Ink::text, line.text, spans);
  if (said.pressed >= 0) link_.open(links[static_cast<std::size_t>(said.pressed)]);
  return kNameHigh + said.height + kGap;
}

void ChatBox::draw_field(PageContext& context, Box box) {
  Kit& kit = context.kit;
  Model& model = context.model;
  const Member* me = model.member(model.self);
  const bool muted = me != nullptr && !me->rights.empty() && !me->rights.contains("chat");
  const With& with = model.shown_talk;
  if (muted || !is_anybody_here(model, with)) {
    kit.line(box, Type::body, Ink::quiet,
             muted ? _("You cannot write at the moment.") : _("Nobody of this conversation is here any more."));
    return;
  }
  const std::string hint = with.empty()       ? _("Message to all…")
                           : with.size() == 1 ? _("Message to one alone…")
                                              : _("Message to this group…");
  std::string& draft = drafts_[with];
  FieldResult written =
      kit.field("chat.text", with.empty() ? _("Message to all") : hint, draft, box, {.hint = hint, .max_bytes = 2000});
  if (!written.submitted || draft.find_first_not_of(' ') == std::string::npos) return;
  nlohmann::json to = "all";
  if (with.size() == 1) to = *with.begin();
  if (with.size() > 1) to = with;
  context.send({{"do", "chat"}, {"text", draft}, {"to", to}});
  drafts_.erase(with);
}

void ChatBox::draw_dialogs(PageContext& context) {
  if (choosing_) draw_choice(context);
  link_.draw(context);
}

void ChatBox::draw_choice(PageContext& context) {
  Model& model = context.model;
  if (!model.in_session()) return void(choosing_ = false);
  context.kit.dialog("talk", 420, "talk.cancel", "talk.begin", "talk.cancel", [&](Column& c) {
    c.gap(8);
    c.text(Type::subtitle, Ink::text, _("With whom do you want to talk?"));
    c.text(Type::body, Ink::quiet, _("Only they see what is written there. One person is a private talk."));
    for (const auto& [id, member] : model.members) {
      if (id == model.self) continue;
      bool on = chosen_.contains(id);
      const bool was = on;
      const Box row = c.take(36);
      c.kit().toggle("talk.with." + std::to_string(id), display_name(model, id), on, row);
      if (on != was) on ? void(chosen_.insert(id)) : void(chosen_.erase(id));
    }
    c.space(4);
    const bool fits = !chosen_.empty() && chosen_.size() <= kMaxWith;
    const std::string pressed =
        c.buttons({{.id = "talk.cancel", .label = _("Cancel")},
                   {.id = "talk.begin", .label = _("Begin"), .look = Look::primary, .enabled = fits}},
                  Align::right);
    if (pressed == "talk.begin") model.open_talk(chosen_);
    if (!pressed.empty()) choosing_ = false;
  });
}

}  // namespace lotse::ui
