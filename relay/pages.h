// What the relay's web server says, without the server.
#pragma once
#include <string>
#include <string_view>

#include "relay/core.h"
#include "relay/udp_links.h"

namespace lotse::relay {

/// Counts of the server around the core.
struct ServerCounters {
  std::uint64_t tcp_accepted = 0, tcp_refused = 0, tls_failed = 0, http_requests = 0;
};

struct Page {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

/// The answer to GET `target`. Nothing of what a stranger writes is repeated in it but the digits of a number.
Page page(std::string_view target, const Core& core, const ServerCounters& server, const UdpLinks& udp);

}  // namespace lotse::relay
