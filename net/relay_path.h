// A program's side of the way to its relay: TLS, and datagrams beside it once they come through. Boost stays in the
// .cpp.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "net/link/carrier.h"
#include "net/loop.h"
#include "net/relay_connection.h"

namespace lotse::net {

/// Callbacks on the loop's thread. None of them may destroy the path; it may be closed in them.
struct PathEvents {
  std::function<void(Bytes frame)> send_tls;
  std::function<std::optional<link::Endpoint>()> relay;  // the relay's end of the TLS connection
  std::function<void(ByteView frame)> on_frame;          // came by datagrams
  std::function<void()> on_drained;                      // as RelayEvents has it
  /// Datagrams do not come through, one line why. They may do so later, unless nobody wants them.
  std::function<void(const std::string& why)> on_udp_failed;
};

/// How the path is, lately. Counters from its beginning on.
struct PathState {
  bool udp = false;  // what is sent goes by datagrams
  double rtt_ms = 0, loss_pct = 0, rate_bps = 0;
  std::uint64_t bytes_in = 0, bytes_out = 0, packets_in = 0, packets_out = 0;  // payload of UDP
};

/// Lives on its loop, for one TLS connection.
class RelayPath {
 public:
  RelayPath(Loop& loop, PathEvents events);
  ~RelayPath();
  RelayPath(const RelayPath&) = delete;

  void want(link::Carrier::Want want);
  void send(Bytes frame);
  /// A frame that came over TLS. False: it is to be delivered.
  bool on_tls(ByteView frame);
  /// Beside what waits for TLS; measured as RelayConnection::queued().
  std::size_t queued() const;
  /// Nothing that was sent by datagrams waits for an acknowledgement.
  bool flushed() const;
  PathState state() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lotse::net
