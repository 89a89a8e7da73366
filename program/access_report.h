// What an access test found, for scripts and for people.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "net/access_test.h"

namespace lotse::program {

/// Collects the rungs; what is to be asked of an administrator follows from all of them.
class AccessReport {
 public:
  explicit AccessReport(net::RelayAddress relay) : relay_(std::move(relay)) {}
  void add(const net::AccessRung& rung) { rungs_.push_back(rung); }
  void finish(const net::AccessSummary& summary) { summary_ = summary; }

  /// The event access_rung, without "t".
  static nlohmann::json rung_json(const net::AccessRung& rung);
  /// The event access_summary: the summary, and `ask`, what to ask the administrator for.
  nlohmann::json summary_json() const;
  /// All of it as an aligned table, then sentences.
  std::string text() const;
  bool found_a_way() const { return !summary_.best.empty(); }

 private:
  /// One thing to be asked for: what (udp, tls, proxy_login, proxy_rule, no_inspection), protocol, address, ports.
  struct Ask {
    std::string what, protocol, address, text;
    std::vector<std::uint16_t> ports;
  };
  std::vector<Ask> asks() const;
  void ask_for_udp(std::vector<Ask>& asks) const;
  void ask_for_tls(std::vector<Ask>& asks) const;

  net::RelayAddress relay_;
  std::vector<net::AccessRung> rungs_;
  net::AccessSummary summary_;
};

}  // namespace lotse::program
