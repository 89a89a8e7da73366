#include "net/relay_connection.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cassert>
#include <deque>

#include "base/text.h"
#include "net/approach.h"
#include "net/link/traffic_class.h"
#include "net/loop_impl.h"
#include "net/relay_certificate.h"
#include "net/socket_stats.h"
#include "net/tls_stream.h"

namespace lotse::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using Stream = websocket::stream<TlsStream, false>;  // no permessage-deflate

namespace {

constexpr const char* kPath = "/v1/link";
constexpr const char* kSubprotocol = "lotse.v1";
constexpr const char *kTls = "TLS", *kWebSocket = "WebSocket";
constexpr Duration kSilence = std::chrono::seconds(30);
constexpr Duration kFarewell = std::chrono::seconds(1);

asio::ssl::context make_context() {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX* raw = context.native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);  // a resumed session would show no certificate
  constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};  // RFC 7301
  SSL_CTX_set_alpn_protos(raw, kHttp11, sizeof kHttp11);
  return context;
}

bool is_ipv6(int socket) {
  int family = AF_INET;
  socklen_t size = sizeof family;
  getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &size);
  return family == AF_INET6;
}

bool is_address(const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

/// Whether somebody answered, only not as a relay does.
bool speaks_otherwise(error_code error) {
  static const auto& http = beast::http::make_error_code(beast::http::error::bad_version).category();
  static const auto& ws = make_error_code(websocket::error::closed).category();
  if (error == beast::http::error::end_of_stream || error == beast::http::error::partial_message) return false;
  return error.category() == http || error.category() == ws || error.category() == asio::error::get_ssl_category();
}

std::string broken_off(error_code error) {
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated ||
      error == asio::error::connection_reset)
    return "the connection to the relay broke off";
  if (error == beast::error::timeout) return "the relay did not answer for 30 s";
  // Beast closes by itself on what breaks the protocol, and an error of that covers the first one.
  if (error == websocket::error::message_too_big || error.category() == asio::error::get_ssl_category())
    return "the relay sent a message above 1 MiB, or something else that it never should";
  return "the connection to the relay failed: " + error.message();
}

std::string closed_by_relay(const websocket::close_reason& reason) {
  std::string text = "the relay closed the connection (" + std::to_string(reason.code);
  const std::string words = clean_text({reason.reason.data(), reason.reason.size()}, 123);
  if (!words.empty()) text += ", " + words;
  return text + ")";
}

}  // namespace

struct RelayConnection::Impl : std::enable_shared_from_this<Impl> {
  enum class Phase { opening, open, closing, gone };

  Impl(Loop& on, RelayAddress to, const RelayTrust& trust, RelayEvents calls)
      : loop(on), address(std::move(to)), certificate(address, trust), events(std::move(calls)) {
    certificate.guard(context.native_handle());
  }

  /// A handler that does nothing once the connection is gone, and keeps this object as long as it may be called.
  template <class F>
  auto handler(F then) {
    return [self = shared_from_this(), then](error_code error, auto&&...) {
      if (self->phase != Phase::gone) then(error);
    };
  }

  void start(Duration patience, Route route) {
    deadline.set(Loop::now() + patience);
    Approach::Calls calls;
    calls.on_socket = [this](int socket, const std::string& through) { secure(socket, through); };
    calls.on_failed = [this](ConnectProblem problem, const std::string& detail) { end(problem, detail); };
    approach = std::make_unique<Approach>(loop, address, std::move(route), patience, std::move(calls));
  }

  /// Also while TLS on an earlier socket has not come about: this one takes its place.
  void secure(int socket, const std::string& through) {
    const tcp protocol = is_ipv6(socket) ? tcp::v6() : tcp::v4();
    error_code ignored;
    if (stream) beast::get_lowest_layer(*stream).close(ignored);
    proxy = through;
    stream = std::make_shared<Stream>(tcp::socket(context_of(loop), protocol, socket), context);
    auto& tls = stream->next_layer();
    if (!is_address(address.host)) name_host(tls.native_handle());
    tls.handshake(asio::ssl::stream_base::client, handler([this, of = stream](error_code error) {
                    if (of != stream) return;
                    if (certificate.problem() != ConnectProblem::none)
                      return end(certificate.problem(), certificate.detail());
                    if (error) return not_opened(kTls, error);
                    if (!certificate.key()) return end(ConnectProblem::untrusted, "the relay was not judged");
                    approach->settled();
                    upgrade();
                  }));
  }

  /// SNI. What SSL_set_tlsext_host_name() does, which is a macro with casts of the old kind.
  void name_host(SSL* ssl) {
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(address.host.c_str()));
  }

  void upgrade() {
    stream->set_option(websocket::stream_base::timeout{websocket::stream_base::none(), kSilence, true});
    stream->set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(beast::http::field::sec_websocket_protocol, kSubprotocol);
    }));
    stream->control_callback([this](websocket::frame_type kind, beast::string_view) {
      if (kind == websocket::frame_type::close) stats();
    });
    stream->binary(true);
    stream->auto_fragment(false);
    stream->read_message_max(kMaxFrame);
    stream->async_handshake(response, to_string(address), kPath, handler([this](error_code error) { opened(error); }));
  }

  void opened(error_code error) {
    if (error == websocket::error::upgrade_declined)
      return end(ConnectProblem::not_a_relay,
                 "no relay at " + to_string(address) + ": it answers HTTP " + std::to_string(response.result_int()));
    if (error) return not_opened(kWebSocket, error);
    if (response[beast::http::field::sec_websocket_protocol] != kSubprotocol)
      return end(ConnectProblem::not_a_relay, "no relay at " + to_string(address) + ": it does not speak lotse.v1");
    phase = Phase::open;
    deadline.set(Instant::never());
    read_next();
    write_next();
    if (events.on_open) events.on_open();
  }

  void not_opened(const char* layer, error_code error) {
    const bool otherwise = speaks_otherwise(error);
    const std::string detail = otherwise
                                   ? "no relay at " + to_string(address) + ": " + layer + " failed: " + error.message()
                                   : to_string(address) + " broke off before " + layer + " was agreed";
    const ConnectProblem problem = otherwise ? ConnectProblem::not_a_relay : ConnectProblem::unreachable;
    if (layer == kTls) return approach->lost(problem, detail);  // there may be another way
    end(problem, detail);
  }

  void read_next() {
    stream->async_read(incoming, handler([this](error_code error) {
                         if (error) return lost(error);
                         if (!stream->got_binary())
                           return end(ConnectProblem::closed, "the relay sent text, which it never should");
                         const auto frame = incoming.cdata();
                         events.on_frame({static_cast<const std::uint8_t*>(frame.data()), frame.size()});
                         if (phase == Phase::gone) return;
                         incoming.consume(incoming.size());
                         read_next();
                       }));
  }

  void send(Bytes frame) {
    assert(frame.size() <= kMaxFrame);
    if (phase == Phase::closing || phase == Phase::gone) return;
    if (link::class_of(frame) == link::TrafficClass::files) {
      files_queued += frame.size();
      files.push_back(std::move(frame));
    } else {
      queued += frame.size();
      queue.push_back(std::move(frame));
    }
    if (queued + files_queued <= kMaxQueued) return write_next();
    loop.post([self = shared_from_this()] {
      self->end(ConnectProblem::closed, "the relay does not take what is sent to it");
    });
  }

  void write_next() {
    if (writing || phase == Phase::opening) return;
    const bool of_file = queue.empty();
    if (of_file && (files.empty() || phase == Phase::closing)) return phase == Phase::closing ? say_farewell() : void();
    writing = true;
    stream->async_write(asio::buffer(of_file ? files.front() : queue.front()),
                        handler([this, of_file](error_code error) {
                          writing = false;
                          if (error) return lost(error);
                          const std::size_t before = queued;
                          if (of_file) {
                            files_queued -= files.front().size();
                            files.pop_front();
                          } else {
                            queued -= queue.front().size();
                            queue.pop_front();
                          }
                          write_next();
                          if (of_file) return;
                          const bool crossed = before >= kLowMark && queued < kLowMark;
                          if ((crossed || queue.empty()) && events.on_drained) events.on_drained();
                        }));
  }

  void close() {
    if (phase == Phase::closing || phase == Phase::gone) return;
    const bool is_open = phase == Phase::open;
    phase = Phase::closing;
    deadline.set(is_open ? Loop::now() + kFarewell : Loop::now());
    if (is_open) write_next();
  }

  void say_farewell() {
    stats();
    writing = true;
    stream->async_close(websocket::close_code::normal, handler([this](error_code) { end(ConnectProblem::none, {}); }));
  }

  void on_deadline() {
    if (phase == Phase::closing) return end(ConnectProblem::none, {});
    end(ConnectProblem::unreachable, to_string(address) + " does not answer");
  }

  void lost(error_code error) {
    if (phase == Phase::closing) return end(ConnectProblem::none, {});
    if (error == websocket::error::closed) return end(ConnectProblem::closed, closed_by_relay(stream->reason()));
    end(ConnectProblem::closed, broken_off(error));
  }

  void end(ConnectProblem problem, const std::string& detail) {
    if (phase == Phase::gone) return;
    const auto keep = shared_from_this();
    cut();
    if (events.on_closed) events.on_closed(problem, detail, certificate.key());
  }

  /// What is under way ends with an error that handler() swallows.
  void cut() {
    stats();
    phase = Phase::gone;
    deadline.set(Instant::never());
    if (approach) approach->give_up();
    error_code ignored;
    if (stream) beast::get_lowest_layer(*stream).close(ignored);
  }

  std::optional<link::Endpoint> peer() {
    error_code error;
    if (!stream || !proxy.empty()) return std::nullopt;
    auto other = beast::get_lowest_layer(*stream).remote_endpoint(error).address();
    if (error) return std::nullopt;
    auto v6 = other.is_v6() ? other.to_v6() : asio::ip::make_address_v6(asio::ip::v4_mapped, other.to_v4());
    return link::Endpoint{v6.to_bytes(), 0, {}, 0};
  }

  /// The counters go with the socket, and Beast closes that itself before it tells the end of a connection.
  SocketStats stats() {
    if (stream && beast::get_lowest_layer(*stream).is_open())
      last_stats = socket_stats(beast::get_lowest_layer(*stream).native_handle());
    return last_stats;
  }

  std::size_t unsent() {
    if (!stream || !beast::get_lowest_layer(*stream).is_open()) return 0;
    return unsent_bytes(beast::get_lowest_layer(*stream).native_handle());
  }

  Loop& loop;
  const RelayAddress address;
  RelayCertificate certificate;
  RelayEvents events;
  Phase phase = Phase::opening;
  Loop::Timer deadline{loop, [this] { on_deadline(); }};
  std::unique_ptr<Approach> approach;
  asio::ssl::context context = make_context();
  std::shared_ptr<Stream> stream;  // what is under way on one that was replaced keeps that one
  std::string proxy;
  websocket::response_type response;
  beast::flat_buffer incoming;
  std::deque<Bytes> queue, files;  // the first one of either is being written when `writing`
  std::size_t queued = 0, files_queued = 0;
  bool writing = false;
  SocketStats last_stats;
};

RelayConnection::RelayConnection(Loop& loop, RelayAddress address, RelayTrust trust, RelayEvents events,
                                 Duration patience, Route route)
    : impl_(std::make_shared<Impl>(loop, std::move(address), trust, std::move(events))) {
  impl_->start(patience, std::move(route));
}

RelayConnection::~RelayConnection() {
  if (impl_->phase != Impl::Phase::gone) impl_->cut();
}

void RelayConnection::send(Bytes frame) { impl_->send(std::move(frame)); }
std::size_t RelayConnection::queued() const { return impl_->queued; }
std::size_t RelayConnection::unsent() const { return impl_->unsent(); }
std::optional<std::array<std::uint8_t, 32>> RelayConnection::key() const { return impl_->certificate.key(); }
std::string RelayConnection::issuer() const { return impl_->certificate.issuer(); }
std::string RelayConnection::proxy() const { return impl_->proxy; }
std::optional<link::Endpoint> RelayConnection::peer() const { return impl_->peer(); }
SocketStats RelayConnection::stats() const { return impl_->stats(); }
void RelayConnection::close() { impl_->close(); }

}  // namespace lotse::net
