#include "session/talk.h"

#include <algorithm>

#include "base/text.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTellAfter = 2s;    // the last line: how far it goes, in case it was lost
constexpr Duration kAskAfter = 300ms;  // what is missing may only be late
constexpr Duration kAskAgain = 2s;
constexpr Duration kAnswerGap = 1s;                  // to the same member
constexpr int kMostAsked = 5;                        // in vain, then it is let go
constexpr std::size_t kMostUnsent = 100;             // lines said while nobody can hear them
constexpr std::uint64_t kMostEarly = 64;             // lines beyond one that is missing
constexpr std::uint64_t kLastSecond = 253402300799;  // of the year 9999

}  // namespace

// --- saying ----------------------------------------------------------------------------------------------------------

/// `members`, with ourselves where there are several of them, in their order. Who has left stays in a group in which
/// somebody else still hears us.
std::optional<ErrorCode> Talk::gather(std::vector<ParticipantId>& members) const {
  if (members.size() > 1) members.push_back(core_.self);
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  if (members.size() > wire::kMaxGroup) return ErrorCode::too_large;
  bool heard = false;
  for (ParticipantId id : members) {
    if (id.value() >= core_.roster.next_index) return ErrorCode::no_such_member;
    heard = heard || (id != core_.self && core_.member(id) != nullptr);
  }
  if (!heard) return ErrorCode::no_such_member;
  if (members.size() == 2) std::erase(members, core_.self);
  return std::nullopt;
}

std::optional<ErrorCode> Talk::say(const std::string& text, std::optional<std::vector<ParticipantId>> to,
                                   std::uint64_t time) {
  std::string clean = clean_text(text, wire::kMaxChat + 1);
  if (clean.size() > wire::kMaxChat) return ErrorCode::too_large;
  if (clean.empty()) return ErrorCode::bad_request;
  if (!core_.member(core_.self)->rights.has(Right::chat)) return ErrorCode::not_allowed;
  if (to)
    if (auto problem = gather(*to)) return problem;
  auto unsent = std::count_if(said_.begin(), said_.end(), [](const Line& line) { return !line.sent; });
  if (static_cast<std::size_t>(unsent) >= kMostUnsent) return ErrorCode::rate_limited;
  Line line{.numbers = {}, .text = clean, .time = std::min(time, kLastSecond)};
  if (!to) line.numbers[std::nullopt] = ++last_[std::nullopt];
  for (ParticipantId id : to.value_or(std::vector<ParticipantId>{}))
    if (core_.member(id) && id != core_.self) line.numbers[id] = ++last_[id];
  if (to && to->size() > 1) line.group = *to;
  ChatLine own{core_.self, to ? to->front() : kEverybody, clean, line.group, line.time};
  said_bytes_ += clean.size();
  said_.push_back(std::move(line));
  flush();
  while (said_.size() > wire::kTalkLines || said_bytes_ > wire::kTalkBytes) {
    said_bytes_ -= said_.front().text.size();
    said_.pop_front();
  }
  core_.notify(std::move(own));
  return std::nullopt;
}

bool Talk::send(const Line& line, std::uint64_t number, Hearer to) {
  wire::pb::Message message;
  wire::pb::Chat& chat = *message.mutable_chat();
  chat.set_text(line.text);
  chat.set_to_all(line.numbers.contains(std::nullopt));
  chat.set_line(number);
  chat.set_time(line.time);
  for (ParticipantId id : line.group) chat.add_group(id.value());
  return to ? core_.tell(*to, message, crypto::Stream::chat) : core_.tell_all(crypto::Stream::chat, message);
}

void Talk::flush() {
  for (Line& line : said_) {
    if (line.sent || !can_speak_()) continue;
    for (const auto& [to, number] : line.numbers) send(line, number, to);  // where it reaches nobody, it is asked for
    line.sent = true;
    tell_at_ = core_.now + kTellAfter;
  }
}

void Talk::reachable() {
  flush();
  if (!last_.empty()) tell_at_ = core_.now + kTellAfter;
  for (auto& [source, heard] : heard_) heard.asked = 0;
}

/// Who is new, or back, hears how far everything goes.
void Talk::members_changed() {
  if (core_.roster.version == std::exchange(roster_version_, core_.roster.version)) return;
  std::set<ParticipantId> here;
  for (ParticipantId id : core_.others()) here.insert(id);
  if (here == here_) return;
  for (ParticipantId id : here) {
    if (here_.contains(id)) continue;
    // What was said before somebody came is not for them.
    since_.try_emplace(id, last_[std::nullopt]);
    tell_how_far(id);
  }
  here_ = std::move(here);
  std::erase_if(heard_, [this](const auto& h) {
    if (core_.member(h.first.first)) return false;
    for (const auto& [number, line] : h.second.early) early_bytes_ -= line.text.size();
    return true;
  });
  std::erase_if(answered_, [this](const auto& a) { return !core_.member(a.first.first); });
  std::erase_if(last_, [this](const auto& l) { return l.first && !core_.member(*l.first); });
}

void Talk::tell_how_far(ParticipantId member) {
  wire::pb::Message message;
  auto to_all = last_.find(std::nullopt), to_you = last_.find(member);
  if (to_you == last_.end() && (to_all == last_.end() || to_all->second == 0)) return;
  message.mutable_talked()->set_to_all(to_all == last_.end() ? 0 : to_all->second);
  message.mutable_talked()->set_gone_to_all(since_[member] + 1);
  message.mutable_talked()->set_to_you(to_you == last_.end() ? 0 : to_you->second);
  core_.tell(member, message, crypto::Stream::chat);
}

void Talk::on_ask(ParticipantId from, const wire::pb::TalkAsk& ask) {
  Instant& answered = answered_[{from, ask.to_all()}];
  if (answered != Instant{} && core_.now - answered < kAnswerGap) return;
  answered = core_.now;
  const Hearer hearer = ask.to_all() ? Hearer() : Hearer(from);
  const std::uint64_t since = ask.to_all() ? since_[from] : 0;
  auto number_of = [&](const Line& line) {  // 0: it is not for them
    auto at = line.numbers.find(hearer);
    return at != line.numbers.end() && at->second > since ? at->second : 0;
  };
  const auto first = std::find_if(said_.begin(), said_.end(), number_of);
  const std::uint64_t oldest = first == said_.end() ? last_[hearer] + 1 : number_of(*first);
  if (oldest > ask.from()) {  // what is before it is gone here, too, or not for them; said first, so that the rest fits
    wire::pb::Message message;
    ask.to_all() ? message.mutable_talked()->set_gone_to_all(oldest)
                 : message.mutable_talked()->set_gone_to_you(oldest);
    core_.tell(from, message, crypto::Stream::chat);
  }
  std::uint64_t sent = 0, bytes = 0;
  for (const Line& line : said_) {
    const std::uint64_t number = number_of(line);
    if (number == 0 || number < ask.from()) continue;
    if (sent == kMostEarly || bytes > wire::kTalkAnswer) break;
    send(line, number, from);
    ++sent;
    bytes += line.text.size();
  }
}

// --- hearing ---------------------------------------------------------------------------------------------------------

void Talk::show(const Source& source, const Heard::Early& line) {
  if (!line.may_speak) return;
  core_.notify(ChatLine{source.first, source.second ? kEverybody : core_.self, line.text, line.group, line.time});
}

/// Whether its group is one that we may be in with its sender. A list with somebody of whom the roster does not know
/// yet is as if it had not come: the line is asked for, and a list of strangers never shown.
Talk::Listed Talk::listed(ParticipantId from, const wire::pb::Chat& line) const {
  const auto& group = line.group();
  if (group.empty()) return Listed::yes;
  auto lists = [&](ParticipantId id) { return std::find(group.begin(), group.end(), id.value()) != group.end(); };
  const bool rising = std::adjacent_find(group.begin(), group.end(), std::greater_equal<>()) == group.end();
  const bool fits = group.size() > 2 && static_cast<std::size_t>(group.size()) <= wire::kMaxGroup;
  if (line.to_all() || !fits || !rising || !lists(from) || !lists(core_.self)) return Listed::wrong;
  return *group.rbegin() < core_.roster.next_index ? Listed::yes : Listed::not_yet;
}

void Talk::on_line(ParticipantId from, const wire::pb::Chat& line, bool may_speak) {
  const std::uint64_t number = line.line();
  if (number == 0) return;
  const Source source{from, line.to_all()};
  Heard& heard = heard_[source];
  const bool too_much = number != heard.next && early_bytes_ + line.text().size() > wire::kTalkEarly;
  if (number < heard.next || number - heard.next >= kMostEarly || too_much) return expect(heard);
  heard.last = std::max(heard.last, number);
  const Listed in_group = listed(from, line);
  if (in_group == Listed::not_yet) return expect(heard);
  Heard::Early early{clean_text(line.text(), wire::kMaxChat), {}, std::min(line.time(), kLastSecond), may_speak};
  if (in_group == Listed::wrong) early.may_speak = false;
  if (in_group == Listed::yes)
    for (std::uint32_t id : line.group()) early.group.push_back(ParticipantId{static_cast<std::uint16_t>(id)});
  auto [at, is_new] = heard.early.try_emplace(number, std::move(early));
  if (is_new) early_bytes_ += at->second.text.size();
  advance(source, heard);
}

void Talk::advance(const Source& source, Heard& heard) {
  for (auto first = heard.early.begin(); first != heard.early.end() && first->first <= heard.next;
       first = heard.early.begin()) {
    if (first->first == heard.next) {
      show(source, first->second);
      ++heard.next;
      heard.asked = 0;
    }
    early_bytes_ -= first->second.text.size();
    heard.early.erase(first);
  }
  expect(heard);
}

/// What is missing before `next` will not come.
void Talk::skip(const Source& source, Heard& heard, std::uint64_t next) {
  while (!heard.early.empty() && heard.early.begin()->first < next) {
    heard.next = std::max(heard.next, heard.early.begin()->first);
    advance(source, heard);
  }
  heard.next = std::max(heard.next, next);
  advance(source, heard);
}

/// Something that was said is not here: it may be on its way, or it is asked for.
void Talk::expect(Heard& heard) {
  if (heard.next > heard.last)
    heard.ask_at = Instant::never();
  else if (heard.ask_at == Instant::never())
    heard.ask_at = core_.now + kAskAfter;
}

void Talk::on_talked(ParticipantId from, const wire::pb::Talked& talked) {
  auto take = [&](bool to_all, std::uint64_t last, std::uint64_t gone) {
    if (last == 0 && gone == 0) return;
    const Source source{from, to_all};
    Heard& heard = heard_[source];
    heard.last = std::max(heard.last, last);
    heard.asked = 0;
    skip(source, heard, gone);
  };
  take(true, talked.to_all(), talked.gone_to_all());
  take(false, talked.to_you(), talked.gone_to_you());
}

// --- time ------------------------------------------------------------------------------------------------------------

void Talk::poll() {
  if (!can_speak_()) return;
  if (core_.now >= tell_at_) {
    tell_at_ = Instant::never();
    if (auto to_all = last_.find(std::nullopt); to_all != last_.end()) {
      wire::pb::Message message;
      message.mutable_talked()->set_to_all(to_all->second);
      core_.tell_all(crypto::Stream::chat, message);
    }
    for (const auto& [group, last] : last_)
      if (group) tell_how_far(*group);
  }
  for (auto& [source, heard] : heard_) {
    if (core_.now < heard.ask_at) continue;
    if (heard.asked == kMostAsked) {  // it will not come any more
      heard.ask_at = Instant::never();
      skip(source, heard, heard.early.empty() ? heard.last + 1 : heard.early.begin()->first);
      continue;
    }
    ++heard.asked;
    heard.ask_at = core_.now + kAskAgain;
    wire::pb::Message message;
    message.mutable_talk_ask()->set_to_all(source.second);
    message.mutable_talk_ask()->set_from(heard.next);
    core_.tell(source.first, message, crypto::Stream::chat);
  }
}

Instant Talk::next_deadline() const {
  if (!can_speak_()) return Instant::never();
  Instant next = tell_at_;
  for (const auto& [source, heard] : heard_) next = std::min(next, heard.ask_at);
  return next;
}

}  // namespace lotse::session
