// Something on loopback that answers as a relay does, or otherwise.
#pragma once
#include <cstdint>
#include <memory>

#include "test_certificate.h"

namespace lotse::net {

enum class Manner {
  echo,            // WebSocket: every message comes back
  stalled,         // WebSocket, reads nothing before resume(), then echoes
  closes,          // WebSocket, closes at once with a reason
  drops,           // WebSocket, cuts the TCP connection at once
  oversize,        // WebSocket, sends a message of 1 MiB and a byte
  text,            // WebSocket, sends a text message
  no_subprotocol,  // WebSocket without lotse.v1
  http_404,        // TLS, refuses the upgrade
  tls_hang_up,     // TLS, closes without an answer
  garbage,         // TCP, sends what is not TLS
  silent,          // TCP, never says anything
};

class TestServer {
 public:
  TestServer(Manner manner, const TestCertificate& certificate);
  /// Cuts all connections.
  ~TestServer();
  TestServer(const TestServer&) = delete;

  std::uint16_t port() const;
  void resume();
  /// Messages read so far.
  int messages() const;
  /// Requests for the WebSocket that came so far: nothing else but TLS's hello may come before trust.
  int upgrades() const;
  /// Path, Host, Sec-WebSocket-Protocol and, in brackets, SNI and ALPN of the last one.
  std::string last_upgrade() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::net
