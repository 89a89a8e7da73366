// Which ways lead from here to a relay: each rung of the ladder by itself, and what stands in the way.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/loop.h"
#include "net/proxy.h"
#include "net/relay_connection.h"

namespace lotse::net {

struct AccessRung {
  enum class Kind { udp, tls, proxy };
  enum class Outcome { works, fails, not_tried, not_offered };  // the last: the relay has none of it
  Kind kind = Kind::tls;
  std::uint16_t port = 0;
  std::string address;  // of the relay: in numbers where that is known, else its name
  Outcome outcome = Outcome::not_tried;
  double ms = 0;             // udp: a round trip; else until the relay answered, name, TCP and TLS included
  std::string proxy;         // of Kind::proxy, http://HOST:PORT
  std::string detail;        // why it fails or was not tried, one line
  bool wants_login = false;  // of Kind::proxy: it wants a name and a password, or others
};

struct AccessSummary {
  /// Whether two ports of the relay see the same port of ours: then others could reach us there.
  enum class Nat { unknown, keeps, changes };
  /// genuine: the key that was pinned or remembered, or one that the system trusts. intercepted: another one than that,
  /// or not the same on both ways. likely: signed by somebody whom the system does not know. unknown: the relay's own
  /// certificate, seen for the first time: its words are to be compared.
  enum class Tls { not_reached, genuine, unknown, likely, intercepted };
  Nat nat = Nat::unknown;
  Tls tls = Tls::not_reached;
  std::string seen_as;  // our address and port as the relay sees them, by UDP
  std::string issuer;   // who signed the certificate, when that is not the relay itself
  std::string proxy;    // that leads to the relay; empty: none
  /// The best way: udp, tls, proxy; empty: none.
  std::string best;
};

/// Lives on its loop; takes at most about twelve seconds. Opens no session and says nothing but that it tries.
class AccessTest {
 public:
  struct Events {
    std::function<void(const AccessRung&)> on_rung;
    /// Once, the last one.
    std::function<void(const AccessSummary&)> on_done;
  };
  AccessTest(Loop& loop, RelayAddress relay, RelayTrust trust, ProxySettings proxy, Events events);
  ~AccessTest();
  AccessTest(const AccessTest&) = delete;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lotse::net
