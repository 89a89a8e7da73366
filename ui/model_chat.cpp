// Conversations: what is said to all, to one and in groups.
#include <algorithm>

#include "ui/json_read.h"
#include "ui/model.h"

namespace lotse::ui {
namespace {

using nlohmann::json;

constexpr std::int64_t kLastSecond = 253402300799;  // of the year 9999

/// Ids as `to` and `conversation` have them: a number or a list. Nothing: neither.
std::optional<With> ids_in(const json& field) {
  With ids;
  auto take = [&](const json& id) {
    if (!id.is_number_integer()) return false;
    const auto number = id.get<std::int64_t>();
    if (number < 0 || number >= 0xFFFF) return false;
    ids.insert(static_cast<int>(number));
    return ids.size() <= kMaxWith;
  };
  if (!field.is_array()) return take(field) ? std::optional(ids) : std::nullopt;
  if (field.empty() || !std::all_of(field.begin(), field.end(), take)) return std::nullopt;
  return ids;
}

}  // namespace

std::optional<With> Model::with_in(const json& e) const {
  if (auto named = e.find("conversation"); named != e.end())
    return *named == "all" ? std::optional(With{}) : ids_in(*named);
  auto to = e.find("to");
  if (to == e.end() || *to == "all") return With{};
  std::optional<With> with = *to == "master" ? std::optional(With{master}) : ids_in(*to);
  if (!with) return std::nullopt;
  with->insert(int_field(e, "from", self));
  with->erase(self);
  return with->empty() ? std::nullopt : with;
}

std::size_t Model::unread() const {
  std::size_t all = 0;
  for (const auto& [with, lines] : unread_of) all += lines;
  return all;
}

void Model::open_talk(const With& with) {
  begin_talk(with);
  shown_talk = with;
  unread_of.erase(with);
}

void Model::begin_talk(const With& with) {
  auto known = std::find(talks.begin(), talks.end(), with);
  if (with.empty() || known != talks.end()) return;
  if (talks.size() >= kMaxTalks) {  // the one that was begun first gives way
    const With gone = talks.front();
    talks.erase(talks.begin());
    unread_of.erase(gone);
    if (shown_talk == gone) shown_talk.clear();
    std::erase_if(chat, [&](const ChatLine& line) { return line.with == gone; });
  }
  talks.push_back(with);
}

void Model::add_line(ChatLine line) {
  const With with = line.with;
  begin_talk(with);
  const bool own = line.own;
  chat.push_back(std::move(line));
  if (!own) ++unread_of[with];
  auto of_it = [&](const ChatLine& l) { return l.with == with; };
  if (static_cast<std::size_t>(std::count_if(chat.begin(), chat.end(), of_it)) > kMaxChat)
    chat.erase(std::find_if(chat.begin(), chat.end(), of_it));
  if (chat.size() > kMaxChatAll) chat.pop_front();
}

void Model::fold_chat(const json& e, std::time_t now) {
  const int from = int_field(e, "from", -1);
  std::string said = text_field(e, "text");
  const std::optional<With> with = with_in(e);
  if (said.empty() || !with) return;
  const bool own = from == self && self >= 0;
  const std::int64_t told = time_field(e, "time");
  const std::time_t at = told > 0 && told <= kLastSecond ? static_cast<std::time_t>(told) : now;
  if (own) {  // our own line coming back confirms the one that we showed at once
    for (auto& line : chat)
      if (line.own && !line.confirmed && line.text == said && line.with == *with) {
        line.confirmed = true;
        line.at = at;
        return;
      }
  }
  std::string name = name_of(from);
  if (name.empty()) name = name_field(e, "name");  // of who has left
  add_line({.from = from, .name = name, .text = said, .own = own, .with = *with, .at = at});
}

void Model::said(const json& command, std::time_t now) {
  std::string text = text_field(command, "text");
  const std::optional<With> with = with_in(command);
  if (text.empty() || !with) return;
  add_line({.from = self, .name = own_name, .text = text, .own = true, .confirmed = false, .with = *with, .at = now});
}

/// The oldest of our lines that did not come back was refused.
void Model::take_back_line() {
  auto line = std::find_if(chat.begin(), chat.end(), [](const ChatLine& l) { return l.own && !l.confirmed; });
  if (line != chat.end()) chat.erase(line);
}

}  // namespace lotse::ui
