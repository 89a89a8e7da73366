#include "program/main_program.h"

#include <unistd.h>
#include <cstdio>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/ip_address.h"
#include "base/log.h"
#include "net/direct_socket.h"
#include "net/link/address_text.h"
#include "program/access_command.h"
#include "program/engine.h"
#include "program/identity_command.h"
#include "program/invitation.h"
#include "program/secret_input.h"
#include "program/wiping_delete.h"
#include "ui/app.h"
#include "ui/probe.h"
#include "ui/settings.h"

namespace lotse::program {
namespace {

using nlohmann::json;

std::string name_of(Kind kind) { return kind == Kind::master ? "lotse-master" : "lotse-participant"; }

std::string line_of(json event) {
  event["t"] = net::Loop::now().since_start().count();
  return event.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

void write_line(const json& event) {
  std::string line = line_of(event);
  for (std::size_t at = 0; at < line.size();) {
    ssize_t done = write(STDOUT_FILENO, line.data() + at, line.size() - at);
    if (done <= 0) return;
    at += static_cast<std::size_t>(done);
  }
}

// A person at a terminal without --jsonl reads sentences.
void write_sentence(const json& e) {
  std::string event = e.value("event", "");
  if (event == "session")
    std::printf("Number: %s\nCode:   %s\nLink:   %s\n", e["number"].get_ref<const std::string&>().c_str(),
                e["password"].get_ref<const std::string&>().c_str(), e["link"].get_ref<const std::string&>().c_str());
  else if (event == "joined")
    std::printf("%s joined.\n", e["name"].get_ref<const std::string&>().c_str());
  else if (event == "lobby")
    std::printf("%s waits in the lobby: %s\n", e["name"].get_ref<const std::string&>().c_str(),
                e["sas"].get_ref<const std::string&>().c_str());
  else if (event == "chat")
    std::printf("%d: %s\n", e["from"].get<int>(), e["text"].get_ref<const std::string&>().c_str());
  std::fflush(stdout);
}

// The window's side of the engine: commands go to the loop, events come back in a queue.
class WindowBackend : public ui::Backend {
 public:
  explicit WindowBackend(net::Loop& loop) : loop_(loop) {}
  void connect(Engine* engine) { engine_ = engine; }

  void command(const json& command) override {
    loop_.post([this, command] {
      if (engine_) engine_->command(command, net::Loop::now());
    });
  }
  std::vector<json> take_events() override {
    std::scoped_lock lock(mutex_);
    return std::exchange(events_, {});
  }
  ui::SharedPictures& pictures() override { return pictures_; }
  void on_wake(std::function<void()> wake) override {
    std::scoped_lock lock(mutex_);
    wake_ = std::move(wake);
  }
  void wake() {
    std::scoped_lock lock(mutex_);
    if (wake_) wake_();
  }
  void push(json event) {
    event["t"] = net::Loop::now().since_start().count();
    std::scoped_lock lock(mutex_);
    events_.push_back(std::move(event));
    if (wake_) wake_();
  }

 private:
  net::Loop& loop_;
  Engine* engine_ = nullptr;  // used on the loop only
  std::mutex mutex_;
  std::vector<json> events_;
  std::function<void()> wake_;
  ui::SharedPictures pictures_;
};

// `windows`: takes commands that begin with ui_; null without windows.
void read_commands(net::Loop& loop, Engine& engine, bool keep, ui::UiProbe* windows) {
  loop.read_lines(
      STDIN_FILENO,
      [&engine, windows](const std::string& line) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) return;
        Instant read_at = net::Loop::now();
        json command = json::parse(line, nullptr, false);
        bool for_windows = windows && command.is_object() && command.contains("do") && command["do"].is_string() &&
                           command["do"].get_ref<const std::string&>().starts_with("ui_");
        if (!for_windows) return engine.command(command, read_at);
        json id = command.value("id", json(nullptr));
        windows->ask(std::move(command), [id, read_at](json answer) {
          answer["id"] = id;
          answer["t_in"] = read_at.since_start().count();
          write_line(answer);
        });
      },
      [&engine, keep] {
        if (!keep) engine.quit(0);
      });
}

void ask_for_code(Options& o) {
  const std::string& text = o.invitation.text();
  bool number_only = o.kind == Kind::participant && text.find('#') == text.npos && !text.empty();
  auto invitation = parse_invitation(text);
  if (!number_only || !invitation || invitation->credentials || o.password_given || o.jsonl || !o.headless ||
      isatty(STDIN_FILENO) == 0)
    return;
  o.password = read_secret("-", kAskForCode);
}

int run_headless(Options options) {
  net::Loop loop;
  int code = 0;
  const bool jsonl = options.jsonl, keep = options.keep;
  Engine engine(loop, std::move(options), Engine::Interactive::no,
                [&](json event) { jsonl ? write_line(event) : write_sentence(event); });
  engine.on_exit = [&](int exit_code) {
    code = exit_code;
    loop.stop();
  };
  if (jsonl) read_commands(loop, engine, keep, nullptr);
  loop.on_signals([&] { engine.quit(0); });
  loop.post([&] { engine.start(); });
  loop.run();
  return code;
}

ui::AppOptions app_options(const Options& options, const ui::Settings& settings) {
  ui::AppOptions app;
  app.program = name_of(options.kind);
  app.language = !options.language.empty() ? options.language : settings.language;
  app.theme = settings.theme;
  app.name = settings.name.empty() ? options.name : settings.name;
  app.relay = options.relay;
  if (options.clipboard) app.clipboard = name_of(*options.clipboard);
  app.config_dir = config_folder(options);
  app.invitation = options.invitation.text();
  app.started = options.kind == Kind::master ? options.share || options.mode || options.password_given
                                             : !options.invitation.empty();
  return app;
}

int run_windowed(Options options) {
  ui::Settings settings = ui::load_settings(config_folder(options));
  if (options.relay.empty()) options.relay = settings.relay;
  net::Loop loop;
  ui::UiProbe probe;
  WindowBackend backend(loop);
  int code = 0;
  const bool jsonl = options.jsonl, keep = options.keep;
  ui::AppOptions app = app_options(options, settings);
  app.probe = &probe;
  Engine engine(loop, std::move(options), Engine::Interactive::yes, [&](json event) {
    if (jsonl) write_line(event);
    backend.push(std::move(event));
  });
  engine.set_pictures(&backend.pictures(), [&] { backend.wake(); });
  backend.connect(&engine);
  engine.on_exit = [&](int exit_code) {
    code = exit_code;
    backend.push({{"event", "quit"}});
    loop.stop();
  };
  if (jsonl) read_commands(loop, engine, keep, &probe);
  loop.on_signals([&] { engine.quit(0); });
  loop.post([&] { engine.start(); });
  std::thread session([&] { loop.run(); });
  try {
    code = ui::run_app(app, backend);
  } catch (const std::exception& e) {
    log_error(e.what());
    code = 2;
  }
  loop.post([&] { engine.quit(code); });
  session.join();
  return code;
}

// Where others find this machine: the address of a network of its own first, as those in the same house see it.
std::vector<std::string> own_addresses() {
  std::vector<std::string> all;
  for (const auto& address : net::interface_addresses())
    if (!is_loopback(address)) all.push_back(net::link::text_of({address, 0, {}, 0}));
  return all;
}

/// Makes `options` those of a master at its own relay.
std::unique_ptr<OwnRelay> serve(Options& options, const StartRelay& start_relay) {
  auto relay = start_relay(*options.serve, config_folder(options) + "/own-relay");
  const std::vector<std::string> addresses = own_addresses();
  options.relay = net::to_string({"127.0.0.1", relay->port()});
  options.relay_pin = relay->fingerprint();
  if (!addresses.empty()) options.link_relay = net::RelayAddress{addresses.front(), relay->port()};
  json reach = json::array();
  for (const std::string& address : addresses) reach.push_back(net::to_string({address, relay->port()}));
  if (options.jsonl) {
    write_line({{"event", "serving"},
                {"port", relay->port()},
                {"udp", relay->udp_ports()},
                {"addresses", reach},
                {"fingerprint", relay->fingerprint()}});
  } else {
    for (const json& address : reach) std::printf("Relay:  %s\n", address.get_ref<const std::string&>().c_str());
    std::string udp;
    for (std::uint16_t port : relay->udp_ports()) udp += (udp.empty() ? "" : ", ") + std::to_string(port);
    std::printf("        From outside, let your router pass TCP port %u%s to this machine.\n", relay->port(),
                udp.empty() ? "" : (" and UDP " + udp).c_str());
    std::fflush(stdout);
  }
  return relay;
}

}  // namespace

int main_program(Kind kind, int argc, char** argv, const StartRelay& start_relay) {
  crypto::forbid_core_dumps();
  link_wiping_delete();
  if (argc > 1 && std::string_view(argv[1]) == "identity") return identity_command(name_of(kind), argc, argv);
  auto parsed = parse_options(kind, argc, argv);
  if (!parsed) return parsed.error();
  Options options = std::move(*parsed);
  try {
    start_log(name_of(kind), options.verbose ? LogLevel::debug : LogLevel::warning, options.log_file);
    if (!options.relay_pin.empty() && !parse_pin(options.relay_pin))
      throw std::runtime_error("--relay-pin is not sha256: and 64 hexadecimal digits");
    if (options.access_test) {
      if (options.relay.empty()) options.relay = ui::load_settings(config_folder(options)).relay;
      return access_command(options);
    }
    ask_for_code(options);
    if (options.jsonl)
      write_line({{"event", "hello"},
                  {"program", name_of(kind)},
                  {"version", LOTSE_VERSION},
                  {"interface", 1},
                  {"pid", getpid()}});
    std::unique_ptr<OwnRelay> own_relay = options.serve ? serve(options, start_relay) : nullptr;
    return options.headless ? run_headless(std::move(options)) : run_windowed(std::move(options));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", name_of(kind).c_str(), e.what());
    return 2;
  }
}

}  // namespace lotse::program
