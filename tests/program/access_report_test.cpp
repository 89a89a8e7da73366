#include "program/access_report.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lotse;
using namespace lotse::net;
using lotse::program::AccessReport;
using Kind = AccessRung::Kind;
using Outcome = AccessRung::Outcome;

namespace {

AccessRung udp(std::uint16_t port, Outcome outcome, const std::string& detail = "") {
  return {Kind::udp, port, "192.0.2.7", outcome, 20, {}, detail};
}

std::vector<std::string> asked(const AccessReport& report) {
  std::vector<std::string> what;
  const auto summary = report.summary_json();
  for (const auto& ask : summary["ask"]) what.push_back(ask["what"]);
  return what;
}

AccessReport report(const std::vector<AccessRung>& rungs, const AccessSummary& summary) {
  AccessReport report({"relay.example.org", 443});
  for (const AccessRung& rung : rungs) report.add(rung);
  report.finish(summary);
  return report;
}

}  // namespace

TEST_CASE("an access report asks for nothing where one port of UDP works") {
  AccessSummary summary;
  summary.best = "udp";
  summary.tls = AccessSummary::Tls::genuine;
  const auto all = report({udp(4500, Outcome::fails), udp(4501, Outcome::works)}, summary);
  CHECK(asked(all).empty());
  CHECK(all.found_a_way());
  CHECK(all.text().find("UDP 4501          works         20 ms\n") != std::string::npos);
}

TEST_CASE("an access report asks for what fails, in words with address, ports and protocol") {
  AccessSummary summary;
  std::vector<AccessRung> rungs;
  for (std::uint16_t port = 4500; port <= 4506; ++port) rungs.push_back(udp(port, Outcome::fails, "no answer"));
  rungs.push_back({Kind::tls, 443, "192.0.2.7", Outcome::fails, 0, {}, "192.0.2.7 does not answer"});
  rungs.push_back({Kind::proxy, 443, "relay.example.org", Outcome::fails, 0, "http://proxy:3128",
                   "the proxy http://proxy:3128 wants a name and a password", true});
  const auto none = report(rungs, summary);
  CHECK(asked(none) == std::vector<std::string>{"udp", "tls", "proxy_login"});
  CHECK_FALSE(none.found_a_way());
  const std::string text = none.text();
  CHECK(text.find("Let UDP out to 192.0.2.7, ports 4500-4506 (one suffices), and its answers in.") !=
        std::string::npos);
  CHECK(text.find("Let TCP out to 192.0.2.7, port 443 (TLS with WebSocket).") != std::string::npos);
  CHECK(text.find("No way leads to the relay.") != std::string::npos);
  rungs.back().wants_login = false;
  rungs.back().detail = "the proxy http://proxy:3128 does not lead to relay.example.org:443 (HTTP 403)";
  CHECK(asked(report(rungs, summary)).back() == "proxy_rule");
  CHECK(asked(report({udp(4500, Outcome::not_offered, "the relay has no UDP ports")}, summary)).empty());
}

TEST_CASE("an access report names who decrypts TLS") {
  AccessSummary summary;
  summary.tls = AccessSummary::Tls::likely;
  summary.issuer = "CN = Corp CA";
  const auto likely = report({udp(4500, Outcome::works)}, summary);
  CHECK(asked(likely) == std::vector<std::string>{"no_inspection"});
  CHECK(likely.text().find("Corp CA") != std::string::npos);
  CHECK(likely.summary_json()["tls"] == "likely_intercepted");
}
