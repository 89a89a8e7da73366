// Commands about the way to the relay: the proxy, and which ways there are.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "net/known_relays.h"
#include "program/access_report.h"
#include "program/engine.h"
#include "program/invitation.h"
#include "program/saved_proxy.h"

namespace lotse::program {

using nlohmann::json;

struct Engine::Access {
  explicit Access(const net::RelayAddress& relay) : report(relay) {}
  AccessReport report;
  std::unique_ptr<net::AccessTest> test;
};

/// Ready is told at once, what was found by events. One at a time.
void Engine::do_access_test(const json& c, const Answer& answer) {
  if (access_) return answer.error("not_allowed", "an access test runs already");
  net::RelayAddress relay = relay_address(c.value("relay", options_.relay));
  net::RelayTrust trust{parse_pin(options_.relay_pin), {}};
  if (auto known = net::KnownRelays::load(config_folder(options_)); known && !trust.pin)
    trust.known = known->find(relay);
  access_ = std::make_shared<Access>(relay);
  net::AccessTest::Events events;
  events.on_rung = [this](const net::AccessRung& rung) {
    access_->report.add(rung);
    emit(AccessReport::rung_json(rung));
  };
  events.on_done = [this](const net::AccessSummary& summary) {
    access_->report.finish(summary);
    emit(access_->report.summary_json());
    loop_.post([old = std::shared_ptr<Access>(std::move(access_))] {});
  };
  access_->test = std::make_unique<net::AccessTest>(loop_, relay, trust, proxy_, std::move(events));
  answer.ok({{"relay", net::to_string(relay)}});
}

void Engine::tell_proxy() {
  json event = proxy_json(proxy_);
  event.update({{"event", "proxy"}});
  emit(std::move(event));
}

/// A proxy that was given for this run is replaced for this run, too.
void Engine::do_proxy(const json& c, const Answer& answer) {
  static constexpr std::array kFields{"use", "kind", "host", "port", "user", "password"};
  if (std::any_of(kFields.begin(), kFields.end(), [&](const char* field) { return c.contains(field); })) {
    net::ProxySettings wanted = proxy_from(c, proxy_);
    try {
      save_proxy(config_folder(options_), wanted);
    } catch (const std::runtime_error& e) {
      return answer.error("internal", e.what());
    }
    proxy_ = std::move(wanted);
    tell_proxy();
    if (relay_) relay_->use(proxy_);
  }
  json fields = proxy_json(proxy_);
  fields["through"] = relay_ ? relay_->proxy() : "";
  answer.ok(std::move(fields));
}

}  // namespace lotse::program
