#include "relay/server.h"

#include <netinet/tcp.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <optional>

#include "base/log.h"
#include "crypto/secret.h"
#include "net/link/carrier.h"
#include "relay/certificate.h"
#include "relay/core.h"
#include "relay/pages.h"
#include "relay/sqlite_store.h"
#include "relay/token_accounts.h"
#include "relay/token_command.h"
#include "relay/udp_links.h"

namespace lotse::relay {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kBufferKept = 64u << 10;  // bytes of a read buffer that are kept between frames
constexpr auto kCloseTime = std::chrono::seconds(1);
constexpr auto kUdpCloseTime = std::chrono::milliseconds(400);  // for datagrams to be acknowledged at the end
constexpr auto kIdleTime = std::chrono::seconds(30);  // without a sign of life: a dead or half-open connection
constexpr int kNotSentLow = 64 << 10;   // bytes in the kernel: what waits there can no longer be conflated
constexpr std::size_t kWebLinks = 200;  // connections to the web server beside the links

Instant steady_now() { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }

std::uint64_t random_value() {
  std::array<std::uint8_t, 8> bytes;
  crypto::fill_random(bytes);
  std::uint64_t value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::string bucket_of(const asio::ip::address& address) {
  if (address.is_v4()) return address_bucket(address.to_v4().to_bytes().data(), 4);
  return address_bucket(address.to_v6().to_bytes().data(), 16);
}

bool is_this_machine(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

std::shared_ptr<ssl::context> load_tls(const CertificateFiles& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                       ssl::context::no_tlsv1_1 | ssl::context::no_compression);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
  try {
    context->use_certificate_chain_file(files.certificate.string());
  } catch (const std::exception& e) {
    throw std::runtime_error("cannot use the certificate " + files.certificate.string() + ": " + e.what());
  }
  try {
    context->use_private_key_file(files.key.string(), ssl::context::pem);
  } catch (const std::exception& e) {
    throw std::runtime_error("cannot use the key " + files.key.string() + " with the certificate " +
                             files.certificate.string() + ": " + e.what());
  }
  return context;
}

}  // namespace

class Connection;

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
  Connection(Server::Impl& server, tcp::socket socket, const asio::ip::address& address)
      : server_(server),
        crowd_(server.crowd),
        tls_(server.tls),
        ws_(std::move(socket), *tls_),
        timer_(server.io),
        id_(++server.last_id),
        bucket_(bucket_of(address)),
        local_(is_this_machine(address)),
        udp_(server.udp),
        carrier_(net::link::Side::relay, *this, udp_->held(), random_value) {
    crowd_->come(bucket_);
  }
  ~Connection() {
    udp_->forget(*this);
    crowd_->go(bucket_);
  }

  void start();
  void send(SharedBytes frame);
  void close();
  std::size_t queued() const { return queued_ + carrier_.queued(); }
  void admitted();
  void cut() { beast::get_lowest_layer(ws_).close(); }

 private:
  using Stream = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;
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
  std::deque<SharedBytes> queue_;  // the first one is being written
  std::size_t queued_ = 0;
  bool writing_ = false, closing_ = false, close_sent_ = false;
  std::shared_ptr<UdpLinks> udp_;
  net::link::Carrier carrier_;
  Instant tried_at_;           // its ports of UDP
  SharedBytes last_;           // that was sent: the reason, when it is closed
  bool udp_farewell_ = false;  // closing, and datagrams are still to be acknowledged

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

void Connection::start() {
  auto& socket = beast::get_lowest_layer(ws_).socket();
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kNotSentLow, sizeof kNotSentLow);
  beast::get_lowest_layer(ws_).expires_after(wire::kOpeningTime);
  ws_.next_layer().async_handshake(ssl::stream_base::server, [self = shared_from_this()](error_code problem) {
    if (!problem) return self->read_request();
    ++self->server_.counters.tls_failed;
    self->cut();
  });
}

// --- the web server --------------------------------------------------------------------------------------------------

void Connection::read_request() {
  parser_.emplace();
  parser_->header_limit(wire::kMaxHttpHeader);
  parser_->body_limit(0);
  beast::get_lowest_layer(ws_).expires_after(wire::kOpeningTime);
  http::async_read(ws_.next_layer(), buffer_, *parser_,
                   [self = shared_from_this()](error_code problem, std::size_t) { self->on_request(problem); });
}

void Connection::on_request(error_code problem) {
  if (problem || server_.stopping) return cut();
  const auto& request = parser_->get();
  if (websocket::is_upgrade(request) && request.target() == "/v1/link") return upgrade();
  ++server_.counters.http_requests;
  answer(request);
}

Page Connection::page_for(const http::request<http::empty_body>& request) const {
  if (request.method() != http::verb::get && request.method() != http::verb::head)
    return {405, "text/plain; charset=utf-8", "Only GET is understood here.\n"};
  std::string_view target(request.target().data(), request.target().size());
  if (target == "/v1/link") return {426, "text/plain; charset=utf-8", "This address speaks WebSocket.\n"};
  if (target.substr(0, 8) == "/metrics" && !local_ && server_.options.metrics == MetricsFor::this_machine)
    return {403, "text/plain; charset=utf-8", "Metrics are for this machine alone (--public-metrics).\n"};
  return page(target, *server_.core, server_.counters, *server_.udp);
}

/// One request a connection: there is little to ask.
void Connection::answer(const http::request<http::empty_body>& request) {
  Page page = page_for(request);
  response_.emplace(static_cast<http::status>(page.status), request.version());
  response_->set(http::field::server, "lotse-relay");
  response_->set(http::field::content_type, page.type);
  response_->set(http::field::cache_control, "no-store");
  response_->set("Referrer-Policy", "no-referrer");
  response_->set("X-Content-Type-Options", "nosniff");
  response_->set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  response_->keep_alive(false);
  std::size_t size = page.body.size();
  if (request.method() != http::verb::head) response_->body() = std::move(page.body);
  response_->content_length(size);
  http::async_write(ws_.next_layer(), *response_, [self = shared_from_this()](error_code problem, std::size_t) {
    if (problem) return self->cut();
    beast::get_lowest_layer(self->ws_).expires_after(kCloseTime);
    self->ws_.next_layer().async_shutdown([self](error_code) { self->cut(); });
  });
}

// --- a link ----------------------------------------------------------------------------------------------------------

void Connection::upgrade() {
  beast::get_lowest_layer(ws_).expires_never();
  ws_.set_option(websocket::stream_base::timeout{wire::kOpeningTime, kIdleTime, true});
  // A client that asks for our protocol is told that it got it; it takes no other server for a relay.
  bool asked = parser_->get()[http::field::sec_websocket_protocol] == "lotse.v1";
  ws_.set_option(websocket::stream_base::decorator([asked](websocket::response_type& response) {
    response.set(http::field::server, "lotse-relay");
    if (asked) response.set(http::field::sec_websocket_protocol, "lotse.v1");
  }));
  ws_.read_message_max(wire::kPendingFrame);
  ws_.auto_fragment(false);
  ws_.binary(true);
  ws_.async_accept(parser_->get(), [self = shared_from_this()](error_code problem) {
    if (problem || self->server_.stopping) return self->cut();
    self->on_link();
  });
}

void Connection::on_link() {
  parser_.reset();
  buffer_.clear();
  server_.links.emplace(id_, shared_from_this());
  log_debug("link opened conn=" + std::to_string(id_.value()) + " address=" + server_.names.name(bucket_));
  server_.core->on_connect(id_, bucket_, steady_now());
  server_.arm_timer();
  read_frame();
}

void Connection::read_frame() {
  ws_.async_read(buffer_, [self = shared_from_this()](error_code problem, std::size_t) { self->on_frame(problem); });
}

void Connection::on_frame(error_code problem) {
  if (problem) return end_link();
  auto data = buffer_.cdata();
  const auto* first = static_cast<const std::uint8_t*>(data.data());
  Bytes frame(first, first + data.size());
  buffer_.clear();
  if (buffer_.capacity() > kBufferKept) buffer_.shrink_to_fit();
  if (auto trial = answer_to_try(frame))
    send_tls(std::make_shared<const Bytes>(wire::encode(*trial)));
  else if (carrier_.on_tls(frame, steady_now()))
    udp_->wake(*this);
  else
    deliver(std::move(frame));
  read_frame();
}

std::optional<wire::UdpTrial> Connection::answer_to_try(ByteView frame) {
  auto decoded = wire::is_udp_frame(frame) ? wire::decode(frame) : std::nullopt;
  if (!decoded || !std::holds_alternative<wire::UdpTry>(*decoded)) return std::nullopt;
  const Instant now = steady_now();
  if (tried_at_ != Instant{} && now - tried_at_ < Duration(wire::kUdpAskGap)) return wire::UdpTrial{};
  tried_at_ = now;
  return udp_->trial();
}

void Connection::deliver(Bytes frame) {
  server_.core->on_frame(id_, std::move(frame), steady_now());
  server_.arm_timer();
}

void Connection::admitted() {
  ws_.read_message_max(wire::kMaxFrame);
  carrier_.admit(steady_now());
  udp_->wake(*this);
}

void Connection::send(SharedBytes frame) {
  if (closing_) return;
  last_ = frame;
  carrier_.send(std::move(frame));
  udp_->wake(*this);
}

void Connection::on_datagram(const net::link::ClearHeader& header, ByteView datagram, const net::link::Endpoint& from,
                             Instant now) {
  auto self = shared_from_this();
  carrier_.on_datagram(header, datagram, from, now);
}

Instant Connection::poll_udp(Instant now, std::vector<net::link::Datagram>& out) {
  auto self = shared_from_this();
  bool drained = carrier_.poll(now, out);
  if (udp_farewell_ && carrier_.flushed()) finish_close();
  if (drained && !closing_) {
    server_.core->on_writable(id_, now);
    server_.arm_timer();
  }
  return carrier_.next_deadline();
}

void Connection::send_tls(SharedBytes frame) {
  if (close_sent_) return;
  queued_ += frame->size();
  queue_.push_back(std::move(frame));
  if (!writing_) write_next();
}

void Connection::write_next() {
  writing_ = true;
  const Bytes& frame = *queue_.front();
  ws_.async_write(asio::buffer(frame.data(), frame.size()),
                  [self = shared_from_this()](error_code problem, std::size_t) { self->on_written(problem); });
}

void Connection::on_written(error_code problem) {
  writing_ = false;
  if (problem) return end_link();
  queued_ -= queue_.front()->size();
  queue_.pop_front();
  if (!queue_.empty())
    write_next();
  else if (closing_)
    return send_close();
  if (closing_) return;
  if (queued() < wire::kPictureWindow) {
    server_.core->on_writable(id_, steady_now());
    server_.arm_timer();
  }
}

/// What is queued may go out, but a slow receiver's backlog would not in time: of that only the last frame, the reason.
void Connection::close() {
  if (closing_) return;
  closing_ = true;
  if (carrier_.flushed()) return finish_close();
  udp_farewell_ = true;
  timer_.expires_after(kUdpCloseTime);
  timer_.async_wait([self = shared_from_this()](error_code problem) {
    if (problem || !self->udp_farewell_) return;
    if (self->last_) self->send_tls(self->last_);
    self->finish_close();
  });
}

void Connection::finish_close() {
  udp_farewell_ = false;
  if (queued_ > wire::kPictureWindow)
    while (queue_.size() > 2) {
      queued_ -= queue_[1]->size();
      queue_.erase(queue_.begin() + 1);
    }
  timer_.expires_after(kCloseTime);
  timer_.async_wait([self = shared_from_this()](error_code problem) {
    if (!problem) self->cut();
  });
  if (!writing_) send_close();
}

void Connection::send_close() {
  if (close_sent_) return;
  close_sent_ = true;
  ws_.async_close(websocket::close_code::normal, [self = shared_from_this()](error_code) { self->cut(); });
}

/// Reading or writing failed. Once: what is still under way ends with the socket.
void Connection::end_link() {
  cut();
  timer_.cancel();
  closing_ = true;
  udp_farewell_ = false;
  udp_->forget(*this);
  if (server_.links.erase(id_) == 0) return;
  if (queue_.size() > 1) queue_.erase(queue_.begin() + 1, queue_.end());  // the first one may still be under way
  log_debug("link closed conn=" + std::to_string(id_.value()));
  server_.core->on_disconnect(id_, steady_now());
  server_.arm_timer();
  if (server_.stopping && server_.links.empty()) server_.io.stop();
}

// --- the server ------------------------------------------------------------------------------------------------------

Server::Impl::Impl(ServerOptions o) : options(std::move(o)), names(options.log_addresses) {
  error_code ignored;
  std::error_code problem;
  std::filesystem::create_directories(options.data, problem);
  if (problem)
    throw std::runtime_error("cannot make the data folder " + options.data.string() + ": " + problem.message() +
                             "; choose another with --data");
  bool own = options.certificate.empty();
  files = own ? own_certificate(options.data) : CertificateFiles{options.certificate, options.key};
  tls = load_tls(files);
  fingerprint = fingerprint_text(public_key_hash(files.certificate));
  store = std::make_unique<SqliteStore>(options.data / "relay.db");
  core = std::make_unique<Core>(*this, numbers, *store, options.limits, steady_now());
  demand_tokens();
  listen();
  udp = std::make_shared<UdpLinks>(io, options.listen, options.udp);
  arm_timer();
}

void Server::Impl::demand_tokens() {
  if (options.hosts_need == HostsNeed::nothing) return;
  auto tell = [this](ConnId asker, TokenAnswer answer) {
    asio::post(io, [this, asker, answer = std::move(answer)] {
      core->on_token(asker, answer, steady_now());
      arm_timer();
    });
  };
  accounts = std::make_unique<TokenAccounts>(token_file(options.data), std::move(tell));
  core->demand_tokens(accounts.get(), steady_now());
}

void Server::Impl::listen() {
  if (options.listen.empty()) {
    listen_at(asio::ip::address_v4::any());
    try {
      listen_at(asio::ip::address_v6::any());
    } catch (const std::exception& e) {
      log_info(std::string("without IPv6: ") + e.what());  // many machines have none
    }
  }
  for (const std::string& text : options.listen) {
    error_code problem;
    auto address = asio::ip::make_address(text, problem);
    if (problem) throw std::runtime_error("--listen takes an IP address, not '" + text + "'");
    listen_at(address);
  }
  for (tcp::acceptor& acceptor : acceptors) accept(acceptor);
}

void Server::Impl::listen_at(const asio::ip::address& address) {
  std::string port = std::to_string(options.port);
  try {
    tcp::acceptor acceptor(io, address.is_v4() ? tcp::v4() : tcp::v6());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    if (address.is_v6()) acceptor.set_option(asio::ip::v6_only(true));
    acceptor.bind({address, options.port});
    acceptor.listen();
    options.port = acceptor.local_endpoint().port();
    acceptors.push_back(std::move(acceptor));
  } catch (const boost::system::system_error& e) {
    if (e.code() == asio::error::address_in_use)
      throw std::runtime_error("port " + port + " at " + address.to_string() +
                               " is in use by another program: choose another with --https-port");
    if (e.code() == asio::error::access_denied)
      throw std::runtime_error("no permission to listen at port " + port +
                               ": choose one above 1023 with --https-port, or give the program CAP_NET_BIND_SERVICE");
    throw std::runtime_error("cannot listen at " + address.to_string() + " port " + port + ": " + e.code().message());
  }
}

void Server::Impl::accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([this, &acceptor](error_code problem, tcp::socket socket) {
    if (problem == asio::error::operation_aborted) return;
    if (!problem) {
      on_accept(std::move(socket));
      return accept(acceptor);
    }
    // No more file descriptors, most likely: those that are open go on, and this is tried again.
    log_warning("cannot accept a connection: " + problem.message());
    auto pause = std::make_shared<asio::steady_timer>(io, std::chrono::milliseconds(100));
    pause->async_wait([this, &acceptor, pause](error_code) {
      if (!stopping) accept(acceptor);
    });
  });
}

void Server::Impl::on_accept(tcp::socket socket) {
  ++counters.tcp_accepted;
  error_code problem;
  auto peer = socket.remote_endpoint(problem);
  if (problem || stopping) return;
  bool too_many = crowd->at(bucket_of(peer.address())) >= options.limits.links_per_address;
  if (too_many || crowd->all >= options.limits.links + kWebLinks) {
    ++counters.tcp_refused;
    return;
  }
  std::make_shared<Connection>(*this, std::move(socket), peer.address())->start();
}

void Server::Impl::send(ConnId conn, SharedBytes frame) {
  auto at = links.find(conn);
  if (at != links.end()) at->second->send(std::move(frame));
}

void Server::Impl::close(ConnId conn) {
  auto at = links.find(conn);
  if (at != links.end()) at->second->close();
}

std::size_t Server::Impl::queued(ConnId conn) const {
  auto at = links.find(conn);
  return at == links.end() ? 0 : at->second->queued();
}

void Server::Impl::admitted(ConnId conn) {
  auto at = links.find(conn);
  if (at != links.end()) at->second->admitted();
}

void Server::Impl::arm_timer() {
  Instant next = core->next_deadline();
  if (next == armed || stopping) return;
  armed = next;
  core_timer.cancel();
  if (next == Instant::never()) return;
  core_timer.expires_at(std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(next.since_start())));
  core_timer.async_wait([this](error_code problem) {
    if (problem || stopping) return;
    armed = Instant::never();
    core->poll(steady_now());
    arm_timer();
  });
}

void Server::Impl::stop_now() {
  if (stopping) return;
  log_info("stopping links=" + std::to_string(links.size()) + " sessions=" + std::to_string(core->sessions()));
  for (tcp::acceptor& acceptor : acceptors) acceptor.close();
  core->shut_down(steady_now());
  stopping = true;
  if (links.empty()) return io.stop();
  stop_timer.expires_after(kCloseTime);
  stop_timer.async_wait([this](error_code) { io.stop(); });
}

void Server::Impl::reload(const Limits& limits) {
  options.limits = limits;
  core->set_limits(limits);
  try {
    auto fresh = load_tls(files);
    fingerprint = fingerprint_text(public_key_hash(files.certificate));
    tls = std::move(fresh);
    log_info("reloaded certificate and limits fingerprint=" + fingerprint);
  } catch (const std::exception& e) {
    log_error(std::string("the certificate stays as it was: ") + e.what());
  }
}

void Server::Impl::wait_signal() {
  signals->async_wait([this](error_code problem, int number) {
    if (problem) return;
    if (number != SIGHUP) return stop_now();
    if (on_hangup) on_hangup();
    wait_signal();
  });
}

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Server::~Server() {
  impl_->stopping = true;
  impl_->links.clear();  // what is under way holds the others until the loop goes
}

std::uint16_t Server::port() const { return impl_->options.port; }

std::vector<std::uint16_t> Server::udp_ports() const { return impl_->udp->ports(); }

std::string Server::url() const {
  auto address = impl_->acceptors.front().local_endpoint().address();
  std::string host = address.is_unspecified() ? "127.0.0.1"
                     : address.is_v6()        ? "[" + address.to_string() + "]"
                                              : address.to_string();
  return "https://" + host + ":" + std::to_string(port());
}

std::string Server::fingerprint() const { return impl_->fingerprint; }

void Server::handle_signals(std::function<void()> on_hangup) {
  impl_->on_hangup = std::move(on_hangup);
  impl_->signals.emplace(impl_->io, SIGTERM, SIGINT, SIGHUP);
  impl_->wait_signal();
}

void Server::run() { impl_->io.run(); }

void Server::stop() {
  asio::post(impl_->io, [this] { impl_->stop_now(); });
}

void Server::reload(const Limits& limits) {
  asio::post(impl_->io, [this, limits] { impl_->reload(limits); });
}

}  // namespace lotse::relay
