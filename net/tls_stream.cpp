#include "net/tls_stream.h"

#include <algorithm>
#include <boost/asio/ssl/stream.hpp>

#include "base/bytes.h"

namespace lotse::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kFlattened = 64u << 10;  // bytes that are copied at most to lie together

}  // namespace

struct TlsStream::Impl {
  asio::ssl::stream<Socket> tls;
  Bytes together;
};

TlsStream::TlsStream(Socket socket, asio::ssl::context& context)
    : impl_(new Impl{asio::ssl::stream<Socket>(std::move(socket), context), {}}) {}
TlsStream::~TlsStream() = default;

TlsStream::executor_type TlsStream::get_executor() noexcept { return impl_->tls.get_executor(); }
TlsStream::Socket& TlsStream::next_layer() { return impl_->tls.next_layer(); }
const TlsStream::Socket& TlsStream::next_layer() const { return impl_->tls.next_layer(); }
SSL* TlsStream::native_handle() { return impl_->tls.native_handle(); }

void TlsStream::handshake(asio::ssl::stream_base::handshake_type side, Done done) {
  impl_->tls.async_handshake(side, std::move(done));
}

void TlsStream::shutdown(Done done) { impl_->tls.async_shutdown(std::move(done)); }

void TlsStream::read(asio::mutable_buffer to, Moved done) { impl_->tls.async_read_some(to, std::move(done)); }

void TlsStream::write(asio::const_buffer from, Moved done) { impl_->tls.async_write_some(from, std::move(done)); }

asio::mutable_buffer TlsStream::room(std::size_t size) {
  impl_->together.resize(std::min(size, kFlattened));
  return asio::buffer(impl_->together);
}

void teardown(boost::beast::role_type, TlsStream& stream, boost::system::error_code& error) {
  stream.next_layer().close(error);
}

void end_stream(TlsStream& stream, TlsStream::Done done) { stream.shutdown(std::move(done)); }

}  // namespace lotse::net
