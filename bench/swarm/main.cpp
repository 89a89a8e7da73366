// lotse-swarm: many full members of one session in one program. Prints JSON Lines; docs/BENCHMARKS.md says what for.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "bench/swarm/bare_fan_out.h"
#include "bench/swarm/swarm.h"
#include "program/secret_input.h"

namespace {

using namespace lotse;
using nlohmann::json;

struct Options {
  bench::SwarmOptions swarm;
  std::vector<std::string> link;
  std::string relay, number, code_file, decode = "none";
  std::size_t bare = 0;  // bytes
  int rounds = 5;
  double seconds = 0;
  bool jsonl = false;
};

constexpr const char* kFooter =
    "The link is that of lotse-master's event \"session\"; - reads it from standard input, which keeps it out of the\n"
    "list of processes. Without a link: --relay HOST:PORT --pin sha256:HEX --number N --code-file FILE.\n"
    "Commands on standard input, a JSON object a line: {\"do\":\"stats\"}, {\"do\":\"add\",\"members\":20}, "
    "{\"do\":\"quit\"}.\n"
    "Events: joined{member,ms}  usable{member,ms,bytes}: every slot has come once  whole{member,ms,bytes}: proven,\n"
    "current and without loss  frame{version,first_ns,members,p95_ms,last_ms}  ended{member,reason}\n"
    "Exit: 0 quit, 2 cannot start.";

void write_line(json line) {
  line["t"] = net::Loop::now().since_start().count();
  std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
}

program::Invitation invitation_of(Options& o, const std::string& pin, program::ArgumentSecrets& secrets, int argc,
                                  char** argv) {
  program::SecretText text;
  if (o.link.size() == 1 && o.link[0] == "-")
    text = program::read_secret("-", "Link: ");
  else if (!o.link.empty())
    text = secrets.invitation(o.link, argc, argv);
  else
    text = program::SecretText(o.number);
  auto invitation = program::parse_invitation(text.text());
  if (!invitation) throw std::runtime_error("that is neither a link nor a number of nine digits");
  if (!o.relay.empty()) invitation->relay = net::parse_relay_address(o.relay);
  if (!pin.empty()) invitation->pin = program::parse_pin(pin);
  if (!o.code_file.empty())
    invitation->credentials = {
        crypto::AuthMode::code, crypto::normalized_code(program::read_secret(o.code_file, "Code: ").text()), {}};
  if (!invitation->relay || !invitation->pin || !invitation->credentials)
    throw std::runtime_error("a link that names its relay is needed, or --relay, --pin, --number and --code-file");
  return *invitation;
}

void describe(CLI::App& app, Options& o, std::string& pin) {
  app.description(
      "Many full members of one session in one program: handshakes, keys, chat, every packet opened and proven; "
      "pictures\n"
      "are not decoded. For measuring relays.");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("Lotse ") + LOTSE_VERSION);
  app.add_option("--link", o.link, "the session's link, - for standard input");
  app.add_option("--relay", o.relay, "HOST:PORT instead of the link's");
  app.add_option("--pin", pin, "the relay's key, sha256:HEX");
  app.add_option("--number", o.number, "nine digits, without a link");
  app.add_option("--code-file", o.code_file, "file whose first line is the code");
  app.add_option("--members,--count", o.swarm.members, "how many")->capture_default_str()->check(CLI::Range(0, 10000));
  app.add_option("--name", o.swarm.name, "their name, a number behind it")->capture_default_str();
  app.add_option("--keys", o.swarm.keys, "RSA keys that are made ahead, each for one member")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  app.add_option("--join-gap-ms", o.swarm.join_gap_ms, "between two joins")->capture_default_str();
  app.add_option("--chat-per-s", o.swarm.chat_per_s, "chat lines of all together, a raised hand at every 16th")
      ->check(CLI::Range(0.0, 1000.0));
  app.add_option("--pointers", o.swarm.pointers,
                 "of so many an arrow flies over the first screen, ten steps a second; with --decode all")
      ->check(CLI::Range(0, 10000));
  app.add_option("--throttle-mbit", o.swarm.throttle_mbit, "rate towards each of the throttled members");
  app.add_option("--of", o.swarm.throttled, "how many are throttled: the first ones");
  app.add_option("--decode", o.decode, "none or all")->check(CLI::IsMember({"none", "all"}));
  app.add_flag("--frames", o.swarm.frames, "an event for each frame: when it was where");
  app.add_option("--seconds", o.seconds, "ends after so long, with the statistics; 0: at the end of standard input");
  app.add_option("--bare", o.bare, "no session: so many bytes to --members TLS connections within this program");
  app.add_option("--rounds", o.rounds, "of --bare")->check(CLI::Range(1, 1000));
  app.add_flag("--jsonl", o.jsonl, "JSON Lines, as always");
}

int run(const program::Invitation& invitation, const Options& o) {
  net::Loop loop;
  bench::Swarm swarm(loop, invitation, o.swarm, write_line);
  net::Loop::Timer end(loop, [&] { loop.stop(); });
  auto finish = [&] {
    swarm.leave();
    end.set(net::Loop::now() + std::chrono::milliseconds(300));  // for the farewells to go out
  };
  net::Loop::Timer over(loop, [&] {
    json stats = swarm.stats();
    stats["event"] = "stats";
    write_line(std::move(stats));
    finish();
  });
  loop.on_signals(finish);
  if (o.seconds > 0) over.set(net::Loop::now() + std::chrono::milliseconds(static_cast<long>(o.seconds * 1000)));
  auto command = [&](const std::string& line) {
    json c = json::parse(line, nullptr, false);
    if (!c.is_object()) return write_line({{"event", "error"}, {"code", "bad_request"}});
    const std::string verb = c.value("do", "");
    json answer{{"id", c.value("id", json(nullptr))}, {"ok", true}};
    if (verb == "stats")
      answer.update(swarm.stats());
    else if (verb == "add")
      swarm.add(c.value("members", 1));
    else if (verb == "quit")
      finish();
    else
      answer["ok"] = false, answer["error"] = {{"code", "bad_request"}, {"message", "there is no such command"}};
    write_line(std::move(answer));
  };
  loop.read_lines(
      STDIN_FILENO,
      [&](std::string line) {
        try {
          if (!line.empty()) command(line);
        } catch (const json::exception&) {
          write_line({{"event", "error"}, {"code", "bad_request"}});
        }
      },
      [&] {
        if (o.seconds <= 0) finish();
      });
  loop.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  auto secrets = program::ArgumentSecrets::take(argc, argv);
  Options o;
  CLI::App app;
  std::string pin;
  describe(app, o, pin);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  try {
    start_log("lotse-swarm", LogLevel::warning, "");
    if (o.bare > 0) {
      json ms = bench::bare_fan_out(static_cast<std::size_t>(o.swarm.members), o.bare, o.rounds);
      write_line({{"event", "bare"}, {"members", o.swarm.members}, {"bytes", o.bare}, {"ms", ms}});
      return 0;
    }
    o.swarm.decode = o.decode == "all" ? bench::Decode::all : bench::Decode::none;
    return run(invitation_of(o, pin, secrets, argc, argv), o);
  } catch (const std::exception& e) {
    std::cerr << "lotse-swarm: " << e.what() << '\n';
    return 2;
  }
}
