// From a name to a connected TCP socket.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/loop.h"
#include "net/relay_connection.h"

namespace lotse::net {

/// TCP_NODELAY, and TCP_NOTSENT_LOWAT 64 KiB. Gives the socket back.
int equip_socket(int socket);

/// Looks the host up and tries its addresses as RFC 8305 has it: families in turn, the next one as soon as one fails or
/// has not answered for 250 ms; the first connection wins. No time limit of its own. Loop thread only.
class Dial {
 public:
  /// `on_done`, once, never inside the constructor: a socket that the callee owns from then on (not blocking,
  /// TCP_NODELAY, TCP_NOTSENT_LOWAT 64 KiB), or one line that says why there is none.
  Dial(Loop& loop, const RelayAddress& address, std::function<void(Result<int, std::string> socket)> on_done);
  ~Dial() { give_up(); }
  Dial(const Dial&) = delete;
  /// Closes what is under way, without on_done.
  void give_up();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// The first address of the relay's name, as an endpoint with its port. `on_done` once, unless the loop is gone by
/// then; never inside the call.
void look_up_endpoint(Loop& loop, const RelayAddress& address,
                      std::function<void(std::optional<link::Endpoint>)> on_done);

}  // namespace lotse::net
