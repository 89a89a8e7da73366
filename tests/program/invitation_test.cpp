#include "program/invitation.h"

#include <catch2/catch.hpp>

#include "base/text.h"

using namespace lotse;
using namespace lotse::program;

TEST_CASE("a number is understood however it is typed, with a code or without") {
  for (const char* text : {"428117903", "428 117 903", "428-117-903", " 428 117 903\n"}) {
    auto invitation = parse_invitation(text);
    REQUIRE(invitation);
    CHECK(invitation->number == "428117903");
    CHECK_FALSE(invitation->credentials);
    CHECK_FALSE(invitation->relay);
  }
  auto with_code = parse_invitation("428 117 903 - 481 902");
  REQUIRE(with_code);
  CHECK(with_code->number == "428117903");
  REQUIRE(with_code->credentials);
  CHECK(with_code->credentials->mode == crypto::AuthMode::code);
  CHECK(as_text(with_code->credentials->secret) == "481902");
}

TEST_CASE("a link carries relay, number, secret, fingerprint and pin, in both schemes") {
  std::array<std::uint8_t, 32> pin{1, 2, 3};
  std::string secret = to_base32(Bytes(16, 7)) + "." + to_base32(Bytes(10, 9));
  std::string link = make_link({"relay.example.org", 8443}, "428117903", secret, pin);
  CHECK(link.starts_with("https://relay.example.org:8443/428117903#"));
  for (std::string text : {link, "lotse://" + link.substr(8), "lotse:" + link.substr(8)}) {
    auto invitation = parse_invitation(text);
    REQUIRE(invitation);
    CHECK(invitation->number == "428117903");
    CHECK(invitation->relay == net::RelayAddress{"relay.example.org", 8443});
    CHECK(invitation->pin == pin);
    CHECK(invitation->credentials->mode == crypto::AuthMode::link);
    CHECK(invitation->credentials->secret == Bytes(16, 7));
    CHECK(invitation->credentials->fingerprint == to_base32(Bytes(10, 9)));
  }
}

TEST_CASE("what is neither number nor link is refused") {
  for (const char* text : {"", "42811790", "4281179031", "hello", "https://relay/428117903", "https://relay/428117903#",
                           "https://relay/42#abc.def", "https://relay/428117903#aaaaaaaaaaaaaaaaaaaaaaaaaa.short",
                           "https://relay/428117903#!!.aaaaaaaaaaaaaaaa",
                           "https://relay/428117903#aaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaa&pin=12"})
    CHECK_FALSE(parse_invitation(text));
}

TEST_CASE("a pin is 32 bytes in hexadecimal") {
  std::string hex(64, 'a');
  CHECK(parse_pin(hex));
  CHECK(parse_pin("sha256:" + hex));
  CHECK_FALSE(parse_pin(hex.substr(2)));
  CHECK_FALSE(parse_pin("sha1:" + hex));
}
