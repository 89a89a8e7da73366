// The handshake when nobody interferes.
#include "crypto/handshake.h"

#include <catch2/catch.hpp>

#include "crypto/words.h"
#include "handshake_pair.h"

using namespace lotse;
using namespace lotse::crypto;

namespace {

// What one side seals under its pair keys the other opens.
void check_pair(PairKeys& from, PairKeys& to) {
  for (int i = 0; i < 3; ++i) {
    Counter counter = from.seal.reserve();
    const std::uint64_t value = counter.value();
    CHECK(value == static_cast<std::uint64_t>(i) + 1);  // the handshake itself used 0
    Bytes sealed;
    from.seal.seal(std::move(counter), as_bytes("header"), as_bytes("hello"), sealed);
    auto opened = to.open.open(value, as_bytes("header"), sealed);
    REQUIRE(opened);
    CHECK(as_text(*opened) == "hello");
    CHECK_FALSE(to.open.open(value + 1, as_bytes("header"), sealed));
  }
}

}  // namespace

TEST_CASE("a handshake in each mode ends with the same keys on both sides") {
  for (AuthMode mode : {AuthMode::none, AuthMode::code, AuthMode::link, AuthMode::paired}) {
    CAPTURE(static_cast<int>(mode));
    HandshakePair pair(mode);
    auto admitted = pair.admitted();
    CHECK(pair.master.mode() == mode);
    CHECK(pair.hello.name == "Ada Łukasz");
    CHECK(as_text(pair.hello.ticket) == "ticket");
    CHECK(pair.hello.identity.empty());
    CHECK(pair.client.sas_words() == pair.master.sas_words());
    CHECK(pair.client.sas_digits() == pair.master.sas_digits());
    CHECK(pair.client.sas_digits().size() == 9);

    auto result = pair.client.consume_key(admitted.key);
    REQUIRE(result);
    auto& client = result.value();
    CHECK(client.self == ParticipantId{7});
    CHECK(client.epoch == Epoch{3});
    CHECK(equal(client.secret.view(), pair.epoch_secret.view()));
    CHECK(as_text(client.box) == "roster and policy");
    CHECK(client.master == pair.keys.signing.verify_key());
    CHECK(client.master_dh == pair.keys.dh.public_key());
    CHECK(client.signing.verify_key() == pair.master.client_verify_key());
    CHECK(client.dh.public_key() == pair.master.client_dh());
    REQUIRE(pair.master.consume_ready(client.ready));
    REQUIRE(pair.master.consume_ready(client.ready));  // it may come twice
    check_pair(client.pair, admitted.pair);
    check_pair(admitted.pair, client.pair);
  }
}

TEST_CASE("a fresh RSA key does as well as the known one") {
  MasterKeys keys;
  MasterHandshake master(some_session(), keys, ParticipantId{1});
  ClientHandshake client(some_session(), right_credentials(AuthMode::link), {}, RsaKey::make());
  auto offer = master.consume_join(client.create_join(), all_modes());
  REQUIRE(master.consume_confirm(client.consume_offer(*offer).value()));
  auto admitted = master.create_key(Epoch{1}, EpochSecret::random(), {});
  REQUIRE(client.consume_key(admitted.key));
}

TEST_CASE("the fingerprint of a link is taken in either case") {
  HandshakePair pair(AuthMode::link);
  auto join = pair.join();
  for (bool upper : {false, true}) {
    std::string fp = fingerprint(pair.keys.signing.verify_key());
    CHECK(fp.size() == 16);
    if (upper)
      for (char& c : fp) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    MasterHandshake master(some_session(), pair.keys, ParticipantId{1});
    ClientHandshake client(some_session(), {AuthMode::link, Bytes(16, 0x4c), fp}, {}, KnownRsaKey::get());
    auto offer = master.consume_join(client.create_join(), all_modes());
    CHECK(client.consume_offer(*offer));
  }
}

TEST_CASE("repeats get the same bytes: JOIN, OFFER, CONFIRM, LOBBY") {
  HandshakePair pair;
  Bytes join = pair.join();
  CHECK(pair.join() == join);
  Bytes offer = pair.offer();
  CHECK(pair.offer() == offer);
  Bytes confirm = pair.client.consume_offer(offer).value();
  CHECK(pair.client.consume_offer(offer).value() == confirm);
  REQUIRE(pair.master.consume_confirm(confirm));
  CHECK(pair.offer() == offer);
  Bytes lobby = pair.master.create_lobby();
  CHECK(pair.master.create_lobby() == lobby);
  CHECK(pair.client.consume_lobby(lobby));
  CHECK(pair.client.consume_lobby(lobby));
  auto admitted = pair.master.create_key(Epoch{1}, pair.epoch_secret, {});
  CHECK(pair.client.consume_key(admitted.key));
}

TEST_CASE("a code is typed as people type: blanks, dashes and case do not matter") {
  CHECK(as_text(normalized_code("481 902")) == "481902");
  CHECK(as_text(normalized_code(" 481-902\n")) == "481902");
  CHECK(as_text(normalized_code("Amber-Hotel")) == "amberhotel");
  CHECK(as_text(normalized_code("Schlu\xCC\x88ssel")) == "schl\xC3\xBCssel");  // u and a combining diaeresis
  CHECK(as_text(normalized_code("schl\xC3\xBCssel")) == "schl\xC3\xBCssel");
  CHECK(as_text(normalized_code("a\xFF\xCC")) == "a\xFF\xCC");  // no UTF-8
  for (std::string typed : {"amber hotel", "AMBER-HOTEL", "amberhotel"}) {
    HandshakePair pair({AuthMode::code, text_bytes(typed), {}}, {text_bytes("Amber-hotel"), {}, {}, false});
    CHECK(pair.master.consume_confirm(pair.confirm()));
  }
}

TEST_CASE("two handshakes share no key, no code to compare and no message") {
  HandshakePair a, b;
  auto key_a = a.admitted().key, key_b = b.admitted().key;
  CHECK(key_a != key_b);
  CHECK(a.client.sas_digits() != b.client.sas_digits());
  CHECK(a.join() != b.join());
}
