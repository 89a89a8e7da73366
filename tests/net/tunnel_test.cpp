#include "net/tunnel.h"

#include <poll.h>

#include <chrono>

#include "fake_proxy.h"
#include "test_server.h"
#include "visit.h"

namespace lotse::net {

namespace {

using namespace std::chrono_literals;
using Problem = Tunnel::Problem;

struct Dug {
  bool through = false;
  int socket = -1;
  Tunnel::Failure failure{};
  ~Dug() {
    if (socket >= 0) ::close(socket);
  }
};

ProxySettings manual(Proxy::Kind kind, std::uint16_t port, const std::string& user = "",
                     const std::string& password = "") {
  ProxySettings settings;
  settings.use = ProxySettings::Use::manual;
  settings.manual.kind = kind;
  settings.manual.host = "127.0.0.1";
  settings.manual.port = port;
  settings.manual.user = user;
  settings.manual.password = password;
  return settings;
}

Dug dig(const ProxySettings& settings, Duration patience = 10s) {
  Loop loop;
  Dug dug;
  Loop::Timer watchdog(loop, [&] { loop.stop(); });
  watchdog.set(Loop::now() + 30s);
  int calls = 0;
  Tunnel tunnel(loop, RelayAddress{"relay.example", 4433}, settings, patience, [&](auto way) {
    ++calls;
    dug.through = static_cast<bool>(way);
    if (way)
      dug.socket = way->socket;
    else
      dug.failure = way.error();
    loop.stop();
  });
  CHECK(calls == 0);
  loop.run();
  CHECK(calls == 1);
  CHECK(dug.failure.detail.find_first_of("\r\n\x1b") == std::string::npos);
  CHECK(dug.failure.detail.size() < 500);
  return dug;
}

Dug dig_http(std::function<void(int)> serve, Duration patience = 10s, const std::string& user = "",
             const std::string& password = "") {
  FakeProxy proxy(std::move(serve));
  return dig(manual(Proxy::Kind::http, proxy.port(), user, password), patience);
}

std::string read_some(int socket, std::size_t count) {
  std::string text;
  pollfd ready{socket, POLLIN, 0};
  char buffer[64];
  while (text.size() < count && ::poll(&ready, 1, 5000) == 1) {
    const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

TEST_CASE("a tunnel: the proxy gets the name, and what comes right behind its answer is not lost") {
  std::string request;
  FakeProxy proxy([&](int socket) {
    request = FakeProxy::hear(socket, "\r\n\r\n");
    FakeProxy::say(socket, "HTTP/1.1 200 Connection established\r\nVia: a, b\r\n\r\nbehind the answer");
    FakeProxy::wait_for_end(socket);
  });
  {
    Dug dug = dig(manual(Proxy::Kind::http, proxy.port()));
    REQUIRE(dug.through);
    CHECK(read_some(dug.socket, 17) == "behind the answer");
  }
  CHECK(request.starts_with("CONNECT relay.example:4433 HTTP/1.1\r\n"));
  CHECK(request.find("Authorization") == std::string::npos);
}

TEST_CASE("a tunnel: a proxy that never ends its headers is left") {
  const std::string fill(1000, 'a');
  const std::string between = GENERATE(std::string("\r\nX-More: "), std::string());  // many lines, or one
  const Instant start = Loop::now();
  const Dug dug = dig_http([&](int socket) {
    FakeProxy::hear(socket, "\r\n\r\n");
    FakeProxy::say(socket, "HTTP/1.1 200 OK\r\nX-More: ");
    for (int i = 0; i < 100'000 && FakeProxy::say(socket, fill + between); ++i) {
    }
  });
  CHECK_FALSE(dug.through);
  CHECK(dug.failure.problem == Problem::proxy);
  CHECK(Loop::now() - start < 8s);
}

TEST_CASE("a tunnel: a proxy that says nothing, or says it too slowly, is given up in time") {
  const Instant start = Loop::now();
  const Dug silent = dig_http(FakeProxy::wait_for_end, 300ms);
  CHECK(silent.failure.problem == Problem::proxy);
  CHECK(silent.failure.detail.find("in time") != std::string::npos);
  const Dug slow = dig_http(
      [](int socket) {
        FakeProxy::hear(socket, "\r\n\r\n");
        FakeProxy::say(socket, "HTTP/1.1 200 OK\r\nX");
        FakeProxy::wait_for_end(socket);
      },
      300ms);
  CHECK(slow.failure.problem == Problem::proxy);
  CHECK(Loop::now() - start < 5s);
}

TEST_CASE("a tunnel: what a proxy refuses is told in one line, without its words") {
  auto answer = [](const std::string& text) {
    return [text](int socket) {
      FakeProxy::hear(socket, "\r\n\r\n");
      FakeProxy::say(socket, text);
    };
  };
  const Dug forbidden = dig_http(answer("HTTP/1.1 403 \x1b[31mNo\r\nContent-Length: 0\r\n\r\n"));
  CHECK(forbidden.failure.problem == Problem::refused);
  CHECK(forbidden.failure.detail.find("HTTP 403") != std::string::npos);
  CHECK(forbidden.failure.detail.find("relay.example:4433") != std::string::npos);
  const std::string wants = "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n";
  const Dug nobody = dig_http(answer(wants));
  CHECK(nobody.failure.problem == Problem::credentials);
  CHECK(nobody.failure.detail.find("wants a name") != std::string::npos);
  const Dug wrong = dig_http(answer(wants), 10s, "eva", "not this one");
  CHECK(wrong.failure.problem == Problem::credentials);
  CHECK(wrong.failure.detail.find("does not take") != std::string::npos);
  CHECK(wrong.failure.detail.find("not this one") == std::string::npos);
  for (const char* odd : {"", "SSH-2.0-x\r\n", "HTTP/1.1 200", "\r\n\r\n", "HTTP/1.1 999 ?\r\n\r\n"}) {
    CAPTURE(odd);
    const Dug dug = dig_http(answer(odd));
    CHECK_FALSE(dug.through);
    CHECK_FALSE(dug.failure.detail.empty());
  }
}

TEST_CASE("a tunnel: Basic says the name and the password, with all their characters") {
  std::string request;
  {
    const Dug dug = dig_http(
        [&](int socket) {
          FakeProxy::hear(socket, "\r\n\r\n");
          FakeProxy::say(socket,
                         "HTTP/1.1 407 -\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
          request = FakeProxy::hear(socket, "\r\n\r\n");
          FakeProxy::say(socket, "HTTP/1.1 200 OK\r\n\r\n");
          FakeProxy::wait_for_end(socket);
        },
        10s, "eva", "a:b@c%d");
    CHECK(dug.through);
  }
  CHECK(request.find("Proxy-Authorization: Basic ZXZhOmE6YkBjJWQ=\r\n") != std::string::npos);
}

TEST_CASE("a tunnel by SOCKS5: the name goes to the proxy, who may want a login, and refuses in words") {
  std::string asked;
  auto serve = [&](std::string choice, std::string login, std::string reply) {
    return [&asked, choice, login, reply](int socket) {
      const std::string hello = FakeProxy::hear(socket, "", 2);
      FakeProxy::hear(socket, "", hello.size() < 2 ? 0 : static_cast<unsigned char>(hello[1]));
      FakeProxy::say(socket, choice);
      if (choice == "\x05\x02") {
        FakeProxy::hear(socket, "", 2 + 3 + 1 + 2);  // version, size, eva, size, pw
        FakeProxy::say(socket, login);
      }
      if (choice == "\x05\xFF" || (choice == "\x05\x02" && login[1] != 0)) return;
      asked = FakeProxy::hear(socket, "", 5 + 13 + 2);
      FakeProxy::say(socket, reply);
      FakeProxy::wait_for_end(socket);
    };
  };
  const std::string good("\x05\0\0\x01\0\0\0\0\0\0", 10), no_auth("\x05\0", 2), accepted("\x01\0", 2);
  auto run = [&](std::function<void(int)> how) {
    FakeProxy proxy(std::move(how));
    return dig(manual(Proxy::Kind::socks5, proxy.port(), "eva", "pw"));
  };
  CHECK(run(serve(no_auth, "", good)).through);
  CHECK(asked == std::string("\x05\x01\0\x03\x0D", 5) + "relay.example" + "\x11\x51");
  CHECK(run(serve("\x05\x02", accepted, good)).through);
  CHECK(run(serve("\x05\x02", "\x01\x01", good)).failure.problem == Problem::credentials);
  CHECK(run(serve("\x05\xFF", "", good)).failure.problem == Problem::credentials);
  std::string forbidden = good;
  forbidden[1] = 2;
  const Dug no = run(serve(no_auth, "", forbidden));
  CHECK(no.failure.problem == Problem::refused);
  CHECK(no.failure.detail.find("rules") != std::string::npos);
  CHECK(run([](int socket) { FakeProxy::say(socket, "HTTP/1.1 400 Bad\r\n\r\n"); }).failure.problem == Problem::proxy);
}

TEST_CASE("a tunnel that was given up says nothing, and a loop may go before it is through") {
  bool told = false;
  {
    FakeProxy proxy(FakeProxy::wait_for_end);
    Loop loop;
    Tunnel tunnel(loop, RelayAddress{"relay.example", 4433}, manual(Proxy::Kind::http, proxy.port()), 10s,
                  [&](auto) { told = true; });
    tunnel.give_up();
    Loop::Timer later(loop, [&] { loop.stop(); });
    later.set(Loop::now() + 1500ms);  // by then its thread has ended and posted
    loop.run();
  }
  CHECK_FALSE(told);
}

TEST_CASE("a relay is reached through a proxy, which is told, and whose address is not taken for the relay's") {
  TestServer server(Manner::echo, relay_certificate());
  FakeProxy proxy([&](int socket) {  // one connection, forwarded both ways
    FakeProxy::hear(socket, "\r\n\r\n");
    const int there = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(server.port());
    if (::connect(there, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0) {
      FakeProxy::say(socket, "HTTP/1.1 200 OK\r\n\r\n");
      pollfd both[2]{{socket, POLLIN, 0}, {there, POLLIN, 0}};
      char buffer[4096];
      for (bool open = true; open && ::poll(both, 2, -1) > 0;)
        for (int i = 0; i < 2; ++i) {
          if (both[i].revents == 0) continue;
          const ssize_t got = ::recv(both[i].fd, buffer, sizeof buffer, 0);
          open = open && got > 0 && FakeProxy::say(both[1 - i].fd, {buffer, static_cast<std::size_t>(got)});
        }
    }
    ::close(there);
  });
  Visit visit;
  Route route{Route::Ways::either, manual(Proxy::Kind::http, proxy.port())};
  bool echoed = false;
  visit.on_open = [&] {
    CHECK(visit.connection->proxy() == "http://127.0.0.1:" + std::to_string(proxy.port()));
    CHECK_FALSE(visit.connection->peer());
    visit.connection->send(Bytes{1, 2, 3});
  };
  visit.on_frame = [&](ByteView frame) {
    echoed = equal(frame, Bytes{1, 2, 3});
    visit.loop.stop();
  };
  visit.connect(server.port(), {relay_certificate().key_hash, {}}, RelayConnection::kPatience, "127.0.0.1", route);
  visit.run();
  CHECK(echoed);
  visit.connection.reset();
}

TEST_CASE("a proxy that wants a login is a problem of its own") {
  FakeProxy proxy([](int socket) {
    FakeProxy::hear(socket, "\r\n\r\n");
    FakeProxy::say(socket, "HTTP/1.1 407 -\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
  });
  Visit visit;
  visit.connect(1, {}, RelayConnection::kPatience, "127.0.0.1",
                Route{Route::Ways::proxy, manual(Proxy::Kind::http, proxy.port())});
  visit.run();
  CHECK(visit.problem == ConnectProblem::proxy_auth);
  CHECK(visit.detail.find("wants a name and a password") != std::string::npos);
}

TEST_CASE("a proxy that hangs up once the tunnel stands is no relay") {
  FakeProxy proxy([](int socket) {
    FakeProxy::hear(socket, "\r\n\r\n");
    FakeProxy::say(socket, "HTTP/1.1 200 OK\r\n\r\n");
  });
  Visit visit;
  visit.connect(1, {}, RelayConnection::kPatience, "127.0.0.1",
                Route{Route::Ways::proxy, manual(Proxy::Kind::http, proxy.port())});
  visit.run();
  CHECK(visit.problem == ConnectProblem::unreachable);
}

}  // namespace lotse::net
