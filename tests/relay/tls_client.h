// A program's side of a link for tests of the server: blocking, with a deadline on everything.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "wire/relay_frame.h"

namespace lotse::relay::test {

/// A connection with TLS; the relay's certificate is not judged, but kept.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port);
  ~TlsClient();
  TlsClient(TlsClient&&) noexcept;

  /// Sends `request` as it is and gives back everything until the server closes.
  std::string ask(const std::string& request);
  /// Becomes a WebSocket.
  void upgrade();
  void send(const wire::Frame& frame);
  void send_bytes(const Bytes& frame);
  /// The next frame; nothing when the connection ended.
  std::optional<wire::Frame> read();
  /// The next frame of this type; others before it are dropped.
  template <class F>
  std::optional<F> expect() {
    while (auto frame = read())
      if (auto* f = std::get_if<F>(&*frame)) return *f;
    return std::nullopt;
  }
  /// SHA-256 of the server's public key, as in the ready line.
  std::string fingerprint() const;
  std::string tls_version() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A plain TCP connection: sends `bytes`, then reads until the server closes. Gives how much came.
std::size_t plain_exchange(std::uint16_t port, const std::string& bytes);
/// Connects and does nothing; the connection ends with the object.
class SilentConnection {
 public:
  explicit SilentConnection(std::uint16_t port);
  ~SilentConnection();
  SilentConnection(SilentConnection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  /// Blocks until the server closes.
  void wait_for_end() const;

 private:
  int fd_;
};

}  // namespace lotse::relay::test
