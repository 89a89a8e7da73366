// Who may open sessions at this relay. The core asks, and knows neither how tokens look nor where they are kept.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "relay/links.h"

namespace lotse::relay {

/// What the holder of a token may do at most, 0: what the relay allows everybody.
struct HostLimits {
  std::size_t participants = 0;  // of one session, admitted at a time
  std::size_t sessions = 0;      // at a time; those whose master is away do not count
  bool operator==(const HostLimits&) const = default;
};

/// good: opens and takes up. expired: a session that runs may be taken up again, none opened. refused: unknown, wrong
/// or revoked. busy: too many wait, nothing was looked at.
enum class TokenVerdict { good, expired, refused, busy };

struct TokenAnswer {
  TokenVerdict verdict = TokenVerdict::refused;
  std::string id;  // names the holder; shown in logs
  HostLimits limits;
};

/// All calls on the core's thread.
class Accounts {
 public:
  virtual ~Accounts() = default;
  /// The answer comes later by Core::on_token(), never from inside. `token` is what a program sent: not to be trusted,
  /// not to be logged.
  virtual void check(ConnId asker, std::string token) = 0;
  /// Another number than before: somebody may have been revoked. Cheap.
  virtual std::uint64_t version() = 0;
  virtual bool is_revoked(const std::string& id) = 0;
};

}  // namespace lotse::relay
