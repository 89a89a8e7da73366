#include "net/dial.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <list>
#include <thread>

#include "net/loop_impl.h"

namespace lotse::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr Duration kHeadStart = std::chrono::milliseconds(250);  // RFC 8305, section 5
constexpr std::size_t kMaxAddresses = 16;                        // of one name; a name server says how many there are
constexpr int kNotSentLowAt = 64 * 1024;  // what waits in the kernel grows stale: the session replaces only its own

using Endpoints = std::deque<tcp::endpoint>;

/// Families in turn, beginning with the one that the system prefers.
Endpoints take_turns(const Endpoints& found) {
  Endpoints first, second, mixed;
  for (const tcp::endpoint& endpoint : found)
    (endpoint.protocol() == found.front().protocol() ? first : second).push_back(endpoint);
  while (mixed.size() < kMaxAddresses && !(first.empty() && second.empty())) {
    for (Endpoints* family : {&first, &second}) {
      if (family->empty()) continue;
      mixed.push_back(family->front());
      family->pop_front();
    }
  }
  return mixed;
}

/// Blocks, as long as the name servers please.
Result<Endpoints, std::string> look_up(const RelayAddress& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int failure = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list);
  if (failure != 0) return Unexpected{std::string(gai_strerror(failure))};
  Endpoints found;
  for (const addrinfo* entry = list; entry; entry = entry->ai_next) {
    tcp::endpoint endpoint;
    if (entry->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
    endpoint.resize(entry->ai_addrlen);
    found.push_back(endpoint);
  }
  freeaddrinfo(list);
  return found;
}

}  // namespace

int equip_socket(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kNotSentLowAt, sizeof kNotSentLowAt);
  return socket;
}

struct Dial::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& on, std::function<void(Result<int, std::string>)> done)
      : loop(on), on_done(std::move(done)), head_start(on, [this] { try_next(); }) {}

  void start(const RelayAddress& address) {
    error_code error;
    const asio::ip::address literal = asio::ip::make_address(address.host, error);
    if (error) return start_look_up(address);
    loop.post([self = weak_from_this(), endpoint = tcp::endpoint(literal, address.port)] {
      if (const auto impl = self.lock()) impl->try_all(Endpoints{endpoint});
    });
  }

  /// On a thread that nobody waits for: with dead name servers the C library needs many seconds, and a program that is
  /// to end must not wait so long (as it would for Asio's own resolver).
  void start_look_up(const RelayAddress& address) {
    std::thread([door = door_of(loop), self = weak_from_this(), address] {
      Result<Endpoints, std::string> found = look_up(address);
      door->post([self, address, found = std::move(found)] {
        const auto impl = self.lock();
        if (!impl) return;
        if (found) return impl->try_all(*found);
        impl->finish(Unexpected{"cannot look up " + address.host + ": " + found.error()});
      });
    }).detach();
  }

  void try_all(const Endpoints& found) {
    endpoints = take_turns(found);
    try_next();
  }

  void try_next() {
    if (over) return;
    if (endpoints.empty()) {
      if (attempts.empty()) finish(Unexpected{reason});
      return;
    }
    const tcp::endpoint endpoint = endpoints.front();
    endpoints.pop_front();
    head_start.set(endpoints.empty() ? Instant::never() : Loop::now() + kHeadStart);
    const auto attempt = attempts.emplace(attempts.end(), context_of(loop));
    attempt->async_connect(endpoint, [self = shared_from_this(), attempt, endpoint](error_code error) {
      if (!self->over) self->tried(attempt, endpoint, error);
    });
  }

  void tried(std::list<tcp::socket>::iterator attempt, const tcp::endpoint& endpoint, error_code error) {
    if (!error) return finish(equip_socket(attempt->release()));
    const std::string address = endpoint.address().to_string();
    reason = "cannot connect to " + to_string(RelayAddress{address, endpoint.port()}) + ": " + error.message();
    attempts.erase(attempt);
    try_next();
  }

  void finish(Result<int, std::string> result) {
    const auto keep = shared_from_this();  // the callee may destroy the Dial
    give_up();
    on_done(std::move(result));
  }

  void give_up() {
    over = true;
    head_start.set(Instant::never());
    error_code ignored;
    for (tcp::socket& attempt : attempts) attempt.close(ignored);
  }

  Loop& loop;
  std::function<void(Result<int, std::string>)> on_done;
  Loop::Timer head_start;
  Endpoints endpoints;              // not tried yet
  std::list<tcp::socket> attempts;  // under way
  std::string reason = "the name has no address";
  bool over = false;
};

Dial::Dial(Loop& loop, const RelayAddress& address, std::function<void(Result<int, std::string> socket)> on_done)
    : impl_(std::make_shared<Impl>(loop, std::move(on_done))) {
  impl_->start(address);
}

void look_up_endpoint(Loop& loop, const RelayAddress& address,
                      std::function<void(std::optional<link::Endpoint>)> on_done) {
  std::thread([door = door_of(loop), address, on_done = std::move(on_done)] {
    const Result<Endpoints, std::string> found = look_up(address);
    std::optional<link::Endpoint> endpoint;
    if (found && !found->empty()) {
      const asio::ip::address first = found->front().address();
      const auto v6 = first.is_v6() ? first.to_v6() : asio::ip::make_address_v6(asio::ip::v4_mapped, first.to_v4());
      endpoint = link::Endpoint{v6.to_bytes(), address.port, {}, 0};
    }
    door->post([on_done, endpoint] { on_done(endpoint); });
  }).detach();
}

void Dial::give_up() { impl_->give_up(); }

}  // namespace lotse::net
