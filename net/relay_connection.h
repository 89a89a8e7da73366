// One connection to a relay: TLS, WebSocket, frames in and out. Boost stays in the .cpp.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "net/link/endpoint.h"
#include "net/loop.h"
#include "net/proxy.h"

namespace lotse::net {

struct RelayAddress {
  std::string host = "127.0.0.1";  // lower-case name or address, IPv6 without brackets
  std::uint16_t port = 443;
  bool operator==(const RelayAddress&) const = default;
};
/// HOST, HOST:PORT, [V6], [V6]:PORT, https://HOST[:PORT][/]. Nothing when it is none of these.
std::optional<RelayAddress> parse_relay_address(const std::string& text);
std::string to_string(const RelayAddress& address);  // HOST:PORT, [V6]:PORT, port left out when 443

/// How the relay's certificate is judged, on the SHA-256 of its SubjectPublicKeyInfo: a pin decides alone; without one
/// the system's certificates (chain and name), then `known`, the keys remembered for this address.
struct RelayTrust {
  std::optional<std::array<std::uint8_t, 32>> pin;
  std::optional<std::array<std::uint8_t, 32>> known;
};

/// none: closed by close(). unreachable: no name, no connection, no answer in time. proxy_auth: the proxy on the way
/// wants a login, or another one. untrusted: a person may be asked to trust the key. key_changed: not the pinned or the
/// remembered key; never ask, stop. not_a_relay: something else answers there. closed: broken off, or ended by the
/// relay, after on_open.
enum class ConnectProblem { none, unreachable, proxy_auth, untrusted, key_changed, not_a_relay, closed };

/// Counters of the socket, kernel included where it tells (TCP_INFO): payload of TCP with TLS and retransmissions.
struct SocketStats {
  std::uint64_t bytes_in = 0, bytes_out = 0, packets_in = 0, packets_out = 0;
  double rtt_ms = 0;
};

/// Callbacks on the loop's thread, never inside a call of RelayConnection. Each of them may destroy the connection.
struct RelayEvents {
  std::function<void()> on_open;
  /// `frame` is valid during the call only.
  std::function<void(ByteView frame)> on_frame;
  /// queued() fell below RelayConnection::kLowMark, or to nothing: more may come.
  std::function<void()> on_drained;
  /// Once. `detail` is one line for a log or a message. `key` is the relay's SPKI hash where TLS got that far: what a
  /// person is asked to trust.
  std::function<void(ConnectProblem problem, const std::string& detail,
                     std::optional<std::array<std::uint8_t, 32>> key)>
      on_closed;
};

/// Not thread-safe: lives on its loop. Destruction cuts the connection without on_closed.
/// Sends nothing but TLS's own hello before the certificate is judged. A relay that is silent for 30 s, answers to
/// pings included, is given up.
class RelayConnection {
 public:
  static constexpr std::size_t kMaxFrame = 1 << 20;   // both ways; the relay closes on larger ones
  static constexpr std::size_t kLowMark = 64 * 1024;  // stop sending above it, go on at on_drained
  static constexpr std::size_t kMaxQueued = 64 << 20;
  /// From the construction to on_open, name look-up, TCP, TLS and WebSocket together.
  static constexpr Duration kPatience = std::chrono::seconds(8);

  RelayConnection(Loop& loop, RelayAddress address, RelayTrust trust, RelayEvents events, Duration patience = kPatience,
                  Route route = {});
  ~RelayConnection();
  RelayConnection(const RelayConnection&) = delete;

  /// Queues one WebSocket message, also before on_open. Order is kept, but frames of files (net/link/traffic_class.h)
  /// go when nothing else waits. Dropped after the end and after close(). More than kMaxQueued ends the connection
  /// (closed): who looks at queued() never gets there.
  void send(Bytes frame);
  /// Bytes that have not gone into the socket yet, without those of files; a message counts until the whole of it has.
  std::size_t queued() const;
  /// Bytes that the kernel has taken and not sent yet.
  std::size_t unsent() const;
  /// SHA-256 of the relay's SubjectPublicKeyInfo, once TLS got that far.
  std::optional<std::array<std::uint8_t, 32>> key() const;
  /// Who signed the relay's certificate, in one line; empty: itself, or TLS did not get that far.
  std::string issuer() const;
  /// http://HOST:PORT of the proxy that it leads through; empty: none, or not known yet.
  std::string proxy() const;
  /// The other end of the socket, while there is one and no proxy is there: where the relay's UDP ports are, too.
  /// Nothing else is set in it.
  std::optional<link::Endpoint> peer() const;
  /// After the end: the last counters that were to be had. After close() these are from just before the farewell, and
  /// lack what the kernel had not sent by then.
  SocketStats stats() const;
  /// Sends a close frame and lets what is queued go out first, at most a second. Then on_closed(none).
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lotse::net
