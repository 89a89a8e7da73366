#include "bench/swarm/bare_fan_out.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace lotse::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kPiece = 16 << 10;  // bytes: one TLS record

template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T* memory) const {
    Free(memory);
  }
};
using Context = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;
using Tls = std::unique_ptr<SSL, FreeBy<SSL_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeBy<X509_free>>;

void demand(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("bare fan-out: ") + what);
}

Context server_context() {
  Context context(SSL_CTX_new(TLS_server_method()));
  Key key(EVP_EC_gen("P-256"));
  Certificate certificate(X509_new());
  demand(context && key && certificate, "no memory");
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  demand(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0, "no certificate");
  demand(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1 &&
             SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1,
         "no certificate");
  SSL_CTX_set_num_tickets(context.get(), 0);
  return context;
}

/// A TCP connection within this process.
struct Pair {
  int server = -1, client = -1;
  Pair() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    demand(::bind(listener, any, size) == 0 && ::listen(listener, 1) == 0 && ::getsockname(listener, any, &size) == 0,
           "no port");
    client = ::socket(AF_INET, SOCK_STREAM, 0);
    demand(::connect(client, any, size) == 0, "no connection");
    server = ::accept(listener, nullptr, nullptr);
    ::close(listener);
    demand(server >= 0, "no connection");
  }
  Pair(Pair&& other) noexcept : server(std::exchange(other.server, -1)), client(std::exchange(other.client, -1)) {}
  ~Pair() {
    if (server >= 0) ::close(server);
    if (client >= 0) ::close(client);
  }
};

struct Receiver {
  Pair pair;
  Tls server, client;
  std::size_t got = 0;
};

void shake_hands(Receiver& r, SSL_CTX* server, SSL_CTX* client) {
  r.server.reset(SSL_new(server));
  r.client.reset(SSL_new(client));
  SSL_set_fd(r.server.get(), r.pair.server);
  SSL_set_fd(r.client.get(), r.pair.client);
  std::thread other([&] { SSL_connect(r.client.get()); });
  const int accepted = SSL_accept(r.server.get());
  other.join();
  demand(accepted == 1 && SSL_is_init_finished(r.client.get()) == 1, "no handshake");
  fcntl(r.pair.client, F_SETFL, fcntl(r.pair.client, F_GETFL) | O_NONBLOCK);
}

void read_all(std::vector<Receiver>& receivers, std::size_t bytes) {
  std::vector<char> piece(kPiece);
  for (std::size_t complete = 0; complete < receivers.size();) {
    std::vector<pollfd> fds;
    for (Receiver& r : receivers) fds.push_back({r.got < bytes ? r.pair.client : -1, POLLIN, 0});
    if (::poll(fds.data(), fds.size(), 10'000) <= 0) return;
    for (std::size_t i = 0; i < receivers.size(); ++i) {
      Receiver& r = receivers[i];
      if (fds[i].revents == 0) continue;
      for (int got = 1; got > 0 && r.got < bytes;) {
        got = SSL_read(r.client.get(), piece.data(), static_cast<int>(piece.size()));
        if (got > 0) r.got += static_cast<std::size_t>(got);
      }
      if (r.got >= bytes) ++complete;
    }
  }
}

}  // namespace

std::vector<double> bare_fan_out(std::size_t count, std::size_t bytes, int rounds) {
  Context server = server_context(), client(SSL_CTX_new(TLS_client_method()));
  std::vector<Receiver> receivers(count);
  for (Receiver& r : receivers) shake_hands(r, server.get(), client.get());
  std::vector<char> data(bytes);
  for (std::size_t i = 0; i < bytes; ++i) data[i] = static_cast<char>(i * 2654435761u >> 24);
  std::vector<double> ms;
  for (int round = 0; round < rounds; ++round) {
    for (Receiver& r : receivers) r.got = 0;
    const auto start = Clock::now();
    std::thread reader([&] { read_all(receivers, bytes); });
    bool sent = true;
    for (std::size_t at = 0; at < bytes; at += kPiece)
      for (Receiver& r : receivers)
        sent = SSL_write(r.server.get(), data.data() + at, static_cast<int>(std::min(kPiece, bytes - at))) > 0 && sent;
    reader.join();
    ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    demand(sent && receivers.back().got == bytes, "the bytes did not arrive");
  }
  return ms;
}

}  // namespace lotse::bench
