// The proxies that this machine's settings name: the environment, and what the desktop was told.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/proxy.h"
#include "net/relay_connection.h"

namespace lotse::net {

/// In the order in which they are to be tried, at most four; empty: there is none for this relay. Blocks: a desktop's
/// settings may name a script (PAC) that is fetched first. Any thread.
std::vector<Proxy> system_proxies(const RelayAddress& relay);

/// What https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY, no_proxy and NO_PROXY say, lower case first as curl has it.
/// Nothing: they are not set. An empty list: this relay is to be reached directly.
using Variables = std::function<const char*(const char* name)>;
std::optional<std::vector<Proxy>> environment_proxies(const RelayAddress& relay, const Variables& variables);
/// Whether `no_proxy` names the host: *, names with all below them, addresses, networks like 10.0.0.0/8.
bool is_excepted(const std::string& host, const std::string& no_proxy);

}  // namespace lotse::net
