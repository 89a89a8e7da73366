#include "net/direct_socket.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstring>

#include "base/ip_address.h"
#include "base/log.h"
#include "net/link/trial.h"
#include "net/loop_impl.h"
#include "net/udp_socket.h"
#include "wire/limits.h"

namespace lotse::net {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr int kTries = 4;  // of each port: some datagrams are lost
constexpr Duration kTryGap = 300ms, kLastAnswer = 900ms;
constexpr std::size_t kPortsAsked = 2;

std::optional<IpAddress> address_of(const sockaddr* from) {
  if (from == nullptr) return std::nullopt;
  if (from->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, from, sizeof v4);
    return mapped_v4(&v4.sin_addr);
  }
  if (from->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6;
  std::memcpy(&v6, from, sizeof v6);
  if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) return std::nullopt;
  IpAddress address;
  std::memcpy(address.data(), &v6.sin6_addr, 16);
  return address;
}

}  // namespace

std::vector<IpAddress> interface_addresses() {
  std::vector<IpAddress> all;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return all;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if ((at->ifa_flags & IFF_UP) == 0) continue;
    auto address = address_of(at->ifa_addr);
    if (address && std::find(all.begin(), all.end(), *address) == all.end()) all.push_back(*address);
  }
  freeifaddrs(list);
  std::stable_partition(all.begin(), all.end(), is_loopback);
  return all;
}

struct DirectSocket::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& on, Events calls) : loop(on), events(std::move(calls)) {}

  void open() {
    auto bound = UdpSocket::bind("", 0, 0);
    if (!bound) return log_warning("no direct ways: " + bound.error());
    socket = std::move(*bound);
    readable = std::make_unique<asio::posix::stream_descriptor>(context_of(loop), socket->descriptor());
    wait();
  }

  void wait() {
    readable->async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](boost::system::error_code error) {
                           if (error || self->closed) return;
                           self->receive();
                         });
  }

  void receive() {
    bool more = true;
    for (int i = 0; more && i < 4 && !closed; ++i)
      more = socket->receive([&](ByteView datagram, link::Endpoint from) {
        from.local = {};  // which of our addresses the system sends from is its affair
        if (auto answer = link::parse_trial_answer(datagram)) return on_answer(*answer, from);
        events.on_datagram(datagram, from);
      });
    if (closed) return;
    events.on_batch();
    if (!closed) wait();
  }

  void on_answer(const link::TrialAnswer& answer, const link::Endpoint& from) {
    if (!trial || answer.id != trial->id || answer.value != value || from.address != relay.address) return;
    reflexive = answer.seen;
    finish();
  }

  void on_time() {
    if (!trial) return;
    if (tries == kTries) return finish();
    std::vector<link::Datagram> out;
    for (std::size_t i = 0; i < trial->ports.size() && i < kPortsAsked; ++i) {
      link::Endpoint to = relay;
      to.port = trial->ports[(i + static_cast<std::size_t>(tries)) % trial->ports.size()];
      out.push_back({to, link::create_trial(trial->id, value)});
    }
    send(out);
    timer.set(Loop::now() + (++tries == kTries ? kLastAnswer : kTryGap));
  }

  void finish() {
    trial.reset();
    timer.set(Instant::never());
    asked = true;
    loop.post([self = shared_from_this()] {
      if (!self->closed) self->events.on_candidates();
    });
  }

  void send(const std::vector<link::Datagram>& datagrams) {
    if (!socket || datagrams.empty()) return;
    std::vector<const link::Datagram*> list;
    for (const auto& datagram : datagrams) list.push_back(&datagram);
    socket->send(list);
  }

  Loop& loop;
  Events events;
  Loop::Timer timer{loop, [this] { on_time(); }};
  std::unique_ptr<UdpSocket> socket;
  std::unique_ptr<asio::posix::stream_descriptor> readable;
  std::optional<wire::UdpTrial> trial;
  std::optional<link::Endpoint> reflexive;
  link::Endpoint relay;
  std::uint64_t value = 0;
  int tries = 0;
  bool asked = false, closed = false;
};

DirectSocket::DirectSocket(Loop& loop, Events events) : impl_(std::make_shared<Impl>(loop, std::move(events))) {
  impl_->open();
}

DirectSocket::~DirectSocket() {
  impl_->closed = true;
  impl_->timer.set(Instant::never());
  if (impl_->readable) impl_->readable->release();  // the socket closes it
}

bool DirectSocket::is_open() const { return impl_->socket != nullptr; }
bool DirectSocket::asked() const { return impl_->asked; }

void DirectSocket::ask(const wire::UdpTrial& trial, const link::Endpoint& relay) {
  impl_->asked = false;
  if (trial.ports.empty() || !is_open()) return impl_->finish();
  impl_->trial = trial;
  impl_->relay = relay;
  impl_->tries = 0;
  impl_->value = link::PathProver::system_random();
  impl_->timer.set(Loop::now());
}

void DirectSocket::send(const std::vector<link::Datagram>& datagrams) { impl_->send(datagrams); }

std::vector<wire::Candidate> DirectSocket::candidates(bool loopback) const {
  std::vector<wire::Candidate> all;
  if (!is_open()) return all;
  using Kind = wire::Candidate::Kind;
  auto add = [&](const IpAddress& address, std::uint16_t port, Kind kind) {
    auto same = [&](const wire::Candidate& c) { return c.address == address && c.port == port; };
    if (std::none_of(all.begin(), all.end(), same)) all.push_back({address, port, wire::kPlainDatagrams, kind});
  };
  for (const IpAddress& address : interface_addresses()) {
    if (is_loopback(address) && !loopback) continue;
    if (all.size() + 1 < wire::kMaxCandidates) add(address, impl_->socket->port(), Kind::host);
  }
  if (impl_->reflexive) add(impl_->reflexive->address, impl_->reflexive->port, Kind::reflexive);
  return all;
}

}  // namespace lotse::net
