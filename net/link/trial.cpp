#include "net/link/trial.h"

#include "wire/limits.h"

namespace lotse::net::link {

namespace {

constexpr std::size_t kAsked = 1 + 8 + 8;  // bytes of a request that say something

bool is_trial(ByteView datagram) { return datagram.size() == wire::kMaxDatagram && datagram[0] == kTrialVersion; }

}  // namespace

Bytes create_trial(const ConnectionId& id, std::uint64_t value) {
  Bytes out;
  ByteWriter(out).put(kTrialVersion).put(id).put(value);
  out.resize(wire::kMaxDatagram);
  return out;
}

std::optional<ConnectionId> parse_trial(ByteView datagram) {
  if (!is_trial(datagram)) return std::nullopt;
  return ByteReader(datagram.subspan(1)).array<8>();
}

Bytes create_trial_answer(ByteView request, const Endpoint& seen) {
  Bytes out;
  ByteWriter(out).put(request.first(kAsked)).put(seen.address).put(seen.port);
  out.resize(request.size());
  return out;
}

std::optional<TrialAnswer> parse_trial_answer(ByteView datagram) {
  if (!is_trial(datagram)) return std::nullopt;
  ByteReader in(datagram.subspan(1));
  TrialAnswer answer;
  answer.id = in.array<8>();
  answer.value = in.get<std::uint64_t>();
  answer.seen.address = in.array<16>();
  answer.seen.port = in.get<std::uint16_t>();
  return answer;
}

}  // namespace lotse::net::link
