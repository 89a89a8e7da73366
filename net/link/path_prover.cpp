#include "net/link/path_prover.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>

namespace lotse::net::link {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTryGap = 100ms;    // between the addresses of try_these
constexpr Duration kTryAgain = 700ms;  // the same address
constexpr Duration kFirstAgain = 250ms;
constexpr std::size_t kUnlimited = SIZE_MAX / 2, kLeast = 60;

}  // namespace

std::uint64_t PathProver::system_random() {
  std::uint64_t value = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value) != 1) std::abort();
  return value;
}

PathProver::Candidate* PathProver::find(const Endpoint& at) {
  auto found = std::find_if(candidates_.begin(), candidates_.end(), [&](const Candidate& c) { return c.at == at; });
  return found == candidates_.end() ? nullptr : &*found;
}

void PathProver::try_these(const std::vector<Endpoint>& endpoints, Instant now) {
  for (const Endpoint& at : endpoints) {
    if (candidates_.size() == kCandidates) return;
    if (at == current_) continue;
    if (Candidate* known = find(at)) {
      known->own = true;
      known->credit = kUnlimited;
      continue;
    }
    candidates_.push_back({at, random_(), kUnlimited, {}, now, 0, true});
    now = now + kTryGap;
  }
}

void PathProver::on_received(const Endpoint& from, std::size_t bytes, bool newest, Instant now) {
  if (from == current_) return;
  if (Candidate* known = find(from)) {
    if (!known->own) known->credit += bytes;
    return;
  }
  if (!newest) return;  // an old datagram that somebody sends again says nothing of where the other side is
  if (candidates_.size() == kCandidates) candidates_.erase(candidates_.begin());
  candidates_.push_back({from, random_(), bytes, {}, now, 0, false});
}

bool PathProver::on_response(std::uint64_t value, const Endpoint& from) {
  Candidate* known = find(from);
  if (known == nullptr || known->value != value) return false;
  current_ = from;
  response_ = known->owed;
  candidates_.clear();
  return true;
}

void PathProver::on_challenge(std::uint64_t value, const Endpoint& from) {
  if (from == current_)
    response_ = value;
  else if (Candidate* known = find(from))
    known->owed = value;
}

std::optional<PathProver::Due> PathProver::due(Instant now) {
  for (Candidate& c : candidates_) {
    bool challenges = now >= c.next;
    if ((!challenges && !c.owed) || c.credit < kLeast) continue;
    Due due{c.at, {}, c.owed, c.credit};
    c.owed.reset();
    if (challenges) {
      due.challenge = c.value;
      c.next = now + (c.tries++ == 0 ? kFirstAgain : kTryAgain);
    }
    return due;
  }
  return std::nullopt;
}

void PathProver::sent(const Endpoint& to, std::size_t bytes) {
  Candidate* known = find(to);
  if (known != nullptr && !known->own) known->credit -= std::min(known->credit, bytes);
}

Instant PathProver::deadline() const {
  Instant next = Instant::never();
  for (const Candidate& c : candidates_) {
    if (c.credit < kLeast) continue;
    if (c.owed) return Instant{};
    next = std::min(next, c.next);
  }
  return next;
}

std::optional<std::uint64_t> PathProver::take_response() { return std::exchange(response_, std::nullopt); }

}  // namespace lotse::net::link
