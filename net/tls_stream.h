// TLS over TCP as a stream for Beast. The operations of Asio's TLS are compiled once, in tls_stream.cpp, behind
// handlers of one type; what Beast builds upon them would else contain them again for each of its own operations.
#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <utility>

namespace lotse::net {

/// An AsyncReadStream and AsyncWriteStream of Asio. One read and one write at a time. Not thread-safe: the loop's
/// thread. Lives until the handlers of what it began have been called.
class TlsStream {
 public:
  using error_code = boost::system::error_code;
  using Socket = boost::asio::ip::tcp::socket;
  using next_layer_type = Socket;
  using executor_type = boost::asio::any_io_executor;
  using Moved = boost::asio::any_completion_handler<void(error_code, std::size_t)>;
  using Done = boost::asio::any_completion_handler<void(error_code)>;

  /// `context` outlives the stream.
  TlsStream(Socket socket, boost::asio::ssl::context& context);
  ~TlsStream();

  executor_type get_executor() noexcept;
  Socket& next_layer();
  const Socket& next_layer() const;
  SSL* native_handle();

  void handshake(boost::asio::ssl::stream_base::handshake_type side, Done done);
  void shutdown(Done done);

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, boost::asio::mutable_buffer to) { read(to, Moved(std::move(handler))); }, token,
        first<boost::asio::mutable_buffer>(buffers));
  }
  /// All of the buffers goes into one record where it fits: the header of a message and its payload.
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, boost::asio::const_buffer from) { write(from, Moved(std::move(handler))); }, token,
        flat(buffers));
  }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;

  void read(boost::asio::mutable_buffer to, Moved done);
  void write(boost::asio::const_buffer from, Moved done);
  /// Room for what several buffers hold together; at most kFlattened of it.
  boost::asio::mutable_buffer room(std::size_t size);

  template <class Buffer, class Buffers>
  static Buffer first(const Buffers& buffers) {
    auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto each = boost::asio::buffer_sequence_begin(buffers); each != end; ++each)
      if (Buffer buffer = *each; buffer.size() > 0) return buffer;
    return {};
  }
  template <class Buffers>
  boost::asio::const_buffer flat(const Buffers& buffers) {
    const auto one = first<boost::asio::const_buffer>(buffers);
    if (one.size() == boost::asio::buffer_size(buffers)) return one;
    const auto to = room(boost::asio::buffer_size(buffers));
    return {to.data(), boost::asio::buffer_copy(to, buffers)};
  }
};

// What Beast asks of a stream at the end of a WebSocket.
void teardown(boost::beast::role_type, TlsStream& stream, boost::system::error_code& error);
void end_stream(TlsStream& stream, TlsStream::Done done);
template <class Handler>
void async_teardown(boost::beast::role_type, TlsStream& stream, Handler&& handler) {
  end_stream(stream, TlsStream::Done(std::forward<Handler>(handler)));
}

}  // namespace lotse::net
