// Somebody in between, with keys of his own on both sides: what the relay could try.
#include <catch2/catch.hpp>

#include "crypto/handshake.h"
#include "crypto/messages.h"
#include "handshake_pair.h"

using namespace lotse;
using namespace lotse::crypto;

TEST_CASE("who sits in between without the code gets no further than Ta, and learns nothing that opens the KEY") {
  HandshakePair honest;
  // Towards the client he plays a master that must guess the code.
  MasterKeys his_keys;
  MasterHandshake false_master(some_session(), his_keys, ParticipantId{7});
  auto his_offer = false_master.consume_join(honest.join(), {text_bytes("000000"), {}, {}, false});
  auto confirm = honest.client.consume_offer(*his_offer);
  REQUIRE(confirm);  // a typed code carries no fingerprint
  CHECK(false_master.consume_confirm(*confirm).error() == HandshakeError::bad_code);

  // Towards the master he plays the client, with the client's CONFIRM: it was made for another OFFER.
  REQUIRE(honest.master.consume_join(honest.join(), honest.secrets));
  CHECK(honest.master.consume_confirm(*confirm).error() == HandshakeError::bad_signature);
  CHECK(honest.client.consume_lobby(Bytes(64)).error() == HandshakeError::bad_code);
}

TEST_CASE("with keys of his own in the client's JOIN he needs the code all the same") {
  HandshakePair honest;
  ClientHandshake his(some_session(), {AuthMode::code, text_bytes("000000"), {}}, {}, KnownRsaKey::get());
  auto offer = honest.master.consume_join(his.create_join(), honest.secrets);
  CHECK(honest.master.consume_confirm(his.consume_offer(*offer).value()).error() == HandshakeError::bad_code);
}

TEST_CASE("a field of his in the client's JOIN, and the OFFER signed anew by him, shows at the master") {
  struct Case {
    const char* what;
    std::function<void(Join&)> change;
  };
  const auto other = SigningKey::make();
  const Case cases[] = {
      {"spki", [](Join& j) { j.spki = spki_of(make_rsa()); }},
      {"ed_C", [&](Join& j) { j.ed = other.verify_key(); }},
      {"dh_C", [](Join& j) { j.dh = DhKey::make().public_key(); }},
      {"commit", [](Join& j) { j.commit[0] ^= 1; }},
      {"Ya", [](Join& j) { j.ya = CpaceShare::make(cpace_generator({}, {}, {})).share(); }},
      {"client_id", [](Join& j) { j.client_id[0] ^= 1; }},
      {"mode", [](Join& j) { j.mode = 2; }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    HandshakePair honest;
    Join changed = *decode_join(honest.join());
    c.change(changed);
    auto offer_bytes = honest.master.consume_join(encode(changed), honest.secrets);
    REQUIRE(offer_bytes);
    Offer offer = *decode_offer(*offer_bytes);
    const auto t1 = sha256({some_session().encoded(), honest.join()});
    Bytes index;
    ByteWriter{index}.put(offer.index.value());
    offer.ed = other.verify_key();
    offer.sig = other.sign(Purpose::offer, {t1, index, offer.dh, offer.nonce, offer.yb});
    auto confirm = honest.client.consume_offer(encode(offer));
    REQUIRE(confirm);
    CHECK_FALSE(honest.master.consume_confirm(*confirm));
  }
}

TEST_CASE("without a code the words to compare give him away") {
  HandshakePair honest(AuthMode::none);
  MasterKeys his_keys;
  MasterHandshake false_master(some_session(), his_keys, ParticipantId{7});
  ClientHandshake false_client(some_session(), {AuthMode::none, {}, {}}, {}, KnownRsaKey::get());

  auto to_client = false_master.consume_join(honest.join(), {{}, {}, {}, true});
  REQUIRE(false_master.consume_confirm(honest.client.consume_offer(*to_client).value()));
  auto to_him = honest.master.consume_join(false_client.create_join(), honest.secrets);
  REQUIRE(honest.master.consume_confirm(false_client.consume_offer(*to_him).value()));
  CHECK(honest.client.sas_digits() == false_master.sas_digits());
  CHECK(honest.master.sas_digits() == false_client.sas_digits());
  CHECK(honest.client.sas_digits() != honest.master.sas_digits());
  CHECK(honest.client.sas_words() != honest.master.sas_words());
}
