// The limits that an operator may set, and a bucket that enforces those per minute.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/time.h"
#include "wire/board.h"
#include "wire/limits.h"

namespace lotse::relay {

/// Defaults and reasons: wire/limits.h.
struct Limits {
  std::size_t sessions = wire::kMaxSessions;
  std::size_t sessions_per_address = wire::kMaxSessionsPerAddress;
  std::size_t links = wire::kMaxLinks;
  std::size_t links_per_address = wire::kMaxLinksPerAddress;
  std::size_t joins_per_minute = wire::kMaxJoinsPerMinute;
  std::size_t joins_per_minute_session = wire::kMaxJoinsPerMinuteSession;
  std::size_t session_cache = wire::kSessionCache;      // bytes
  std::size_t relay_cache = wire::kRelayCache;          // bytes
  std::size_t session_backlog = wire::kSessionBacklog;  // bytes
  std::size_t relay_backlog = wire::kRelayBacklog;      // bytes
  std::uint64_t session_board = wire::kSessionBoard;    // bytes of files
  std::uint64_t relay_boards = wire::kRelayBoards;      // bytes of files
};

/// Lets through `per_minute` at once and then as many a minute.
class MinuteBucket {
 public:
  /// 0 when one more is let through now (and it is taken), else the seconds until it would be.
  std::uint32_t take(std::size_t per_minute, Instant now) {
    used_ = used(per_minute, now);
    since_ = now;
    if (used_ + 1 <= static_cast<double>(per_minute)) {
      used_ += 1;
      return 0;
    }
    double over = used_ + 1 - static_cast<double>(per_minute);
    return static_cast<std::uint32_t>(std::ceil(over * 60 / static_cast<double>(std::max<std::size_t>(per_minute, 1))));
  }
  double used(std::size_t per_minute, Instant now) const {
    double minutes = std::chrono::duration<double, std::ratio<60>>(now - since_).count();
    return std::max(0.0, used_ - minutes * static_cast<double>(per_minute));
  }

 private:
  double used_ = 0;
  Instant since_;
};

}  // namespace lotse::relay
