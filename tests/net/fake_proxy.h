// Something on loopback that answers as a proxy does, or otherwise.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

namespace lotse::net {

/// Serves one connection after another on a thread of its own. What `serve` waits for ends with this.
class FakeProxy {
 public:
  explicit FakeProxy(std::function<void(int socket)> serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* address = reinterpret_cast<sockaddr*>(&at);
    if (::bind(listener_, address, size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, address, &size) != 0)
      throw std::runtime_error("no port for a proxy");
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  ~FakeProxy() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    if (const int socket = current_; socket >= 0) ::shutdown(socket, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  FakeProxy(const FakeProxy&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

  /// False: the other side is gone.
  static bool say(int socket, const std::string& text) {
    return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  /// Reads up to `end`, or exactly `count` bytes when there is no end.
  static std::string hear(int socket, const std::string& end, std::size_t count = 0) {
    std::string heard;
    char c = 0;
    while (end.empty() ? heard.size() < count : !heard.ends_with(end)) {
      if (::recv(socket, &c, 1, 0) <= 0) break;
      heard += c;
    }
    return heard;
  }
  static void wait_for_end(int socket) {
    char buffer[4096];
    while (::recv(socket, buffer, sizeof buffer, 0) > 0) {
    }
  }

 private:
  void accept_all() {
    while (!ending_) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      current_ = socket;
      ++connections_;
      if (!ending_) serve_(socket);
      current_ = -1;
      ::close(socket);
    }
  }

  std::function<void(int)> serve_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> current_ = -1, connections_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace lotse::net
