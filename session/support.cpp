#include "session/support.h"

#include <vector>

#include "base/text.h"
#include "session/system_info_message.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxWhy = 32;  // bytes

}  // namespace

// ---- who asks ----

Support::Refusal Support::ask(ParticipantId member, What what, std::uint32_t question, bool on) {
  if (!core_.member(member) || member == core_.self) return ErrorCode::no_such_member;
  wire::pb::Message message;
  message.mutable_support_ask()->set_question(question);
  message.mutable_support_ask()->set_what(static_cast<std::uint32_t>(what));
  message.mutable_support_ask()->set_on(on);
  return core_.tell(member, message) ? std::nullopt : Refusal(ErrorCode::no_such_member);
}

Support::Refusal Support::ask_system_info(ParticipantId member) {
  if (!core_.leads() && !watching_.controls(member)) return ErrorCode::not_allowed;
  Refusal refusal = ask(member, What::system_info, ++last_question_, true);
  if (!refusal) info_asked_[member] = last_question_;
  return refusal;
}

Support::Refusal Support::lock_input(ParticipantId presenter, bool on) {
  auto asked = lock_asked_.find(presenter);
  if (!on) {
    if (asked == lock_asked_.end()) return ErrorCode::not_allowed;
    return ask(presenter, What::input_lock, asked->second, false);
  }
  if (!watching_.controls(presenter)) return ErrorCode::not_allowed;
  Refusal refusal = ask(presenter, What::input_lock, ++last_question_, true);
  if (!refusal) lock_asked_[presenter] = last_question_;
  return refusal;
}

bool Support::on_answer(ParticipantId from, const wire::pb::SupportAnswer& answer) {
  std::string why = clean_text(answer.why(), kMaxWhy);
  if (!answer.allowed() && why.empty()) why = "refused";
  auto is_mine = [&](const auto& questions) {
    auto at = questions.find(from);
    return at != questions.end() && at->second == answer.question();
  };
  if (answer.what() == static_cast<std::uint32_t>(What::system_info) && is_mine(info_asked_)) {
    info_asked_.erase(from);
    auto info = answer.allowed() ? read_system_info(answer.info()) : std::nullopt;
    if (answer.allowed() && !info) why = "malformed";
    core_.notify(SystemInfoTold{from, info, info ? std::string() : why});
    return true;
  }
  if (answer.what() != static_cast<std::uint32_t>(What::input_lock) || !is_mine(lock_asked_)) return false;
  if (!answer.allowed()) lock_asked_.erase(from);
  core_.notify(InputLockChanged{from, core_.self, answer.allowed(), answer.allowed() ? std::string() : why});
  return true;
}

void Support::give_up(ParticipantId member, const std::string& why) {
  if (info_asked_.erase(member) > 0) core_.notify(SystemInfoTold{member, std::nullopt, why});
  if (lock_asked_.erase(member) > 0) core_.notify(InputLockChanged{member, core_.self, false, why});
}

// ---- who is asked ----

bool Support::may_ask(ParticipantId from, What what) const {
  const Member* member = core_.member(from);
  if (!member || member->away || from == core_.self) return false;
  if (what == What::system_info && from == core_.master()) return true;
  return presenting_.gate().granted(from) && !presenting_.gate().held();
}

bool Support::too_often(Asker& asker) {
  while (!asker.asked.empty() && core_.now - asker.asked.front() >= 1min) asker.asked.pop_front();
  if (asker.asked.size() >= wire::kSupportAsksPerMinute) return true;
  asker.asked.push_back(core_.now);
  return false;
}

void Support::answer(ParticipantId to, What what, std::uint32_t question, const std::string& why,
                     const SystemInfo* info) {
  wire::pb::Message message;
  wire::pb::SupportAnswer& answer = *message.mutable_support_answer();
  answer.set_question(question);
  answer.set_what(static_cast<std::uint32_t>(what));
  answer.set_allowed(why.empty());
  answer.set_why(why);
  if (info) write_system_info(*info, *answer.mutable_info());
  core_.tell(to, message);
}

bool Support::on_ask(ParticipantId from, const wire::pb::SupportAsk& ask) {
  const What what = static_cast<What>(ask.what());
  if (ask.what() != static_cast<std::uint32_t>(what) || (what != What::system_info && what != What::input_lock))
    return false;
  const std::uint32_t question = ask.question();
  if (!ask.on()) {
    presenting_.drop_requests(from, what == What::system_info ? Consent::system_info : Consent::input_lock);
    if (what != What::input_lock) return true;
    if (lock_ && lock_->by == from)
      end_lock("released");
    else
      answer(from, what, question, "released");
    return true;
  }
  if (!may_ask(from, what)) return answer(from, what, question, "not_entitled"), false;
  Asker& asker = askers_[from];
  if (too_often(asker)) return answer(from, what, question, "too_often"), false;
  if (what == What::input_lock) return ask_for_lock(from, question), true;
  asker.info_question = question;
  if (core_.now < asker.info_allowed_until) return collect(from), true;
  presenting_.ask_person(from, Consent::system_info, [this, from](bool allow, Duration span) {
    Asker& asked = askers_[from];
    if (!allow) return answer(from, What::system_info, asked.info_question, "refused");
    if (span > Duration{}) asked.info_allowed_until = core_.now + span;
    collect(from);
  });
  return true;
}

void Support::collect(ParticipantId to) {
  Asker& asker = askers_[to];
  if (!may_ask(to, What::system_info)) return answer(to, What::system_info, asker.info_question, "not_entitled");
  if (std::exchange(asker.collecting, true)) return;
  core_.host.want_system_info(to);
}

void Support::tell_system_info(ParticipantId to, const SystemInfo& info) {
  auto asker = askers_.find(to);
  if (asker == askers_.end() || !std::exchange(asker->second.collecting, false)) return;
  const bool may = may_ask(to, What::system_info);
  answer(to, What::system_info, asker->second.info_question, may ? "" : "not_entitled", may ? &info : nullptr);
}

void Support::ask_for_lock(ParticipantId from, std::uint32_t question) {
  if (lock_) return answer(from, What::input_lock, question, "busy");
  presenting_.ask_person(from, Consent::input_lock, [this, from, question](bool allow, Duration) {
    if (!allow) return answer(from, What::input_lock, question, "refused");
    if (!may_ask(from, What::input_lock)) return answer(from, What::input_lock, question, "not_entitled");
    if (lock_) return answer(from, What::input_lock, question, "busy");
    lock_ = Lock{from, question, core_.now + Duration(wire::kInputLockLife)};
    presenting_.set_input_locked(true);
    core_.host.hold_local_input(true);
    answer(from, What::input_lock, question, {});
    core_.notify(InputLockChanged{core_.self, from, true, {}});
  });
}

void Support::end_lock(const std::string& why) {
  if (!lock_) return;
  const Lock lock = *lock_;
  lock_.reset();
  presenting_.set_input_locked(false);
  core_.host.hold_local_input(false);
  answer(lock.by, What::input_lock, lock.question, why);
  core_.notify(InputLockChanged{core_.self, lock.by, false, why});
}

void Support::input_not_held() { end_lock("unavailable"); }

// ---- in time ----

void Support::members_changed() {
  std::vector<ParticipantId> asked;
  for (const auto& [id, question] : info_asked_) asked.push_back(id);
  for (const auto& [id, question] : lock_asked_) asked.push_back(id);
  for (ParticipantId id : asked)
    if (const Member* m = core_.member(id); !m || m->away) give_up(id, "left");
  for (const auto& [id, asker] : askers_)
    if (const Member* m = core_.member(id); !m || m->away) {
      presenting_.drop_requests(id, Consent::system_info);
      presenting_.drop_requests(id, Consent::input_lock);
    }
  std::erase_if(askers_, [&](const auto& entry) { return !core_.member(entry.first); });
  poll();
}

void Support::detached() {
  while (!info_asked_.empty()) give_up(info_asked_.begin()->first, "lost");
  while (!lock_asked_.empty()) give_up(lock_asked_.begin()->first, "lost");
  for (const auto& [id, asker] : askers_) {
    presenting_.drop_requests(id, Consent::system_info);
    presenting_.drop_requests(id, Consent::input_lock);
  }
  end_lock("lost");
}

void Support::poll() {
  if (!lock_) return;
  if (!may_ask(lock_->by, What::input_lock)) return end_lock("control_ended");
  if (core_.now >= lock_->until) end_lock("time");
}

}  // namespace lotse::session
