// The socket of the ways between members: datagrams in and out, and where others may find it - at the addresses of this
// machine's interfaces, and at the one that the relay sees it at.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "net/link/link.h"
#include "net/loop.h"
#include "wire/direct_signal.h"
#include "wire/relay_frame.h"

namespace lotse::net {

/// Lives on its loop. Callbacks there, never inside a call; they may not destroy the socket.
class DirectSocket {
 public:
  struct Events {
    /// The view is valid during the call.
    std::function<void(ByteView datagram, const link::Endpoint& from)> on_datagram;
    std::function<void()> on_batch;       // after some of them
    std::function<void()> on_candidates;  // candidates() has changed
  };
  DirectSocket(Loop& loop, Events events);
  ~DirectSocket();
  DirectSocket(const DirectSocket&) = delete;

  bool is_open() const;  // false: the system gives no socket
  /// Asks the relay's ports where it sees us: a few trials (net/link/trial.h), for two seconds at most.
  void ask(const wire::UdpTrial& trial, const link::Endpoint& relay);
  /// The relay answered, or did not in time.
  bool asked() const;
  void send(const std::vector<link::Datagram>& datagrams);
  /// wire::kMaxCandidates at most. `loopback`: those of this machine alone, too.
  std::vector<wire::Candidate> candidates(bool loopback) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// Addresses of this machine's interfaces that are up, loopback first, without those of IPv6 that hold on one link
/// alone. When it changes, the network has.
std::vector<IpAddress> interface_addresses();

}  // namespace lotse::net
