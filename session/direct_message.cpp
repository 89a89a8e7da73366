#include "session/direct_message.h"

#include <algorithm>

#include "wire/limits.h"
#include "wire/messages.pb.h"
#include "wire/relay_frame.h"

namespace lotse::session {
namespace {

std::optional<wire::Candidate> read_candidate(const wire::pb::Direct::Candidate& from) {
  wire::Candidate candidate;
  if (from.address().size() != candidate.address.size() || from.port() == 0 || from.port() > 0xFFFF || from.kind() > 2)
    return std::nullopt;
  std::copy(from.address().begin(), from.address().end(), candidate.address.begin());
  candidate.port = static_cast<std::uint16_t>(from.port());
  candidate.transports = static_cast<std::uint8_t>(from.transport() & (wire::kPlainDatagrams | wire::kEnet));
  candidate.kind = static_cast<wire::Candidate::Kind>(from.kind());
  // Nobody is to be made to send to where no program listens.
  if (candidate.port < wire::kLeastPeerPort || candidate.transports == 0 || !is_unicast(candidate.address))
    return std::nullopt;
  return candidate;
}

}  // namespace

void write_direct(const wire::DirectSignal& signal, wire::pb::Direct& out) {
  out.set_presenting(signal.presenting);
  out.set_lacks_all(signal.lacks_all);
  out.set_frame(signal.frame.data(), signal.frame.size());
  for (const wire::Candidate& candidate : signal.candidates) {
    auto* to = out.add_candidates();
    to->set_address(candidate.address.data(), candidate.address.size());
    to->set_port(candidate.port);
    to->set_transport(candidate.transports);
    to->set_kind(static_cast<std::uint32_t>(candidate.kind));
  }
}

std::optional<wire::DirectSignal> read_direct(const wire::pb::Direct& message) {
  wire::DirectSignal signal;
  signal.presenting = message.presenting();
  signal.lacks_all = message.lacks_all();
  signal.frame.assign(message.frame().begin(), message.frame().end());
  if (!signal.frame.empty() && !wire::is_udp_frame(signal.frame)) return std::nullopt;
  if (message.candidates_size() > static_cast<int>(wire::kMaxCandidates)) return std::nullopt;
  for (const auto& from : message.candidates())
    if (auto candidate = read_candidate(from)) signal.candidates.push_back(*candidate);
  return signal;
}

}  // namespace lotse::session
