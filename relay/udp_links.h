// All datagrams of a relay: the sockets, whose each datagram is, and which link wants to send when.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/link/link.h"
#include "relay/udp_ports.h"
#include "wire/relay_frame.h"

namespace boost::asio {
class io_context;
}

namespace lotse::relay {

/// Of datagrams, for /metrics.
struct UdpCounters {
  std::uint64_t in = 0, out = 0, bytes_in = 0, bytes_out = 0;
  std::uint64_t send_calls = 0;  // of the kernel: one may carry many
  std::uint64_t dropped = 0;     // not sent: the kernel took no more
  std::uint64_t unknown = 0;     // nobody's: not even looked into
  std::uint64_t granted = 0;     // links that were given
  std::uint64_t trials = 0;      // answered
};

/// Whom datagrams belong to: one connection.
class UdpUser {
 public:
  virtual ~UdpUser() = default;
  virtual void on_datagram(const net::link::ClearHeader& header, ByteView datagram, const net::link::Endpoint& from,
                           Instant now) = 0;
  /// Appends what is to be sent now; says when it wants to be asked again.
  virtual Instant poll_udp(Instant now, std::vector<net::link::Datagram>& out) = 0;
};

/// Everything on the loop of `io`, which outlives this. One thread, no locks.
class UdpLinks {
 public:
  /// Binds `ports` at each of `addresses` (none: all of this machine). Throws std::runtime_error with one line when one
  /// that is needed cannot be had.
  UdpLinks(boost::asio::io_context& io, const std::vector<std::string>& addresses, const UdpPorts& ports);
  ~UdpLinks();
  UdpLinks(const UdpLinks&) = delete;

  const std::vector<std::uint16_t>& ports() const;
  /// A new id and secret; datagrams of that id go to `user` from now on. No ports: there is no UDP here.
  wire::UdpGrant grant(UdpUser& user);
  /// A new id whose trials are answered for a while. No ports: there is no UDP here, or too many are being tried.
  wire::UdpTrial trial();
  void released(const net::link::ConnectionId& id);
  /// It wants to be polled: soon, never inside this call.
  void wake(UdpUser& user);
  /// It goes away.
  void forget(UdpUser& user);
  /// What all links hold together.
  net::link::HeldBytes& held();
  UdpCounters counters() const;
  std::size_t links() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lotse::relay
