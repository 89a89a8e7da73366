// A way out of networks that let nobody out by themselves: which proxy, and who may use it.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"

namespace lotse::net {

/// `password` is overwritten when this goes; nothing ever prints it.
struct Proxy {
  enum class Kind { http, socks5 };
  Kind kind = Kind::http;
  std::string host;  // name or address, IPv6 without brackets
  std::uint16_t port = 0;
  std::string user, password;  // no user: nobody in particular

  Proxy() = default;
  Proxy(const Proxy&) = default;
  Proxy(Proxy&&) = default;
  Proxy& operator=(const Proxy&) = default;
  Proxy& operator=(Proxy&&) = default;
  ~Proxy();
  bool operator==(const Proxy&) const = default;
};

/// [http:// | socks5:// | socks5h://][USER[:PASSWORD]@]HOST[:PORT][/]. Without a port 80, or 1080 for SOCKS. USER and
/// PASSWORD may have %XX. The error is one line without the secret.
Result<Proxy, std::string> parse_proxy(const std::string& text);
/// http://HOST:PORT, without user and password.
std::string to_string(const Proxy& proxy);
std::string name_of(Proxy::Kind kind);  // http, socks5

struct ProxySettings {
  enum class Use { none, system, manual };
  Use use = Use::system;
  Proxy manual;
};

/// Which ways to the relay may be gone. either: directly first, and through the system's proxy when that fails or is
/// slow; a proxy that was set by hand is the only way.
struct Route {
  enum class Ways { direct, proxy, either };
  Ways ways = Ways::direct;
  ProxySettings proxy;
};

}  // namespace lotse::net
