#include "crypto/identity.h"

#include <catch2/catch.hpp>

#include "handshake_pair.h"

using namespace lotse;
using namespace lotse::crypto;

namespace {

constexpr SessionUuid kSession{1, 2, 3}, kOther{3, 2, 1};

// Up to the master's answer to CONFIRM; `prove` makes what the client shows.
Result<ClientHello, HandshakeError> shown(MasterHandshake& master,
                                          std::function<Bytes(ByteView, const VerifyKey&)> prove) {
  ClientHandshake client(some_session(), right_credentials(AuthMode::code), {"Ada", {}, {}}, KnownRsaKey::get());
  client.show_identity(std::move(prove));
  auto offer = master.consume_join(client.create_join(), all_modes()).value();
  return master.consume_confirm(client.consume_offer(offer).value());
}

}  // namespace

TEST_CASE("an identity comes back out of its file by the passphrase, however it was typed") {
  auto identity = Identity::make();
  Bytes file = identity.encrypted("Schl\xC3\xBCssel am Haken");
  CHECK(Identity::public_key_in(file) == identity.public_key());
  auto back = Identity::decrypt(file, "Schlu\xCC\x88ssel am Haken");  // u and a combining diaeresis
  REQUIRE(back);
  CHECK(back->public_key() == identity.public_key());
  auto proof = back->prove_master(kSession, {7});
  CHECK(verify_master_proof(proof, kSession, {7}) == identity.public_key());
  auto wrong = Identity::decrypt(file, "Schl\xC3\xBCssel am Nagel");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error() == Identity::Failure::wrong_passphrase);
}

TEST_CASE("a damaged identity file is told from a wrong passphrase, and no claim of it costs more than allowed") {
  Bytes file = Identity::make().encrypted("amber hotel raven");
  for (std::size_t at : {std::size_t{0}, std::size_t{9}, std::size_t{41}, std::size_t{45}, file.size() - 1}) {
    Bytes bad = file;
    bad[at] ^= 0x80;
    auto opened = Identity::decrypt(bad, "amber hotel raven");
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == Identity::Failure::damaged);
    CHECK_FALSE(Identity::public_key_in(bad));
  }
  CHECK_FALSE(Identity::decrypt(ByteView{file}.first(file.size() - 1), "amber hotel raven"));
  CHECK_FALSE(Identity::decrypt({}, "amber hotel raven"));
}

TEST_CASE("a proof fits its session, its key and its handshake alone, and its role") {
  auto identity = Identity::make();
  VerifyKey key{9}, other{8};
  Bytes t2(32, 5), t2_else(32, 6);
  Bytes client = identity.prove_client(kSession, key, t2), master = identity.prove_master(kSession, key);
  CHECK(verify_client_proof(client, kSession, key, t2) == identity.public_key());
  CHECK_FALSE(verify_client_proof(client, kOther, key, t2));
  CHECK_FALSE(verify_client_proof(client, kSession, other, t2));
  CHECK_FALSE(verify_client_proof(client, kSession, key, t2_else));
  CHECK(verify_master_proof(master, kSession, key) == identity.public_key());
  CHECK_FALSE(verify_master_proof(master, kOther, key));
  CHECK_FALSE(verify_master_proof(master, kSession, other));
  CHECK_FALSE(verify_master_proof(client, kSession, key));
  CHECK_FALSE(verify_client_proof(master, kSession, key, {}));
  for (std::size_t size : {std::size_t{0}, std::size_t{95}, std::size_t{97}}) {
    Bytes cut = client;
    cut.resize(size);
    CHECK_FALSE(verify_client_proof(cut, kSession, key, t2));
  }
}

TEST_CASE("a master learns the identity that a client shows, and of none where none is shown") {
  auto identity = Identity::make();
  MasterKeys keys;
  MasterHandshake with(some_session(), keys, ParticipantId{7}), without(some_session(), keys, ParticipantId{8});
  REQUIRE(shown(
      with, [&](ByteView t2, const VerifyKey& own) { return identity.prove_client(some_session().uuid, own, t2); }));
  CHECK(with.client_identity() == identity.public_key());
  REQUIRE(shown(without, {}));
  CHECK_FALSE(without.client_identity());
}

TEST_CASE("a proof that was made for another join ends the handshake") {
  auto identity = Identity::make();
  MasterKeys keys, hostile;
  // A hostile master gets a proof for itself ...
  Bytes stolen;
  MasterHandshake thief(some_session(), hostile, ParticipantId{7});
  REQUIRE(shown(thief, [&](ByteView t2, const VerifyKey& own) {
    return stolen = identity.prove_client(some_session().uuid, own, t2);
  }));
  // ... and shows it elsewhere.
  MasterHandshake master(some_session(), keys, ParticipantId{7});
  auto hello = shown(master, [&](ByteView, const VerifyKey&) { return stolen; });
  REQUIRE_FALSE(hello);
  CHECK(hello.error() == HandshakeError::malformed);
  CHECK_FALSE(master.client_identity());
}
