#include "ui/access_dialog.h"

#include <nlohmann/json.hpp>

#include "ui/start_page.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr float kRowHeight = 22;

std::string way_words(const AccessRung& rung) {
  const std::map<std::string, std::string> port{{"port", std::to_string(rung.port)}};
  if (rung.rung == "udp") return filled(_("UDP, port {port}"), port);
  if (rung.rung == "tls") return filled(_("TLS, port {port}, directly"), port);
  return filled(_("TLS, port {port}, through the proxy"), port);
}

std::string outcome_words(const AccessRung& rung) {
  if (rung.outcome == "works") return filled(_("{ms} ms"), {{"ms", std::to_string(rung.ms)}});
  return rung.outcome == "fails" ? _("fails") : _("not tried");
}

void draw_rung(Column& c, const AccessRung& rung) {
  Kit& kit = c.kit();
  const Box row = c.take(kRowHeight);
  const Ink ink = rung.outcome == "works" ? Ink::good : rung.outcome == "fails" ? Ink::danger : Ink::quiet;
  if (!kit.measuring()) kit.dot(row.x, row.y + kRowHeight / 2 - 4, kit.color(ink));
  kit.line({row.x + 20, row.y, row.width - 120, row.height}, Type::body, Ink::text, way_words(rung));
  kit.line({row.right() - 100, row.y, 100, row.height}, Type::body, ink, outcome_words(rung), Align::right);
  if (rung.outcome != "works" && rung.rung != "udp" && !rung.detail.empty())
    c.text(Type::small, Ink::quiet, rung.detail);
}

std::string best_words(const std::string& best) {
  if (best == "udp") return _("Everything that Lotse needs works here.");
  if (best == "tls") return _("Lotse works here. With UDP it would be smoother on bad lines.");
  if (best == "proxy") return _("Lotse works here through the proxy.");
  return _("No way leads to the relay from here.");
}

std::string tls_words(const AccessFindings& found) {
  if (found.tls == "intercepted" && found.issuer.empty()) return _("Somebody in between decrypts TLS.");
  if (found.tls == "intercepted")
    return filled(_("Somebody in between decrypts TLS: {issuer}."), {{"issuer", found.issuer}});
  if (found.tls == "likely_intercepted")
    return filled(_("Somebody in between probably decrypts TLS: {issuer}."), {{"issuer", found.issuer}});
  if (found.tls == "unknown") return _("The relay shows a certificate of its own. Compare its words when you join.");
  return found.tls == "genuine" ? _("Nobody in between decrypts TLS.") : std::string();
}

std::string nat_words(const std::string& nat) {
  if (nat == "keeps") return _("Your router keeps one port for all destinations.");
  return nat == "changes" ? _("Your router takes another port for each destination.") : std::string();
}

std::string ports_of(const AccessAsk& ask) {
  if (ask.ports.size() > 2 && ask.ports.back() - ask.ports.front() == static_cast<int>(ask.ports.size()) - 1)
    return std::to_string(ask.ports.front()) + "–" + std::to_string(ask.ports.back());
  std::string text;
  for (int port : ask.ports) text += (text.empty() ? "" : ", ") + std::to_string(port);
  return text;
}

std::string ask_words(const AccessAsk& ask) {
  const std::map<std::string, std::string> values{{"address", ask.address}, {"ports", ports_of(ask)}};
  if (ask.what == "udp") return filled(_("UDP to {address}, ports {ports} (one suffices), and its answers"), values);
  if (ask.what == "tls") return filled(_("TCP to {address}, port {ports} (TLS with WebSocket)"), values);
  if (ask.what == "proxy_login") return _("a name and a password for the proxy");
  if (ask.what == "proxy_rule") return filled(_("that the proxy connects to {address}, port {ports}"), values);
  return filled(_("that TLS to {address}, port {ports}, is not decrypted"), values);
}

void draw_findings(Column& c, const AccessFindings& found) {
  for (const AccessRung& rung : found.rungs) draw_rung(c, rung);
  if (!found.done) return c.text(Type::body, Ink::quiet, _("Trying each way. This takes some seconds."));
  c.space(4);
  c.text(Type::body_strong, Ink::text, best_words(found.best));
  if (const std::string words = tls_words(found); !words.empty()) c.text(Type::body, Ink::text, words);
  if (const std::string words = nat_words(found.nat); !words.empty()) c.text(Type::body, Ink::text, words);
  if (!found.proxy.empty()) c.text(Type::body, Ink::text, filled(_("Proxy: {proxy}"), {{"proxy", found.proxy}}));
  if (found.asks.empty()) return;
  c.text(Type::body_strong, Ink::text, _("To ask the administrator of this network for:"));
  for (const AccessAsk& ask : found.asks) c.text(Type::body, Ink::text, "· " + ask_words(ask));
}

}  // namespace

void AccessDialog::open(PageContext& context) {
  open_ = true;
  if (!context.model.access.running) context.send({{"do", "access_test"}, {"relay", relay_name(context.settings)}});
}

void AccessDialog::draw(PageContext& context) {
  if (!open_) return;
  const AccessFindings& found = context.model.access;
  context.kit.dialog("access", 560, "access.close", "access.close", "access.close", [&](Column& c) {
    c.gap(6);
    c.text(Type::subtitle, Ink::text, _("Access test"));
    c.text(Type::small, Ink::quiet, filled(_("Relay: {relay}"), {{"relay", relay_name(context.settings)}}));
    draw_findings(c, found);
    c.space(8);
    const std::string pressed = c.buttons({{.id = "access.again", .label = _("Try again"), .enabled = found.done},
                                           {.id = "access.close", .label = _("Close"), .look = Look::primary}},
                                          Align::right);
    if (pressed == "access.again") open(context);
    if (pressed == "access.close") open_ = false;
  });
}

}  // namespace lotse::ui
