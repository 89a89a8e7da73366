// Which way to a relay is taken: the direct one, or one through a proxy.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "net/dial.h"
#include "net/loop.h"
#include "net/proxy.h"
#include "net/relay_connection.h"
#include "net/tunnel.h"

namespace lotse::net {

/// With Route::Ways::either the direct way has a head start of 2 s; when it fails by then, or is not through, the
/// system's proxy is tried beside it, and whichever is settled first stays. Loop thread only.
class Approach {
 public:
  struct Calls {
    /// A socket as Dial gives it; the callee owns it. `proxy`: what it leads through, empty: nothing. One that comes
    /// later takes the place of the one before.
    std::function<void(int socket, const std::string& proxy)> on_socket;
    /// Nothing is left to try. `detail` is one line.
    std::function<void(ConnectProblem problem, const std::string& detail)> on_failed;
  };
  Approach(Loop& loop, RelayAddress relay, Route route, Duration patience, Calls calls);
  Approach(const Approach&) = delete;

  /// The last socket leads nowhere. May call on_failed at once.
  void lost(ConnectProblem problem, const std::string& detail);
  /// The last socket leads to the relay: nothing else is tried any more.
  void settled() { give_up(); }
  void give_up();

 private:
  void dial();
  void dig();
  void direct_failed(ConnectProblem problem, const std::string& detail);
  void fail();

  Loop& loop_;
  RelayAddress relay_;
  Route route_;
  Instant until_;
  Calls calls_;
  Loop::Timer head_start_;
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Tunnel> tunnel_;
  bool direct_over_ = false, proxy_over_ = false, through_proxy_ = false, over_ = false;
  ConnectProblem problem_ = ConnectProblem::unreachable;
  std::string direct_detail_, proxy_detail_;
};

}  // namespace lotse::net
