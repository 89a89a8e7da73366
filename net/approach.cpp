#include "net/approach.h"

#include <algorithm>

namespace lotse::net {

namespace {

using namespace std::chrono_literals;

constexpr Duration kHeadStart = 2s;
constexpr Duration kLastWord = 500ms;  // a proxy's failure is told before the whole patience has run out

}  // namespace

Approach::Approach(Loop& loop, RelayAddress relay, Route route, Duration patience, Calls calls)
    : loop_(loop),
      relay_(std::move(relay)),
      route_(std::move(route)),
      until_(Loop::now() + patience),
      calls_(std::move(calls)),
      head_start_(loop, [this] { dig(); }) {
  using Use = ProxySettings::Use;
  const bool either = route_.ways == Route::Ways::either;
  proxy_over_ = route_.ways == Route::Ways::direct || (either && route_.proxy.use == Use::none);
  direct_over_ = route_.ways == Route::Ways::proxy || (either && route_.proxy.use == Use::manual);
  if (direct_over_)
    dig();
  else
    dial();
  if (!direct_over_ && !proxy_over_) head_start_.set(Loop::now() + kHeadStart);
}

void Approach::dial() {
  dial_ = std::make_unique<Dial>(loop_, relay_, [this](Result<int, std::string> socket) {
    if (socket) return calls_.on_socket(*socket, {});
    direct_failed(ConnectProblem::unreachable, socket.error());
  });
}

void Approach::dig() {
  if (over_ || tunnel_) return;
  head_start_.set(Instant::never());
  const Duration left = std::max<Duration>(until_ - Loop::now() - kLastWord, kLastWord);
  tunnel_ = std::make_unique<Tunnel>(loop_, relay_, route_.proxy, left, [this](auto way) {
    if (way) {
      through_proxy_ = true;
      if (dial_) dial_->give_up();
      return calls_.on_socket(way->socket, way->proxy);
    }
    proxy_over_ = true;
    const bool set = way.error().problem != Tunnel::Problem::none_set;
    if (set || direct_detail_.empty()) proxy_detail_ = way.error().detail;
    if (way.error().problem == Tunnel::Problem::credentials) problem_ = ConnectProblem::proxy_auth;
    if (direct_over_) fail();
  });
}

void Approach::lost(ConnectProblem problem, const std::string& detail) {
  if (over_) return;
  if (!through_proxy_) return direct_failed(problem, detail);
  problem_ = problem;
  proxy_detail_ = detail;
  fail();
}

void Approach::direct_failed(ConnectProblem problem, const std::string& detail) {
  direct_over_ = true;
  direct_detail_ = detail;
  if (problem_ != ConnectProblem::proxy_auth) problem_ = problem;
  if (proxy_over_) return fail();
  dig();
}

void Approach::fail() {
  give_up();
  std::string detail = direct_detail_;
  if (!proxy_detail_.empty()) detail += (detail.empty() ? "" : "; ") + proxy_detail_;
  const auto on_failed = calls_.on_failed;  // it may destroy this
  on_failed(problem_, detail);
}

void Approach::give_up() {
  over_ = true;
  head_start_.set(Instant::never());
  if (dial_) dial_->give_up();
  if (tunnel_) tunnel_->give_up();
}

}  // namespace lotse::net
