// Everything that a handshake must refuse, as tables: what was changed, and the answer.
#include <catch2/catch.hpp>
#include <optional>

#include "crypto/handshake.h"
#include "crypto/messages.h"
#include "crypto/rsa.h"
#include "crypto/schedule.h"
#include "handshake_pair.h"

using namespace lotse;
using namespace lotse::crypto;
using Error = HandshakeError;

namespace {

template <class T>
std::optional<Error> error_of(const Result<T, Error>& result) {
  return result ? std::nullopt : std::optional{result.error()};
}

Bytes flipped(Bytes bytes, std::size_t at, std::uint8_t bits = 1) {
  bytes.at(at) ^= bits;
  return bytes;
}

Bytes without_last(Bytes bytes) { return bytes.pop_back(), bytes; }
Bytes with_one_more(Bytes bytes) { return bytes.push_back(0), bytes; }

// A SubjectPublicKeyInfo of any numbers, in proper DER.
Bytes der(std::uint8_t tag, ByteView content) {
  Bytes out{tag};
  if (content.size() >= 256)
    out.insert(out.end(), {0x82, static_cast<std::uint8_t>(content.size() >> 8)});
  else if (content.size() >= 128)
    out.push_back(0x81);
  out.push_back(static_cast<std::uint8_t>(content.size()));
  append(out, content);
  return out;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) append(all, part);
  return all;
}

Bytes spki_with(const Bytes& modulus, const Bytes& exponent) {
  const Bytes algorithm = *from_hex("300d06092a864886f70d0101010500");
  const Bytes key = der(0x30, joined({der(0x02, modulus), der(0x02, exponent)}));
  return der(0x30, joined({algorithm, der(0x03, joined({{0}, key}))}));
}

Bytes known_modulus() {  // with its leading zero
  const Bytes spki = spki_of(parse_private_key(*from_hex(kKnownRsaKey)));
  return Bytes(spki.begin() + 32, spki.begin() + 32 + 257);
}

Bytes random_modulus(std::size_t bytes) {
  Bytes modulus(bytes + 1);
  fill_random(std::span{modulus}.subspan(1));
  modulus[1] |= 0x80;
  modulus.back() |= 1;
  return modulus;
}

Bytes divisible_by_three(Bytes modulus) {
  unsigned rest = 0;
  for (std::uint8_t byte : modulus) rest = (rest * 256 + byte) % 3;
  modulus.back() = static_cast<std::uint8_t>(modulus.back() & 0xF1);  // room to add without a carry
  rest = 0;
  for (std::uint8_t byte : modulus) rest = (rest * 256 + byte) % 3;
  for (; rest != 0 || modulus.back() % 2 == 0; rest = (rest + 1) % 3) ++modulus.back();
  return modulus;
}

Point bytes_of(std::uint8_t first, std::uint8_t others, std::uint8_t last) {
  Point point;
  point.fill(others);
  point.front() = first;
  point.back() = last;
  return point;
}

const Point kZero = bytes_of(0, 0, 0);                   // identity of ristretto255, low order in X25519
const Point kOne = bytes_of(1, 0, 0);                    // low order in X25519
const Point kNotCanonical = bytes_of(0xED, 0xFF, 0x7F);  // p itself

}  // namespace

TEST_CASE("the master refuses a JOIN that is not as it must be") {
  struct Case {
    const char* what;
    std::function<Bytes(Join)> join;
    Error answer;
  };
  const Bytes modulus = known_modulus(), e = {1, 0, 1};
  auto with_spki = [](Bytes spki) {
    return [spki = std::move(spki)](Join join) { return join.spki = spki, encode(join); };
  };
  const Case cases[] = {
      {"nothing", [](Join) { return Bytes{}; }, Error::malformed},
      {"one byte short", [](Join j) { return without_last(encode(j)); }, Error::malformed},
      {"one byte more", [](Join j) { return with_one_more(encode(j)); }, Error::malformed},
      {"version 0", [](Join j) { return j.version = 0, encode(j); }, Error::malformed},
      {"version 2", [](Join j) { return j.version = 2, encode(j); }, Error::malformed},
      {"suite 0", [](Join j) { return j.suite = 0, encode(j); }, Error::malformed},
      {"suite 2", [](Join j) { return j.suite = 2, encode(j); }, Error::malformed},
      {"mode 4", [](Join j) { return j.mode = 4, encode(j); }, Error::malformed},
      {"mode 255", [](Join j) { return j.mode = 255, encode(j); }, Error::malformed},
      {"mode down to none, not offered", [](Join j) { return j.mode = 0, encode(j); }, Error::not_allowed},
      {"a mode without a secret", [](Join j) { return j.mode = 3, encode(j); }, Error::not_allowed},
      {"Ya the identity", [](Join j) { return j.ya = kZero, encode(j); }, Error::malformed},
      {"Ya no canonical encoding", [](Join j) { return j.ya = kNotCanonical, encode(j); }, Error::malformed},
      {"Ya no point", [](Join j) { return j.ya = kOne, encode(j); }, Error::malformed},
      {"dh zero", [](Join j) { return j.dh = kZero, encode(j); }, Error::malformed},
      {"dh of low order", [](Join j) { return j.dh = kOne, encode(j); }, Error::malformed},
      {"no RSA key", with_spki({}), Error::malformed},
      {"RSA with e = 1", with_spki(spki_with(modulus, {1})), Error::malformed},
      {"RSA with e = 3", with_spki(spki_with(modulus, {3})), Error::malformed},
      {"RSA with e = 65539", with_spki(spki_with(modulus, {1, 0, 3})), Error::malformed},
      {"RSA with 1024 bits", with_spki(spki_with(random_modulus(128), e)), Error::malformed},
      {"RSA with 2040 bits", with_spki(spki_with(random_modulus(255), e)), Error::malformed},
      {"RSA with 4096 bits", with_spki(spki_with(random_modulus(512), e)), Error::malformed},
      {"RSA with a negative modulus", with_spki(spki_with(Bytes(modulus.begin() + 1, modulus.end()), e)),
       Error::malformed},
      {"RSA with an even modulus", with_spki(spki_with(flipped(modulus, 256), e)), Error::malformed},
      {"RSA divisible by three", with_spki(spki_with(divisible_by_three(modulus), e)), Error::malformed},
      {"RSA with 2047 bits", with_spki(spki_with(flipped(modulus, 1, 0x80), e)), Error::malformed},
      {"RSA, one byte after the key", with_spki(with_one_more(spki_with(modulus, e))), Error::malformed},
      {"RSA-PSS by its name", with_spki(flipped(spki_with(modulus, e), 16, 1 ^ 10)), Error::malformed},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    HandshakePair pair(right_credentials(AuthMode::code), {text_bytes("481902"), {}, {}, false});
    const Join join = *decode_join(pair.join());
    CHECK(error_of(pair.master.consume_join(c.join(join), pair.secrets)) == c.answer);
    CHECK(pair.master.consume_join(pair.join(), pair.secrets));  // nothing of it stays behind
  }
  CHECK(spki_with(modulus, e) ==
        spki_of(parse_private_key(*from_hex(kKnownRsaKey))));  // the table changes what it says
}

TEST_CASE("a mode whose secret has the wrong size is not offered") {
  const MasterHandshake::Secrets odd[] = {{Bytes{}, {}, {}, false},
                                          {text_bytes(" - "), {}, {}, false},
                                          {{}, Bytes(15), {}, false},
                                          {{}, {}, Bytes(31), false}};
  for (const auto& secrets : odd)
    for (AuthMode mode : {AuthMode::code, AuthMode::link, AuthMode::paired}) {
      HandshakePair pair(right_credentials(mode), secrets);
      CHECK(error_of(pair.master.consume_join(pair.join(), pair.secrets)) == Error::not_allowed);
    }
}

TEST_CASE("the client sends nothing more when its own secret does not fit the mode") {
  for (const Credentials& credentials :
       {Credentials{AuthMode::code, {}, {}}, Credentials{AuthMode::code, {' '}, {}},
        Credentials{AuthMode::link, Bytes(15), {}}, Credentials{AuthMode::paired, Bytes(16), {}}}) {
    HandshakePair pair(credentials);
    CHECK(error_of(pair.client.consume_offer(pair.offer())) == Error::bad_code);
  }
}

TEST_CASE("the client refuses an OFFER that is not the master's answer to its JOIN") {
  struct Case {
    const char* what;
    std::function<void(Offer&)> change;
    Error answer;
    bool signed_again = false;  // by the master itself: then other checks must hold
  };
  const auto other = SigningKey::make();
  const Case cases[] = {
      {"index of the first master", [](Offer& o) { o.index = kFirstMaster; }, Error::malformed},
      {"index of everybody", [](Offer& o) { o.index = kEverybody; }, Error::malformed},
      {"index swapped", [](Offer& o) { o.index = ParticipantId{9}; }, Error::bad_signature},
      {"ed_M swapped", [&](Offer& o) { o.ed = other.verify_key(); }, Error::bad_signature},
      {"dh_M swapped", [](Offer& o) { o.dh = DhKey::make().public_key(); }, Error::bad_signature},
      {"nonce_M swapped", [](Offer& o) { fill_random(o.nonce); }, Error::bad_signature},
      {"Yb swapped", [](Offer& o) { o.yb = CpaceShare::make(cpace_generator({}, {}, {})).share(); },
       Error::bad_signature},
      {"signature swapped", [](Offer& o) { o.sig[5] ^= 1; }, Error::bad_signature},
      {"Yb the identity, signed", [](Offer& o) { o.yb = kZero; }, Error::malformed, true},
      {"Yb no canonical encoding, signed", [](Offer& o) { o.yb = kNotCanonical; }, Error::malformed, true},
      {"dh_M zero, signed", [](Offer& o) { o.dh = kZero; }, Error::malformed, true},
      {"dh_M of low order, signed", [](Offer& o) { o.dh = kOne; }, Error::malformed, true},
  };
  HandshakePair pair;
  const Bytes good = pair.offer();
  Transcript transcript(some_session());
  transcript.add(pair.join());
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Offer offer = *decode_offer(good);
    c.change(offer);
    Bytes index;
    ByteWriter{index}.put(offer.index.value());
    if (c.signed_again)
      offer.sig = pair.keys.signing.sign(Purpose::offer, {transcript.hash(), index, offer.dh, offer.nonce, offer.yb});
    CHECK(error_of(pair.client.consume_offer(encode(offer))) == c.answer);
  }
  CHECK(error_of(pair.client.consume_offer({})) == Error::malformed);
  CHECK(error_of(pair.client.consume_offer(without_last(good))) == Error::malformed);
  CHECK(error_of(pair.client.consume_offer(with_one_more(good))) == Error::malformed);
  HandshakePair stranger;
  CHECK(error_of(pair.client.consume_offer(stranger.offer())) == Error::bad_signature);  // for another JOIN
  CHECK(pair.client.consume_offer(good));
  CHECK(error_of(pair.client.consume_offer(stranger.offer())) == Error::wrong_order);
}

TEST_CASE("a link that names another master, or nobody, stops the client before it says more") {
  const std::string other = fingerprint(SigningKey::make().verify_key());
  for (const std::string& fp : {other, std::string(), std::string("aaaa"), std::string("not base32!"), other + "aa"}) {
    HandshakePair pair({AuthMode::link, Bytes(16, 0x4c), fp});
    CHECK(error_of(pair.client.consume_offer(pair.offer())) == Error::bad_fingerprint);
  }
}

TEST_CASE("the master refuses a CONFIRM that is not the client's; only a wrong Ta ends it") {
  struct Case {
    const char* what;
    std::function<Bytes(Bytes)> change;
    Error answer;
    bool ends = false;
  };
  const Case cases[] = {
      {"nothing", [](Bytes) { return Bytes{}; }, Error::malformed},
      {"one byte short", without_last, Error::malformed},
      {"one byte more", with_one_more, Error::malformed},
      {"another nonce than was promised", [](Bytes b) { return flipped(b, 0); }, Error::malformed},
      {"hello_box longer than it is", [](Bytes b) { return flipped(b, 33, 0x40); }, Error::malformed},
      {"hello_box changed", [](Bytes b) { return flipped(b, 34); }, Error::bad_code, true},
      {"sig_C changed", [](Bytes b) { return flipped(b, b.size() - 128); }, Error::bad_signature},
      {"Ta changed", [](Bytes b) { return flipped(b, b.size() - 1); }, Error::bad_code, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    HandshakePair pair;
    const Bytes good = pair.confirm();
    CHECK(error_of(pair.master.consume_confirm(c.change(good))) == c.answer);
    CHECK(error_of(pair.master.consume_confirm(good)) == (c.ends ? std::optional{Error::wrong_order} : std::nullopt));
  }
}

TEST_CASE("one CONFIRM counts per OFFER: after a wrong code the right one comes too late") {
  HandshakePair pair({AuthMode::code, text_bytes("481903"), {}});
  const Bytes confirm = pair.confirm();
  CHECK(error_of(pair.master.consume_confirm(confirm)) == Error::bad_code);
  CHECK(error_of(pair.master.consume_confirm(confirm)) == Error::wrong_order);
  CHECK(error_of(pair.master.consume_join(pair.join(), pair.secrets)) == Error::wrong_order);
}

TEST_CASE("a wrong secret of each kind is a bad code") {
  for (const Credentials& credentials :
       {Credentials{AuthMode::code, text_bytes("000000"), {}}, Credentials{AuthMode::link, Bytes(16, 0x4d), {}},
        Credentials{AuthMode::paired, Bytes(32, 0x51), {}}}) {
    HandshakePair pair(credentials);
    CHECK(error_of(pair.master.consume_confirm(pair.confirm())) == Error::bad_code);
  }
}

TEST_CASE("messages out of their order are refused and change nothing") {
  HandshakePair pair;
  CHECK(error_of(pair.client.consume_offer(Bytes(kOfferSize))) == Error::wrong_order);
  CHECK(error_of(pair.client.consume_lobby(Bytes(64))) == Error::wrong_order);
  CHECK(error_of(pair.client.consume_key(Bytes(400))) == Error::wrong_order);
  CHECK(error_of(pair.master.consume_confirm(Bytes(300))) == Error::wrong_order);
  CHECK(error_of(pair.master.consume_ready(Bytes(53))) == Error::wrong_order);
  const Bytes offer = pair.offer();
  HandshakePair stranger;
  CHECK(error_of(pair.master.consume_join(stranger.join(), pair.secrets)) == Error::wrong_order);
  CHECK(error_of(pair.client.consume_key(Bytes(400))) == Error::wrong_order);
  CHECK(error_of(pair.master.consume_ready(Bytes(53))) == Error::wrong_order);
  auto admitted = pair.admitted();
  CHECK(error_of(pair.master.consume_confirm(pair.confirm())) == Error::wrong_order);
  auto established = pair.client.consume_key(admitted.key);
  REQUIRE(established);
  CHECK(error_of(pair.client.consume_key(admitted.key)) == Error::wrong_order);  // the RSA key is gone
  CHECK(error_of(pair.client.consume_lobby(Bytes(64))) == Error::wrong_order);
  CHECK(pair.master.consume_ready(established->ready));
}

TEST_CASE("after one bad Tb the client stops") {
  HandshakePair pair;
  pair.hello = pair.master.consume_confirm(pair.confirm()).value();
  const Bytes lobby = pair.master.create_lobby();
  CHECK(error_of(pair.client.consume_lobby(without_last(lobby))) == Error::malformed);
  CHECK(error_of(pair.client.consume_lobby({})) == Error::malformed);
  CHECK(pair.client.consume_lobby(lobby));
  CHECK(error_of(pair.client.consume_lobby(flipped(lobby, 63))) == Error::bad_code);
  CHECK(error_of(pair.client.consume_lobby(lobby)) == Error::wrong_order);
  auto admitted = pair.master.create_key(Epoch{1}, pair.epoch_secret, {});
  CHECK(error_of(pair.client.consume_key(admitted.key)) == Error::wrong_order);
}

TEST_CASE("a KEY that is too short, or of another handshake, ends the client's") {
  for (bool foreign : {false, true}) {
    HandshakePair pair, other;
    pair.admitted();
    const Bytes key = foreign ? other.admitted().key : Bytes(64 + 256 + 15);
    CHECK(error_of(pair.client.consume_key(key)) == (foreign ? Error::bad_code : Error::malformed));
    CHECK(error_of(pair.client.consume_key(key)) == Error::wrong_order);
  }
}

TEST_CASE("facts that are none are refused by both") {
  for (const char* number : {"", "42811790", "4281179031", "42811790x"}) {
    SessionFacts odd{number, some_session().uuid};
    MasterKeys keys;
    MasterHandshake master(odd, keys, ParticipantId{1});
    ClientHandshake client(odd, right_credentials(AuthMode::code), {}, KnownRsaKey::get());
    CHECK(error_of(master.consume_join(client.create_join(), all_modes())) == Error::malformed);
    CHECK(error_of(client.consume_offer(HandshakePair().offer())) == Error::malformed);
  }
}

TEST_CASE("two sides that were told of different sessions never agree") {
  for (int what = 0; what < 2; ++what) {
    SessionFacts other = some_session();
    if (what == 0)
      other.number = "428117904";
    else
      other.uuid[15] ^= 1;
    HandshakePair pair;
    MasterHandshake master(other, pair.keys, ParticipantId{1});
    auto offer = master.consume_join(pair.join(), pair.secrets);
    CHECK(error_of(pair.client.consume_offer(*offer)) == Error::bad_signature);
  }
}

TEST_CASE("JOIN with any byte changed on the way is refused by one side or the other") {
  HandshakePair pair;
  const Bytes join = pair.join();
  for (std::size_t at = 0; at < join.size(); ++at) {
    MasterHandshake master(some_session(), pair.keys, ParticipantId{7});
    auto offer = master.consume_join(flipped(join, at, static_cast<std::uint8_t>(1u << at % 8)), pair.secrets);
    if (!offer) continue;
    CAPTURE(at);
    CHECK(error_of(pair.client.consume_offer(*offer)) == Error::bad_signature);
  }
}

TEST_CASE("OFFER with any byte changed on the way is refused") {
  HandshakePair pair;
  const Bytes offer = pair.offer();
  for (std::size_t at = 0; at < offer.size(); ++at) {
    CAPTURE(at);
    CHECK_FALSE(pair.client.consume_offer(flipped(offer, at, static_cast<std::uint8_t>(1u << at % 8))));
  }
  CHECK(pair.client.consume_offer(offer));
}

TEST_CASE("CONFIRM with any byte changed on the way is refused") {
  const std::size_t size = HandshakePair().confirm().size();
  for (std::size_t at = 0; at < size; ++at) {
    CAPTURE(at);
    HandshakePair pair;
    CHECK_FALSE(pair.master.consume_confirm(flipped(pair.confirm(), at, static_cast<std::uint8_t>(1u << at % 8))));
  }
}

TEST_CASE("KEY with any byte changed on the way is refused, always in the same words") {
  const std::size_t size = HandshakePair().admitted().key.size();
  for (std::size_t at = 0; at < size; ++at) {
    CAPTURE(at);
    HandshakePair pair;
    const Bytes key = flipped(pair.admitted().key, at, static_cast<std::uint8_t>(1u << at % 8));
    CHECK(error_of(pair.client.consume_key(key)) == Error::bad_code);
  }
}

TEST_CASE("READY with any byte changed on the way is refused") {
  HandshakePair pair;
  auto admitted = pair.admitted();
  auto established = pair.client.consume_key(admitted.key);
  const Bytes& ready = established->ready;
  for (std::size_t at = 0; at < ready.size(); ++at)
    CHECK(error_of(pair.master.consume_ready(flipped(ready, at))) == Error::malformed);
  CHECK_FALSE(pair.master.consume_ready({}));
  CHECK_FALSE(pair.master.consume_ready(with_one_more(ready)));
  CHECK(pair.master.consume_ready(ready));
}
