#include "program/direct_ways.h"

#include "base/log.h"

namespace lotse::program {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLookAtNetwork = 3s;

}  // namespace

direct::Wish direct_wish(PathWish wish) {
  if (wish == PathWish::direct) return direct::Wish::only;
  return wish == PathWish::automatic ? direct::Wish::automatic : direct::Wish::off;
}

DirectWays::DirectWays(net::Loop& loop, direct::Wish wish, Events events)
    : loop_(loop),
      events_(std::move(events)),
      paths_(*this, wish, net::link::PathProver::system_random),
      timer_(loop, [this] { poll(); }),
      network_timer_(loop, [this] { look_at_network(); }) {}

DirectWays::~DirectWays() = default;

void DirectWays::set_wish(direct::Wish wish) {
  paths_.set_wish(wish, net::Loop::now());
  kick();
}

void DirectWays::update(direct::Members members) {
  paths_.update(std::move(members), net::Loop::now());
  kick();
}

void DirectWays::on_new_connection() {
  paths_.on_new_connection();
  kick();
}

void DirectWays::on_trial(const wire::UdpTrial& trial, const net::link::Endpoint& relay) {
  if (socket_) socket_->ask(trial, relay);
}

void DirectWays::send(Bytes frame) {
  paths_.send(std::move(frame), net::Loop::now());
  if (!paths_.is_idle()) kick();
}

bool DirectWays::on_relay_frame(ByteView frame) {
  bool taken = paths_.on_relay_frame(frame, net::Loop::now());
  if (taken) kick();
  return taken;
}

void DirectWays::on_relay_writable() { paths_.on_relay_writable(); }

void DirectWays::on_signal(ParticipantId from, const wire::DirectSignal& signal) {
  paths_.on_signal(from, signal, net::Loop::now());
  kick();
}

std::vector<wire::Candidate> DirectWays::candidates() {
  open_socket();
  return socket_->candidates(events_.is_local());
}

std::optional<IpAddress> DirectWays::seen_as() const {
  if (!socket_) return std::nullopt;
  for (const wire::Candidate& candidate : socket_->candidates(false))
    if (candidate.kind == wire::Candidate::Kind::reflexive) return candidate.address;
  return std::nullopt;
}

/// With the first way that is wanted; the relay is asked at once where it sees it.
void DirectWays::open_socket() {
  if (socket_) return;
  interfaces_ = net::interface_addresses();
  net::DirectSocket::Events events;
  events.on_datagram = [this](ByteView datagram, const net::link::Endpoint& from) {
    paths_.on_datagram(datagram, from, net::Loop::now());
  };
  events.on_batch = [this] { poll(); };
  events.on_candidates = [this] {
    paths_.on_candidates(false, net::Loop::now());
    kick();
  };
  socket_ = std::make_unique<net::DirectSocket>(loop_, std::move(events));
  events_.ask_trial();
  network_timer_.set(net::Loop::now() + kLookAtNetwork);
}

/// Another cable, another radio: what failed before may work now, and what worked is found out by its silence.
void DirectWays::look_at_network() {
  network_timer_.set(net::Loop::now() + kLookAtNetwork);
  auto interfaces = net::interface_addresses();
  if (interfaces == interfaces_) return;
  interfaces_ = std::move(interfaces);
  log_info("the network has changed");
  events_.ask_trial();
  paths_.on_candidates(true, net::Loop::now());
  kick();
}

/// Once, after whatever is under way.
void DirectWays::kick() {
  if (std::exchange(kicked_, true)) return;
  loop_.post([this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired() && kicked_) poll();
  });
}

void DirectWays::poll() {
  kicked_ = false;
  std::vector<net::link::Datagram> out;
  bool drained = paths_.poll(net::Loop::now(), out);
  if (socket_) socket_->send(out);
  timer_.set(paths_.next_deadline());
  if (drained) events_.on_drained();
}

}  // namespace lotse::program
