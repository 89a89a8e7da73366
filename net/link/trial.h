// Whether a relay's UDP ports can be reached, and from which address it sees who asks: one datagram each way, in the
// clear, for an id that came over TLS. docs/protocol/link.md, "Trying".
//
//   u8 version = 0xC2, id[8], value u64, zeros up to 1200 bytes                      asks
//   u8 version = 0xC2, id[8], value u64, address[16], port u16, zeros to the size of the request   answers
#pragma once
#include <optional>

#include "base/bytes.h"
#include "net/link/datagram.h"
#include "net/link/endpoint.h"

namespace lotse::net::link {

inline constexpr std::uint8_t kTrialVersion = 0xC2;

/// Always wire::kMaxDatagram bytes: it is to be known that full datagrams pass.
Bytes create_trial(const ConnectionId& id, std::uint64_t value);
/// Its id. Nothing when it is no request, or shorter than that: an answer is never longer than what it answers.
std::optional<ConnectionId> parse_trial(ByteView datagram);
/// `request` was parsed.
Bytes create_trial_answer(ByteView request, const Endpoint& seen);

struct TrialAnswer {
  ConnectionId id{};
  std::uint64_t value = 0;
  Endpoint seen;  // address and port
};
/// Nothing when it is none, or shorter than a request.
std::optional<TrialAnswer> parse_trial_answer(ByteView datagram);

}  // namespace lotse::net::link
