// One connection of a test: what happened on it.
#pragma once
#include <memory>
#include <stdexcept>
#include <vector>

#include "net/relay_connection.h"
#include "test_certificate.h"

namespace lotse::net {

struct Visit {
  /// A loop that stops by itself, with an exception, when what a test waits for does not come.
  Visit() { watchdog.set(Loop::now() + std::chrono::seconds(60)); }

  void connect(std::uint16_t port, RelayTrust trust, Duration patience = RelayConnection::kPatience,
               const std::string& host = "127.0.0.1", Route route = {}) {
    RelayEvents events{[this] { on_open(); }, [this](ByteView frame) { on_frame(frame); }, [this] { on_drained(); },
                       [this](ConnectProblem why, const std::string& line, auto shown) {
                         closed++;
                         problem = why;
                         detail = line;
                         key = shown;
                         loop.stop();
                       }};
    connection =
        std::make_unique<RelayConnection>(loop, RelayAddress{host, port}, trust, events, patience, std::move(route));
  }
  void run() {
    loop.run();
    if (timed_out) throw std::runtime_error("the test waits in vain");
  }

  Loop loop;
  bool timed_out = false;
  Loop::Timer watchdog{loop, [this] {
                         timed_out = true;
                         loop.stop();
                       }};
  std::function<void()> on_open = [this] { loop.stop(); };
  std::function<void(ByteView)> on_frame = [](ByteView) {};
  std::function<void()> on_drained = [] {};
  int closed = 0;
  ConnectProblem problem = ConnectProblem::none;
  std::string detail;
  std::optional<std::array<std::uint8_t, 32>> key;
  std::unique_ptr<RelayConnection> connection;
};

inline const TestCertificate& relay_certificate() {
  static const TestCertificate certificate = make_certificate("DNS:localhost,IP:127.0.0.1");
  return certificate;
}

}  // namespace lotse::net
