#include "net/port_trial.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "net/link/address_text.h"
#include "net/link/trial.h"
#include "wire/limits.h"

namespace lotse::net {

namespace {

using namespace std::chrono_literals;
using link::Endpoint;

Endpoint loopback(std::uint16_t port) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1}, port, {}, 0};
}

/// A port on loopback that answers each datagram with those that `answers` makes of it.
class Responder {
 public:
  explicit Responder(std::function<std::vector<Bytes>(ByteView request)> answers) : answers_(std::move(answers)) {
    socket_ = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&at), size) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    port = ntohs(at.sin_port);
    timeval often{0, 20'000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &often, sizeof often);
    thread_ = std::thread([this] { run(); });
  }
  ~Responder() {
    over_ = true;
    thread_.join();
    ::close(socket_);
  }
  std::uint16_t port = 0;

 private:
  void run() {
    std::uint8_t buffer[2000];
    while (!over_) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      auto* address = reinterpret_cast<sockaddr*>(&from);
      const ssize_t got = ::recvfrom(socket_, buffer, sizeof buffer, 0, address, &size);
      if (got <= 0) continue;
      for (const Bytes& answer : answers_({buffer, static_cast<std::size_t>(got)}))
        ::sendto(socket_, answer.data(), answer.size(), 0, address, size);
    }
  }
  std::function<std::vector<Bytes>(ByteView)> answers_;
  int socket_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

constexpr link::ConnectionId kId{1, 2, 3, 4, 5, 6, 7, 8};

std::vector<PortTrial::Port> try_ports(const std::vector<std::uint16_t>& ports) {
  Loop loop;
  std::vector<PortTrial::Port> result;
  PortTrial trial(loop, kId, loopback(0), ports, [&](const auto& all) {
    result = all;
    loop.stop();
  });
  loop.run();
  return result;
}

}  // namespace

TEST_CASE("ports are tried side by side: each says how it sees us, or nothing") {
  auto honest = [](std::uint16_t seen) {
    return [seen](ByteView request) -> std::vector<Bytes> {
      CHECK(request.size() == wire::kMaxDatagram);
      CHECK(link::parse_trial(request) == kId);
      return {link::create_trial_answer(request, loopback(seen))};
    };
  };
  int seen = 0;
  Responder one(honest(1111)), two(honest(2222)), silent([](ByteView) { return std::vector<Bytes>{}; });
  Responder late([&](ByteView request) -> std::vector<Bytes> {  // the first one is lost
    if (++seen == 1) return {};
    return {link::create_trial_answer(request, loopback(1111))};
  });
  const Instant start = Loop::now();
  const auto ports = try_ports({one.port, two.port, silent.port, late.port});
  REQUIRE(ports.size() == 4);
  CHECK(ports[0].answered);
  CHECK(link::text_of(ports[0].seen, ports[0].seen.port) == "127.0.0.1:1111");
  CHECK(ports[1].seen.port == 2222);
  CHECK_FALSE(ports[2].answered);
  CHECK(ports[3].answered);
  CHECK(ports[3].ms < 350);  // of the one that was answered
  CHECK(Loop::now() - start < 5s);
  CHECK(try_ports({one.port}).at(0).ms < 1000);  // it does not wait when all have answered
}

TEST_CASE("what is no answer to a trial counts for nothing") {
  Responder liar([](ByteView request) -> std::vector<Bytes> {
    const Bytes good = link::create_trial_answer(request, loopback(1));
    Bytes id = good, value = good, version = good, shorter(good.begin(), good.end() - 1), longer = good;
    id[1] ^= 1, value[16] ^= 1, version[0] = 0xC1;
    longer.push_back(0);
    return {{}, id, value, version, shorter, longer, Bytes(1200), Bytes(request.begin(), request.begin() + 17)};
  });
  Responder honest(
      [](ByteView request) -> std::vector<Bytes> { return {link::create_trial_answer(request, loopback(1))}; });
  CHECK_FALSE(try_ports({liar.port}).at(0).answered);
  CHECK(try_ports({honest.port}).at(0).answered);
}

TEST_CASE("a trial may be ended at any time") {
  Responder silent([](ByteView) { return std::vector<Bytes>{}; });
  Loop loop;
  bool told = false;
  auto trial = std::make_unique<PortTrial>(loop, kId, loopback(0), std::vector<std::uint16_t>{silent.port},
                                           [&](const auto&) { told = true; });
  Loop::Timer soon(loop, [&] { trial.reset(); });
  Loop::Timer after(loop, [&] { loop.stop(); });
  soon.set(Loop::now() + 50ms);
  after.set(Loop::now() + 2500ms);  // when it would have told
  loop.run();
  CHECK_FALSE(told);
}

}  // namespace lotse::net
