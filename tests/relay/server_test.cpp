#include "relay/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "crypto/signing.h"
#include "relay/certificate.h"
#include "tests/relay/tls_client.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lotse-relay-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

/// A relay on its own thread at a free port of this machine.
class Running {
 public:
  explicit Running(const std::filesystem::path& data, ServerOptions options = {}) {
    options.data = data;
    if (options.listen.empty()) options.listen = {"127.0.0.1"};
    options.port = 0;
    server_.emplace(options);
    thread_ = std::thread([this] { server_->run(); });
  }
  ~Running() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  Server& server() { return *server_; }
  std::uint16_t port() { return server_->port(); }

 private:
  std::optional<Server> server_;
  std::thread thread_;
};

std::string get(std::uint16_t port, const std::string& target, const std::string& method = "GET") {
  return TlsClient(port).ask(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

struct TestMaster {
  SessionUuid uuid{};
  crypto::SigningKey key = crypto::SigningKey::make();
  wire::RelayNonce nonce{};
  std::uint64_t sequence = 0;

  wire::TunnelRequest request(wire::Operation operation, LinkId link = {}, ParticipantId target = kEverybody) {
    wire::TunnelRequest r;
    r.sequence = ++sequence;
    r.operation = operation;
    r.target_link = link;
    r.target = target;
    r.signature = key.sign(crypto::Purpose::tunnel, {wire::signed_part(r, uuid, nonce)});
    return r;
  }
  wire::SessionOpened open(TlsClient& client, const wire::Number& number = {}) {
    client.upgrade();
    nonce = client.expect<wire::Welcome>()->nonce;
    client.send(wire::Open{uuid, key.verify_key(), number, request(wire::Operation::open)});
    auto opened = client.expect<wire::SessionOpened>();
    REQUIRE(opened);
    return *opened;
  }
};

TlsClient joined(std::uint16_t port, const wire::Number& number, LinkId* link = nullptr) {
  TlsClient client(port);
  client.upgrade();
  client.send(wire::Attach{number});
  auto opened = client.expect<wire::SessionOpened>();
  REQUIRE(opened);
  if (link) *link = opened->link;
  return client;
}

Bytes packet_frame(const SessionUuid& uuid, std::uint16_t source, std::size_t size) {
  wire::PacketHeader header;
  header.session_tag = wire::session_tag(uuid);
  header.source = ParticipantId{source};
  header.destination = kEverybody;
  Bytes frame{wire::kPacketFrame};
  wire::write_header(header, frame);
  frame.resize(frame.size() + size, 0x33);
  return frame;
}

std::string failure(const ServerOptions& options) {
  try {
    Server server(options);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("the web server answers what it should and nothing else") {
  Folder folder;
  Running relay(folder.path);
  CHECK_THAT(get(relay.port(), "/healthz"), Catch::StartsWith("HTTP/1.1 200") && Catch::EndsWith("\r\n\r\nok\n"));
  CHECK_THAT(get(relay.port(), "/api/v1/info"),
             Catch::Contains("application/json") &&
                 Catch::EndsWith("{\"name\":\"lotse-relay\",\"version\":\"" LOTSE_VERSION "\",\"interface\":1}\n"));
  CHECK_THAT(get(relay.port(), "/metrics"), Catch::Contains("\nlotse_relay_sessions 0\n") &&
                                                Catch::Contains("\nlotse_relay_errors_total{code=\"too_slow\"} 0\n"));
  CHECK_THAT(get(relay.port(), "/"), Catch::Contains("Lotse relay"));
  CHECK_THAT(get(relay.port(), "/428117903"), Catch::Contains("428 117 903") && !Catch::Contains("<script"));
  CHECK_THAT(get(relay.port(), "/42811790x"), Catch::StartsWith("HTTP/1.1 404"));
  CHECK_THAT(get(relay.port(), "/../../etc/passwd"), Catch::StartsWith("HTTP/1.1 404"));
  CHECK_THAT(get(relay.port(), "/<b>"), Catch::StartsWith("HTTP/1.1 404") && !Catch::Contains("<b>"));
  CHECK_THAT(get(relay.port(), "/", "DELETE"), Catch::StartsWith("HTTP/1.1 405"));
  CHECK_THAT(get(relay.port(), "/v1/link"), Catch::StartsWith("HTTP/1.1 426"));
  CHECK_THAT(get(relay.port(), "/healthz", "HEAD"), Catch::Contains("Content-Length: 3") && !Catch::Contains("ok\n"));
}

TEST_CASE("a session runs over real TLS: open, attach, admit, messages, removal") {
  Folder folder;
  Running relay(folder.path);
  TestMaster master;
  TlsClient desk(relay.port());
  auto opened = master.open(desk);
  CHECK(desk.fingerprint() == relay.server().fingerprint());
  CHECK(desk.tls_version() == "TLSv1.3");
  LinkId link;
  TlsClient guest = joined(relay.port(), opened.number, &link);
  guest.send(wire::Handshake{{}, wire::HandshakeMessage::join, {1, 2}});
  REQUIRE(desk.expect<wire::Handshake>()->link == link);
  desk.send(master.request(wire::Operation::admit, link, ParticipantId{1}));
  desk.send_bytes(packet_frame(master.uuid, 0, wire::kMaxPayload));
  REQUIRE(guest.expect<wire::Packet>());
  guest.send_bytes(packet_frame(master.uuid, 1, wire::kMaxPayload));  // more than before it was admitted
  REQUIRE(desk.expect<wire::Packet>());
  CHECK_THAT(get(relay.port(), "/metrics"), Catch::Contains("\nlotse_relay_links 2\n"));
  desk.send(master.request(wire::Operation::remove, {}, ParticipantId{1}));
  CHECK(guest.expect<wire::Error>()->code == wire::RelayError::removed);
  CHECK_FALSE(guest.read());
  CHECK(desk.expect<wire::LinkDown>()->participant == ParticipantId{1});
}

TEST_CASE("a receiver that does not read is let go, and the others get everything") {
  Folder folder;
  Running relay(folder.path);
  TestMaster master;
  TlsClient desk(relay.port());
  auto opened = master.open(desk);
  LinkId deaf_link, fine_link;
  TlsClient deaf = joined(relay.port(), opened.number, &deaf_link);
  TlsClient fine = joined(relay.port(), opened.number, &fine_link);
  desk.send(master.request(wire::Operation::admit, deaf_link, ParticipantId{1}));
  desk.send(master.request(wire::Operation::admit, fine_link, ParticipantId{2}));
  bool gone = false;
  std::thread reading([&] {
    auto down = desk.expect<wire::LinkDown>();
    gone = down && down->participant == ParticipantId{1};
  });
  // Sending and reading of one blocking client at a time: what `fine` got says that the relay took it.
  Bytes frame = packet_frame(master.uuid, 2, 200u << 10);
  TlsClient* sender = &fine;
  for (int i = 0; i < 400; ++i) sender->send_bytes(frame);
  reading.join();
  CHECK(gone);
}

TEST_CASE("a link that was not admitted sends no large frames") {
  Folder folder;
  Running relay(folder.path);
  TestMaster master;
  TlsClient desk(relay.port());
  auto opened = master.open(desk);
  TlsClient guest = joined(relay.port(), opened.number);
  guest.send_bytes(packet_frame(master.uuid, 1, wire::kMaxPayload));
  CHECK_FALSE(guest.read());
}

TEST_CASE("garbage at the port and broken requests end the connection and nothing else") {
  Folder folder;
  Running relay(folder.path);
  plain_exchange(relay.port(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  plain_exchange(relay.port(), std::string(20000, '\x16'));
  plain_exchange(relay.port(), "\x16\x03\x01\xff\xff" + std::string(100, 'x'));
  CHECK(TlsClient(relay.port()).ask("\r\n\x01\x02garbage\r\n\r\n").empty());
  CHECK(TlsClient(relay.port()).ask("GET / HTTP/1.1\r\nX: " + std::string(20000, 'a') + "\r\n\r\n").empty());
  CHECK(TlsClient(relay.port()).ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\nabc").empty());
  TlsClient rude(relay.port());
  rude.upgrade();
  rude.send_bytes({0x77, 0x00});
  CHECK(rude.expect<wire::Error>()->code == wire::RelayError::bad_request);
  CHECK_FALSE(rude.read());
  CHECK_THAT(get(relay.port(), "/healthz"), Catch::EndsWith("ok\n"));
}

TEST_CASE("connections that say nothing are limited by address and end by themselves") {
  Folder folder;
  ServerOptions options;
  options.limits.links_per_address = 3;
  Running relay(folder.path, options);
  std::vector<SilentConnection> silent;
  for (int i = 0; i < 3; ++i) silent.emplace_back(relay.port());
  SilentConnection refused(relay.port());
  refused.wait_for_end();                                           // at once
  for (const auto& connection : silent) connection.wait_for_end();  // wire::kOpeningTime
  CHECK_THAT(get(relay.port(), "/healthz"), Catch::EndsWith("ok\n"));
}

TEST_CASE("the end is told to everybody, and the session goes on at a restarted relay") {
  Folder folder;
  TestMaster master;
  wire::Number number;
  std::string fingerprint;
  {
    Running relay(folder.path);
    fingerprint = relay.server().fingerprint();
    TlsClient desk(relay.port());
    number = master.open(desk).number;
    TlsClient guest = joined(relay.port(), number);
    std::thread stopping([&] { relay.stop(); });
    CHECK(desk.expect<wire::Error>()->code == wire::RelayError::shutting_down);
    CHECK(guest.expect<wire::Error>()->code == wire::RelayError::shutting_down);
    CHECK_FALSE(desk.read());
    stopping.join();
  }
  Running relay(folder.path);
  CHECK(relay.server().fingerprint() == fingerprint);
  TlsClient guest = joined(relay.port(), number);
  CHECK_FALSE(guest.expect<wire::MasterPresence>()->present);
  TlsClient desk(relay.port());
  master.sequence = 0;
  CHECK(master.open(desk, number).number == number);
  CHECK(guest.expect<wire::MasterPresence>()->present);
}

TEST_CASE("a relay ends at once, whatever its connections are in the middle of") {
  Folder folder;
  Running relay(folder.path);
  SilentConnection silent(relay.port());
  TlsClient idle(relay.port()), link(relay.port());
  link.upgrade();
  REQUIRE(link.expect<wire::Welcome>());
  relay.stop();
  CHECK(link.expect<wire::Error>()->code == wire::RelayError::shutting_down);
}

TEST_CASE("the own certificate is made once, for this machine, and its key is nobody else's to read") {
  Folder folder;
  auto files = own_certificate(folder.path);
  struct stat info {};
  REQUIRE(stat(files.key.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  auto hash = public_key_hash(files.certificate);
  CHECK(public_key_hash(own_certificate(folder.path).certificate) == hash);
  CHECK_THAT(fingerprint_text(hash), Catch::Matches("sha256:[0-9a-f]{64}"));
}

TEST_CASE("a reload takes the new certificate for new connections, and keeps the old one when the new is bad") {
  Folder folder, first, second;
  auto from = own_certificate(first.path), to = own_certificate(second.path);
  ServerOptions options;
  options.certificate = folder.path / "cert.pem";
  options.key = folder.path / "key.pem";
  auto install = [&](const CertificateFiles& files) {
    auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(files.certificate, options.certificate, over);
    std::filesystem::copy_file(files.key, options.key, over);
  };
  install(from);
  Running relay(folder.path / "data", options);
  TlsClient old(relay.port());
  old.upgrade();
  CHECK(old.fingerprint() == fingerprint_text(public_key_hash(from.certificate)));
  // A reload is done on the loop before it takes what is sent to it afterwards: the ping through the old link says so.
  auto reload = [&] {
    relay.server().reload({});
    old.send(wire::Ping{1});
    REQUIRE(old.expect<wire::Pong>());
  };
  install(to);
  reload();
  CHECK(TlsClient(relay.port()).fingerprint() == fingerprint_text(public_key_hash(to.certificate)));
  std::ofstream(options.certificate) << "garbage";
  reload();
  CHECK(TlsClient(relay.port()).fingerprint() == fingerprint_text(public_key_hash(to.certificate)));
}

TEST_CASE("what keeps it from starting is one clear line") {
  Folder folder;
  ServerOptions options;
  options.data = folder.path / "data";
  options.listen = {"127.0.0.1"};
  options.port = 0;
  SECTION("the port is taken") {
    Running other(folder.path / "other");
    options.port = other.port();
    CHECK_THAT(failure(options), Catch::Contains("is in use by another program: choose another with --https-port"));
  }
  SECTION("an address that is none") {
    options.listen = {"localhost:1"};
    CHECK_THAT(failure(options), Catch::Contains("--listen takes an IP address"));
  }
  SECTION("an address of another machine") {
    options.listen = {"192.0.2.1"};
    CHECK_THAT(failure(options), Catch::Contains("cannot listen at 192.0.2.1"));
  }
  SECTION("no such certificate") {
    options.certificate = "/nonexistent.pem";
    options.key = "/nonexistent.key";
    CHECK_THAT(failure(options), Catch::Contains("cannot use the certificate /nonexistent.pem"));
  }
  SECTION("a key of another certificate") {
    Folder a, b;
    options.certificate = own_certificate(a.path).certificate;
    options.key = own_certificate(b.path).key;
    CHECK_THAT(failure(options), Catch::Contains("cannot use the key"));
  }
  SECTION("a folder that cannot be made") {
    options.data = "/proc/nothing/here";
    CHECK_THAT(failure(options), Catch::Contains("cannot make the data folder"));
  }
  SECTION("a damaged database") {
    std::filesystem::create_directories(options.data);
    std::ofstream(options.data / "relay.db") << std::string(9000, 'x');
    CHECK_THAT(failure(options), Catch::Contains("is damaged"));
  }
}

TEST_CASE("addresses are counted as one customer's and do not show in logs") {
  std::array<std::uint8_t, 4> v4{192, 0, 2, 7};
  CHECK(address_bucket(v4.data(), 4) == "192.0.2.7");
  std::array<std::uint8_t, 16> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 7};
  CHECK(address_bucket(mapped.data(), 16) == "192.0.2.7");
  std::array<std::uint8_t, 16> a{0x20, 0x01, 0x0d, 0xb8, 1, 2, 3, 4, 9}, b = a, c = a;
  b[15] = 1;
  c[7] = 5;
  CHECK(address_bucket(a.data(), 16) == address_bucket(b.data(), 16));
  CHECK(address_bucket(a.data(), 16) != address_bucket(c.data(), 16));
  AddressNames hidden(LogAddresses::no), other(LogAddresses::no), shown(LogAddresses::yes);
  CHECK(hidden.name("192.0.2.7") == hidden.name("192.0.2.7"));
  CHECK(hidden.name("192.0.2.7") != hidden.name("192.0.2.8"));
  CHECK(hidden.name("192.0.2.7") != other.name("192.0.2.7"));
  CHECK_THAT(hidden.name("192.0.2.7"), !Catch::Contains("192"));
  CHECK(shown.name("192.0.2.7") == "192.0.2.7");
}
