// How the lead passes from one master to another: by hand, to a deputy, or away from us.
#include "base/text.h"
#include "session/heirs_message.h"
#include "session/lead.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr Duration kAnswerTime = 10s;  // for an heir to take over

}  // namespace

Lead::Lead(Core& core, std::vector<wire::Heir> heirs)
    : core_(core),
      options_{{}, core.roster.mode, core.roster.default_rights, core.roster.colors, {}},
      admission_(core.facts, core.keys, hooks()),
      sequence_(1) {  // the request in TAKE OVER
  begin_term(std::move(heirs));
}

void Lead::begin_term(std::vector<wire::Heir> heirs) {
  ParticipantId before = core_.master();
  bool deputised = heirs.back().order > 0;
  core_.succession.follow(heirs);
  core_.muted = false;
  core_.attached = true;
  core_.roster.term = core_.succession.term();
  core_.roster.master = core_.self;
  std::erase(core_.roster.deputies, core_.self);
  for (Member& m : core_.roster.members) {
    if (m.id == core_.self) m.rights = Rights::all();
    if (m.id == core_.self) continue;
    if (m.id == before) {
      m.rights = core_.roster.default_rights;
      m.rights.set(Right::present, m.sharing || core_.roster.mode == Mode::control);
      if (deputised) m.away = true, m.sharing = false;
    }
    attendance_.arrive(m.id, core_.now);
    if (m.away) attendance_.lose(m.id, core_.now);
  }
  admission_.continue_from(core_.roster.next_index);
  admission_.use_auto_code(core_.now);
  admission_.set_locked(core_.roster.locked);
  if (core_.roster.mode == Mode::control) admission_.set_code_life(Admission::CodeLife::single_use);
  wire::pb::Message message;
  write_heirs(core_.succession.chain(), *message.mutable_taken_over());
  for (ParticipantId id : core_.others()) core_.tell(id, message);
  new_epoch(EpochSchedule::Reason::master);
  roster_changed();
  name_deputies();
}

std::vector<wire::Heir> Lead::chain_with(const wire::Heir& heir) const {
  std::vector<wire::Heir> chain = core_.succession.chain();
  chain.push_back(heir);
  if (chain.size() > wire::kMaxHeirs) chain.erase(chain.begin());
  return chain;
}

bool Lead::hand_over(ParticipantId id) {
  const Member* member = core_.member(id);
  if (!member || member->away || id == core_.self || !core_.attached) return false;
  auto heir = sign_heir(core_.succession.term() + 1, 0, id, member->ed, core_.facts.uuid, core_.keys.signing);
  wire::pb::Message message;
  write_heirs(chain_with(heir), *message.mutable_hand_over());
  handed_over_ = core_.now + kAnswerTime;
  return core_.tell(id, message);
}

bool Lead::set_deputy(ParticipantId id, bool on) {
  auto& deputies = core_.roster.deputies;
  if (!core_.member(id) || id == core_.self) return false;
  bool named = std::find(deputies.begin(), deputies.end(), id) != deputies.end();
  if (named == on) return true;
  if (on && deputies.size() >= wire::kMaxDeputies) return false;
  if (on)
    deputies.push_back(id);
  else
    std::erase(deputies, id);
  roster_changed();
  name_deputies();
  if (!on)
    core_.tell(id, [] {
      wire::pb::Message nothing;
      nothing.mutable_deputy();
      return nothing;
    }());
  return true;
}

/// Each learns only of itself; everybody sees the list in the roster.
void Lead::name_deputies() {
  std::uint8_t order = 0;
  for (ParticipantId id : core_.roster.deputies) {
    const Member* member = core_.member(id);
    ++order;
    if (!member) continue;
    auto heir = sign_heir(core_.succession.term() + 1, order, id, member->ed, core_.facts.uuid, core_.keys.signing);
    wire::pb::Message message;
    write_heirs(chain_with(heir), *message.mutable_deputy());
    core_.tell(id, message);
  }
}

bool Lead::steps_down(std::span<const wire::Heir> heirs) const {
  using Verdict = Succession::Verdict;
  Verdict verdict = core_.succession.judge(heirs);
  if (verdict != Verdict::handed_over && verdict != Verdict::taken_over) return false;
  // Of those whom we named ourselves, only who still is a deputy.
  const wire::Heir& last = heirs.back();
  const auto& deputies = core_.roster.deputies;
  bool ours = last.term == core_.succession.term() + 1;
  return !ours || last.order == 0 || (last.order <= deputies.size() && deputies[last.order - 1u] == last.index);
}

void Lead::tell_stepped_down(std::span<const wire::Heir> heirs) {
  wire::pb::Message message;
  write_heirs(heirs, *message.mutable_taken_over());
  for (ParticipantId id : core_.others())
    if (id != heirs.back().index) core_.tell(id, message);
}

}  // namespace lotse::session
