#include "program/relay_link.h"

#include <algorithm>

#include "base/ip_address.h"
#include "base/log.h"
#include "wire/relay_frame.h"

namespace lotse::program {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstPause = 200ms, kLongestPause = 4s;
constexpr Duration kUdpFarewell = 500ms, kLookAgain = 10ms;  // for datagrams to be acknowledged at the end

void add(net::SocketStats& to, const net::SocketStats& more) {
  to.bytes_in += more.bytes_in;
  to.bytes_out += more.bytes_out;
  to.packets_in += more.packets_in;
  to.packets_out += more.packets_out;
  to.rtt_ms = more.rtt_ms;
}

void add(net::SocketStats& to, const net::PathState& more) {
  to.bytes_in += more.bytes_in;
  to.bytes_out += more.bytes_out;
  to.packets_in += more.packets_in;
  to.packets_out += more.packets_out;
  if (more.udp) to.rtt_ms = more.rtt_ms;
}

net::Route route_of(PathWish wish, const net::ProxySettings& proxy) {
  using Ways = net::Route::Ways;
  return {wish == PathWish::udp ? Ways::direct : wish == PathWish::proxy ? Ways::proxy : Ways::either, proxy};
}

/// `detail` says which proxy and what it wants.
std::string proxy_auth_message(const std::string& detail) {
  std::string message = detail;
  message[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(message[0])));
  return message + ". Give them in the settings, or by --proxy, --proxy-user and --proxy-password-file.";
}

}  // namespace

std::optional<PathWish> path_wish(const std::string& name) {
  if (name == "auto") return PathWish::automatic;
  if (name == "direct") return PathWish::direct;
  if (name == "udp") return PathWish::udp;
  if (name == "tls") return PathWish::tls;
  if (name == "proxy") return PathWish::proxy;
  return std::nullopt;
}

RelayLink::RelayLink(net::Loop& loop, net::RelayAddress address, std::optional<Key> pin, std::string config,
                     PathWish wish, net::ProxySettings proxy, Events events)
    : loop_(loop),
      address_(std::move(address)),
      pin_(pin),
      config_(std::move(config)),
      events_(std::move(events)),
      wish_(wish),
      proxy_(std::move(proxy)),
      timer_(loop, [this] { closing_ ? finish_close() : connect(); }) {
  loop_.post([alive = std::weak_ptr<int>(alive_), this] {
    if (!alive.expired()) connect();
  });
}

RelayLink::~RelayLink() = default;

void RelayLink::connect() {
  auto known = net::KnownRelays::load(config_);
  if (!known) return events_.on_failed("relay_untrusted", known.error());
  net::RelayTrust trust{pin_, pin_ ? std::nullopt : known->find(address_)};
  net::RelayEvents events;
  events.on_open = [this] {
    tries_ = 0;
    key_ = connection_->key();
    want_path();
    if (!token_.empty()) connection_->send(wire::encode(wire::HostToken{token_}));
  };
  events.on_frame = [this](ByteView frame) {
    if (!frame.empty() && frame[0] == wire::kUdpTrialFrame) return on_trial(frame);
    if (!path_->on_tls(frame)) events_.on_frame(frame);
  };
  events.on_drained = events_.on_drained;
  events.on_closed = [this](net::ConnectProblem problem, const std::string& detail, std::optional<Key> key) {
    closed(problem, detail, key);
  };
  connection_ = std::make_unique<net::RelayConnection>(loop_, address_, trust, std::move(events),
                                                       net::RelayConnection::kPatience, route_of(wish_, proxy_));
  open_path();
}

void RelayLink::open_path() {
  net::PathEvents events;
  events.send_tls = [this](Bytes frame) {
    if (connection_) connection_->send(std::move(frame));
  };
  events.relay = [this] { return connection_ ? connection_->peer() : std::nullopt; };
  events.on_frame = events_.on_frame;
  events.on_drained = events_.on_drained;
  events.on_udp_failed = [this](const std::string& why) { no_udp(why); };
  path_ = std::make_unique<net::RelayPath>(loop_, std::move(events));
}

/// Datagrams never pass a proxy by: who goes through one may have to, or may not want to be seen elsewhere.
void RelayLink::want_path() {
  const bool udp =
      (wish_ == PathWish::automatic || wish_ == PathWish::direct || wish_ == PathWish::udp) && proxy().empty();
  path_->want(udp ? net::link::Carrier::Want::udp : net::link::Carrier::Want::tls);
}

void RelayLink::no_udp(const std::string& why) {
  if (wish_ != PathWish::udp || closing_) return;
  loop_.post([this, why, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired() || closing_) return;
    events_.on_failed("relay_unreachable", "The relay " + net::to_string(address_) + " cannot be used by UDP (" + why +
                                               "), and --path udp allows nothing else. Ask for its UDP ports to be " +
                                               "let through (usually 4500 to 4506), or use --path auto.");
  });
}

void RelayLink::wish(PathWish wish) {
  wish_ = wish;
  if (path_) want_path();
}

void RelayLink::closed(net::ConnectProblem problem, const std::string& detail, std::optional<Key> key) {
  using P = net::ConnectProblem;
  before_ = stats();
  // The connection is inside its own callback: it goes later.
  loop_.post([old = std::shared_ptr<net::RelayConnection>(std::move(connection_)),
              old_path = std::shared_ptr<net::RelayPath>(std::move(path_))] {});
  if (closing_) {
    if (on_closed_) std::exchange(on_closed_, {})();
    return;
  }
  std::string relay = net::to_string(address_);
  if (problem == P::untrusted && key && !pin_ && events_.on_unknown) {
    asked_ = key;
    return events_.on_unknown(*key);
  }
  bool wrong_pin = problem == P::key_changed && pin_;
  if (problem == P::untrusted || wrong_pin)
    return events_.on_failed(
        "relay_untrusted",
        pin_ ? "The relay " + relay +
                   " does not have the key that the link or --relay-pin names. Somebody may be in between."
             : "The relay " + relay +
                   " is not known yet. Use a link, --relay-pin, or join once with a window and compare its words.");
  if (problem == P::key_changed)
    return events_.on_failed(
        "relay_changed",
        "The relay " + relay + " shows another key than before. Somebody may be in between: ask its operator.");
  if (problem == P::proxy_auth) return events_.on_failed("proxy_auth", proxy_auth_message(detail));
  if (in_session_ || problem == P::closed) return try_again(detail);
  if (problem == P::not_a_relay)
    return events_.on_failed("relay_unreachable", relay + " answers, but is no Lotse relay. Check address and port.");
  events_.on_failed("relay_unreachable",
                    "The relay " + relay + " cannot be reached: " + detail + ". Check the address and your network.");
}

void RelayLink::try_again(const std::string& reason) {
  Instant now = net::Loop::now();
  if (tries_ == 0) lost_ = now;
  if (now - lost_ > kPatience)
    return events_.on_failed("relay_unreachable", "The relay did not come back within ten minutes.");
  Duration pause = std::min<Duration>(kLongestPause, kFirstPause * (1 << std::min(tries_, 5)));
  ++tries_;
  events_.on_disconnected(reason);
  timer_.set(now + pause);
}

void RelayLink::send(Bytes frame) {
  if (path_) path_->send(std::move(frame));
}

std::size_t RelayLink::queued() const {
  return connection_ ? connection_->queued() + connection_->unsent() + path_->queued() : 0;
}

bool RelayLink::ask_trial() {
  if (!connection_ || !connection_->peer()) return false;
  connection_->send(wire::encode(wire::UdpTry{}));
  return true;
}

bool RelayLink::is_local() const {
  auto peer = connection_ ? connection_->peer() : std::nullopt;
  return peer && is_loopback(peer->address);
}

void RelayLink::on_trial(ByteView frame) {
  auto decoded = wire::decode(frame);
  auto peer = connection_->peer();
  if (auto* trial = decoded ? std::get_if<wire::UdpTrial>(&*decoded) : nullptr; trial && peer)
    events_.on_trial(*trial, *peer);
}

void RelayLink::allow() {
  if (!asked_) return;
  auto known = net::KnownRelays::load(config_);
  auto remembered =
      known ? known->remember(address_, *asked_) : Result<Done, std::string>(Unexpected<std::string>{known.error()});
  asked_.reset();
  if (!remembered) return events_.on_failed("relay_untrusted", remembered.error());
  connect();
}

void RelayLink::drop(Duration pause) {
  before_ = stats();
  path_.reset();
  connection_.reset();
  lost_ = net::Loop::now();
  tries_ = 1;
  events_.on_disconnected("the connection was cut");
  timer_.set(lost_ + pause);
}

void RelayLink::close(std::function<void()> done) {
  closing_ = true;
  timer_.set(Instant::never());
  if (!connection_) return loop_.post(std::move(done));
  on_closed_ = std::move(done);
  close_by_ = net::Loop::now() + kUdpFarewell;
  finish_close();
}

void RelayLink::finish_close() {
  Instant now = net::Loop::now();
  if (!connection_) return;
  if (path_->flushed() || now >= close_by_) return connection_->close();
  timer_.set(now + kLookAgain);
}

net::SocketStats RelayLink::stats() const {
  net::SocketStats all = before_;
  if (connection_) add(all, connection_->stats());
  if (path_) add(all, path_->state());
  return all;
}

}  // namespace lotse::program
