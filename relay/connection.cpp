// One connection of the server: TLS, the small web server, and the WebSocket of a link.
#include <netinet/tcp.h>

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "base/log.h"
#include "relay/server_impl.h"

namespace lotse::relay {
namespace {

constexpr std::size_t kBufferKept = 64u << 10;                  // bytes of a read buffer that are kept between frames
constexpr auto kUdpCloseTime = std::chrono::milliseconds(400);  // for datagrams to be acknowledged at the end
constexpr auto kIdleTime = std::chrono::seconds(30);  // without a sign of life: a dead or half-open connection
constexpr int kNotSentLow = 64 << 10;  // bytes in the kernel: what waits there can no longer be conflated

bool is_this_machine(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

}  // namespace

std::string bucket_of(const asio::ip::address& address) {
  if (address.is_v4()) return address_bucket(address.to_v4().to_bytes().data(), 4);
  return address_bucket(address.to_v6().to_bytes().data(), 16);
}

Connection::Connection(Server::Impl& server, tcp::socket socket, const asio::ip::address& address)
    : server_(server),
      crowd_(server.crowd),
      tls_(server.tls),
      ws_(std::move(socket), *tls_),
      timer_(server.io),
      id_(++server.last_id),
      bucket_(bucket_of(address)),
      local_(is_this_machine(address)),
      udp_(server.udp),
      carrier_(net::link::Side::relay, *this, udp_->held(), net::link::PathProver::system_random) {
  crowd_->come(bucket_);
}

Connection::~Connection() {
  udp_->forget(*this);
  crowd_->go(bucket_);
}

void Connection::cut() {
  timer_.cancel();
  error_code ignored;
  beast::get_lowest_layer(ws_).close(ignored);
}

void Connection::expires_after(std::optional<Duration> time) {
  if (!time) return void(timer_.cancel());
  timer_.expires_after(*time);
  timer_.async_wait([self = shared_from_this()](error_code problem) {
    if (!problem) self->cut();
  });
}

void Connection::start() {
  auto& socket = beast::get_lowest_layer(ws_);
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kNotSentLow, sizeof kNotSentLow);
  expires_after(wire::kOpeningTime);
  ws_.next_layer().handshake(ssl::stream_base::server, [self = shared_from_this()](error_code problem) {
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
  expires_after(wire::kOpeningTime);
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
    self->expires_after(kCloseTime);
    self->ws_.next_layer().shutdown([self](error_code) { self->cut(); });
  });
}

// --- a link ----------------------------------------------------------------------------------------------------------

void Connection::upgrade() {
  expires_after({});
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
  if (net::link::class_of(*frame) == net::link::TrafficClass::files) {
    files_queued_ += frame->size();
    files_.push_back(std::move(frame));
  } else {
    queued_ += frame->size();
    queue_.push_back(std::move(frame));
  }
  if (!writing_) write_next();
}

void Connection::write_next() {
  writing_ = true;
  writes_file_ = queue_.empty();
  const Bytes& frame = writes_file_ ? *files_.front() : *queue_.front();
  ws_.async_write(asio::buffer(frame.data(), frame.size()),
                  [self = shared_from_this()](error_code problem, std::size_t) { self->on_written(problem); });
}

void Connection::on_written(error_code problem) {
  writing_ = false;
  if (problem) return end_link();
  if (writes_file_) {
    files_queued_ -= files_.front()->size();
    files_.pop_front();
  } else {
    queued_ -= queue_.front()->size();
    queue_.pop_front();
  }
  if (!queue_.empty() || (!files_.empty() && !closing_))
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
  expires_after(kCloseTime);
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
  closing_ = true;
  udp_farewell_ = false;
  udp_->forget(*this);
  if (server_.links.erase(id_) == 0) return;
  // The first ones may still be under way.
  if (queue_.size() > 1) queue_.erase(queue_.begin() + 1, queue_.end());
  if (files_.size() > 1) files_.erase(files_.begin() + 1, files_.end());
  log_debug("link closed conn=" + std::to_string(id_.value()));
  server_.core->on_disconnect(id_, steady_now());
  server_.arm_timer();
  if (server_.stopping && server_.links.empty()) server_.io.stop();
}

}  // namespace lotse::relay
