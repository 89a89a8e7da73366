#include "master/own_relay.h"

#include <filesystem>
#include <thread>

#include "relay/server.h"

namespace lotse::master {
namespace {

/// Its sessions are those of this program; a few more, so that one whose end it did not hear of is no obstacle.
constexpr std::size_t kSessions = 8;

relay::ServerOptions server_options(std::uint16_t port, const std::string& data) {
  relay::ServerOptions options;
  options.data = data;
  options.port = port;
  options.udp = relay::usual_udp_ports();
  options.limits.sessions = kSessions;
  return options;
}

class OwnRelay final : public program::OwnRelay {
 public:
  OwnRelay(std::uint16_t port, const std::string& data)
      : server_(server_options(port, data)), thread_([this] { server_.run(); }) {}
  ~OwnRelay() override {
    server_.stop();
    thread_.join();
  }
  std::uint16_t port() const override { return server_.port(); }
  std::vector<std::uint16_t> udp_ports() const override { return server_.udp_ports(); }
  std::string fingerprint() const override { return server_.fingerprint(); }

 private:
  relay::Server server_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<program::OwnRelay> start_own_relay(std::uint16_t port, const std::string& data) {
  std::error_code problem;  // the server says it better
  std::filesystem::create_directories(data, problem);
  std::filesystem::permissions(data, std::filesystem::perms::owner_all, problem);
  return std::make_unique<OwnRelay>(port, data);
}

}  // namespace lotse::master
