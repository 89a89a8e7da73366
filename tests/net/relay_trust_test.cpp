#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "test_server.h"
#include "visit.h"

namespace lotse::net {

namespace {

using Key = std::array<std::uint8_t, 32>;

/// The system's certificates, for as long as it lives, are this one.
class SystemTrust {
 public:
  explicit SystemTrust(const TestCertificate& certificate)
      : file_(std::filesystem::temp_directory_path() / ("lotse-trust-" + std::to_string(::getpid()))) {
    std::ofstream(file_) << certificate.certificate_pem;
    ::setenv("SSL_CERT_FILE", file_.c_str(), 1);
  }
  ~SystemTrust() {
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(file_);
  }

 private:
  std::filesystem::path file_;
};

struct Outcome {
  ConnectProblem problem = ConnectProblem::none;
  bool opened = false;
  std::string detail;
  std::optional<Key> key;
  int upgrades = 0;  // requests that the server saw
};

Outcome visit(const TestCertificate& certificate, const RelayTrust& trust, const std::string& host = "127.0.0.1") {
  TestServer server(Manner::echo, certificate);
  Visit visit;
  Outcome outcome;
  visit.on_open = [&] {
    outcome.opened = true;
    visit.loop.stop();
  };
  visit.connect(server.port(), trust, RelayConnection::kPatience, host);
  visit.run();
  outcome.problem = visit.problem;
  outcome.detail = visit.detail;
  outcome.key = visit.connection->key();
  outcome.upgrades = server.upgrades();
  if (!outcome.opened) CHECK(visit.key == outcome.key);
  return outcome;
}

const Key kOther{1, 2, 3};

}  // namespace

TEST_CASE("a certificate that nobody vouches for is not trusted, and its key is told") {
  const Outcome outcome = visit(relay_certificate(), {});
  CHECK(outcome.problem == ConnectProblem::untrusted);
  CHECK(outcome.key == relay_certificate().key_hash);
  CHECK(outcome.upgrades == 0);
  CHECK(outcome.detail.find("self") != std::string::npos);
}

TEST_CASE("the pin decides alone") {
  const TestCertificate& certificate = relay_certificate();
  CHECK(visit(certificate, {certificate.key_hash, {}}).opened);
  CHECK(visit(certificate, {certificate.key_hash, kOther}).opened);
  CHECK(visit(make_certificate("DNS:elsewhere.example"), {certificate.key_hash, {}}).problem ==
        ConnectProblem::key_changed);

  const SystemTrust system(certificate);
  const Outcome wrong = visit(certificate, {kOther, certificate.key_hash});  // known, trusted by the system, not pinned
  CHECK(wrong.problem == ConnectProblem::key_changed);
  CHECK(wrong.key == certificate.key_hash);
  CHECK(wrong.upgrades == 0);
}

TEST_CASE("a remembered key is trusted whatever the certificate says, another one is not") {
  const TestCertificate elsewhere = make_certificate("DNS:elsewhere.example");
  CHECK(visit(elsewhere, {{}, elsewhere.key_hash}).opened);
  const Outcome changed = visit(elsewhere, {{}, kOther});
  CHECK(changed.problem == ConnectProblem::key_changed);
  CHECK(changed.key == elsewhere.key_hash);
  CHECK(changed.upgrades == 0);
}

TEST_CASE("the system's certificates are trusted for the host that is meant, with a new key too") {
  const SystemTrust system(relay_certificate());
  CHECK(visit(relay_certificate(), {}).opened);
  CHECK(visit(relay_certificate(), {}, "localhost").opened);
  CHECK(visit(relay_certificate(), {{}, kOther}).opened);
}

TEST_CASE("the system's certificates are not trusted for another host") {
  const TestCertificate elsewhere = make_certificate("DNS:elsewhere.example,IP:127.0.0.2");
  const SystemTrust system(elsewhere);
  const Outcome by_address = visit(elsewhere, {});
  CHECK(by_address.problem == ConnectProblem::untrusted);
  CHECK(by_address.detail.find("mismatch") != std::string::npos);
  CHECK(by_address.upgrades == 0);
  CHECK(visit(elsewhere, {}, "localhost").problem == ConnectProblem::untrusted);
  CHECK(visit(elsewhere, {{}, kOther}).problem == ConnectProblem::key_changed);
}

TEST_CASE("a certificate of its own beside a trusted one is not trusted") {
  const SystemTrust system(relay_certificate());
  CHECK(visit(make_certificate("DNS:localhost,IP:127.0.0.1"), {}).problem == ConnectProblem::untrusted);
}

}  // namespace lotse::net
