#include "session/succession.h"

#include "wire/limits.h"

namespace lotse::session {

wire::Heir sign_heir(std::uint32_t term, std::uint8_t order, ParticipantId index, const crypto::VerifyKey& ed,
                     const SessionUuid& session, const crypto::SigningKey& master) {
  wire::Heir heir{term, order, index, ed, {}};
  heir.signature = master.sign(crypto::Purpose::heir, {wire::signed_part(heir, session)});
  return heir;
}

Succession::Succession(const SessionUuid& session, ParticipantId master, const crypto::VerifyKey& key,
                       std::uint32_t term)
    : session_(session), now_{master, key, {}, term, 0} {}

std::optional<Succession::State> Succession::after(const State& state, const wire::Heir& heir) const {
  // In the same term the earlier in the master's list goes first; whoever named them is the master of the term before.
  bool rival = heir.term == state.term && state.before && heir.order < state.order;
  if (!rival && heir.term != state.term + 1) return std::nullopt;
  const crypto::VerifyKey& signer = rival ? *state.before : state.key;
  if (!crypto::verify(signer, crypto::Purpose::heir, {wire::signed_part(heir, session_)}, heir.signature))
    return std::nullopt;
  return State{heir.index, heir.ed, signer, heir.term, heir.order};
}

Succession::Verdict Succession::walk(std::span<const wire::Heir> heirs, State& state) const {
  Verdict verdict = Verdict::nothing_new;
  if (heirs.empty() || heirs.size() > wire::kMaxHeirs) return Verdict::forged;
  for (const wire::Heir& heir : heirs) {
    bool known = heir.term < state.term ||
                 (heir.term == state.term && (heir.ed == state.key || !state.before || heir.order >= state.order));
    if (known) continue;
    auto next = after(state, heir);
    if (!next) return Verdict::forged;
    state = *next;
    if (heir.order > 0)
      verdict = Verdict::taken_over;
    else if (verdict == Verdict::nothing_new)
      verdict = Verdict::handed_over;
  }
  return verdict;
}

Succession::Verdict Succession::judge(std::span<const wire::Heir> heirs) const {
  State state = now_;
  return walk(heirs, state);
}

void Succession::follow(std::span<const wire::Heir> heirs) {
  walk(heirs, now_);
  for (const wire::Heir& heir : heirs) {
    std::erase_if(chain_, [&](const wire::Heir& known) { return known.term == heir.term; });
    chain_.push_back(heir);
  }
  if (chain_.size() > wire::kMaxHeirs) chain_.erase(chain_.begin(), chain_.end() - wire::kMaxHeirs);
}

}  // namespace lotse::session
