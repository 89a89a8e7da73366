// The program lotse-relay itself: options, ready line, signals, exit codes.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/relay/tls_client.h"

using namespace lotse;
using namespace lotse::relay::test;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lotse-prog-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), LOTSE_RELAY_PROGRAM);
    std::vector<char*> argv;
    for (std::string& text : arguments) argv.push_back(text.data());
    argv.push_back(nullptr);
    int out[2], err[2];
    REQUIRE(pipe2(out, O_CLOEXEC) == 0);
    REQUIRE(pipe2(err, O_CLOEXEC) == 0);
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      dup2(out[1], 1);
      dup2(err[1], 2);
      if (geteuid() != 0) setenv("ASAN_OPTIONS", "detect_leaks=0", 1);  // it traces, which the relay forbids
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(out[1]);
    close(err[1]);
    out_ = out[0];
    err_ = err[0];
  }
  ~Program() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(out_);
    close(err_);
  }
  std::string line() {
    std::string text;
    char c = 0;
    while (read(out_, &c, 1) == 1 && c != '\n') text += c;
    return text;
  }
  std::string all_output() { return rest(out_); }
  std::string all_errors() { return rest(err_); }
  void send_signal(int number) const { kill(pid_, number); }
  int exit_code() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1, err_ = -1;

  static std::string rest(int fd) {
    std::string text;
    char buffer[4096];
    ssize_t got = 0;
    while ((got = read(fd, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(got));
    return text;
  }
};

std::uint16_t port_of(const std::string& ready) {
  auto at = ready.find("127.0.0.1:");
  REQUIRE(at != std::string::npos);
  return static_cast<std::uint16_t>(std::stoi(ready.substr(at + 10)));
}

}  // namespace

TEST_CASE("the program says when it is ready, serves, reloads on HUP and ends on TERM with 0") {
  Folder folder;
  Program program({"--data", folder.path.string(), "--listen", "127.0.0.1", "--https-port", "0", "--udp-ports", "0,0",
                   "--print-ready"});
  std::string ready = program.line();
  CHECK_THAT(
      ready,
      Catch::Matches("\\{\"event\":\"ready\",\"https\":\"https://127\\.0\\.0\\.1:[0-9]+\",\"udp\":\\[[0-9]+,[0-9]+\\],"
                     "\"fingerprint\":\"sha256:[0-9a-f]{64}\"\\}"));
  std::uint16_t port = port_of(ready);
  TlsClient link(port);
  link.upgrade();
  REQUIRE(link.expect<wire::Welcome>());
  CHECK(ready.find(link.fingerprint()) != std::string::npos);
  program.send_signal(SIGHUP);
  link.send(wire::Ping{7});
  CHECK(link.expect<wire::Pong>()->value == 7);
  program.send_signal(SIGTERM);
  CHECK(link.expect<wire::Error>()->code == wire::RelayError::shutting_down);
  CHECK(program.exit_code() == 0);
  CHECK_THAT(program.all_errors(), !Catch::Contains("127.0.0.1:" + std::to_string(port) + "0"));
}

TEST_CASE("a program that cannot start says why in one line and ends with 2") {
  Folder folder;
  Program first(
      {"--data", (folder.path / "a").string(), "--listen", "127.0.0.1", "--https-port", "0", "--print-ready"});
  std::string port = std::to_string(port_of(first.line()));
  auto check = [](std::vector<std::string> arguments, const std::string& words) {
    Program program(std::move(arguments));
    std::string errors = program.all_errors();
    CHECK(program.exit_code() == 2);
    CHECK_THAT(errors, Catch::Contains(words));
    CHECK(std::count(errors.begin(), errors.end(), '\n') <= 2);
  };
  check({"--data", (folder.path / "b").string(), "--listen", "127.0.0.1", "--https-port", port}, "in use");
  check({"--data", (folder.path / "a").string(), "--listen", "127.0.0.1", "--https-port", "0"},
        "in use by another lotse-relay");
  check({"--https-port", "x"}, "--https-port");
  check({"--cert", "/tmp/x.pem"}, "--key");
  check({"--nonsense"}, "--nonsense");
  first.send_signal(SIGTERM);
  CHECK(first.exit_code() == 0);
}

TEST_CASE("help teaches and the version is said") {
  Program help({"--help"});
  CHECK_THAT(help.all_output(), Catch::Contains("--https-port") && Catch::Contains("UDP ports for faster") &&
                                    Catch::Contains("Examples:"));
  CHECK(help.exit_code() == 0);
  Program version({"--version"});
  CHECK(version.all_output() == "lotse-relay " LOTSE_VERSION "\n");
  CHECK(version.exit_code() == 0);
}

TEST_CASE("options come from a file, too") {
  Folder folder;
  auto file = folder.path / "relay.conf";
  std::FILE* out = std::fopen(file.c_str(), "w");
  REQUIRE(out != nullptr);
  std::fprintf(out, "data = \"%s\"\nlisten = \"127.0.0.1\"\nhttps-port = 0\nprint-ready = true\n",
               (folder.path / "data").c_str());
  std::fclose(out);
  Program program({"--config", file.string()});
  CHECK_THAT(program.line(), Catch::StartsWith("{\"event\":\"ready\""));
  program.send_signal(SIGTERM);
  CHECK(program.exit_code() == 0);
  Program missing({"--config", (folder.path / "none").string()});
  CHECK(missing.exit_code() == 2);
}
