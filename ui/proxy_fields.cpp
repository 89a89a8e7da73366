#include "ui/proxy_fields.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "ui/texts.h"

namespace lotse::ui {
namespace {

int port_of(const std::string& text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536 ? port : 0;
}

void wipe(std::string& secret) {
  std::fill(secret.begin(), secret.end(), '\0');
  secret.clear();
}

}  // namespace

void ProxyFields::open(const ProxyChoice& now) {
  before_ = now;
  choice_ = now.use == "manual" ? now.kind : now.use;
  host_ = now.host;
  port_ = now.port == 0 ? "" : std::to_string(now.port);
  user_ = now.user;
  wipe(password_);
}

bool ProxyFields::draw(Column& c) {
  c.text(Type::body_strong, Ink::text, _("Proxy"));
  std::vector<MenuItem> items{{.id = "settings.proxy.system", .label = _("As the system, where the direct way fails")},
                              {.id = "settings.proxy.none", .label = _("None")},
                              {.id = "settings.proxy.http", .label = _("HTTP proxy")},
                              {.id = "settings.proxy.socks5", .label = _("SOCKS5 proxy")}};
  std::string label;
  for (auto& item : items) {
    item.checked = item.id == "settings.proxy." + choice_;
    if (item.checked) label = item.label;
  }
  const std::string chosen =
      c.kit().menu({.id = "settings.proxy", .label = label, .look = Look::select, .icon = Icon::down},
                   c.take(kControlHeight), items);
  if (!chosen.empty()) choice_ = chosen.substr(std::string("settings.proxy.").size());
  if (!by_hand()) return false;
  const Box address = c.take(kControlHeight);
  bool enter = c.kit()
                   .field("settings.proxy_host", _("The proxy's address"), host_,
                          {address.x, address.y, address.width - 112, address.height},
                          {.hint = "proxy.example.org", .max_bytes = 253})
                   .submitted;
  enter |= c.kit()
               .field("settings.proxy_port", _("Port"), port_, {address.right() - 100, address.y, 100, address.height},
                      {.hint = choice_ == "http" ? "3128" : "1080", .max_bytes = 5})
               .submitted;
  const Box login = c.take(kControlHeight);
  const float half = (login.width - 12) / 2;
  enter |= c.kit()
               .field("settings.proxy_user", _("Name at the proxy"), user_, {login.x, login.y, half, login.height},
                      {.hint = _("Name, if it wants one"), .max_bytes = 255})
               .submitted;
  enter |=
      c.kit()
          .field(
              "settings.proxy_password", _("Password at the proxy"), password_,
              {login.x + half + 12, login.y, half, login.height},
              {.hint = before_.has_password ? _("Password (kept)") : _("Password"), .max_bytes = 255, .secret = true})
          .submitted;
  if (const std::string words = problem(); !words.empty()) c.text(Type::small, Ink::danger, words);
  return enter;
}

std::string ProxyFields::problem() const {
  if (!by_hand() || (!host_.empty() && port_of(port_) != 0)) return {};
  return host_.empty() ? _("Enter the proxy's address.") : _("Enter the proxy's port: a number up to 65535.");
}

void ProxyFields::keep(PageContext& context) {
  nlohmann::json command{{"do", "proxy"}, {"use", by_hand() ? "manual" : choice_}};
  if (by_hand()) {
    command["kind"] = choice_;
    command["host"] = host_;
    command["port"] = port_of(port_);
    command["user"] = user_;
    if (!password_.empty()) command["password"] = password_;
  }
  const std::string choice_before = before_.use == "manual" ? before_.kind : before_.use;
  const bool changed =
      choice_ != choice_before || (by_hand() && (host_ != before_.host || port_of(port_) != before_.port ||
                                                 user_ != before_.user || !password_.empty()));
  if (changed) context.send(std::move(command));
  wipe(password_);
}

}  // namespace lotse::ui
