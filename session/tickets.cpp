#include "session/tickets.h"

#include <algorithm>

#include "crypto/secret.h"
#include "wire/limits.h"

namespace lotse::session {
namespace {

constexpr std::size_t kSize = 16;

}  // namespace

Bytes Tickets::issue(ParticipantId to) {
  Bytes secret(kSize);
  crypto::fill_random(secret);
  cancel(to);
  if (tickets_.size() >= wire::kMaxMembers) tickets_.erase(tickets_.begin());
  tickets_.push_back({secret, {to, {}, {}}});
  return secret;
}

void Tickets::note(const Member& member) {
  for (Ticket& ticket : tickets_)
    if (ticket.holder.id == member.id) ticket.holder = {member.id, member.name, member.rights};
}

void Tickets::cancel(ParticipantId member) {
  std::erase_if(tickets_, [&](const Ticket& ticket) { return ticket.holder.id == member; });
}

std::optional<Tickets::Holder> Tickets::redeem(ByteView secret) {
  auto at = std::find_if(tickets_.begin(), tickets_.end(),
                         [&](const Ticket& ticket) { return crypto::same(ticket.secret, secret); });
  if (at == tickets_.end()) return std::nullopt;
  Holder holder = std::move(at->holder);
  tickets_.erase(at);
  return holder;
}

}  // namespace lotse::session
