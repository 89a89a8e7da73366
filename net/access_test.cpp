#include "net/access_test.h"

#include "net/dial.h"
#include "net/link/address_text.h"
#include "net/port_trial.h"
#include "net/tunnel.h"
#include "wire/relay_frame.h"

namespace lotse::net {

namespace {

using namespace std::chrono_literals;
using Kind = AccessRung::Kind;
using Outcome = AccessRung::Outcome;
using Tls = AccessSummary::Tls;
using Key = std::array<std::uint8_t, 32>;

constexpr Duration kPatience = 8s;       // for TLS, on each way
constexpr Duration kTrialPatience = 3s;  // for the relay to say which ports there are
constexpr std::uint16_t kUsualPorts[] = {4500, 4501, 4502, 4503, 4504, 4505, 4506};

/// TLS to the relay on one way. A key that is not trusted is noted, and the same way tried once more with it: nothing
/// is said here that somebody in between may not hear.
struct TlsTry {
  std::unique_ptr<RelayConnection> connection;
  Route route;
  Instant start;
  bool over = false, open = false;
  double ms = 0;
  std::string detail, issuer;
  ConnectProblem problem = ConnectProblem::none;  // the first
  std::optional<Key> key;
};

Tls judgement(const TlsTry& of) {
  if (!of.open && !of.key) return Tls::not_reached;
  if (of.problem == ConnectProblem::key_changed) return Tls::intercepted;
  if (of.problem == ConnectProblem::untrusted) return of.issuer.empty() ? Tls::unknown : Tls::likely;
  return of.open ? Tls::genuine : Tls::not_reached;
}

}  // namespace

struct AccessTest::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& on, RelayAddress to, RelayTrust whom, ProxySettings through, Events calls)
      : loop(on), relay(std::move(to)), trust(whom), events(std::move(calls)) {
    direct.route = {Route::Ways::direct, {}};
    proxied.route = {Route::Ways::proxy, std::move(through)};
  }

  void start() {
    begin(direct, trust);
    begin(proxied, trust);
  }

  void begin(TlsTry& way, const RelayTrust& whom) {
    way.start = Loop::now();
    RelayEvents calls;
    calls.on_open = [this, &way] { opened(way); };
    calls.on_frame = [this, &way](ByteView frame) { on_frame(way, frame); };
    calls.on_closed = [this, &way](ConnectProblem problem, const std::string& detail, std::optional<Key> key) {
      closed(way, problem, detail, key);
    };
    way.connection = std::make_unique<RelayConnection>(loop, relay, whom, std::move(calls), kPatience, way.route);
  }

  void opened(TlsTry& way) {
    way.open = true;
    way.key = way.connection->key();
    way.issuer = way.connection->issuer();
    way.ms = milliseconds(Loop::now() - way.start);
    if (!asked) {
      asked = &way;
      way.connection->send(wire::encode(wire::UdpTry{}));
      patience.set(Loop::now() + kTrialPatience);
    }
    settle(way);
  }

  void closed(TlsTry& way, ConnectProblem problem, const std::string& detail, std::optional<Key> key) {
    if (way.over) {  // after on_open
      if (asked == &way && !trying) no_trial("the relay is too old to be asked for its ports");
      return;
    }
    way.issuer = way.connection->issuer();
    const bool judged = problem == ConnectProblem::untrusted || problem == ConnectProblem::key_changed;
    if (judged && key && way.problem == ConnectProblem::none) {
      way.problem = problem;
      way.key = key;
      way.detail = detail;
      // The connection is inside its own callback: another one comes later.
      return loop.post([self = shared_from_this(), &way] {
        if (!self->ended) self->begin(way, {way.key, {}});
      });
    }
    if (way.problem == ConnectProblem::none) way.problem = problem;
    way.detail = detail;
    settle(way);
  }

  void settle(TlsTry& way) {
    way.over = true;
    AccessRung rung;
    rung.kind = &way == &direct ? Kind::tls : Kind::proxy;
    rung.address = relay.host;
    rung.port = relay.port;
    rung.proxy = way.connection->proxy();
    rung.outcome = way.open ? Outcome::works : Outcome::fails;
    rung.ms = way.open ? way.ms : 0;
    rung.detail = way.open && way.problem == ConnectProblem::none ? "" : way.detail;
    rung.wants_login = way.problem == ConnectProblem::proxy_auth;
    if (&way == &direct)
      if (auto peer = way.connection->peer()) rung.address = link::text_of(*peer);
    if (&way == &proxied && !way.open && way.detail == Tunnel::kNoneSet) rung.outcome = Outcome::not_tried;
    if (events.on_rung) events.on_rung(rung);
    if (ended) return;
    if (direct.over && proxied.over && !asked) no_trial("there is no connection by which to ask the relay");
    finish_if_complete();
  }

  void on_frame(TlsTry& way, ByteView frame) {
    if (asked != &way || trying || udp_over) return;
    const auto decoded = wire::decode(frame);
    const auto* trial = decoded ? std::get_if<wire::UdpTrial>(&*decoded) : nullptr;
    if (!trial) return;
    if (trial->ports.empty()) return no_trial("the relay has no UDP ports", Outcome::not_offered);
    trying = true;
    patience.set(Instant::never());
    if (auto peer = way.connection->peer()) return try_ports(*trial, *peer);
    // Through a proxy: perhaps the relay's address can be looked up here nevertheless.
    look_up_endpoint(loop, relay, [weak = weak_from_this(), trial = *trial](std::optional<link::Endpoint> endpoint) {
      const auto self = weak.lock();
      if (!self || self->ended) return;
      if (endpoint) return self->try_ports(trial, *endpoint);
      self->no_trial("the relay's address cannot be looked up here", Outcome::not_tried, trial.ports);
    });
  }

  void try_ports(const wire::UdpTrial& trial, const link::Endpoint& at) {
    udp_address = link::text_of(at);
    ports =
        std::make_unique<PortTrial>(loop, trial.id, at, trial.ports, [this](const std::vector<PortTrial::Port>& all) {
          judge_nat(all);
          for (const PortTrial::Port& port : all) {
            AccessRung rung{Kind::udp,
                            port.number,
                            udp_address,
                            port.answered ? Outcome::works : Outcome::fails,
                            port.ms,
                            {},
                            port.answered ? "" : "no answer within two seconds"};
            udp_works = udp_works || port.answered;
            if (events.on_rung && !ended) events.on_rung(rung);
          }
          udp_over = true;
          finish_if_complete();
        });
  }

  void judge_nat(const std::vector<PortTrial::Port>& all) {
    std::vector<link::Endpoint> seen;
    for (const PortTrial::Port& port : all)
      if (port.answered) seen.push_back(port.seen);
    if (seen.empty()) return;
    summary.seen_as = link::text_of(seen[0], seen[0].port);
    if (seen.size() < 2) return;
    const bool same = std::all_of(seen.begin(), seen.end(), [&](const link::Endpoint& e) {
      return e.address == seen[0].address && e.port == seen[0].port;
    });
    summary.nat = same ? AccessSummary::Nat::keeps : AccessSummary::Nat::changes;
  }

  void no_trial(const std::string& why, Outcome outcome = Outcome::not_tried, std::vector<std::uint16_t> numbers = {}) {
    if (udp_over) return;
    udp_over = true;
    patience.set(Instant::never());
    if (numbers.empty()) numbers.assign(std::begin(kUsualPorts), std::end(kUsualPorts));
    for (std::uint16_t number : numbers)
      if (events.on_rung && !ended) events.on_rung({Kind::udp, number, relay.host, outcome, 0, {}, why});
    finish_if_complete();
  }

  void finish_if_complete() {
    if (ended || !direct.over || !proxied.over || !udp_over) return;
    const auto keep = shared_from_this();
    ended = true;
    summary.tls = std::max(judgement(direct), judgement(proxied));
    if (direct.key && proxied.key && direct.key != proxied.key) summary.tls = Tls::intercepted;
    summary.issuer = judgement(direct) >= judgement(proxied) ? direct.issuer : proxied.issuer;
    if (proxied.open) summary.proxy = proxied.connection->proxy();
    summary.best = udp_works ? "udp" : direct.open ? "tls" : proxied.open ? "proxy" : "";
    loop.post([keep] {
      if (keep->events.on_done) keep->events.on_done(keep->summary);
    });
  }

  Loop& loop;
  const RelayAddress relay;
  const RelayTrust trust;
  Events events;
  TlsTry direct, proxied;
  TlsTry* asked = nullptr;  // the way by which the relay was asked for its ports
  Loop::Timer patience{loop, [this] { no_trial("the relay is too old to be asked for its ports"); }};
  std::unique_ptr<PortTrial> ports;
  std::string udp_address;
  AccessSummary summary;
  bool trying = false, udp_over = false, udp_works = false, ended = false;
};

AccessTest::AccessTest(Loop& loop, RelayAddress relay, RelayTrust trust, ProxySettings proxy, Events events)
    : impl_(std::make_shared<Impl>(loop, std::move(relay), trust, std::move(proxy), std::move(events))) {
  impl_->start();
}

AccessTest::~AccessTest() {
  impl_->ended = true;
  impl_->events = {};
  impl_->ports.reset();
  impl_->direct.connection.reset();
  impl_->proxied.connection.reset();
}

}  // namespace lotse::net
