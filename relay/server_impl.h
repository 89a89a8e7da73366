// The inside of the server and its connections, shared by their two sources and included by them alone.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/link/carrier.h"
#include "net/tls_stream.h"
#include "relay/certificate.h"
#include "relay/core.h"
#include "relay/disk_board.h"
#include "relay/pages.h"
#include "relay/server.h"
#include "relay/sqlite_store.h"
#include "relay/token_accounts.h"
#include "relay/udp_links.h"

namespace lotse::relay {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

class Connection;

inline constexpr auto kCloseTime = std::chrono::seconds(1);  // for what is queued to go out at the end

inline Instant steady_now() { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }
/// As limits count an address.
std::string bucket_of(const asio::ip::address& address);

/// TCP connections that are open, by address. Outlives the server: the last connections go with the loop.
struct Crowd {
  std::unordered_map<std::string, std::size_t> from;
  std::size_t all = 0;

  void come(const std::string& bucket) {
    ++from[bucket];
    ++all;
  }
  void go(const std::string& bucket) {
    --all;
    auto at = from.find(bucket);
    if (--at->second == 0) from.erase(at);
  }
  std::size_t at(const std::string& bucket) const {
    auto found = from.find(bucket);
    return found == from.end() ? 0 : found->second;
  }
};

struct Server::Impl final : Links {
  explicit Impl(ServerOptions o);

  ServerOptions options;
  asio::io_context io{1};
  CertificateFiles files;
  std::shared_ptr<ssl::context> tls;
  std::string fingerprint;
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<DiskBoard> boards;  // null: none are kept
  RandomNumbers numbers;
  std::unique_ptr<TokenAccounts> accounts;  // null: no token is needed
  std::unique_ptr<Core> core;
  std::shared_ptr<UdpLinks> udp;  // also its connections', the last of which go with the loop
  AddressNames names;
  ServerCounters counters;
  std::vector<tcp::acceptor> acceptors;
  std::shared_ptr<Crowd> crowd = std::make_shared<Crowd>();
  std::unordered_map<ConnId, std::shared_ptr<Connection>> links;
  std::uint64_t last_id = 0;
  asio::steady_timer core_timer{io}, stop_timer{io};
  Instant armed = Instant::never();
  std::optional<asio::signal_set> signals;
  std::function<void()> on_hangup;
  bool stopping = false;

  void send(ConnId conn, SharedBytes frame) override;
  void close(ConnId conn) override;
  std::size_t queued(ConnId conn) const override;
  std::size_t files_queued(ConnId conn) const override;
  void admitted(ConnId conn) override;

  void demand_tokens();
  void listen();
  void listen_at(const asio::ip::address& address);
  void accept(tcp::acceptor& acceptor);
  void on_accept(tcp::socket socket);
  void wait_signal();
  /// After every call of the core.
  void arm_timer();
  void stop_now();
  void reload(const Limits& limits);
};

/// One TCP connection from its TLS handshake on: a request to the web server, or a link. A link's frames go by
/// datagrams as soon as its carrier says so.
class Connection final : public std::enable_shared_from_this<Connection>, net::link::CarrierHost, UdpUser {
 public:
  Connection(Server::Impl& server, tcp::socket socket, const asio::ip::address& address);
  ~Connection();

  void start();
  void send(SharedBytes frame);
  void close();
  std::size_t queued() const { return queued_ + carrier_.queued(); }
  std::size_t files_queued() const { return files_queued_ + carrier_.files_queued(); }
  void admitted();
  void cut();

 private:
  using Stream = websocket::stream<net::TlsStream, false>;  // no permessage-deflate: what comes is sealed
  Server::Impl& server_;
  std::shared_ptr<Crowd> crowd_;
  std::shared_ptr<ssl::context> tls_;  // as it was when this connection came
  Stream ws_;
  asio::steady_timer timer_;
  ConnId id_;
  std::string bucket_;
  bool local_;
  beast::flat_buffer buffer_{wire::kMaxFrame};
  std::optional<http::request_parser<http::empty_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  std::deque<SharedBytes> queue_, files_;  // the first one of either is being written
  std::size_t queued_ = 0, files_queued_ = 0;
  bool writes_file_ = false;
  bool writing_ = false, closing_ = false, close_sent_ = false;
  std::shared_ptr<UdpLinks> udp_;
  net::link::Carrier carrier_;
  Instant tried_at_;           // its ports of UDP
  SharedBytes last_;           // that was sent: the reason, when it is closed
  bool udp_farewell_ = false;  // closing, and datagrams are still to be acknowledged

  /// Cuts the connection when `time` has passed without another call of it; nothing: no longer.
  void expires_after(std::optional<Duration> time);
  void read_request();
  void on_request(error_code problem);
  void answer(const http::request<http::empty_body>& request);
  Page page_for(const http::request<http::empty_body>& request) const;
  void upgrade();
  void on_link();
  void read_frame();
  std::optional<wire::UdpTrial> answer_to_try(ByteView frame);
  void on_frame(error_code problem);
  void write_next();
  void on_written(error_code problem);
  void finish_close();
  void send_close();
  void end_link();

  // CarrierHost
  void send_tls(SharedBytes frame) override;
  void deliver(Bytes frame) override;
  wire::UdpGrant grant() override { return udp_->grant(*this); }
  void released(const net::link::ConnectionId& id) override { udp_->released(id); }
  // UdpUser
  void on_datagram(const net::link::ClearHeader& header, ByteView datagram, const net::link::Endpoint& from,
                   Instant now) override;
  Instant poll_udp(Instant now, std::vector<net::link::Datagram>& out) override;
};

}  // namespace lotse::relay
