#include "tests/relay/tls_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <catch2/catch.hpp>
#include <vector>

#include "base/text.h"

namespace lotse::relay::test {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
using asio::ip::tcp;

struct TlsClient::Impl {
  asio::io_context io;
  ssl::context tls{ssl::context::tls_client};
  beast::websocket::stream<beast::ssl_stream<tcp::socket>> ws{io, tls};
};

TlsClient::TlsClient(std::uint16_t port) : impl_(std::make_unique<Impl>()) {
  auto& socket = beast::get_lowest_layer(impl_->ws);
  socket.connect({asio::ip::address_v4::loopback(), port});
  timeval limit{20, 0};  // a hang becomes a failure
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  socket.set_option(tcp::no_delay(true));
  impl_->ws.next_layer().handshake(ssl::stream_base::client);
}

TlsClient::~TlsClient() = default;
TlsClient::TlsClient(TlsClient&&) noexcept = default;

std::string TlsClient::ask(const std::string& request) {
  auto& stream = impl_->ws.next_layer();
  asio::write(stream, asio::buffer(request));
  std::string out;
  beast::error_code problem;
  asio::read(stream, asio::dynamic_buffer(out), problem);
  return out;
}

void TlsClient::upgrade() { impl_->ws.handshake("localhost", "/v1/link"); }

void TlsClient::send_bytes(const Bytes& frame) {
  impl_->ws.binary(true);
  beast::error_code ended;  // the server may have closed meanwhile: reading tells
  impl_->ws.write(asio::buffer(frame), ended);
}

void TlsClient::send(const wire::Frame& frame) { send_bytes(wire::encode(frame)); }

std::optional<wire::Frame> TlsClient::read() {
  beast::flat_buffer buffer;
  beast::error_code ended;
  impl_->ws.read(buffer, ended);
  if (ended) return std::nullopt;
  auto data = buffer.cdata();
  auto frame = wire::decode({static_cast<const std::uint8_t*>(data.data()), data.size()});
  REQUIRE(frame);
  return frame;
}

std::string TlsClient::fingerprint() const {
  X509* cert = SSL_get1_peer_certificate(impl_->ws.next_layer().native_handle());
  unsigned char* der = nullptr;
  int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
  std::array<std::uint8_t, 32> hash{};
  EVP_Digest(der, static_cast<std::size_t>(size), hash.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  X509_free(cert);
  return "sha256:" + to_hex(hash);
}

std::string TlsClient::tls_version() const { return SSL_get_version(impl_->ws.next_layer().native_handle()); }

SilentConnection::SilentConnection(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval limit{20, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  REQUIRE(connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
}

SilentConnection::~SilentConnection() {
  if (fd_ >= 0) close(fd_);
}

void SilentConnection::wait_for_end() const {
  char byte = 0;
  ssize_t got = 0;
  while ((got = recv(fd_, &byte, 1, 0)) > 0) {
  }
  REQUIRE((got == 0 || errno == ECONNRESET));
}

std::size_t plain_exchange(std::uint16_t port, const std::string& bytes) {
  asio::io_context io;
  tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), port});
  beast::error_code problem;
  asio::write(socket, asio::buffer(bytes), problem);
  std::vector<char> out;
  asio::read(socket, asio::dynamic_buffer(out), problem);
  return out.size();
}

}  // namespace lotse::relay::test
