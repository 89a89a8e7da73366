// What two members tell each other, sealed for each other, to find a way without the relay. docs/protocol/direct.md
#pragma once
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/ip_address.h"

namespace lotse::wire {

/// What may be sent to a candidate, as bits.
inline constexpr std::uint8_t kPlainDatagrams = 1, kEnet = 2;

/// Where a program may be reached.
struct Candidate {
  enum class Kind : std::uint8_t { host, reflexive, mapped };  // of an interface; as a relay saw it; made by a router
  IpAddress address{};
  std::uint16_t port = 0;
  std::uint8_t transports = kPlainDatagrams;
  Kind kind = Kind::host;
  bool operator==(const Candidate&) const = default;
};

struct DirectSignal {
  bool presenting = false;  // the sender is the one of the two who presents
  bool lacks_all = false;   // with ASK: nothing comes by the relay
  Bytes frame;              // UDP ASK, GRANT, MOVE or BACK, or empty
  std::vector<Candidate> candidates;
};

}  // namespace lotse::wire
