// One connection to a relay: TLS, WebSocket, frames in and out. Boost stays in the .cpp.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "net/loop.h"

namespace lotse::net {

struct RelayAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 443;
  bool operator==(const RelayAddress&) const = default;
};
/// HOST, HOST:PORT, [V6]:PORT, https://HOST[:PORT]. Nothing when it is none of these.
std::optional<RelayAddress> parse_relay_address(const std::string& text);
std::string to_string(const RelayAddress& address);  // HOST:PORT, port left out when 443

/// How the relay's certificate is judged, on the SHA-256 of its SubjectPublicKeyInfo: a pin decides alone; without one
/// the system's certificates (chain and name), then `known`, the keys remembered for this address.
struct RelayTrust {
  std::optional<std::array<std::uint8_t, 32>> pin;
  std::optional<std::array<std::uint8_t, 32>> known;
};

enum class ConnectProblem { none, unreachable, untrusted, key_changed, not_a_relay, closed };

/// Counters of the socket, kernel included where it tells (TCP_INFO): payload of TCP with TLS and retransmissions.
struct SocketStats {
  std::uint64_t bytes_in = 0, bytes_out = 0, packets_in = 0, packets_out = 0;
  double rtt_ms = 0;
};

/// Callbacks on the loop's thread.
struct RelayEvents {
  std::function<void()> on_open;
  std::function<void(ByteView frame)> on_frame;
  /// Everything queued below the low mark is gone into the socket: more may come.
  std::function<void()> on_drained;
  /// Once. `key` is the relay's SPKI hash where TLS got that far: what a person is asked to trust.
  std::function<void(ConnectProblem problem, const std::string& detail,
                     std::optional<std::array<std::uint8_t, 32>> key)>
      on_closed;
};

/// Not thread-safe: lives on its loop. Destruction cuts the connection without on_closed.
class RelayConnection {
 public:
  RelayConnection(Loop& loop, RelayAddress address, RelayTrust trust, RelayEvents events);
  ~RelayConnection();
  RelayConnection(const RelayConnection&) = delete;

  /// Queues one WebSocket message. Order is kept.
  void send(Bytes frame);
  /// Bytes that have not gone into the socket yet.
  std::size_t queued() const;
  std::optional<std::array<std::uint8_t, 32>> key() const;
  SocketStats stats() const;
  /// Sends a close frame and lets what is queued go out first, at most a second.
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lotse::net
