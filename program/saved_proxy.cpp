#include "program/saved_proxy.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/log.h"
#include "program/private_file.h"
#include "program/secret_text.h"

namespace lotse::program {
namespace {

using net::Proxy;
using net::ProxySettings;
using nlohmann::json;
using Use = ProxySettings::Use;

constexpr std::size_t kMaxFile = 16 * 1024;  // bytes
constexpr std::size_t kMaxText = 255;        // bytes of a user or a password, as SOCKS5 has it (RFC 1929)

std::string file_in(const std::string& folder) { return folder + "/proxy.json"; }

const char* name_of(Use use) { return use == Use::none ? "none" : use == Use::system ? "system" : "manual"; }

std::string text_in(const json& fields, const char* name, const std::string& otherwise) {
  auto text = fields.value(name, otherwise);
  bool odd = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
  if (text.size() > kMaxText || odd)
    throw std::invalid_argument(std::string("\"") + name + "\" is too long or no text");
  return text;
}

}  // namespace

json proxy_json(const ProxySettings& settings) {
  return {{"use", name_of(settings.use)}, {"kind", net::name_of(settings.manual.kind)},
          {"host", settings.manual.host}, {"port", settings.manual.port},
          {"user", settings.manual.user}, {"has_password", !settings.manual.password.empty()}};
}

ProxySettings proxy_from(const json& fields, const ProxySettings& before) {
  ProxySettings settings = before;
  Proxy& manual = settings.manual;
  std::string use = fields.value("use", name_of(before.use));
  std::string kind = fields.value("kind", net::name_of(manual.kind));
  if (use != "none" && use != "system" && use != "manual")
    throw std::invalid_argument("\"use\" is none, system or manual");
  if (kind != "http" && kind != "socks5") throw std::invalid_argument("\"kind\" is http or socks5");
  settings.use = use == "none" ? Use::none : use == "system" ? Use::system : Use::manual;
  std::string host = text_in(fields, "host", manual.host);
  auto port = fields.value("port", static_cast<std::int64_t>(manual.port));
  if (port < 0 || port > 65535) throw std::invalid_argument("\"port\" is 1 to 65535");
  std::string user = text_in(fields, "user", manual.user);
  // A kept password goes to nobody else.
  const bool same = host == manual.host && user == manual.user;
  manual.password = fields.contains("password") ? text_in(fields, "password", "") : same ? manual.password : "";
  manual.user = std::move(user);
  manual.kind = kind == "http" ? Proxy::Kind::http : Proxy::Kind::socks5;
  if (settings.use == Use::manual || !host.empty()) {
    const bool v6 = host.find(':') != std::string::npos && !host.starts_with('[');
    const std::string url = kind + "://" + (v6 ? "[" + host + "]" : host);
    auto read = net::parse_proxy(url + (port != 0 ? ":" + std::to_string(port) : ""));
    if (!read) throw std::invalid_argument(read.error());
    host = read->host;
    port = read->port;
  }
  manual.host = std::move(host);
  manual.port = static_cast<std::uint16_t>(port);
  return settings;
}

ProxySettings load_proxy(const std::string& folder) {
  try {
    auto bytes = read_private_file(file_in(folder), kMaxFile);
    if (!bytes) return {};
    json fields = json::parse(*bytes, nullptr, false);
    SecretText::overwrite(*bytes);
    return proxy_from(fields, {});
  } catch (const std::exception& e) {  // of JSON, too
    log_warning("the saved proxy is not used: " + file_in(folder) + " cannot be understood");
    return {};
  }
}

void save_proxy(const std::string& folder, const ProxySettings& settings) {
  json fields = proxy_json(settings);
  fields.erase("has_password");
  fields["password"] = settings.manual.password;
  std::string bytes = fields.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  write_private_file(file_in(folder), bytes);
  SecretText::overwrite(bytes);
}

}  // namespace lotse::program
