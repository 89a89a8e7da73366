#include "relay/udp_ports.h"

#include <catch2/catch.hpp>

using namespace lotse::relay;
using Ports = std::vector<std::uint16_t>;

TEST_CASE("UDP ports are read as operators write them") {
  CHECK(parse_udp_ports("off")->ports.empty());
  CHECK(parse_udp_ports("4500")->ports == Ports{4500});
  CHECK(parse_udp_ports("4500-4502,9000")->ports == Ports{4500, 4501, 4502, 9000});
  CHECK(parse_udp_ports("0")->ports == Ports{0});
  CHECK(parse_udp_ports("0")->needed == UdpPorts::Needed::yes);
  for (const char* wrong : {"", "x", "4500-", "-1", "4502-4500", "65536", "1-9", "4500,,4501", "1,", "on"})
    CHECK_FALSE(parse_udp_ports(wrong).has_value());
  CHECK(usual_udp_ports().ports.size() == 7);
  CHECK(usual_udp_ports().needed == UdpPorts::Needed::no);
}
