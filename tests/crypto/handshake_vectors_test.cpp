// One whole handshake that another implementation made from the protocol's text (tests/vectors/make_handshake.py).
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/epoch.h"
#include "crypto/messages.h"
#include "crypto/rsa.h"
#include "crypto/schedule.h"

using namespace lotse;
using namespace lotse::crypto;

namespace lotse::crypto {
struct KnownDhKey {
  static DhKey get(ByteView secret, ByteView public_key) {
    DhKey key;
    std::copy(secret.begin(), secret.end(), key.secret_.writable().begin());
    std::copy(public_key.begin(), public_key.end(), key.public_.begin());
    return key;
  }
};
}  // namespace lotse::crypto

namespace {

struct Known {
  Known() {
    std::ifstream in(std::filesystem::path(__FILE__).parent_path().parent_path() / "vectors" / "handshake.json");
    json = nlohmann::json::parse(in);
    facts.number = json.at("number");
    auto uuid = bytes("uuid");
    std::copy(uuid.begin(), uuid.end(), facts.uuid.begin());
    join = *decode_join(bytes("JOIN"));
    offer = *decode_offer(bytes("OFFER"));
  }
  Bytes bytes(const char* name) const { return *from_hex(json.at(name).get<std::string>()); }
  template <std::size_t N>
  Secret<N> secret(const char* name) const {
    Secret<N> out;
    const Bytes from = bytes(name);
    REQUIRE(from.size() == N);
    std::copy(from.begin(), from.end(), out.writable().begin());
    return out;
  }
  // T_n, by the messages named.
  Hash32 transcript(std::initializer_list<const char*> messages) const {
    Transcript t(facts);
    for (const char* message : messages) t.add(bytes(message));
    return t.hash();
  }
  Schedule schedule() const { return Schedule(facts, join, offer, secret<32>("K")); }

  nlohmann::json json;
  SessionFacts facts;
  Join join;
  Offer offer;
};

}  // namespace

TEST_CASE("known handshake: facts, transcript and layouts") {
  Known known;
  CHECK(known.facts.encoded() == known.bytes("SESSION"));
  CHECK(encode(known.join) == known.bytes("JOIN"));
  CHECK(encode(known.offer) == known.bytes("OFFER"));
  CHECK(equal(known.transcript({"JOIN"}), known.bytes("T_1")));
  CHECK(equal(known.transcript({"JOIN", "OFFER"}), known.bytes("T_2")));
  CHECK(equal(known.transcript({"JOIN", "OFFER", "CONFIRM"}), known.bytes("T_3")));
  CHECK(equal(known.transcript({"JOIN", "OFFER", "CONFIRM", "KEY"}), known.bytes("T_4")));
  CHECK(parse_spki(known.join.spki));
}

TEST_CASE("known handshake: CPace from the typed code to ISK") {
  Known known;
  const std::string typed = known.json.at("typed");
  auto prs = password(AuthMode::code, as_bytes(typed));
  REQUIRE(prs);
  CHECK(*prs == known.bytes("prs"));
  const Bytes sid = cpace_sid(known.facts, known.join.client_id);
  const Point g = cpace_generator(*prs, cpace_ci(known.facts, known.join.mode), sid);
  CHECK(equal(g, known.bytes("g")));
  CpaceShare client(g, known.secret<32>("ya")), master(g, known.secret<32>("yb"));
  CHECK(client.share() == known.join.ya);
  CHECK(master.share() == known.offer.yb);
  CHECK(equal(client.agree(master.share())->view(), known.bytes("K")));
  const Isk isk = cpace_isk(sid, known.secret<32>("K"), known.join.ya, client_data(known.join), known.offer.yb,
                            master_data(known.offer));
  CHECK(equal(isk.view(), known.bytes("ISK")));
}

TEST_CASE("known handshake: OFFER and CONFIRM") {
  Known known;
  const Hash32 t1 = known.transcript({"JOIN"}), t2 = known.transcript({"JOIN", "OFFER"});
  const Offer& offer = known.offer;
  const std::array<std::uint8_t, 2> index = {0, 7};
  CHECK(verify(offer.ed, Purpose::offer, {t1, index, offer.dh, offer.nonce, offer.yb}, offer.sig));

  const Bytes body = known.bytes("CONFIRM");
  auto confirm = decode_confirm(body);
  REQUIRE(confirm);
  CHECK(sha256({confirm->nonce}) == known.join.commit);
  CHECK(verify(known.join.ed, Purpose::join, {t2, confirm->nonce}, confirm->sig));
  const Schedule schedule = known.schedule();
  CHECK(equal(schedule.ta(t2, confirm->before_ta), confirm->ta));
  auto plaintext = OpenKey{schedule.hello_key(t2)}.open(0, hello_aad(t2, confirm->nonce), confirm->hello_box);
  REQUIRE(plaintext);
  auto hello = decode_hello(*plaintext);
  REQUIRE(hello);
  CHECK(hello->name == "Zoë");
  CHECK(hello->ticket == known.bytes("ticket"));
  CHECK(hello->identity.empty());
  CHECK(encode(*hello) == *plaintext);
  CHECK(sas_bits(t2, confirm->nonce) == known.json.at("sas_bits").get<std::uint32_t>());
  CHECK(nine_digits(sas_bits(t2, confirm->nonce)) == known.json.at("sas_digits").get<std::string>());
}

TEST_CASE("known handshake: LOBBY, KEY and READY") {
  Known known;
  const Hash32 t3 = known.transcript({"JOIN", "OFFER", "CONFIRM"});
  const Schedule schedule = known.schedule();
  CHECK(equal(schedule.tb(t3), known.bytes("LOBBY")));
  const Bytes body = known.bytes("KEY");
  auto key = decode_key(body);
  REQUIRE(key);
  CHECK(equal(key->tb, known.bytes("LOBBY")));
  auto plaintext = oaep_decrypt(parse_private_key(known.bytes("rsa_pkcs8")), oaep_label(t3), key->rsa_ct);
  REQUIRE(plaintext);
  ByteReader in{*plaintext};
  CHECK(equal(in.take(32), known.bytes("s")));
  CHECK(in.get<std::uint32_t>() == known.json.at("epoch").get<std::uint32_t>());
  CHECK(equal(schedule.mask(t3, in.array<32>()).view(), known.bytes("K_e")));
  CHECK(in.done());

  auto roots = schedule.roots(t3, known.secret<32>("s").view());
  CHECK(equal(roots.c2m.view(), known.bytes("c2m")));
  CHECK(equal(roots.m2c.view(), known.bytes("m2c")));
  CHECK(OpenKey{std::move(roots.m2c)}.open(0, box_aad(t3, key->rsa_ct), key->box) == known.bytes("box_plaintext"));
  const Hash32 t4 = known.transcript({"JOIN", "OFFER", "CONFIRM", "KEY"});
  CHECK(OpenKey{std::move(roots.c2m)}.open(0, {}, known.bytes("READY")) == ready_text(t4));
}

TEST_CASE("known handshake: a packet to all and the keys of a pair") {
  Known known;
  const ParticipantId sender = known.offer.index;
  const Epoch epoch{known.json.at("epoch").get<std::uint32_t>()};
  const auto counter = known.json.at("counter").get<std::uint64_t>();
  const auto base = sframe_base(known.secret<32>("K_e"), known.facts.uuid, epoch);
  CHECK(equal(base.view(), known.bytes("base_key")));
  const auto kid = key_id(Stream::chat, sender, epoch);
  CHECK(kid == known.json.at("kid").get<std::uint64_t>());
  CHECK(equal(sframe_key(base, kid).view(), known.bytes("sframe_key_salt")));
  CHECK(sframe_header(kid, counter) == known.bytes("sframe_header"));
  EpochKeys keys(known.facts.uuid, ParticipantId{1});
  keys.add(epoch, known.secret<32>("K_e"));
  auto opened = keys.open(epoch, sender, Stream::chat, counter, known.bytes("clear_header"), known.bytes("packet"),
                          EpochKeys::Replay::check);
  CHECK(opened.plaintext == known.bytes("packet_plaintext"));

  const DhKey two = KnownDhKey::get(known.bytes("dh_C_secret"), known.join.dh);
  auto pair = pair_keys(known.facts.uuid, two, ParticipantId{2}, known.offer.dh, ParticipantId{9});
  REQUIRE(pair);
  Bytes sealed, back;
  pair->seal.seal(pair->seal.reserve(), as_bytes("h"), as_bytes("text"), sealed);
  CHECK(OpenKey{known.secret<44>("pair_2_to_9")}.open(0, as_bytes("h"), sealed));
  SealKey from_nine{known.secret<44>("pair_9_to_2")};
  from_nine.seal(from_nine.reserve(), as_bytes("h"), as_bytes("text"), back);
  CHECK(pair->open.open(0, as_bytes("h"), back));
}
