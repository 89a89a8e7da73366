// Who is in the session. The master owns it, signs it with a rising version, and everybody else believes only that.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "codec/slot_codec.h"
#include "crypto/handshake.h"
#include "session/rights.h"
#include "wire/limits.h"

namespace lotse::session {

/// Who shows the screen as a rule: the master, or the one who is helped.
enum class Mode : std::uint8_t { presentation = 0, control = 1 };

struct Member {
  ParticipantId id;
  std::string name;
  crypto::VerifyKey ed{};
  crypto::DhPublic dh{};
  Rights rights;
  bool sharing = false;
  bool away = false;  // its connection is gone, it may come back
  bool recording = false;
  bool operator==(const Member&) const = default;
};

struct Roster {
  std::uint64_t version = 0;  // rises over all terms
  std::uint32_t term = 0;
  ParticipantId master = kFirstMaster;
  std::uint32_t next_index = 1;         // the lowest that was never given
  std::vector<ParticipantId> deputies;  // in their order, at most wire::kMaxDeputies
  Rights default_rights = Rights::usual();
  std::vector<Member> members;  // by rising index
  Mode mode = Mode::presentation;
  bool locked = false;
  codec::Colors colors = codec::Colors::full;
  std::uint32_t arrows_moving = wire::kArrowsMoving;  // at most, at once on one screen

  const Member* find(ParticipantId id) const;
  Member* find(ParticipantId id);
};

/// A SignedRoster message's two fields. `ticket`: for its one receiver, empty otherwise.
struct SignedRoster {
  Bytes roster;
  crypto::Signature signature{};
};
SignedRoster sign_roster(const Roster& roster, ByteView ticket, const SessionUuid& session,
                         const crypto::SigningKey& key);
struct VerifiedRoster {
  Roster roster;
  Bytes ticket;
};
/// Nothing when the signature is not the master's, or it breaks a limit of wire/limits.h.
std::optional<VerifiedRoster> verify_roster(const SignedRoster& signed_roster, const SessionUuid& session,
                                            const crypto::VerifyKey& master);

}  // namespace lotse::session
