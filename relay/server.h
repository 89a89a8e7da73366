// The relay on the network: one port with TLS, on it a small web server and, at /v1/link, the WebSocket of programs.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "relay/addresses.h"
#include "relay/limits.h"
#include "relay/udp_ports.h"

namespace lotse::relay {

/// Who is answered at /metrics: this machine alone, or everybody.
enum class MetricsFor { this_machine, everybody };
/// Who may open sessions: everybody, or holders of a token in tokens.db (`lotse-relay token`).
enum class HostsNeed { nothing, token };

struct ServerOptions {
  std::filesystem::path data;              // folder of the database and the own certificate; made when missing
  std::vector<std::string> listen;         // addresses; none: all of IPv4 and IPv6
  std::uint16_t port = 443;                // 0: any free one
  UdpPorts udp;                            // for datagrams; by itself none
  std::filesystem::path certificate, key;  // both empty: the own one in `data`
  LogAddresses log_addresses = LogAddresses::no;
  MetricsFor metrics = MetricsFor::this_machine;
  HostsNeed hosts_need = HostsNeed::nothing;
  Limits limits;
};

/// One loop thread: run(). Everything else is called before it, but for stop() and reload().
class Server {
 public:
  /// Listens from then on. Throws std::runtime_error with one line that says what to do.
  explicit Server(ServerOptions options);
  ~Server();
  Server(const Server&) = delete;

  std::uint16_t port() const;
  /// Those where datagrams are taken.
  std::vector<std::uint16_t> udp_ports() const;
  /// Where a program on this machine reaches it: https://127.0.0.1:8443
  std::string url() const;
  /// "sha256:HEX" of the certificate's public key.
  std::string fingerprint() const;

  /// SIGTERM and SIGINT stop it, SIGHUP calls `on_hangup` on the loop.
  void handle_signals(std::function<void()> on_hangup);
  /// Until stop(): then everybody is told, and it returns within a second.
  void run();
  /// Any thread.
  void stop();
  /// Any thread. Reads the certificate's files again for connections from now on (an unreadable one is logged and the
  /// old one stays) and takes new limits.
  void reload(const Limits& limits);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::relay
