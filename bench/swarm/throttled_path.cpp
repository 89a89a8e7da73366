#include "bench/swarm/throttled_path.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <list>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace lotse::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kTick = 10;                 // ms: how often a share of the rate is let through
constexpr int kSocketBuffer = 64 << 10;   // bytes, each side
constexpr std::size_t kChunk = 16 << 10;  // bytes

class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void prepare(int fd) {
  int one = 1, buffer = kSocketBuffer;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/// One direction; `credit`: bytes that may pass now, without a limit when negative.
struct Half {
  std::vector<char> waiting;
  double credit = -1;

  bool pass(int from, int to) {
    if (waiting.empty() && credit != 0) {
      std::array<char, kChunk> chunk;
      std::size_t most = credit < 0 ? chunk.size() : std::min(chunk.size(), static_cast<std::size_t>(credit));
      ssize_t got = most == 0 ? -1 : ::recv(from, chunk.data(), most, 0);
      if (got == 0) return false;
      if (got > 0) waiting.assign(chunk.begin(), chunk.begin() + got);
      if (got < 0 && most > 0 && errno != EAGAIN) return false;
      if (got > 0 && credit >= 0) credit -= static_cast<double>(got);
    }
    if (waiting.empty()) return true;
    ssize_t put = ::send(to, waiting.data(), waiting.size(), MSG_NOSIGNAL);
    if (put < 0) return errno == EAGAIN;
    waiting.erase(waiting.begin(), waiting.begin() + put);
    return true;
  }
};

struct Way {
  Socket member, relay;
  Half down, up;
};

}  // namespace

struct ThrottledPath::Impl {
  Socket listener;
  std::uint16_t to = 0, port = 0;
  double rate = 0;
  std::list<Way> ways;
  std::atomic<bool> stop = false;
  std::thread thread;

  void accept_all() {
    for (;;) {
      Socket member(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
      if (member.fd() < 0) return;
      Socket relay(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_in address = loopback(to);
      prepare(member.fd());
      if (::connect(relay.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) continue;
      prepare(relay.fd());
      Way& way = ways.emplace_back(Way{std::move(member), std::move(relay), {}, {}});
      way.down.credit = 0;
    }
  }

  void run() {
    auto last = Clock::now();
    while (!stop) {
      std::vector<pollfd> fds{{listener.fd(), POLLIN, 0}};
      for (const Way& way : ways) fds.push_back({way.member.fd(), POLLIN, 0});
      ::poll(fds.data(), fds.size(), kTick);
      accept_all();
      auto now = Clock::now();
      const double seconds = std::chrono::duration<double>(now - std::exchange(last, now)).count();
      ways.remove_if([&](Way& way) {
        // No more than two ticks are saved up: a slow line does not make up for what it did not carry.
        way.down.credit = std::min(way.down.credit + seconds * rate, std::max(1500.0, rate * 2 * kTick / 1000));
        for (bool again = true; again;) {
          const double before = way.down.credit;
          if (!way.down.pass(way.relay.fd(), way.member.fd()) || !way.up.pass(way.member.fd(), way.relay.fd()))
            return true;
          again = way.down.waiting.empty() && way.down.credit >= 1 && way.down.credit < before;
        }
        return false;
      });
    }
  }
};

ThrottledPath::ThrottledPath(std::uint16_t to, double bytes_per_second) : impl_(std::make_unique<Impl>()) {
  impl_->to = to;
  impl_->rate = bytes_per_second;
  impl_->listener = Socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(impl_->listener.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(impl_->listener.fd(), 128) != 0 ||
      ::getsockname(impl_->listener.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port for a slow way to the relay");
  impl_->port = ntohs(address.sin_port);
  impl_->thread = std::thread([this] { impl_->run(); });
}

ThrottledPath::~ThrottledPath() {
  impl_->stop = true;
  impl_->thread.join();
}

std::uint16_t ThrottledPath::port() const { return impl_->port; }

}  // namespace lotse::bench
