// From a proxy's name to a TCP socket that leads through it to a relay.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "net/loop.h"
#include "net/proxy.h"
#include "net/relay_connection.h"

namespace lotse::net {

/// HTTP CONNECT (nobody, Basic, Digest, NTLM: the best that the proxy offers) and SOCKS5 (nobody, user and password).
/// The proxy resolves the relay's name. Loop thread only.
class Tunnel {
 public:
  /// none_set: settings and system name no proxy. credentials: it wants a login, or another one. proxy: it cannot be
  /// reached, or what it says makes no sense. refused: it does not lead to the relay.
  enum class Problem { none_set, credentials, proxy, refused };
  struct Failure {
    Problem problem;
    std::string detail;  // one line
  };
  struct Way {
    int socket;         // the callee owns it; as Dial's
    std::string proxy;  // as to_string() has it
  };
  /// `on_done`, once, never inside the constructor. No byte behind the proxy's answer is lost.
  Tunnel(Loop& loop, const RelayAddress& relay, const ProxySettings& settings, Duration patience,
         std::function<void(Result<Way, Failure>)> on_done);
  ~Tunnel() { give_up(); }
  Tunnel(const Tunnel&) = delete;
  /// Without on_done. What is under way ends within a second, by itself.
  void give_up();

  static constexpr const char* kNoneSet = "no proxy is set";  // detail of none_set
  static constexpr std::size_t kMaxAnswer = 64 * 1024;        // bytes of headers of a proxy, all rounds together

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lotse::net
