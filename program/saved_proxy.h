// The proxy that a person chose: proxy.json in the folder of the settings, mode 0600 since a password may be in it.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "net/proxy.h"

namespace lotse::program {

/// The system's when nothing was chosen, or the file cannot be understood.
net::ProxySettings load_proxy(const std::string& folder);
/// Throws std::runtime_error; the old file is there then.
void save_proxy(const std::string& folder, const net::ProxySettings& settings);

/// {use: none | system | manual, kind: http | socks5, host, port, user, has_password}. Never the password.
nlohmann::json proxy_json(const net::ProxySettings& settings);
/// The same with `password`; a field that is missing stays as in `before`, but a password belongs to its host and user.
/// Throws std::invalid_argument, one line, when it makes no sense.
net::ProxySettings proxy_from(const nlohmann::json& fields, const net::ProxySettings& before);

}  // namespace lotse::program
