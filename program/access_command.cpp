#include "program/access_command.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "net/known_relays.h"
#include "program/access_report.h"
#include "program/engine.h"
#include "program/invitation.h"
#include "program/saved_proxy.h"

namespace lotse::program {
namespace {

void print(nlohmann::json line) {
  line["t"] = net::Loop::now().since_start().count();
  std::printf("%s\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  std::fflush(stdout);
}

}  // namespace

int access_command(const Options& options) {
  std::string text = options.relay.empty() ? "127.0.0.1" : options.relay;
  auto relay = net::parse_relay_address(text);
  net::RelayTrust trust{parse_pin(options.relay_pin), {}};
  if (auto invitation = parse_invitation(options.invitation.text()); invitation && invitation->relay) {
    relay = invitation->relay;
    if (!trust.pin) trust.pin = invitation->pin;
  }
  if (!relay) throw std::invalid_argument("'" + text + "' is no relay address: use HOST or HOST:PORT");
  const std::string folder = config_folder(options);
  if (auto known = net::KnownRelays::load(folder); known && !trust.pin) trust.known = known->find(*relay);
  AccessReport report(*relay);
  net::Loop loop;
  net::AccessTest::Events events;
  events.on_rung = [&](const net::AccessRung& rung) {
    report.add(rung);
    if (options.json) print(AccessReport::rung_json(rung));
  };
  events.on_done = [&](const net::AccessSummary& summary) {
    report.finish(summary);
    loop.stop();
  };
  net::AccessTest test(loop, *relay, trust, options.proxy ? *options.proxy : load_proxy(folder), std::move(events));
  bool interrupted = false;
  loop.on_signals([&] {
    interrupted = true;
    loop.stop();
  });
  loop.run();
  if (interrupted) return 0;
  if (options.json)
    print(report.summary_json());
  else
    std::fputs(report.text().c_str(), stdout);
  return report.found_a_way() ? 0 : kExitLost;
}

}  // namespace lotse::program
