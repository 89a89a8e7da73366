// Which UDP ports a relay takes datagrams at, as its operator says it.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace lotse::relay {

struct UdpPorts {
  std::vector<std::uint16_t> ports;  // none: no UDP; 0: any free one
  /// no: those that cannot be had are left out. yes: the relay does not start without them.
  enum class Needed : std::uint8_t { no, yes } needed = Needed::no;
};

/// 4500 to 4506, those that can be had: 4500 passes many firewalls, it is IPsec's.
UdpPorts usual_udp_ports();
/// "off", or ports and ranges with commas between: "4500", "4500-4506", "4500,4510-4512", "0". Nothing when it is none
/// of these or names more than wire::kMaxUdpPorts.
std::optional<UdpPorts> parse_udp_ports(std::string_view text);

}  // namespace lotse::relay
