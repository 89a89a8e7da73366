#include "crypto/signing.h"

#include <catch2/catch.hpp>
#include <set>

#include "base/text.h"
#include "crypto/words.h"

using namespace lotse;
using namespace lotse::crypto;

namespace {

constexpr Purpose kPurposes[] = {Purpose::offer,   Purpose::join,   Purpose::message,
                                 Purpose::picture, Purpose::roster, Purpose::tunnel};

}  // namespace

TEST_CASE("a signature holds for its key, its purpose and its bytes alone") {
  auto key = SigningKey::make(), other = SigningKey::make();
  for (Purpose purpose : kPurposes) {
    const Signature signature = key.sign(purpose, {as_bytes("ab"), as_bytes("c")});
    CHECK(verify(key.verify_key(), purpose, {as_bytes("abc")}, signature));  // parts are one run of bytes
    CHECK_FALSE(verify(key.verify_key(), purpose, {as_bytes("abd")}, signature));
    CHECK_FALSE(verify(other.verify_key(), purpose, {as_bytes("abc")}, signature));
    CHECK_FALSE(verify(key.verify_key(), purpose, {as_bytes("abc")}, ByteView{signature}.first(63)));
    CHECK_FALSE(verify(key.verify_key(), purpose, {as_bytes("abc")}, {}));
    for (Purpose wrong : kPurposes)
      if (wrong != purpose) CHECK_FALSE(verify(key.verify_key(), wrong, {as_bytes("abc")}, signature));
  }
}

TEST_CASE("no prefix begins another, so that no signature serves two purposes") {
  for (Purpose a : kPurposes)
    for (Purpose b : kPurposes)
      if (a != b) CHECK_FALSE(prefix(a).starts_with(prefix(b)));
}

TEST_CASE("keys of low order sign nothing") {
  Signature nothing{};
  CHECK_FALSE(verify(VerifyKey{}, Purpose::tunnel, {as_bytes("abc")}, nothing));
  nothing[0] = 1;
  CHECK_FALSE(verify(VerifyKey{1}, Purpose::tunnel, {as_bytes("abc")}, nothing));
}

TEST_CASE("SHA-256 over parts is SHA-256 over all, and the fingerprint is its beginning") {
  CHECK(to_hex(sha256({as_bytes("a"), {}, as_bytes("bc")})) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2
  VerifyKey key{};
  CHECK(fingerprint(key) == to_base32(ByteView{sha256({as_bytes("rv1 fp"), key})}.first(10)));
  CHECK(fingerprint(key).size() == 16);
}

TEST_CASE("the list has 2048 words, short, lower case, none twice") {
  auto words = word_list();
  REQUIRE(words.size() == 2048);
  CHECK(std::set<std::string_view>(words.begin(), words.end()).size() == 2048);
  for (std::string_view word : words) {
    CAPTURE(word);
    CHECK(word.size() >= 3);
    CHECK(word.size() <= 8);
    CHECK(std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; }));
  }
}

TEST_CASE("six words say the first 66 bits of a hash, three words say 30 bits") {
  auto words = word_list();
  auto word = [&](std::size_t i) { return std::string(words[i]); };
  CHECK(six_words(Bytes(32, 0)) ==
        word(0) + " " + word(0) + " " + word(0) + " " + word(0) + " " + word(0) + " " + word(0));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Bytes hash(32, 0);
    hash[bit / 8] = static_cast<std::uint8_t>(0x80 >> bit % 8);
    std::string expected;
    for (std::size_t i = 0; i < 6; ++i)
      expected += (i > 0 ? " " : "") + word(bit / 11 == i ? std::size_t{1} << (10 - bit % 11) : 0);
    CHECK(six_words(hash) == expected);
  }
  CHECK(three_words(0) == word(0) + " " + word(0) + " " + word(0));
  CHECK(three_words((1u << 20) | (2u << 10) | 1023u) == word(1) + " " + word(2) + " " + word(1023));
  CHECK(three_words((1u << 30) - 1) == word(1023) + " " + word(1023) + " " + word(1023));
}
