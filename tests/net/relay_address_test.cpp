#include "net/relay_connection.h"

namespace lotse::net {

TEST_CASE("the ways to write a relay's address") {
  const std::vector<std::tuple<std::string, std::string, int, std::string>> cases{
      {"relay.example.org", "relay.example.org", 443, "relay.example.org"},
      {"Relay.Example.ORG:8443", "relay.example.org", 8443, "relay.example.org:8443"},
      {"localhost:443", "localhost", 443, "localhost"},
      {"127.0.0.1:65535", "127.0.0.1", 65535, "127.0.0.1:65535"},
      {"a:1", "a", 1, "a:1"},
      {"my_relay-2.lan", "my_relay-2.lan", 443, "my_relay-2.lan"},
      {"3com.example", "3com.example", 443, "3com.example"},
      {"[::1]", "::1", 443, "[::1]"},
      {"[::1]:8443", "::1", 8443, "[::1]:8443"},
      {"[2001:DB8:0:0::1]:443", "2001:db8::1", 443, "[2001:db8::1]"},
      {"https://relay.example.org", "relay.example.org", 443, "relay.example.org"},
      {"HTTPS://relay.example.org:8443/", "relay.example.org", 8443, "relay.example.org:8443"},
      {"https://[::1]:8443", "::1", 8443, "[::1]:8443"},
      {std::string(63, 'a') + ".b", std::string(63, 'a') + ".b", 443, std::string(63, 'a') + ".b"},
  };
  for (const auto& [text, host, port, written] : cases) {
    CAPTURE(text);
    const auto address = parse_relay_address(text);
    REQUIRE(address);
    CHECK(address->host == host);
    CHECK(address->port == port);
    CHECK(to_string(*address) == written);
    CHECK(parse_relay_address(written) == address);
  }
}

TEST_CASE("what is no relay's address") {
  const std::vector<std::string> cases{
      "",
      " ",
      ":",
      ":443",
      "host:",
      "host:0",
      "host:65536",
      "host:99999999999",
      "host:+1",
      "host:-1",
      "host: 1",
      "host:1 ",
      "host:0443",
      "host:4x",
      "host:1:2",
      " host",
      "host ",
      "ho st",
      "host\n",
      "host/",
      "host/path",
      "host?x",
      "host#x",
      "user@host",
      "-host",
      "host-",
      "a..b",
      ".a",
      "a.",
      "ho\xc3\xa4st",
      std::string("ho\0st", 5),
      "::1",
      "::1:443",
      "[::1",
      "[]",
      "[127.0.0.1]",
      "[::1]443",
      "[::1]:",
      "[::1%eth0]",
      "[::g]",
      std::string("[::1\0]", 6),
      "[[::1]]",
      "http://host",
      "https://",
      "https:///",
      "https://host//",
      "https://host/428117903",
      "lotse:host",
      "1.2.3",
      "1.2.3.4.5",
      "256.1.1.1",
      "428117903",
      "10.1",
      "0x7f000001",
      "127.0.0.0x1",
      "a.1",
      std::string(64, 'a'),
      std::string(254, 'a'),
      std::string(100000, '['),
  };
  for (const std::string& text : cases) {
    CAPTURE(text);
    CHECK_FALSE(parse_relay_address(text));
  }
}

}  // namespace lotse::net
