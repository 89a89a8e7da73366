#include "test_server.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace lotse::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using Tls = asio::ssl::stream<tcp::socket>;
using Stream = websocket::stream<Tls, false>;

namespace {

int choose_http11(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                  void*) {
  static const unsigned char kOurs[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, out_size, kOurs, sizeof kOurs, in, in_size);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

struct TestServer::Impl {
  Impl(Manner how, const TestCertificate& certificate) : manner(how) {
    tls.use_certificate_chain(asio::buffer(certificate.certificate_pem));
    tls.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
    SSL_CTX_set_alpn_select_cb(tls.native_handle(), choose_http11, nullptr);
    accepting = std::thread([this] { accept(); });
  }

  ~Impl() {
    {
      std::lock_guard lock(mutex);
      ending = resumed = true;
      changed.notify_all();
      ::shutdown(acceptor.native_handle(), SHUT_RDWR);
      for (int socket : sockets) ::shutdown(socket, SHUT_RDWR);
    }
    accepting.join();
    for (std::thread& thread : serving) thread.join();
  }

  void accept() {
    while (true) {
      error_code error;
      tcp::socket socket = acceptor.accept(context, error);
      std::lock_guard lock(mutex);
      if (error || ending) return;
      const int descriptor = socket.native_handle();
      sockets.push_back(descriptor);
      serving.emplace_back([this, descriptor, stream = std::make_shared<Stream>(std::move(socket), tls)] {
        try {
          serve(*stream);
        } catch (const boost::system::system_error&) {  // the client went, or was to go
        }
        std::lock_guard over(mutex);
        std::erase(sockets, descriptor);
        error_code ignored;
        beast::get_lowest_layer(*stream).close(ignored);
      });
    }
  }

  void wait(bool for_resume) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ending || (for_resume && resumed); });
  }

  void serve(Stream& stream) {
    if (manner == Manner::silent) return wait(false);
    if (manner == Manner::garbage) {
      asio::write(beast::get_lowest_layer(stream), asio::buffer(std::string(64, 'x')));
      return wait(false);
    }
    stream.next_layer().handshake(asio::ssl::stream_base::server);
    if (manner != Manner::tls_hang_up) upgrade(stream);
  }

  void upgrade(Stream& stream) {
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::read(stream.next_layer(), buffer, request);
    note(request, stream.next_layer().native_handle());
    if (manner == Manner::http_404) {
      http::response<http::string_body> response(http::status::not_found, 11, "nothing here");
      response.prepare_payload();
      http::write(stream.next_layer(), response);
      return;
    }
    if (manner != Manner::no_subprotocol)
      stream.set_option(websocket::stream_base::decorator(
          [](websocket::response_type& response) { response.set(http::field::sec_websocket_protocol, "lotse.v1"); }));
    stream.accept(request);
    talk(stream);
  }

  void note(const http::request<http::string_body>& request, SSL* ssl) {
    const char* sni = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const unsigned char* alpn = nullptr;
    unsigned alpn_size = 0;
    SSL_get0_alpn_selected(ssl, &alpn, &alpn_size);
    std::lock_guard lock(mutex);
    upgrades++;
    last_upgrade = std::string(request.target()) + " " + std::string(request[http::field::host]) + " " +
                   std::string(request[http::field::sec_websocket_protocol]) + " (" + (sni ? sni : "-") + " " +
                   std::string(alpn, alpn + alpn_size) + ")";
  }

  void talk(Stream& socket) {
    socket.binary(manner != Manner::text);
    socket.auto_fragment(false);
    if (manner == Manner::closes) return socket.close({websocket::close_code::going_away, "restart\x01soon"});
    if (manner == Manner::drops) return;
    if (manner == Manner::oversize) socket.write(asio::buffer(std::string((1 << 20) + 1, 'x')));
    if (manner == Manner::text) socket.write(asio::buffer(std::string("hello")));
    if (manner == Manner::stalled) wait(true);
    beast::flat_buffer message;
    while (true) {
      socket.read(message);
      messages++;
      socket.write(message.cdata());
      message.clear();
    }
  }

  const Manner manner;
  asio::io_context context;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool ending = false, resumed = false;
  int upgrades = 0;
  std::atomic<int> messages = 0;
  std::string last_upgrade;
  std::vector<int> sockets;
  std::vector<std::thread> serving;
  std::thread accepting;
};

TestServer::TestServer(Manner manner, const TestCertificate& certificate)
    : impl_(std::make_unique<Impl>(manner, certificate)) {}
TestServer::~TestServer() = default;

std::uint16_t TestServer::port() const { return impl_->acceptor.local_endpoint().port(); }

void TestServer::resume() {
  std::lock_guard lock(impl_->mutex);
  impl_->resumed = true;
  impl_->changed.notify_all();
}

int TestServer::messages() const { return impl_->messages; }

int TestServer::upgrades() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->upgrades;
}

std::string TestServer::last_upgrade() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->last_upgrade;
}

}  // namespace lotse::net
