#include "program/options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/text.h"
#include "program/relay_tokens.h"
#include "program/secret_input.h"

namespace lotse::program {
namespace {

constexpr const char* kWarning =
    "warning: a password on the command line can be seen by others; use --password-file or --password -\n";
constexpr const char* kProxyWarning =
    "warning: a password on the command line can be seen by others; use --proxy-user and --proxy-password-file\n";

// What no argument holds.
SecretText take_password(const std::string& option, const std::string& file, bool participant) {
  if (file.empty() && option != "-") return SecretText(option);  // auto, none
  try {
    return read_secret(file.empty() ? "-" : file, participant ? "Code: " : "Passphrase: ");
  } catch (const std::runtime_error& e) {
    throw CLI::ValidationError("--password-file", e.what());
  }
}

struct ProxyWords {
  std::string url, user, password_file;
};

std::optional<net::ProxySettings> take_proxy(const ProxyWords& words, const std::optional<SecretText>& secret_url) {
  net::ProxySettings settings;
  if (words.url.empty()) {
    if (words.user.empty() && words.password_file.empty()) return std::nullopt;
    throw CLI::ValidationError("--proxy-user", "for a proxy that is given by --proxy");
  }
  bool manual = words.url != "system" && words.url != "none";
  settings.use = manual                  ? net::ProxySettings::Use::manual
                 : words.url == "system" ? net::ProxySettings::Use::system
                                         : net::ProxySettings::Use::none;
  if (!manual) return settings;
  auto proxy = net::parse_proxy(secret_url ? secret_url->text() : words.url);
  if (!proxy) throw CLI::ValidationError("--proxy", proxy.error());
  settings.manual = std::move(*proxy);
  if (secret_url) std::fputs(kProxyWarning, stderr);
  if (!words.user.empty()) settings.manual.user = words.user;
  try {
    if (!words.password_file.empty())
      settings.manual.password = read_secret(words.password_file, "Password of the proxy: ").text();
  } catch (const std::runtime_error& e) {
    throw CLI::ValidationError("--proxy-password-file", e.what());
  }
  return settings;
}

std::string own_name() {
  if (const char* user = std::getenv("USER"); user && *user) return user;
  return "Lotse";
}

void describe(CLI::App& app, Kind kind) {
  bool master = kind == Kind::master;
  app.description(master ? "Starts a Lotse session: shows a number by which others join, end-to-end encrypted.\n"
                           "Without options a window opens. Examples:\n"
                           "  lotse-master                       help somebody: they show their screen after consent\n"
                           "  lotse-master --share screen        present this screen\n"
                           "  lotse-master --relay relay.example.org --headless --jsonl   for scripts"
                         : "Joins a Lotse session by its number or link. Without options a window opens. Examples:\n"
                           "  lotse-participant 428 117 903      asks for the code\n"
                           "  lotse-participant 'https://relay.example.org/428117903#SECRET.FP'\n"
                           "  lotse-participant 428117903 --password-file code.txt --headless --jsonl   for scripts");
  app.set_version_flag("--version", std::string("Lotse ") + LOTSE_VERSION);
  app.footer(
      "Exit: 0 ended or quit, 2 cannot start, 3 refused or removed, 4 lost for good.\n"
      "Commands and events of --jsonl: man lotse-" +
      std::string(master ? "master" : "participant"));
}

}  // namespace

Result<Options, int> parse_options(Kind kind, int argc, char** argv) {
  ArgumentSecrets secrets = ArgumentSecrets::take(argc, argv);  // before anything else
  Options o;
  o.kind = kind;
  o.name = own_name();
  CLI::App app;
  describe(app, kind);
  std::string mode, rights, colors = "true", films = "on", clipboard, ask, password, password_file, token_file, share;
  std::vector<std::string> invitation;
  ProxyWords proxy;
  bool participant = kind == Kind::participant;
  if (participant) app.add_option("invitation", invitation, "number (428117903, also with blanks or dashes) or link");
  app.add_option("--relay", o.relay, "relay to use, HOST[:PORT]; default: the last one, else 127.0.0.1");
  app.add_option("--relay-pin", o.relay_pin, "the relay's key, sha256:HEX: it and no other is accepted");
  if (kind == Kind::master)
    app.add_option("--serve", o.serve,
                   "be the relay, too: no server elsewhere is needed; at this TCP port (default 8443) and at UDP ports "
                   "4500-4506")
        ->expected(0, 1)
        ->default_str("8443")
        ->excludes("--relay");
  app.add_option("--name", o.name, "your name, as the others see it")->capture_default_str();
  app.add_option(
      "--share", share,
      "what to show: screen (each monitor by itself), desktop (all as one picture), monitor:N or monitor:NAME, "
      "region:WxH+X+Y, app:PID (an application's windows alone), window:ID, whiteboard, none");
  app.add_option("--display", o.display, "X11 display to share, default: DISPLAY");
  auto* password_option = app.add_option(
      "--password", password,
      participant ? "the code (better: --password-file); - asks for it"
                  : "auto (six digits), none (lobby only), - (asks) or a passphrase of 10 characters and more");
  app.add_option("--password-file", password_file, "file whose first line is the password; - is standard input")
      ->excludes(password_option);
  app.add_option("--identity", o.identity_file,
                 "show your identity; file with its passphrase, - asks (see lotse-participant identity --help)");
  app.add_option("--colors", colors, "true, 256 or grey")->check(CLI::IsMember({"true", "256", "grey"}));
  app.add_option("--films", films, "on: what keeps moving on your screen goes as video, in less detail; off: never")
      ->check(CLI::IsMember({"on", "off"}));
  app.add_option("--record", o.record, "record to this video file (.mkv); an existing file is never overwritten");
  app.add_option("--downloads", o.downloads,
                 "folder for files that you take without naming one; default: the desktop's for downloads")
      ->check(CLI::ExistingDirectory);
  app.add_option("--clipboard", clipboard,
                 "what is copied goes to others: hand (when you send it), auto (also by itself, between those of whom "
                 "one controls the other's screen), off (nothing goes, nothing comes)")
      ->check(CLI::IsMember({"hand", "auto", "off"}));
  app.add_option("--ask", ask, "answer consents without a person: yes or no")->check(CLI::IsMember({"yes", "no"}));
  app.add_option("--lang", o.language, "language of the windows: en, de");
  app.add_option(
         "--path", o.path,
         "way: auto, direct (pictures from member to member alone), or by the relay: udp (its UDP ports, or not "
         "at all), tls, proxy")
      ->check(CLI::IsMember({"auto", "direct", "udp", "tls", "proxy"}));
  app.add_option(
      "--proxy", proxy.url,
      "http://HOST:PORT or socks5://HOST:PORT: by this proxy alone; system (default): by the system's where the "
      "direct way fails; none");
  app.add_option("--proxy-user", proxy.user, "who may use the proxy");
  app.add_option("--proxy-password-file", proxy.password_file,
                 "file whose first line is the password for it; - is standard input");
  app.add_option("--canvas-file", o.canvas_file, "the watched picture as a mapped file");
  app.add_option("--log-file", o.log_file, "write the program's log there too");
  app.add_option("--config", o.config, "folder for settings, default: ~/.config/lotse");
  app.add_flag("--headless", o.headless, "no window");
  app.add_flag("--jsonl", o.jsonl, "commands on standard input, events on standard output, a JSON object a line");
  app.add_flag("--keep", o.keep, "go on when standard input ends");
  app.add_flag("--verbose", o.verbose, "log details");
  bool no_cage = false;
  app.add_flag("--no-cage", no_cage, "decode pictures without the system's filter, where the kernel has none");
  if (participant) {
    auto* test =
        app.add_flag("--access-test", o.access_test,
                     "try each way to the relay, say what works and what to ask an administrator for, and end");
    app.add_flag("--json", o.json, "with --access-test: a JSON object a line")->needs(test);
  } else {
    app.add_option("--relay-token-file", token_file,
                   "file whose first line is the token that your relay's operator gave you");
    app.add_option("--mode", mode, "control (they show) or presentation (you show)")
        ->check(CLI::IsMember({"control", "presentation"}));
    app.add_option("--rights", rights, "rights of those who join, separated by commas");
  }
  try {
    app.parse(argc, argv);
    o.invitation = secrets.invitation(invitation, argc, argv);
    o.password_given = !password_file.empty() || password_option->count() > 0;
    if (secrets.password) {
      std::fputs(kWarning, stderr);
      o.password = std::move(*secrets.password);
    } else if (o.password_given) {
      o.password = take_password(password, password_file, participant);
    }
    bool passphrase = !participant && o.password_given && o.password.text() != "auto" && o.password.text() != "none";
    auto problem = passphrase ? passphrase_problem(o.password.text()) : std::nullopt;
    if (problem) throw CLI::ValidationError("--password", *problem);
    if (!token_file.empty()) {
      auto token = read_token_file(token_file);
      if (!token) throw CLI::ValidationError("--relay-token-file", token.error());
      o.relay_token = *token;
    }
    if (!rights.empty() && !(o.rights = session::rights_from_list(rights)))
      throw CLI::ValidationError("--rights", "unknown right in " + rights);
    o.proxy = take_proxy(proxy, secrets.proxy);
  } catch (const CLI::ParseError& e) {
    int code = app.exit(e);
    return Unexpected<int>{code == 0 ? 0 : 2};
  }
  if (no_cage) o.cage = net::Cage::open;
  if (!share.empty()) o.share = share;
  if (!mode.empty()) o.mode = mode == "control" ? session::Mode::control : session::Mode::presentation;
  o.films = films == "on" ? session::Films::on : session::Films::off;
  o.clipboard = clipboard_use_from(clipboard);
  if (!ask.empty()) o.ask = ask == "yes";
  o.colors = colors == "256" ? codec::Colors::c256 : colors == "grey" ? codec::Colors::grey : codec::Colors::full;
  return o;
}

std::string config_folder(const Options& options) {
  if (!options.config.empty()) return options.config;
  if (const char* xdg = std::getenv("XDG_CONFIG_HOME"); xdg && *xdg) return std::string(xdg) + "/lotse";
  if (const char* home = std::getenv("HOME"); home && *home) return std::string(home) + "/.config/lotse";
  return ".lotse";
}

}  // namespace lotse::program
