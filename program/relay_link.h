// The way to the relay: connects, asks whom to trust, comes back after an outage.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/known_relays.h"
#include "net/loop.h"
#include "net/relay_connection.h"
#include "net/relay_path.h"

namespace lotse::program {

/// auto: TLS first, through a proxy where that fails, and datagrams as soon as they come through. direct: the same, but
/// pictures and input travel from member to member alone. udp: no proxy, and a failure when datagrams do not come
/// through. tls: no datagrams. proxy: through a proxy alone.
enum class PathWish { automatic, direct, udp, tls, proxy };
/// Nothing when it is none of auto, direct, udp, tls, proxy.
std::optional<PathWish> path_wish(const std::string& name);

/// Lives on the loop.
class RelayLink {
 public:
  using Key = std::array<std::uint8_t, 32>;
  struct Events {
    std::function<void(ByteView)> on_frame;
    std::function<void()> on_drained;
    /// The connection is gone and is tried again in the background.
    std::function<void(const std::string& reason)> on_disconnected;
    /// Nobody has said yet whether this key is right: allow() or give up.
    std::function<void(const Key&)> on_unknown;
    /// No connection and no further try: code and message of the control interface.
    std::function<void(const std::string& code, const std::string& message)> on_failed;
    /// The answer to ask_trial(), with the relay's end of the connection.
    std::function<void(const wire::UdpTrial& trial, const net::link::Endpoint& relay)> on_trial;
  };
  /// `config`: the folder of the known relays. `pin` decides alone.
  RelayLink(net::Loop& loop, net::RelayAddress address, std::optional<Key> pin, std::string config, PathWish wish,
            net::ProxySettings proxy, Events events);
  ~RelayLink();

  /// A host token: each connection says it before anything else, once the relay's key was found right. Empty: none.
  void show_token(std::string token) { token_ = std::move(token); }

  void send(Bytes frame);
  std::size_t queued() const;
  /// Asks for a trial of the relay's UDP ports. False: there is none on this connection.
  bool ask_trial();
  /// The connection ends on this machine.
  bool is_local() const;
  /// A person compared the words: remember the key and go on.
  void allow();
  /// Cuts the connection and comes back after `pause`.
  void drop(Duration pause);
  /// Lets what is queued go out, then calls `done`.
  void close(std::function<void()> done);
  /// From now on an outage is worth waiting for: kPatience instead of one try.
  void in_session() { in_session_ = true; }

  const net::RelayAddress& address() const { return address_; }
  std::optional<Key> key() const { return key_; }
  /// Of all connections so far, datagrams included; the round trip is that of the path in use.
  net::SocketStats stats() const;
  /// Another wish from now on; which way a connection goes is decided when it is made.
  void wish(PathWish wish);
  /// From the next connection on.
  void use(net::ProxySettings proxy) { proxy_ = std::move(proxy); }
  /// What the connection leads through, http://HOST:PORT; empty: nothing.
  std::string proxy() const { return connection_ ? connection_->proxy() : std::string(); }
  /// The path in use.
  net::PathState path() const { return path_ ? path_->state() : net::PathState{}; }

  static constexpr Duration kPatience = std::chrono::minutes(10);

 private:
  void connect();
  void closed(net::ConnectProblem problem, const std::string& detail, std::optional<Key> key);
  void try_again(const std::string& reason);
  void open_path();
  void want_path();
  void no_udp(const std::string& why);
  void finish_close();
  void on_trial(ByteView frame);

  net::Loop& loop_;
  net::RelayAddress address_;
  std::optional<Key> pin_;
  std::string config_, token_;
  Events events_;
  PathWish wish_;
  net::ProxySettings proxy_;
  std::unique_ptr<net::RelayConnection> connection_;
  std::unique_ptr<net::RelayPath> path_;  // of connection_
  net::Loop::Timer timer_;
  std::optional<Key> key_, asked_;
  net::SocketStats before_;  // of earlier connections
  bool in_session_ = false, closing_ = false;
  Instant close_by_{};  // when what datagrams carry is given up
  int tries_ = 0;
  Instant lost_{};
  std::function<void()> on_closed_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace lotse::program
