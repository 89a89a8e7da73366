#include "relay/udp_ports.h"

#include <charconv>

#include "wire/limits.h"

namespace lotse::relay {
namespace {

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

UdpPorts usual_udp_ports() { return {{4500, 4501, 4502, 4503, 4504, 4505, 4506}, UdpPorts::Needed::no}; }

std::optional<UdpPorts> parse_udp_ports(std::string_view text) {
  UdpPorts out;
  if (text == "off") return out;
  out.needed = UdpPorts::Needed::yes;
  while (true) {
    std::string_view part = text.substr(0, text.find(','));
    std::size_t dash = part.find('-');
    auto first = port_of(part.substr(0, dash));
    auto last = dash == std::string_view::npos ? first : port_of(part.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    for (unsigned port = *first; port <= *last; ++port) {
      if (out.ports.size() == wire::kMaxUdpPorts) return std::nullopt;
      out.ports.push_back(static_cast<std::uint16_t>(port));
    }
    if (part.size() == text.size()) return out;
    text.remove_prefix(part.size() + 1);
  }
}

}  // namespace lotse::relay
