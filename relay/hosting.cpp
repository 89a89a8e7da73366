// The part of the core that asks accounts before it lets a master in.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "crypto/secret.h"
#include "relay/core.h"

namespace lotse::relay {

using wire::RelayError;

namespace {

void wipe(std::string& text) {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  text.clear();
}

}  // namespace

void Core::demand_tokens(Accounts* accounts, Instant now) {
  accounts_ = accounts;
  accounts_version_ = accounts ? accounts->version() : 0;
  next_revocation_ = now + Duration(wire::kRevocationGap);
}

/// Where none is demanded it is not looked at.
void Core::take_token(ConnId id, Conn& conn, const wire::HostToken& token) {
  bool again = !conn.token.empty() || conn.asking;
  if (accounts_ && !again) conn.token = token.text;
  if (!again) return;
  ++counters_.bad_frames;
  cut(id, RelayError::bad_request, 0);
}

void Core::ask_accounts(ConnId id, Conn& conn, const wire::Open& open, Instant now) {
  if (conn.token.empty()) return cut(id, RelayError::token_needed, 0);
  if (std::uint32_t wait = addresses_[conn.address].joins.take(limits_.joins_per_minute, now)) {
    wipe(conn.token);
    return cut(id, RelayError::rate_limited, wait);
  }
  conn.asking = open;
  ++counters_.tokens_checked;
  std::string token = conn.token;
  wipe(conn.token);
  accounts_->check(id, std::move(token));
}

void Core::on_token(ConnId id, const TokenAnswer& answer, Instant now) {
  auto at = conns_.find(id);
  if (at == conns_.end() || !at->second.asking) return;  // gone meanwhile, or given up
  Conn& conn = at->second;
  wire::Open open = *std::exchange(conn.asking, std::nullopt);
  bool is_new = open.number == wire::Number{};
  if (answer.verdict == TokenVerdict::busy) return cut(id, RelayError::rate_limited, 2);
  // It may have been revoked while it was checked.
  bool refused = answer.verdict == TokenVerdict::refused || accounts_->is_revoked(answer.id);
  if (refused || (answer.verdict == TokenVerdict::expired && is_new)) {
    log_info("token refused conn=" + std::to_string(id.value()) + (answer.id.empty() ? "" : " token=" + answer.id));
    return cut(id, RelayError::token_refused, 0);
  }
  conn.holder = answer.id;
  conn.host_limits = answer.limits;
  is_new ? open_new(id, conn, open, now) : resume(id, conn, open, now);
}

/// The sessions of `holder` that are led at this moment, `but` one.
std::size_t Core::led_by(const std::string& holder, const Room* but) const {
  auto at = holders_.find(holder);
  if (at == holders_.end()) return 0;
  return static_cast<std::size_t>(std::count_if(at->second.begin(), at->second.end(),
                                                [&](const Room* room) { return room != but && is_led(*room); }));
}

bool Core::holds_too_many(const Conn& conn, const Room* but) const {
  return conn.host_limits.sessions != 0 && led_by(conn.holder, but) >= conn.host_limits.sessions;
}

void Core::poll_revocations(Instant now) {
  next_revocation_ = now + Duration(wire::kRevocationGap);
  std::uint64_t version = accounts_->version();
  if (version == std::exchange(accounts_version_, version)) return;
  std::vector<std::string> revoked;
  for (const auto& [holder, rooms] : holders_)
    if (accounts_->is_revoked(holder)) revoked.push_back(holder);
  for (const std::string& holder : revoked) {
    log_info("token revoked, its sessions end token=" + holder);
    end_sessions_of(holder, now);
  }
}

}  // namespace lotse::relay
