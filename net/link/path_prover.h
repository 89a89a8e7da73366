// Where the other side is: an address counts when it has answered a challenge. Nothing but challenges goes to others,
// and to none of them more than came from it.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/time.h"
#include "net/link/endpoint.h"

namespace lotse::net::link {

/// Not thread-safe.
class PathProver {
 public:
  /// Where `challenge values` come from: 64 bits that nobody guesses.
  using Random = std::function<std::uint64_t()>;
  /// The system's.
  static std::uint64_t system_random();
  explicit PathProver(Random random) : random_(std::move(random)) {}

  /// Addresses to try from the start, one after another, as a client knows them from its relay over TLS.
  void try_these(const std::vector<Endpoint>& endpoints, Instant now);
  /// A datagram that opened came from there; `newest`: its number is the highest so far.
  void on_received(const Endpoint& from, std::size_t bytes, bool newest, Instant now);
  /// True when the address that is used has changed by it.
  bool on_response(std::uint64_t value, const Endpoint& from);
  /// The other side asks whether `from` is ours: it is answered there.
  void on_challenge(std::uint64_t value, const Endpoint& from);

  const std::optional<Endpoint>& current() const { return current_; }

  struct Due {
    Endpoint to;
    std::optional<std::uint64_t> challenge, response;
    std::size_t most = 0;  // bytes that may go there now
  };
  /// What is to be sent apart from the current address, if anything. The caller sends it and says sent().
  std::optional<Due> due(Instant now);
  void sent(const Endpoint& to, std::size_t bytes);
  Instant deadline() const;
  /// The answer to a challenge at the current address goes along with what is sent.
  std::optional<std::uint64_t> take_response();

 private:
  struct Candidate {
    Endpoint at;
    std::uint64_t value = 0;
    std::size_t credit = 0;  // bytes that came from it and were not spent
    std::optional<std::uint64_t> owed;
    Instant next;
    int tries = 0;
    bool own = false;  // of try_these
  };
  static constexpr std::size_t kCandidates = 8;
  Random random_;
  std::vector<Candidate> candidates_;
  std::optional<Endpoint> current_;
  std::optional<std::uint64_t> response_;

  Candidate* find(const Endpoint& at);
};

}  // namespace lotse::net::link
