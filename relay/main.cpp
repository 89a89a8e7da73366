// lotse-relay: options, one server, signals.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "base/log.h"
#include "crypto/secret.h"
#include "relay/server.h"
#include "relay/token_command.h"

namespace {

using namespace lotse;
using relay::Limits;

struct Options {
  relay::ServerOptions server;
  bool print_ready = false, log_addresses = false, public_metrics = false, require_token = false;
  relay::TokenRequest token;
  CLI::App* token_command = nullptr;  // what was chosen instead of running
  std::string udp, log_level = "info";
  std::size_t session_cache_mb = wire::kSessionCache >> 20, relay_cache_mb = wire::kRelayCache >> 20;
  std::size_t session_board_mb = wire::kSessionBoard >> 20, relay_boards_mb = wire::kRelayBoards >> 20;
};

std::filesystem::path default_data() {
  auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (std::string service = variable("STATE_DIRECTORY"); !service.empty()) return service;  // set by systemd
  if (geteuid() == 0) return "/var/lib/lotse-relay";
  if (std::string xdg = variable("XDG_DATA_HOME"); !xdg.empty()) return std::filesystem::path(xdg) / "lotse-relay";
  std::string home = variable("HOME");
  return std::filesystem::path(home.empty() ? "/var/lib" : home + "/.local/share") / "lotse-relay";
}

constexpr const char* kAbout =
    "Connects masters and participants of Lotse sessions. It hands out session numbers and passes sealed packets on; "
    "it "
    "can read none of what people show, say or type.\n"
    "Without any option it listens at port 443, makes a data folder, a certificate of its own and its database.";

constexpr const char* kFooter =
    "Examples:\n"
    "  lotse-relay --listen 127.0.0.1 --https-port 8443 --print-ready\n"
    "  lotse-relay --cert /etc/letsencrypt/live/HOST/fullchain.pem --key /etc/letsencrypt/live/HOST/privkey.pem\n"
    "  lotse-relay --config /etc/lotse-relay.conf     (lines like: https-port = 8443)\n"
    "  lotse-relay token add                          (then run it with --require-token)\n"
    "Signals: TERM and INT end it and tell everybody, HUP reads certificate and limits again.\n"
    "Web: /healthz, /metrics (Prometheus), /api/v1/info. More: man lotse-relay.";

void describe_limits(CLI::App& app, Options& options) {
  Limits& limits = options.server.limits;
  const char* group = "Limits (beyond them programs get a clear error)";
  auto count = CLI::Range(std::size_t{1}, std::size_t{1000000});
  auto add = [&](const char* name, std::size_t& value, const char* help) {
    app.add_option(name, value, help)->check(count)->capture_default_str()->group(group);
  };
  add("--max-sessions", limits.sessions, "Sessions at a time");
  add("--max-links", limits.links, "Connections at a time");
  add("--sessions-per-address", limits.sessions_per_address, "Sessions of one client address");
  add("--links-per-address", limits.links_per_address, "Connections of one client address");
  add("--joins-per-minute", limits.joins_per_minute, "Joins from one client address");
  add("--joins-per-minute-session", limits.joins_per_minute_session, "Joins to one session");
  add("--session-cache-mb", options.session_cache_mb, "MiB of sealed pictures kept for one session");
  add("--relay-cache-mb", options.relay_cache_mb, "MiB of sealed pictures kept for all of them");
  auto board = [&](const char* name, std::size_t& value, const char* help) {
    app.add_option(name, value, help)
        ->check(CLI::Range(std::size_t{0}, std::size_t{10000000}))
        ->capture_default_str()
        ->group(group);
  };
  board("--session-board-mb", options.session_board_mb, "MiB of files on the board of one session (0: no boards)");
  board("--relay-boards-mb", options.relay_boards_mb, "MiB of files on the boards of all of them");
}

/// Options of the relay itself, --data above all, may stand behind the subcommand.
void describe_tokens(CLI::App& app, Options& options) {
  using What = relay::TokenRequest::What;
  relay::TokenRequest& token = options.token;
  CLI::App* group = app.add_subcommand("token", "Host tokens: who may open sessions at a relay with --require-token");
  group->fallthrough()->require_subcommand(1)->configurable(false);
  options.token_command = group;
  auto command = [&](const char* name, What what, const char* help) {
    CLI::App* sub = group->add_subcommand(name, help);
    sub->fallthrough()->callback([&token, what] { token.what = what; });
    return sub;
  };
  CLI::App* add = command("add", What::add, "Makes one and prints it, this once");
  add->add_option("--name", token.name, "Whose it is, for your list");
  add->add_option("--expires", token.expires, "After this time, like 12h, 30d, 8w, 1y (default: never)");
  add->add_option("--max-participants", token.limits.participants, "Participants of one session (0: as everybody)");
  add->add_option("--max-sessions", token.limits.sessions, "Sessions led at a time (0: as everybody)");
  command("list", What::list, "Those that there are, without their secrets");
  CLI::App* revoke = command("revoke", What::revoke, "From now on it opens nothing; its sessions end");
  revoke->add_option("id", token.id, "The token's id, from the list")->required();
}

void describe(CLI::App& app, Options& options) {
  relay::ServerOptions& server = options.server;
  app.footer(kFooter);
  app.set_version_flag("--version", "lotse-relay " LOTSE_VERSION);
  app.set_config("--config", "", "File with options, one a line, as NAME = VALUE");
  app.add_option("--data", server.data, "Folder of the database and of the relay's own certificate")
      ->capture_default_str();
  app.add_option("--listen", server.listen, "IP address to listen at, may come several times (default: all)");
  app.add_option("--https-port", server.port, "TCP port for TLS (0: any free one)")->capture_default_str();
  app.add_option("--udp,--udp-ports", options.udp,
                 "UDP ports for faster paths, like 4500 or 4500-4506, 0 for any free one, or off (default: those of "
                 "4500-4506 that can be had)")
      ->check([](const std::string& text) {
        return relay::parse_udp_ports(text) ? std::string() : "not ports like 4500-4506, at most eight: " + text;
      });
  auto* cert = app.add_option("--cert", server.certificate, "Certificate with its chain, PEM (default: its own)");
  auto* key = app.add_option("--key", server.key, "Private key of --cert, PEM");
  cert->needs(key);
  key->needs(cert);
  app.add_flag("--print-ready", options.print_ready, "Print one line of JSON once it listens");
  app.add_flag("--public-metrics", options.public_metrics, "Answer /metrics to everybody, not to this machine alone");
  app.add_flag("--require-token", options.require_token,
               "Let only holders of a host token open sessions (see: lotse-relay token --help); anybody may join");
  app.add_flag("--log-addresses", options.log_addresses,
               "Log addresses of clients (default: a hash that changes with each start)");
  app.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  describe_limits(app, options);
  describe_tokens(app, options);
}

void finish(Options& options) {
  options.server.limits.session_cache = options.session_cache_mb << 20;
  options.server.limits.relay_cache = options.relay_cache_mb << 20;
  options.server.limits.session_board = std::uint64_t{options.session_board_mb} << 20;
  options.server.limits.relay_boards = std::uint64_t{options.relay_boards_mb} << 20;
  options.server.udp = options.udp.empty() ? relay::usual_udp_ports() : *relay::parse_udp_ports(options.udp);
  if (options.log_addresses) options.server.log_addresses = relay::LogAddresses::yes;
  if (options.require_token) options.server.hosts_need = relay::HostsNeed::token;
  if (options.public_metrics) options.server.metrics = relay::MetricsFor::everybody;
}

LogLevel level_of(const std::string& name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "warning") return LogLevel::warning;
  return name == "error" ? LogLevel::error : LogLevel::info;
}

/// One link is one file descriptor, and the usual limit is 1024.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// After SIGHUP: the limits as the command line and the configuration file say them now.
void reload(relay::Server& server, int argc, char** argv) {
  Options options;
  CLI::App app(kAbout);
  describe(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return log_error(std::string("the configuration stays as it was: ") + e.what());
  }
  finish(options);
  server.reload(options.server.limits);
}

int run(Options& options, int argc, char** argv) {
  umask(077);
  if (options.token_command->parsed())
    return relay::run_token_command(options.server.data, options.token, std::time(nullptr), std::cout, std::cerr);
  allow_many_files();
  relay::Server server(options.server);
  server.handle_signals([&] { reload(server, argc, argv); });
  log_info("listening url=" + server.url() + " fingerprint=" + server.fingerprint());
  std::string udp;
  for (std::uint16_t port : server.udp_ports()) udp += (udp.empty() ? "" : ",") + std::to_string(port);
  log_info("datagrams at UDP ports " + (udp.empty() ? "none" : udp));
  if (options.print_ready)
    std::cout << R"({"event":"ready","https":")" << server.url() << R"(","udp":[)" << udp << R"(],"fingerprint":")"
              << server.fingerprint() << "\"}" << std::endl;
  server.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  lotse::crypto::forbid_core_dumps();
  Options options;
  options.server.data = default_data();
  CLI::App app(kAbout, "lotse-relay");
  describe(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  finish(options);
  try {
    lotse::start_log("lotse-relay", level_of(options.log_level));
    return run(options, argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "lotse-relay: " << e.what() << std::endl;
    return 2;
  }
}
