// Whatever parses as a proxy is written in one way only, and that way means the same but for the login. no_proxy may be
// anything.
#include <cstdlib>

#include "net/proxy.h"
#include "net/system_proxy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (auto proxy = lotse::net::parse_proxy(text)) {
    proxy->user.clear();
    proxy->password.clear();
    const auto again = lotse::net::parse_proxy(lotse::net::to_string(*proxy));
    if (!again || !(*again == *proxy)) std::abort();
  }
  lotse::net::is_excepted("10.1.2.3", text);
  lotse::net::is_excepted("relay.example.org", text);
  return 0;
}
