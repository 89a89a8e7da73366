#include "net/proxy.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "crypto/secret.h"

namespace lotse::net {

namespace {

constexpr std::size_t kLongest = 1024;  // bytes of a whole URL
constexpr std::uint16_t kHttpPort = 80, kSocksPort = 1080;

int hex_digit(char c) {
  const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower >= '0' && lower <= '9') return lower - '0';
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// False: a % without two digits, or a control character, which no header may have.
bool decode(std::string_view text, std::string& out) {
  out.clear();
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') return false;
    out += c;
  }
  return true;
}

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_' || c == ':';
  });
}

/// HOST, HOST:PORT, [V6], [V6]:PORT into `proxy`.
bool read_host(std::string_view text, Proxy& proxy) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return false;
    proxy.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    proxy.host = text.substr(0, colon);
    port = colon == text.npos ? std::string_view() : text.substr(colon);
  }
  if (!is_host(proxy.host)) return false;
  if (port.empty()) return true;
  port.remove_prefix(1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), proxy.port);
  return error == std::errc() && end == port.data() + port.size() && proxy.port != 0;
}

}  // namespace

Proxy::~Proxy() { crypto::wipe({reinterpret_cast<std::uint8_t*>(password.data()), password.size()}); }

Result<Proxy, std::string> parse_proxy(const std::string& text) {
  const Unexpected wrong{std::string("that is no proxy: use http://HOST:PORT or socks5://HOST:PORT")};
  std::string_view rest(text);
  if (rest.size() > kLongest) return wrong;
  Proxy proxy;
  if (const std::size_t end = rest.find("://"); end != rest.npos) {
    std::string scheme(rest.substr(0, end));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](unsigned char c) { return std::tolower(c); });
    if (scheme == "https")
      return Unexpected{std::string("a proxy that is itself spoken to by TLS (https://) is not supported")};
    if (scheme != "http" && scheme != "socks5" && scheme != "socks5h" && scheme != "socks") return wrong;
    proxy.kind = scheme == "http" ? Proxy::Kind::http : Proxy::Kind::socks5;
    rest.remove_prefix(end + 3);
  }
  proxy.port = proxy.kind == Proxy::Kind::http ? kHttpPort : kSocksPort;
  if (const std::size_t at = rest.rfind('@'); at != rest.npos) {
    const std::string_view who = rest.substr(0, at);
    const std::size_t colon = who.find(':');
    if (!decode(who.substr(0, colon), proxy.user)) return wrong;
    if (colon != who.npos && !decode(who.substr(colon + 1), proxy.password)) return wrong;
    rest.remove_prefix(at + 1);
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (!read_host(rest, proxy)) return wrong;
  return proxy;
}

std::string to_string(const Proxy& proxy) {
  const bool v6 = proxy.host.find(':') != std::string::npos;
  return name_of(proxy.kind) + "://" + (v6 ? "[" + proxy.host + "]" : proxy.host) + ":" + std::to_string(proxy.port);
}

std::string name_of(Proxy::Kind kind) { return kind == Proxy::Kind::http ? "http" : "socks5"; }

}  // namespace lotse::net
