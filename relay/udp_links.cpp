#include "relay/udp_links.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include "base/log.h"
#include "crypto/secret.h"
#include "net/link/trial.h"
#include "net/udp_socket.h"
#include "wire/limits.h"

namespace lotse::relay {

namespace asio = boost::asio;
using boost::system::error_code;
using net::link::ConnectionId;

namespace {

constexpr int kBatches = 8;  // of datagrams of one socket before others have their turn

Instant steady_now() { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }

std::uint64_t key_of(const ConnectionId& id) {
  std::uint64_t key;
  std::memcpy(&key, id.data(), sizeof key);
  return key;
}

}  // namespace

struct UdpLinks::Impl : std::enable_shared_from_this<Impl> {
  struct Socket {
    std::unique_ptr<net::UdpSocket> udp;
    std::unique_ptr<asio::posix::stream_descriptor> readable;
    std::vector<const net::link::Datagram*> out;
  };

  explicit Impl(asio::io_context& on) : io(on), timer(on) {}

  void open(const std::string& address, std::uint16_t port, UdpPorts::Needed needed) {
    auto bound = net::UdpSocket::bind(address, port, static_cast<std::uint8_t>(sockets.size()));
    if (!bound) {
      if (needed == UdpPorts::Needed::yes)
        throw std::runtime_error("cannot listen at " + bound.error() + "; choose others with --udp, or --udp off");
      return log_debug("without " + bound.error());
    }
    Socket& socket = sockets.emplace_back();
    socket.udp = std::move(*bound);
    socket.readable = std::make_unique<asio::posix::stream_descriptor>(io, socket.udp->descriptor());
    std::uint16_t at = socket.udp->port();
    if (std::find(ports.begin(), ports.end(), at) == ports.end()) ports.push_back(at);
  }

  void wait(std::size_t index) {
    sockets[index].readable->async_wait(asio::posix::stream_descriptor::wait_read,
                                        [self = shared_from_this(), index](error_code problem) {
                                          if (problem || self->closed) return;
                                          self->receive(index);
                                          if (!self->closed) self->wait(index);
                                        });
  }

  void receive(std::size_t index) {
    const Instant now = steady_now();
    bool more = true;
    for (int i = 0; more && i < kBatches; ++i)
      more = sockets[index].udp->receive([&](ByteView datagram, const net::link::Endpoint& from) {
        counters.bytes_in += datagram.size();
        if (auto id = net::link::parse_trial(datagram)) return answer_trial(*id, datagram, from, now);
        auto header = net::link::parse_clear_header(datagram);
        auto at = header ? users.find(key_of(header->id)) : users.end();
        if (at == users.end()) return void(++counters.unknown);
        UdpUser& user = *at->second;
        ready.insert(&user);
        user.on_datagram(*header, datagram, from, now);
      });
    flush();
  }

  void answer_trial(const ConnectionId& id, ByteView datagram, const net::link::Endpoint& from, Instant now) {
    auto at = trials.find(key_of(id));
    if (at == trials.end() || at->second.until < now || at->second.answers == wire::kUdpTrialAnswers)
      return void(++counters.unknown);
    ++at->second.answers;
    ++counters.trials;
    answers.push_back({from, net::link::create_trial_answer(datagram, from)});
  }

  /// Polls whoever is ready or due, and sends what they have, many datagrams a call.
  void flush() {
    const Instant now = steady_now();
    while (!deadlines.empty() && deadlines.begin()->first <= now) {
      ready.insert(deadlines.begin()->second);
      deadlines.erase(deadlines.begin());
    }
    datagrams.clear();
    datagrams.swap(answers);
    while (!ready.empty()) {
      UdpUser* user = *ready.begin();
      ready.erase(ready.begin());
      if (!known.contains(user)) continue;
      set_deadline(user, Instant::never());
      Instant next = user->poll_udp(now, datagrams);
      if (known.contains(user)) set_deadline(user, next);
    }
    for (const auto& datagram : datagrams) {
      counters.bytes_out += datagram.bytes.size();
      if (datagram.to.socket < sockets.size()) sockets[datagram.to.socket].out.push_back(&datagram);
    }
    for (Socket& socket : sockets) {
      if (!socket.out.empty()) socket.udp->send(socket.out);
      socket.out.clear();
    }
    arm();
  }

  void set_deadline(UdpUser* user, Instant next) {
    Instant& at = known[user];
    if (at != Instant::never()) deadlines.erase({at, user});
    at = next;
    if (next != Instant::never()) deadlines.insert({next, user});
  }

  void arm() {
    if (deadlines.empty()) return;
    Instant next = deadlines.begin()->first;
    if (next == armed) return;
    armed = next;
    timer.expires_at(std::chrono::steady_clock::time_point(next.since_start()));
    timer.async_wait([self = shared_from_this()](error_code problem) {
      if (problem || self->closed) return;
      self->armed = Instant::never();
      self->flush();
    });
  }

  void kick() {
    if (std::exchange(kicked, true)) return;
    asio::post(io, [self = shared_from_this()] {
      self->kicked = false;
      if (!self->closed) self->flush();
    });
  }

  asio::io_context& io;
  asio::steady_timer timer;
  std::vector<Socket> sockets;
  std::vector<std::uint16_t> ports;
  std::unordered_map<std::uint64_t, UdpUser*> users;
  std::unordered_map<UdpUser*, Instant> known;  // and when each wants to be polled
  std::set<std::pair<Instant, UdpUser*>> deadlines;
  std::unordered_set<UdpUser*> ready;
  struct Trial {
    Instant until;
    int answers = 0;
  };
  std::unordered_map<std::uint64_t, Trial> trials;
  std::vector<net::link::Datagram> datagrams, answers;  // answers: of trials, to be sent with the rest
  Instant armed = Instant::never();
  net::link::HeldBytes held{0, wire::kHeldByRelay};
  UdpCounters counters;
  bool kicked = false, closed = false;
};

UdpLinks::UdpLinks(asio::io_context& io, const std::vector<std::string>& addresses, const UdpPorts& ports)
    : impl_(std::make_shared<Impl>(io)) {
  const std::vector<std::string> any{""};
  for (std::uint16_t port : ports.ports)
    for (const std::string& address : addresses.empty() ? any : addresses) impl_->open(address, port, ports.needed);
  for (std::size_t i = 0; i < impl_->sockets.size(); ++i) impl_->wait(i);
}

UdpLinks::~UdpLinks() {
  impl_->closed = true;
  for (auto& socket : impl_->sockets) socket.readable->release();
}

const std::vector<std::uint16_t>& UdpLinks::ports() const { return impl_->ports; }

wire::UdpGrant UdpLinks::grant(UdpUser& user) {
  wire::UdpGrant grant;
  if (impl_->ports.empty()) return grant;
  do crypto::fill_random(grant.id);
  while (impl_->users.contains(key_of(grant.id)));
  crypto::fill_random(grant.secret);
  grant.ports = impl_->ports;
  impl_->users[key_of(grant.id)] = &user;
  impl_->known.try_emplace(&user, Instant::never());
  ++impl_->counters.granted;
  return grant;
}

wire::UdpTrial UdpLinks::trial() {
  const Instant now = steady_now();
  wire::UdpTrial trial;
  auto& trials = impl_->trials;
  if (trials.size() >= wire::kUdpTrials) std::erase_if(trials, [&](const auto& t) { return t.second.until < now; });
  if (impl_->ports.empty() || trials.size() >= wire::kUdpTrials) return trial;
  crypto::fill_random(trial.id);
  trial.ports = impl_->ports;
  trials[key_of(trial.id)] = {now + Duration(wire::kUdpTrialTime), 0};
  return trial;
}

void UdpLinks::released(const ConnectionId& id) { impl_->users.erase(key_of(id)); }

void UdpLinks::wake(UdpUser& user) {
  if (!impl_->known.contains(&user)) return;
  impl_->ready.insert(&user);
  impl_->kick();
}

void UdpLinks::forget(UdpUser& user) {
  if (!impl_->known.contains(&user)) return;
  impl_->set_deadline(&user, Instant::never());
  impl_->known.erase(&user);
  impl_->ready.erase(&user);
}

net::link::HeldBytes& UdpLinks::held() { return impl_->held; }
std::size_t UdpLinks::links() const { return impl_->users.size(); }

UdpCounters UdpLinks::counters() const {
  UdpCounters all = impl_->counters;
  for (const auto& socket : impl_->sockets) {
    all.in += socket.udp->counts().received;
    all.out += socket.udp->counts().sent;
    all.send_calls += socket.udp->counts().calls;
    all.dropped += socket.udp->counts().dropped;
  }
  return all;
}

}  // namespace lotse::relay
