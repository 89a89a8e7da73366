#include "net/proxy.h"

#include "net/system_proxy.h"

namespace lotse::net {

TEST_CASE("a proxy is written as a URL, with or without what is usual") {
  const auto plain = parse_proxy("proxy.example:3128");
  REQUIRE(plain);
  CHECK(to_string(*plain) == "http://proxy.example:3128");
  CHECK(to_string(*parse_proxy("http://proxy.example/")) == "http://proxy.example:80");
  CHECK(to_string(*parse_proxy("SOCKS5://[2001:db8::1]")) == "socks5://[2001:db8::1]:1080");
  CHECK(to_string(*parse_proxy("socks5h://10.0.0.1:9050")) == "socks5://10.0.0.1:9050");
  const auto who = parse_proxy("http://eva%40home:a%3Ab@c@proxy:8080");
  REQUIRE(who);
  CHECK(who->user == "eva@home");
  CHECK(who->password == "a:b@c");
  CHECK(to_string(*who) == "http://proxy:8080");
}

TEST_CASE("what is no proxy is refused, without repeating it") {
  for (const char* text : {"", "http://", "http://:80", "proxy:0", "proxy:65536", "proxy:80x", "proxy:-1",
                           "https://p:443", "socks4://p:1", "http://p\r\nX: y:80", "http://a%zz:b@p:1",
                           "http://a%0d%0a:b@p:1", "http://[::1:80", "http://p/path", "http://secret@", "ftp://p:1"}) {
    CAPTURE(text);
    const auto proxy = parse_proxy(text);
    CHECK_FALSE(proxy);
    if (!proxy) CHECK(proxy.error().find("secret") == std::string::npos);
  }
  CHECK_FALSE(parse_proxy(std::string(5000, 'a')));
}

TEST_CASE("no_proxy names hosts, domains, addresses and networks") {
  CHECK(is_excepted("relay.example.org", "*"));
  CHECK(is_excepted("relay.example.org", "a.b, example.org"));
  CHECK(is_excepted("relay.example.org", ".EXAMPLE.org"));
  CHECK(is_excepted("example.org", ".example.org"));
  CHECK_FALSE(is_excepted("badexample.org", "example.org"));
  CHECK_FALSE(is_excepted("relay.example.org", "ample.org,,  ,"));
  CHECK(is_excepted("10.1.2.3", "192.168.0.0/16 10.0.0.0/8"));
  CHECK_FALSE(is_excepted("11.1.2.3", "10.0.0.0/8"));
  CHECK(is_excepted("10.1.2.3", "10.1.2.3"));
  CHECK_FALSE(is_excepted("10.1.2.3", "10.0.0.0/33"));
  CHECK_FALSE(is_excepted("10.1.2.3", "2001:db8::/0"));
  CHECK(is_excepted("2001:db8::7", "[2001:db8::7]"));
  CHECK(is_excepted("2001:db8::7", "2001:db8::/32"));
  CHECK_FALSE(is_excepted("1.example", ".3"));
}

TEST_CASE("the environment names a proxy, lower case first, and what needs none") {
  std::map<std::string, std::string> set;
  const Variables variables = [&](const char* name) { return set.contains(name) ? set[name].c_str() : nullptr; };
  const RelayAddress relay{"relay.example.org", 443};
  CHECK_FALSE(environment_proxies(relay, variables));
  set["no_proxy"] = "relay.example.org";
  CHECK_FALSE(environment_proxies(relay, variables));
  set = {{"https_proxy", ""}, {"ALL_PROXY", "socks5://s:1"}};
  CHECK(to_string(environment_proxies(relay, variables)->at(0)) == "socks5://s:1");
  set["HTTPS_PROXY"] = "http://upper:1";
  CHECK(to_string(environment_proxies(relay, variables)->at(0)) == "http://upper:1");
  set["https_proxy"] = "lower:2";
  CHECK(to_string(environment_proxies(relay, variables)->at(0)) == "http://lower:2");
  CHECK(environment_proxies(RelayAddress{"127.0.0.1", 443}, variables)->empty());
  CHECK(environment_proxies(RelayAddress{"localhost", 443}, variables)->empty());
  set["NO_PROXY"] = "example.org";
  CHECK(environment_proxies(relay, variables)->empty());
  set = {{"https_proxy", "nonsense://x"}};
  CHECK(environment_proxies(relay, variables)->empty());
}

}  // namespace lotse::net
