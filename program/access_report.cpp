#include "program/access_report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace lotse::program {
namespace {

using net::AccessRung;
using net::AccessSummary;
using nlohmann::json;
using Kind = AccessRung::Kind;
using Outcome = AccessRung::Outcome;
using Tls = AccessSummary::Tls;
using Nat = AccessSummary::Nat;

const char* name_of(Kind kind) { return kind == Kind::udp ? "udp" : kind == Kind::tls ? "tls" : "proxy"; }

const char* name_of(Outcome outcome) {
  return outcome == Outcome::works ? "works" : outcome == Outcome::fails ? "fails" : "not_tried";
}

const char* name_of(Nat nat) { return nat == Nat::keeps ? "keeps" : nat == Nat::changes ? "changes" : "unknown"; }

const char* name_of(Tls tls) {
  constexpr const char* kNames[] = {"not_reached", "genuine", "unknown", "likely_intercepted", "intercepted"};
  return kNames[static_cast<int>(tls)];
}

/// 4500-4506, or 4500, 4503.
std::string range_of(const std::vector<std::uint16_t>& ports) {
  if (ports.empty()) return {};
  if (ports.size() > 2 && ports.back() - ports.front() == static_cast<int>(ports.size()) - 1)
    return std::to_string(ports.front()) + "-" + std::to_string(ports.back());
  std::string text;
  for (std::uint16_t port : ports) text += (text.empty() ? "" : ", ") + std::to_string(port);
  return text;
}

std::string row(const AccessRung& rung) {
  std::string way = rung.kind == Kind::udp   ? "UDP " + std::to_string(rung.port)
                    : rung.kind == Kind::tls ? "TLS " + std::to_string(rung.port) + ", direct"
                                             : "TLS " + std::to_string(rung.port) + ", proxy";
  std::string outcome = rung.outcome == Outcome::works   ? "works"
                        : rung.outcome == Outcome::fails ? "fails"
                                                         : "not tried";
  std::string ms = rung.outcome == Outcome::works ? std::to_string(std::lround(rung.ms)) + " ms" : "";
  way.resize(std::max<std::size_t>(way.size(), 18), ' ');
  outcome.resize(11, ' ');
  ms.insert(0, 8 - std::min<std::size_t>(ms.size(), 8), ' ');
  std::string note = rung.proxy;
  if (!rung.detail.empty()) note += (note.empty() ? "" : ": ") + rung.detail;
  std::string line = "  " + way + outcome + ms + (note.empty() ? "" : "  " + note);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string nat_words(const AccessSummary& s) {
  std::string seen = s.seen_as.empty() ? "" : " The relay sees you as " + s.seen_as + ".";
  if (s.nat == Nat::keeps) return "NAT: keeps its mapping." + seen + "\n";
  if (s.nat == Nat::changes)
    return "NAT: another port for each destination; nobody can reach you directly." + seen + "\n";
  return "NAT: not known, since fewer than two UDP ports answered." + seen + "\n";
}

std::string tls_words(const AccessSummary& s) {
  switch (s.tls) {
    case Tls::genuine:
      return "TLS: not intercepted.\n";
    case Tls::unknown:
      return "TLS: the relay's own certificate, not known here yet; compare its words when you join.\n";
    case Tls::likely:
      return "TLS: probably intercepted. The certificate is signed by " + s.issuer +
             ", whom this system does not know.\n";
    case Tls::intercepted:
      return "TLS: intercepted. The key is not the relay's" + (s.issuer.empty() ? "" : "; signed by " + s.issuer) +
             ".\n";
    case Tls::not_reached:
      break;
  }
  return "TLS: the relay was not reached.\n";
}

}  // namespace

json AccessReport::rung_json(const AccessRung& rung) {
  return {{"event", "access_rung"},
          {"rung", name_of(rung.kind)},
          {"address", rung.address},
          {"port", rung.port},
          {"outcome", name_of(rung.outcome)},
          {"ms", std::round(rung.ms * 10) / 10},
          {"proxy", rung.proxy},
          {"detail", rung.detail}};
}

void AccessReport::ask_for_udp(std::vector<Ask>& asks) const {
  Ask ask{"udp", "UDP", relay_.host, {}, {}};
  for (const AccessRung& rung : rungs_) {
    if (rung.kind != Kind::udp || rung.outcome == Outcome::not_offered) continue;
    if (rung.outcome == Outcome::works) return;
    ask.ports.push_back(rung.port);
    ask.address = rung.address;
  }
  if (ask.ports.empty()) return;
  ask.text =
      "Let UDP out to " + ask.address + ", ports " + range_of(ask.ports) + " (one suffices), and its answers in.";
  asks.push_back(std::move(ask));
}

void AccessReport::ask_for_tls(std::vector<Ask>& asks) const {
  for (const AccessRung& rung : rungs_) {
    if (rung.outcome != Outcome::fails || rung.kind == Kind::udp) continue;
    const std::string port = std::to_string(rung.port);
    Ask ask{"tls", "TCP", rung.address, {}, {rung.port}};
    if (rung.kind == Kind::tls) {
      ask.text = "Let TCP out to " + ask.address + ", port " + port + " (TLS with WebSocket).";
    } else if (rung.wants_login) {
      ask.what = "proxy_login";
      ask.text = "A name and a password for the proxy (" + rung.detail + ").";
    } else {
      ask.what = "proxy_rule";
      ask.text = "Let the proxy connect (CONNECT) to " + ask.address + ", port " + port + " (" + rung.detail + ").";
    }
    asks.push_back(std::move(ask));
  }
}

std::vector<AccessReport::Ask> AccessReport::asks() const {
  std::vector<Ask> asks;
  ask_for_udp(asks);
  ask_for_tls(asks);
  if (summary_.tls == Tls::intercepted || summary_.tls == Tls::likely)
    asks.push_back({"no_inspection",
                    "TCP",
                    relay_.host,
                    "Do not decrypt TLS to " + relay_.host + ", port " + std::to_string(relay_.port) +
                        ": Lotse stops where the relay's key is another one.",
                    {relay_.port}});
  return asks;
}

json AccessReport::summary_json() const {
  json list = json::array();
  for (const Ask& ask : asks())
    list.push_back({{"what", ask.what},
                    {"protocol", ask.protocol},
                    {"address", ask.address},
                    {"ports", ask.ports},
                    {"text", ask.text}});
  return {{"event", "access_summary"},    {"relay", net::to_string(relay_)}, {"best", summary_.best},
          {"nat", name_of(summary_.nat)}, {"seen_as", summary_.seen_as},     {"tls", name_of(summary_.tls)},
          {"issuer", summary_.issuer},    {"proxy", summary_.proxy},         {"ask", list}};
}

std::string AccessReport::text() const {
  std::string out = "Ways to the relay " + net::to_string(relay_) + "\n";
  std::vector<AccessRung> sorted = rungs_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const AccessRung& a, const AccessRung& b) { return a.kind < b.kind; });
  for (const AccessRung& rung : sorted) out += row(rung);
  out += nat_words(summary_) + tls_words(summary_);
  out += summary_.proxy.empty() ? "Proxy: none was used.\n" : "Proxy: " + summary_.proxy + "\n";
  out += summary_.best == "udp"     ? "Best way: UDP.\n"
         : summary_.best == "tls"   ? "Best way: TLS. Works; UDP would be smoother on bad lines.\n"
         : summary_.best == "proxy" ? "Best way: TLS through the proxy.\n"
                                    : "No way leads to the relay.\n";
  const auto wanted = asks();
  if (!wanted.empty()) out += "To ask the network's administrator for:\n";
  for (const Ask& ask : wanted) out += "  - " + ask.text + "\n";
  return out;
}

}  // namespace lotse::program
