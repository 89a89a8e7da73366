// Whose word is the master's: the term, its key, and the signed chain by which it came to be. A member obeys one master
// at a time, and changes only by what the master before it has signed.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "crypto/signing.h"
#include "wire/relay_frame.h"

namespace lotse::session {

/// `order` 0: handed over; 1 to 3: named as that deputy.
wire::Heir sign_heir(std::uint32_t term, std::uint8_t order, ParticipantId index, const crypto::VerifyKey& ed,
                     const SessionUuid& session, const crypto::SigningKey& master);

/// Not thread-safe.
class Succession {
 public:
  /// The master whom we met in the handshake (or who we are), in `term`.
  Succession(const SessionUuid& session, ParticipantId master, const crypto::VerifyKey& key, std::uint32_t term);

  ParticipantId master() const { return now_.master; }
  const crypto::VerifyKey& key() const { return now_.key; }
  std::uint32_t term() const { return now_.term; }
  /// All heirs that led to the present master, as far as is known, for those who missed them.
  const std::vector<wire::Heir>& chain() const { return chain_; }

  enum class Verdict : std::uint8_t {
    nothing_new,  // the present master, or an earlier one
    forged,       // a signature or a number does not fit
    handed_over,  // by the present master itself, or before our time
    taken_over,   // by a deputy, which a member allows only when its own master is silent
  };
  /// What `heirs` (rising terms, at most wire::kMaxHeirs) would change. The last one is the claimed master.
  Verdict judge(std::span<const wire::Heir> heirs) const;
  /// After judge() said handed_over or taken_over.
  void follow(std::span<const wire::Heir> heirs);

 private:
  struct State {
    ParticipantId master;
    crypto::VerifyKey key{};
    std::optional<crypto::VerifyKey> before;  // of the term before: it named the heirs of this one
    std::uint32_t term = 0;
    std::uint8_t order = 0;
  };
  /// The state that `heir` makes out of `state`; nothing when it is not signed by who may.
  std::optional<State> after(const State& state, const wire::Heir& heir) const;
  Verdict walk(std::span<const wire::Heir> heirs, State& state) const;

  SessionUuid session_;
  State now_;
  std::vector<wire::Heir> chain_;
};

}  // namespace lotse::session
