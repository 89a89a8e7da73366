#include "base/text.h"

#include <catch2/catch.hpp>

using namespace lotse;

TEST_CASE("hexadecimal and base32 come back, and refuse what is neither") {
  for (std::size_t size = 0; size < 40; ++size) {
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37 + size));
    CHECK(from_hex(to_hex(bytes)) == bytes);
    CHECK(from_base32(to_base32(bytes)) == bytes);
  }
  CHECK(to_base32(as_bytes("foobar")) == "mzxw6ytboi");  // RFC 4648 section 10
  CHECK(from_base32("MZXW6YTBOI") == Bytes{'f', 'o', 'o', 'b', 'a', 'r'});
  CHECK_FALSE(from_hex("abc"));
  CHECK_FALSE(from_hex("zz"));
  CHECK_FALSE(from_base32("1"));
  CHECK_FALSE(from_base32("mb"));  // padding bits set
}

TEST_CASE("text of strangers loses controls, overrides and broken sequences, never half a character") {
  CHECK(clean_text("Jörg Łukasz Ελένη \xF0\x9F\x98\x80", 100) == "Jörg Łukasz Ελένη \xF0\x9F\x98\x80");
  CHECK(clean_text("a\x01\x7F\x1B[31mb", 100) == "a[31mb");
  CHECK(clean_text("exe\xE2\x80\xAEgpj", 100) == "exegpj");          // U+202E
  CHECK(clean_text("\xC0\xAF", 100) == "\xEF\xBF\xBD\xEF\xBF\xBD");  // overlong
  CHECK(clean_text("\xED\xA0\x80", 100) == "\xEF\xBF\xBD");          // surrogate
  CHECK(clean_text("aä", 2) == "a");
  CHECK(clean_text("x\xE2\x82", 100) == "x\xEF\xBF\xBD");
}

TEST_CASE("numbers are shown in groups of three") {
  CHECK(grouped("428117903") == "428 117 903");
  CHECK(grouped("") == "");
}

TEST_CASE("code points come back") {
  std::string text = "aß€\xF0\x9F\x98\x80";
  CHECK(to_utf32(text) == U"aß€\U0001F600");
  CHECK(to_utf8(to_utf32(text)) == text);
}
