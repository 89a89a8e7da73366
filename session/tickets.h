// What lets somebody who has to join anew, after a crash or a long outage, be the same person again: its name and its
// rights, never control. The handshake still decides whether it comes in at all.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "session/roster.h"

namespace lotse::session {

/// At the master. Not thread-safe.
class Tickets {
 public:
  /// A random one for a member that comes in.
  Bytes issue(ParticipantId to);
  /// The member has these now, and keeps them when it is gone.
  void note(const Member& member);
  /// Who was removed does not come back as who it was.
  void cancel(ParticipantId member);
  struct Holder {
    ParticipantId id;
    std::string name;
    Rights rights;
  };
  /// Uses it up. Nothing when it is none of ours.
  std::optional<Holder> redeem(ByteView ticket);

 private:
  struct Ticket {
    Bytes secret;
    Holder holder;
  };
  std::vector<Ticket> tickets_;  // oldest first, at most wire::kMaxMembers
};

}  // namespace lotse::session
