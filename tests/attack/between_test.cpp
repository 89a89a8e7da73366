// A relay between client and master that changes, forwards and reflects handshakes; tests/crypto has the same without
// a session around it.
#include "crypto/messages.h"
#include "crypto/schedule.h"
#include "scene.h"
#include "tests/crypto/handshake_pair.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;
using wire::HandshakeMessage;

namespace {

/// Changes the first handshake message of that kind on a station's link, by `change`.
auto swapping(Station& victim, HandshakeMessage message, std::function<void(Bytes&)> change) {
  return [&victim, message, change = std::move(change)](Station& at, World::Way, Bytes& frame) {
    if (&at != &victim) return true;
    auto decoded = wire::decode(frame);
    auto* handshake = decoded ? std::get_if<wire::Handshake>(&*decoded) : nullptr;
    if (!handshake || handshake->message != message) return true;
    change(handshake->body);
    frame = wire::encode(*handshake);
    return true;
  };
}

template <class Decoded>
std::function<void(Bytes&)> field(std::optional<Decoded> (*decode)(ByteView), std::function<void(Decoded&)> change) {
  return [decode, change](Bytes& body) {
    auto fields = decode(body);
    REQUIRE(fields);
    change(*fields);
    body = crypto::encode(*fields);
  };
}

crypto::Point some_share() { return crypto::CpaceShare::make(crypto::cpace_generator({}, {}, {})).share(); }

}  // namespace

TEST_CASE("a key swapped on the way, in either direction, lets nobody in, is told, and the next try comes in") {
  struct Case {
    const char* what;
    HandshakeMessage message;
    std::function<void(Bytes&)> change;
  };
  using crypto::Join, crypto::Offer;
  auto join = [](std::function<void(Join&)> change) { return field<Join>(crypto::decode_join, std::move(change)); };
  auto offer = [](std::function<void(Offer&)> change) { return field<Offer>(crypto::decode_offer, std::move(change)); };
  static const auto other = crypto::SigningKey::make();
  static const auto dh = crypto::DhKey::make();
  const Case cases[] = {
      {"RSA", HandshakeMessage::join, join([](Join& j) { j.spki = crypto::spki_of(crypto::make_rsa()); })},
      {"Ed25519 of the client", HandshakeMessage::join, join([](Join& j) { j.ed = other.verify_key(); })},
      {"X25519 of the client", HandshakeMessage::join, join([](Join& j) { j.dh = dh.public_key(); })},
      {"CPace share of the client", HandshakeMessage::join, join([](Join& j) { j.ya = some_share(); })},
      {"commitment of the client", HandshakeMessage::join, join([](Join& j) { j.commit[7] ^= 1; })},
      {"Ed25519 of the master", HandshakeMessage::offer, offer([](Offer& o) { o.ed = other.verify_key(); })},
      {"X25519 of the master", HandshakeMessage::offer, offer([](Offer& o) { o.dh = dh.public_key(); })},
      {"CPace share of the master", HandshakeMessage::offer, offer([](Offer& o) { o.yb = some_share(); })},
      {"identity as CPace share of the client", HandshakeMessage::join, join([](Join& j) { j.ya = {}; })},
      {"no point as CPace share of the client", HandshakeMessage::join, join([](Join& j) { j.ya.fill(0xFF); })},
      {"identity as CPace share of the master", HandshakeMessage::offer, offer([](Offer& o) { o.yb = {}; })},
      {"version", HandshakeMessage::join, join([](Join& j) { j.version = 0; })},
      {"suite", HandshakeMessage::join, join([](Join& j) { j.suite = 0; })},
      {"mode down to none", HandshakeMessage::join, join([](Join& j) { j.mode = 0; })},
      {"mode to link", HandshakeMessage::join, join([](Join& j) { j.mode = 2; })},
  };
  Scene s;
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Station& victim = s.world.station("Dora");
    s.world.between = swapping(victim, c.message, c.change);
    victim.join(s.number(), s.code());
    REQUIRE(s.world.until([&] { return victim.saw<Ended>(); }, 30s));
    CHECK(victim.all<Ended>().front().error);
    CHECK_FALSE(victim.all<Ended>().front().reason.empty());
    CHECK(victim.shows == 0);
    CHECK(s.master.all<Joined>().size() == 2);
    CHECK(keys_of(s.master).roster.members.size() == 3);
    s.world.between = nullptr;
    victim.kill();
    s.world.run(200ms);
  }
  CHECK(s.lives_on());
  // A changed JOIN never counts as a guess of the code.
  CHECK_FALSE(s.master.saw<Warning>());
  Station& honest = s.world.station("Emil");
  honest.join(s.number(), s.code());
  CHECK(s.world.until([&] { return honest.exact && honest.sees(s.master); }));
}

TEST_CASE("a relay that leads a joiner to another session is found out before the joiner says anything") {
  Pair wanted;
  World& world = wanted.world;
  Station& other = world.station("Mallory");
  other.host({});
  REQUIRE(world.until([&] { return other.saw<SessionNumber>(); }));
  const std::string number = other.all<SessionNumber>().front().number;
  Station& victim = world.station("Clara");
  std::size_t handshakes = 0;
  world.between = [&](Station& at, World::Way way, Bytes& frame) {
    if (&at != &victim || way != World::Way::up) return true;
    if (frame[0] == 0x11) frame = wire::encode(wire::Attach{wire::number_of(number)});
    handshakes += frame[0] == 0x20;
    return true;
  };
  victim.join(wanted.number(), wanted.code());
  REQUIRE(world.until([&] { return victim.saw<Ended>(); }));
  CHECK(victim.all<Ended>().front().error == ErrorCode::no_session);
  CHECK(handshakes == 0);
  CHECK_FALSE(other.saw<Joined>());
}

TEST_CASE("a handshake that is forwarded to another session's master comes to no keys") {
  Pair wanted;
  World& world = wanted.world;
  Station& other = world.station("Mallory");
  other.host({});
  REQUIRE(world.until([&] { return other.saw<SessionNumber>(); }));
  Station& victim = world.station("Clara");
  const wire::Number theirs = wire::number_of(other.all<SessionNumber>().front().number);
  const auto told = wire::number_of(wanted.number());
  world.between = [&](Station& at, World::Way way, Bytes& frame) {
    if (&at != &victim) return true;
    if (way == World::Way::up && frame[0] == 0x11) frame = wire::encode(wire::Attach{theirs});
    auto decoded = way == World::Way::down ? wire::decode(frame) : std::nullopt;
    if (auto* opened = decoded ? std::get_if<wire::SessionOpened>(&*decoded) : nullptr) {
      opened->number = told;
      opened->uuid = keys_of(wanted.master).facts.uuid;
      frame = wire::encode(*opened);
    }
    return true;
  };
  // Even with the other session's code.
  victim.join(wanted.number(), other.all<SessionNumber>().front().code);
  REQUIRE(world.until([&] { return victim.saw<Ended>(); }, 30s));
  CHECK(victim.all<Ended>().front().error == ErrorCode::bad_password);
  CHECK_FALSE(other.saw<Joined>());
  CHECK(wanted.master.all<Joined>().size() == 1);
}

TEST_CASE("a client that hears its own words back comes to no keys") {
  Pair p;
  Station& victim = p.world.station("Clara");
  p.world.between = [&](Station& at, World::Way way, Bytes& frame) {
    auto decoded = wire::decode(frame);
    auto* handshake = decoded ? std::get_if<wire::Handshake>(&*decoded) : nullptr;
    if (&at != &victim || !handshake) return true;
    if (way == World::Way::down) return false;  // the master is not heard
    for (HandshakeMessage as : {handshake->message, HandshakeMessage::offer, HandshakeMessage::lobby})
      if (!victim.saw<Ended>())
        victim.session().on_frame(wire::encode(wire::Handshake{{}, as, handshake->body}), p.world.now);
    return false;
  };
  victim.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return victim.saw<Ended>(); }, 60s));
  CHECK(victim.all<Ended>().front().error);
  CHECK(victim.session().core() == nullptr);
  CHECK(p.master.all<Joined>().size() == 1);
}

TEST_CASE("the words to compare cannot be searched: behind JOIN and OFFER nothing of CONFIRM moves them") {
  using namespace lotse::crypto;
  const SessionFacts facts = some_session();
  MasterKeys keys;
  MasterHandshake master(facts, keys, ParticipantId{7});
  // Somebody in between, with keys of his own and any number of tries at home.
  const SigningKey signing = SigningKey::make();
  Join join;
  Hash32 nonce;
  fill_random(nonce);
  fill_random(join.client_id);
  join.spki = spki_of(parse_private_key(*from_hex(kKnownRsaKey)));
  join.ed = signing.verify_key();
  join.dh = DhKey::make().public_key();
  join.commit = sha256({nonce});
  auto share = CpaceShare::make(cpace_generator({}, cpace_ci(facts, 0), cpace_sid(facts, join.client_id)));
  join.ya = share.share();
  const Bytes offer_bytes = master.consume_join(encode(join), {{}, {}, {}, true}).value();
  const Offer offer = *decode_offer(offer_bytes);
  const Schedule schedule(facts, join, offer, *share.agree(offer.yb));
  Transcript transcript(facts);
  transcript.add(encode(join));
  transcript.add(offer_bytes);
  const Hash32 t2 = transcript.hash();
  auto confirm = [&](const Hash32& revealed, const std::string& name) {
    Bytes box, body;
    SealKey key{schedule.hello_key(t2)};
    key.seal(key.reserve(), hello_aad(t2, revealed), encode(ClientHello{name, {}, {}}), box);
    body = encode_before_ta(revealed, box, signing.sign(Purpose::join, {t2, revealed}));
    append(body, schedule.ta(t2, body));
    return body;
  };
  // Every other nonce would give other words, and is refused though all else fits.
  for (int i = 0; i < 200; ++i) {
    Hash32 searched;
    fill_random(searched);
    auto taken = master.consume_confirm(confirm(searched, "Eve"));
    REQUIRE_FALSE(taken);
    CHECK(taken.error() == HandshakeError::malformed);
  }
  // All that he may still choose, the name, does not change them: they were fixed when he had to commit.
  REQUIRE(master.consume_confirm(confirm(nonce, "Eve with any name")));
  CHECK(master.sas_digits() == nine_digits(sas_bits(t2, nonce)));
}
