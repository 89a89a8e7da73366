#include "net/system_proxy.h"

#include <arpa/inet.h>
#include <proxy.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "base/log.h"

namespace lotse::net {

namespace {

constexpr std::size_t kMost = 4;

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;  // 4, 16, or 0: it is a name
};

Address address_of(const std::string& text) {
  Address address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1)
    address.size = 4;
  else if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1)
    address.size = 16;
  return address;
}

bool in_network(const Address& address, const std::string& network) {
  const std::size_t slash = network.find('/');
  const Address base = address_of(network.substr(0, slash));
  if (base.size == 0 || base.size != address.size) return false;
  std::size_t bits = base.size * 8;
  if (slash != std::string::npos) {
    const char* end = network.data() + network.size();
    const auto read = std::from_chars(network.data() + slash + 1, end, bits);
    if (read.ec != std::errc() || read.ptr != end || bits > base.size * 8) return false;
  }
  for (std::size_t bit = 0; bit < bits; ++bit) {
    const int mask = 0x80 >> (bit % 8);
    if ((base.bytes[bit / 8] & mask) != (address.bytes[bit / 8] & mask)) return false;
  }
  return true;
}

bool is_this_machine(const std::string& host) {
  const Address address = address_of(host);
  if (address.size == 4) return address.bytes[0] == 127;
  return host == "localhost" || host.ends_with(".localhost") || host == "::1";
}

void add(std::vector<Proxy>& to, const std::string& text) {
  if (to.size() == kMost) return;
  if (auto proxy = parse_proxy(text))
    to.push_back(std::move(*proxy));
  else
    log_warning("a proxy of the system is not used: " + proxy.error());
}

/// libproxy: GNOME, KDE, PAC, each where its plugin is installed.
std::vector<Proxy> desktop_proxies(const RelayAddress& relay) {
  std::vector<Proxy> found;
  pxProxyFactory* factory = px_proxy_factory_new();
  if (!factory) return found;
  const std::string url = "https://" + to_string(relay) + "/";
  char** list = px_proxy_factory_get_proxies(factory, url.c_str());
  for (char** entry = list; entry && *entry; ++entry) {
    if (std::strncmp(*entry, "direct", 6) != 0) add(found, *entry);
  }
  if (list) px_proxy_factory_free_proxies(list);
  px_proxy_factory_free(factory);
  return found;
}

}  // namespace

bool is_excepted(const std::string& host, const std::string& no_proxy) {
  const Address address = address_of(host);
  for (std::size_t at = 0; at < no_proxy.size();) {
    const std::size_t end = std::min(no_proxy.find_first_of(", ", at), no_proxy.size());
    std::string entry = no_proxy.substr(at, end - at);
    at = end + 1;
    for (char& c : entry) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (entry == "*") return true;
    if (entry.starts_with('.')) entry.erase(0, 1);
    if (entry.empty()) continue;
    if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
    if (host == entry || (address.size == 0 && host.ends_with("." + entry))) return true;
    if (address.size != 0 && in_network(address, entry)) return true;
  }
  return false;
}

std::optional<std::vector<Proxy>> environment_proxies(const RelayAddress& relay, const Variables& variables) {
  auto value = [&](std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (const char* text = variables(name); text && *text) return std::string(text);
    return std::string();
  };
  std::string proxy = value({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  if (proxy.empty()) return std::nullopt;
  std::vector<Proxy> found;
  if (!is_this_machine(relay.host) && !is_excepted(relay.host, value({"no_proxy", "NO_PROXY"}))) add(found, proxy);
  return found;
}

std::vector<Proxy> system_proxies(const RelayAddress& relay) {
  if (is_this_machine(relay.host)) return {};
  if (auto found = environment_proxies(relay, [](const char* name) { return std::getenv(name); })) return *found;
  return desktop_proxies(relay);
}

}  // namespace lotse::net
