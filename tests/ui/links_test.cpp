// Links in what others write: where they stand, and where they lead.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "ui/links.h"
#include "ui/scripts.h"

using namespace lotse::ui;

namespace {

struct Found {
  std::string text, url, host;
};
std::vector<Found> found(const std::string& text) {
  std::vector<Found> all;
  for (const Link& link : find_links(text))
    all.push_back({text.substr(link.begin, link.end - link.begin), link.url, link.host});
  return all;
}
std::string text_of(const std::string& text) {
  const auto all = found(text);
  return all.size() == 1 ? all[0].text : std::to_string(all.size()) + " links";
}
std::string host_of(const std::string& text) {
  const auto all = found(text);
  return all.size() == 1 ? all[0].host : std::to_string(all.size()) + " links";
}
std::string url_of(const std::string& text) {
  const auto all = found(text);
  return all.size() == 1 ? all[0].url : std::to_string(all.size()) + " links";
}

}  // namespace

TEST_CASE("a link ends where the sentence goes on") {
  CHECK(text_of("see https://example.org.") == "https://example.org");
  CHECK(text_of("see https://example.org/a?b=c#d, please") == "https://example.org/a?b=c#d");
  CHECK(text_of("(https://example.org/a)") == "https://example.org/a");
  CHECK(text_of("https://example.org/wiki/Boat_(ship)") == "https://example.org/wiki/Boat_(ship)");
  CHECK(text_of("(see https://example.org/wiki/Boat_(ship)).") == "https://example.org/wiki/Boat_(ship)");
  CHECK(text_of("\"http://example.org/\"!") == "http://example.org/");
  CHECK(text_of("<http://example.org/x>") == "http://example.org/x");
  CHECK(text_of("HTTPS://Example.ORG/X?!") == "HTTPS://Example.ORG/X");
  CHECK(text_of("„https://example.org/ä“") == "https://example.org/ä");
  CHECK(text_of("看https://example.org/。好") == "https://example.org/。好");
  CHECK(text_of("https://example.org/a\nb") == "https://example.org/a");
  CHECK(found("http://a.org http://b.org").size() == 2);
  CHECK(found("http://a.org,http://b.org").size() == 1);  // a comma may stand in an address
}

TEST_CASE("what is no link of the web is none") {
  for (const char* text : {"example.org",
                           "ftp://example.org",
                           "xhttp://example.org",
                           "javascript://example.org/%0aalert(1)",
                           "http://",
                           "https://...",
                           "http:///path",
                           "http://:80/",
                           "https://?",
                           "file:///etc/passwd",
                           "http://a..b/",
                           "://x",
                           "http://[",
                           "http://[]",
                           "http://[::1",
                           "http://[::1]x/",
                           "http://host:99999/",
                           "http://host:8o/",
                           "http://%65xample.org/",
                           "http://a b"})
    CHECK((found(text).empty() || host_of(text) == "a"));
  CHECK(found("http://x" + std::string(64, 'a') + ".org").empty());
  CHECK(found("http://" + std::string(300, 'a') + ".org").empty());
}

TEST_CASE("what stands before an @ is not the host, and is not opened") {
  CHECK(host_of("https://bank.com@evil.com") == "evil.com");
  CHECK(url_of("https://bank.com@evil.com") == "https://evil.com/");
  CHECK(url_of("https://bank.com:443@evil.com:8080/a@b") == "https://evil.com:8080/a@b");
  CHECK(host_of("https://bank.com%2F@evil.com/") == "evil.com");
  CHECK(host_of("https://a@b@evil.com/") == "evil.com");
  CHECK(host_of("https://bank.com/@evil.com") == "bank.com");
  CHECK(host_of("https://bank.com?@evil.com") == "bank.com");
  CHECK(host_of("https://bank.com#@evil.com") == "bank.com");
  CHECK(host_of("https://evil.com\\@bank.com") == "evil.com");  // a browser takes it for a slash
}

TEST_CASE("a host in other letters is told as DNS has it") {
  CHECK(ascii_host("Bücher.de") == "xn--bcher-kva.de");
  CHECK(ascii_host("BÜCHER.DE") == "xn--bcher-kva.de");
  CHECK(ascii_host("bu\u0308cher.de") == "xn--bcher-kva.de");  // u and its dots apart
  CHECK(ascii_host("faß.de") == "xn--fa-hia.de");
  CHECK(ascii_host("münchen-ost.example") == "xn--mnchen-ost-9db.example");
  CHECK(ascii_host("пример.испытание") == "xn--e1afmkfd.xn--80akhbyknj4f");
  CHECK(ascii_host("例え.テスト") == "xn--r8jz45g.xn--zckzah");
  CHECK(ascii_host("مثال.إختبار") == "xn--mgbh0fb.xn--kgbechtv");
  CHECK(ascii_host("他们为什么不说中文") == "xn--ihqwcrb4cv8a8dqg056pqjye");  // RFC 3492, 7.1 (B)
  CHECK(ascii_host("3年b組金八先生") == "xn--3b-ww4c5e180e575a65lsy2b");      // (L)
  CHECK(ascii_host("раураl.com") == "xn--l-7sba6dbr.com");                    // Cyrillic but the l
  CHECK(ascii_host("ｅｘａｍｐｌｅ.org") == "example.org");
  CHECK(ascii_host("example。org") == "example.org");
  CHECK(host_of("https://аррӏе.com/") == "xn--80ak6aa92e.com");
  CHECK(url_of("https://bücher.de/ä b") == "https://xn--bcher-kva.de/%C3%A4");
}

TEST_CASE("letters that hide a slash, or are not seen, are in no host") {
  CHECK_FALSE(ascii_host("bank.com\u2044evil.com"));               // fraction slash
  CHECK_FALSE(ascii_host("bank.com\u2100evil.com"));               // "a/c" in one
  CHECK_FALSE(ascii_host("bank.com\uFF0Fevil.com"));               // wide slash
  CHECK_FALSE(ascii_host("bank.com\uFE56evil.com"));               // small question mark
  CHECK_FALSE(ascii_host("ban\u3164k.com"));                       // Hangul filler
  CHECK_FALSE(ascii_host("ban\uFE0Fk.com"));                       // variation selector
  CHECK(host_of("https://bank.com\u202Emoc.live") == "bank.com");  // from right to left: the link ends there
  CHECK(host_of("https://bank.com\u200B.evil.com") == "bank.com");
  CHECK(host_of("https://bank.com\u00AD.evil.com") == "bank.com");
  CHECK(text_of("\u202Ehttps://bank.com/\u202C") == "https://bank.com/");
}

TEST_CASE("an address is opened as plain ASCII without what a shell would read") {
  CHECK(url_of("http://h/$(reboot)`x`") == "http://h/%24(reboot)");
  CHECK(url_of("http://h/a'b|c^d{e}") == "http://h/a%27b%7Cc%5Ed%7Be%7D");
  CHECK(url_of("HTTP://H:080?q") == "http://h:080/?q");
  CHECK(url_of("http://[2001:db8::1]:8080/x") == "http://[2001:db8::1]:8080/x");
  const std::string many = [] {
    std::string text;
    for (int i = 0; i < 200; ++i) text += "http://a.org ";
    return text;
  }();
  CHECK(find_links(many).size() == 64);
}

TEST_CASE("whatever is written, a link stands within the text and is plain") {
  std::mt19937 random(11);
  const std::vector<std::string> pieces{"http://", "https://", "@", ":", "/",  ".",      "a",      "ü",
                                        "。",      "[",        "]", "(", ")",  "%",      "\\",     "?",
                                        "#",       " ",        "8", "-", "例", "\u202E", "\u0301", "xn--"};
  int found_some = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = i % 2 == 0 ? "http://a" : "";
    for (auto n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
    INFO(text);
    std::size_t last = 0;
    for (const Link& link : find_links(text)) {
      ++found_some;
      REQUIRE((link.begin >= last && link.begin < link.end && link.end <= text.size()));
      last = link.end;
      REQUIRE(std::all_of(link.url.begin(), link.url.end(), [](char c) { return c > ' ' && c < 0x7F; }));
      const std::size_t scheme = link.url.find("://") + 3;
      REQUIRE(link.url.substr(scheme, link.host.size() + 1) == link.host + "/");
      REQUIRE(link.host.find_first_of("@/?#\\%") == std::string::npos);
    }
  }
  CHECK(found_some > 1000);
}

TEST_CASE("texts that need shaping are known") {
  for (const char* text :
       {"שלום", "مرحبا", "a مرحبا b", "नमस्ते", "e\u0301", "👩‍🚀", "🇩🇪", "\u202Eabc", "ภาษาไทย", "한\u1112\u1161"})
    CHECK(needs_shaping(text));
  for (const char* text : {"", "plain", "Größe", "Спасибо", "Ελλάδα", "你好", "日本語", "한국어", "→ ✓ …"})
    CHECK_FALSE(needs_shaping(text));
  CHECK_FALSE(needs_shaping("\xFF\xFE\xCC"));  // no UTF-8: nothing is read beyond it
}
