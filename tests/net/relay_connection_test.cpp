#include "net/relay_connection.h"

#include <algorithm>

#include "net/dial.h"
#include "test_server.h"
#include "visit.h"

namespace lotse::net {

namespace {

using std::chrono::milliseconds;

RelayTrust pinned() { return {relay_certificate().key_hash, {}}; }

Bytes message(std::size_t size, std::uint8_t seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; i++) bytes[i] = static_cast<std::uint8_t>(i * 7 + seed);
  return bytes;
}

/// Below the frames of the board: its chunks go behind everything else.
Bytes numbered(int i) { return message(static_cast<std::size_t>(i), static_cast<std::uint8_t>(i % 0x60)); }

/// What a visit to such a server ends with.
std::pair<ConnectProblem, std::string> end_of(Manner manner, Duration patience = RelayConnection::kPatience) {
  TestServer server(manner, relay_certificate());
  Visit visit;
  visit.on_open = [] {};
  visit.connect(server.port(), pinned(), patience);
  visit.run();
  CHECK(visit.closed == 1);
  CHECK(visit.detail.find('\n') == std::string::npos);
  return {visit.problem, visit.detail};
}

std::uint16_t free_port() { return TestServer(Manner::silent, relay_certificate()).port(); }

}  // namespace

TEST_CASE("a thousand messages come back in order, those sent before the connection stands too") {
  TestServer server(Manner::echo, relay_certificate());
  Visit visit;
  constexpr int kCount = 1000;
  int opened = 0, next = 0;
  bool in_order = true;
  visit.on_open = [&] {
    opened++;
    for (int i = kCount / 2; i < kCount; i++) visit.connection->send(numbered(i));
  };
  visit.on_frame = [&](ByteView frame) {
    in_order = in_order && equal(frame, numbered(next));
    if (++next == kCount) visit.loop.stop();
  };
  visit.connect(server.port(), pinned());
  for (int i = 0; i < kCount / 2; i++) visit.connection->send(numbered(i));
  visit.run();
  CHECK(opened == 1);
  CHECK(next == kCount);
  CHECK(in_order);
  CHECK(visit.connection->queued() == 0);
  const SocketStats stats = visit.connection->stats();
  CHECK(stats.bytes_in > kCount * (kCount - 1) / 2);
  CHECK(stats.bytes_out > kCount * (kCount - 1) / 2);
  CHECK(stats.packets_in > 0);
  CHECK(stats.packets_out > 0);
  CHECK(stats.rtt_ms > 0);
}

TEST_CASE("large messages come back whole, up to 1 MiB") {
  TestServer server(Manner::echo, relay_certificate());
  Visit visit;
  const std::vector<std::size_t> sizes{900 * 1000, RelayConnection::kMaxFrame, 0, 1};
  std::size_t next = 0;
  visit.on_open = [&] {
    for (std::size_t size : sizes) visit.connection->send(message(size, 3));
  };
  visit.on_frame = [&](ByteView frame) {
    CHECK(equal(frame, message(sizes.at(next), 3)));
    if (++next == sizes.size()) visit.loop.stop();
  };
  visit.connect(server.port(), pinned());
  visit.run();
  CHECK(next == sizes.size());
}

TEST_CASE("the relay is asked for lotse.v1 at its path, by its name") {
  TestServer server(Manner::echo, relay_certificate());
  const std::string port = std::to_string(server.port());
  Visit by_address;
  by_address.connect(server.port(), pinned());
  by_address.run();
  CHECK(server.last_upgrade() == "/v1/link 127.0.0.1:" + port + " lotse.v1 (- http/1.1)");
  Visit by_name;
  by_name.connect(server.port(), pinned(), RelayConnection::kPatience, "localhost");
  by_name.run();
  CHECK(server.last_upgrade() == "/v1/link localhost:" + port + " lotse.v1 (localhost http/1.1)");
}

TEST_CASE("what is no relay is told so") {
  using Problem = ConnectProblem;
  CHECK(end_of(Manner::http_404).first == Problem::not_a_relay);
  CHECK(end_of(Manner::http_404).second.find("404") != std::string::npos);
  CHECK(end_of(Manner::garbage).first == Problem::not_a_relay);
  CHECK(end_of(Manner::no_subprotocol).first == Problem::not_a_relay);
  CHECK(end_of(Manner::tls_hang_up).first == Problem::unreachable);
  CHECK(end_of(Manner::silent, milliseconds(100)).first == Problem::unreachable);
}

TEST_CASE("a port where nobody listens and a name that does not exist are unreachable") {
  Visit refused;
  refused.connect(free_port(), pinned());
  refused.run();
  CHECK(refused.problem == ConnectProblem::unreachable);
  CHECK(refused.detail.find("refused") != std::string::npos);
  CHECK_FALSE(refused.key);
  Visit unknown;
  unknown.connect(443, pinned(), RelayConnection::kPatience, "name.invalid");
  unknown.run();
  CHECK(unknown.problem == ConnectProblem::unreachable);
}

TEST_CASE("the end by the relay is told once, with its reason in clean text") {
  const auto [closes, reason] = end_of(Manner::closes);
  CHECK(closes == ConnectProblem::closed);
  CHECK(reason.find("1001, restart") != std::string::npos);
  CHECK(reason.find('\x01') == std::string::npos);
  CHECK(end_of(Manner::drops).first == ConnectProblem::closed);
}

TEST_CASE("a relay that sends too much or the wrong kind is left") {
  const auto [oversize, detail] = end_of(Manner::oversize);
  CHECK(oversize == ConnectProblem::closed);
  CHECK(detail.find("1 MiB") != std::string::npos);
  CHECK(end_of(Manner::text).first == ConnectProblem::closed);
}

TEST_CASE("a slow relay fills the queue, and what goes on is told when it is below the mark") {
  TestServer server(Manner::stalled, relay_certificate());
  Visit visit;
  constexpr std::size_t kMessage = 256 * 1024, kCount = 64;  // more than the kernel's buffers hold
  bool resumed = false, early = false;
  std::size_t drained = 0, echoed = 0;
  Loop::Timer resume(visit.loop, [&] {
    CHECK(visit.connection->queued() >= RelayConnection::kLowMark);
    CHECK(visit.connection->unsent() > 0);
    resumed = true;
    server.resume();
  });
  visit.on_open = [&] {
    for (std::size_t i = 0; i < kCount; i++) visit.connection->send(message(kMessage, 0));
    CHECK(visit.connection->queued() == kMessage * kCount);
    resume.set(Loop::now() + milliseconds(100));
  };
  visit.on_drained = [&] {
    early = early || !resumed;
    drained++;
    CHECK(visit.connection->queued() < RelayConnection::kLowMark);
  };
  visit.on_frame = [&](ByteView) {
    if (++echoed == kCount) visit.loop.stop();
  };
  visit.connect(server.port(), pinned());
  visit.run();
  CHECK_FALSE(early);
  CHECK(drained == 1);
  CHECK(visit.connection->queued() == 0);
}

TEST_CASE("who never looks at queued() is cut off before memory runs out") {
  TestServer server(Manner::stalled, relay_certificate());
  Visit visit;
  visit.on_open = [&] {
    while (visit.connection->queued() <= RelayConnection::kMaxQueued)
      visit.connection->send(Bytes(RelayConnection::kMaxFrame));
    CHECK(visit.closed == 0);
  };
  visit.connect(server.port(), pinned());
  visit.run();
  CHECK(visit.problem == ConnectProblem::closed);
}

TEST_CASE("close lets what is queued go out, says farewell and tells the end without a problem") {
  TestServer server(Manner::echo, relay_certificate());
  Visit visit;
  visit.on_open = [&] {
    for (int i = 0; i < 100; i++) visit.connection->send(message(1000, 1));
    visit.connection->close();
    visit.connection->close();
    visit.connection->send(message(1000, 2));
    CHECK(visit.closed == 0);
  };
  visit.connect(server.port(), pinned());
  visit.run();
  CHECK(visit.closed == 1);
  CHECK(visit.problem == ConnectProblem::none);
  CHECK(server.messages() == 100);
  CHECK(visit.connection->stats().bytes_out > 0);  // kept, though the socket is gone
}

TEST_CASE("close does not wait for a relay that takes nothing, nor for one that is not there yet") {
  TestServer stalled(Manner::stalled, relay_certificate());
  Visit visit;
  visit.on_open = [&] {
    for (int i = 0; i < 32; i++) visit.connection->send(message(1 << 20, 1));
    visit.connection->close();
  };
  visit.connect(stalled.port(), pinned());
  visit.run();
  CHECK(visit.problem == ConnectProblem::none);
  TestServer silent(Manner::silent, relay_certificate());
  Visit early;
  early.connect(silent.port(), pinned());
  early.connection->close();
  CHECK(early.closed == 0);
  early.run();
  CHECK(early.closed == 1);
  CHECK(early.problem == ConnectProblem::none);
}

TEST_CASE("destruction cuts without a word, in every state and inside every callback") {
  TestServer server(Manner::echo, relay_certificate());
  const auto state = GENERATE(range(0, 7));
  CAPTURE(state);
  Visit visit;
  Loop::Timer after(visit.loop, [&] { visit.loop.stop(); });
  const auto destroy = [&] {
    visit.connection.reset();
    after.set(Loop::now() + milliseconds(20));  // time for what should not come
  };
  bool told = false;
  visit.on_open = [&] {
    told = true;
    for (int i = 0; i < 8; i++) visit.connection->send(message(1 << 20, 1));
    if (state == 3) visit.connection->close();
    if (state == 3) visit.loop.post(destroy);
    if (state == 4) destroy();
  };
  visit.on_frame = [&, destroy](ByteView) {
    if (state == 5) destroy();
  };
  visit.on_drained = [&, destroy] {
    if (state == 6) destroy();
  };
  visit.connect(server.port(), pinned(), RelayConnection::kPatience, state == 1 ? "localhost" : "127.0.0.1");
  Loop::Timer soon(visit.loop, destroy);
  if (state <= 1) destroy();
  if (state == 2) soon.set(Loop::now() + milliseconds(3));  // somewhere in the handshake
  visit.run();
  CHECK(visit.closed == 0);
  if (state != 2) CHECK(told == (state >= 3));
}

TEST_CASE("a connection may be destroyed inside on_closed") {
  Visit visit;
  visit.connect(free_port(), pinned());
  RelayEvents events;
  int closed = 0;
  events.on_closed = [&](ConnectProblem, const std::string&, auto) {
    closed++;
    visit.connection.reset();
    visit.loop.stop();
  };
  visit.connection = std::make_unique<RelayConnection>(visit.loop, RelayAddress{"127.0.0.1", free_port()}, pinned(),
                                                       std::move(events));
  visit.run();
  CHECK(closed == 1);
  CHECK(visit.closed == 0);
}

TEST_CASE("a loop may go before a look-up has answered") {
  bool told = false;
  {
    Loop loop;
    Dial dial(loop, RelayAddress{"localhost", 1}, [&](Result<int, std::string>) { told = true; });
  }
  CHECK_FALSE(told);
}

}  // namespace lotse::net
