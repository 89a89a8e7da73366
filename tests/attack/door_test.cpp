// Strangers at the master's door: guesses, floods of JOINs, weak keys.
#include "crypto/messages.h"
#include "crypto/rsa.h"
#include "scene.h"
#include "tests/crypto/handshake_pair.h"
#include "wire/limits.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;
using wire::HandshakeMessage;

namespace {

constexpr std::uint32_t kFirstStranger = 5000;  // links that the relay in this world does not know

struct Door {
  Pair p;
  std::map<LinkId, std::vector<wire::Handshake>> answers;

  Door() {
    p.world.eavesdrop = [this](ByteView bytes) {
      auto frame = wire::decode(bytes);
      auto* answer = frame ? std::get_if<wire::Handshake>(&*frame) : nullptr;
      if (answer && answer->link >= LinkId{kFirstStranger}) answers[answer->link].push_back(*answer);
    };
  }
  /// What the master answers to a message of the stranger on `link`.
  std::vector<wire::Handshake> say(std::uint32_t link, HandshakeMessage message, const Bytes& body) {
    answers[LinkId{link}].clear();
    p.master.session().on_frame(wire::encode(wire::Handshake{LinkId{link}, message, body}), p.world.now);
    p.world.run(10ms);
    return answers[LinkId{link}];
  }
  void gone(std::uint32_t link) {
    p.master.session().on_frame(wire::encode(wire::LinkDown{LinkId{link}, ParticipantId{0xFFFF}}), p.world.now);
  }
  crypto::ClientHandshake client(const std::string& code) {
    return {keys_of(p.master).facts,
            {crypto::AuthMode::code, crypto::normalized_code(code), {}},
            {"Eve", {}, {}},
            crypto::KnownRsaKey::get()};
  }
  std::string wrong_code() const { return p.code() == "111111" ? "222222" : "111111"; }
  bool lives_on() {
    p.master.fill({3, 5, 70, 60}, static_cast<std::uint32_t>(p.master.frames_sent * 7919));
    return p.world.until([&] { return p.guest.exact && p.guest.sees(p.master); });
  }
  bool link_holder_comes_in() {
    Station& friendly = p.world.station("Dora");
    friendly.join_link(p.number(), p.master.all<SessionNumber>().front().link_secret);
    return p.world.until([&] { return friendly.exact && friendly.sees(p.master); });
  }
};

bool refused(const std::vector<wire::Handshake>& answers, wire::RefusedReason reason) {
  return answers.size() == 1 && answers[0].message == HandshakeMessage::refused &&
         answers[0].body == Bytes{static_cast<std::uint8_t>(reason)};
}

Bytes der(std::uint8_t tag, const Bytes& content) {
  Bytes out{tag};
  ByteWriter w(out);
  if (content.size() >= 256)
    w.put(std::uint8_t{0x82}).put(static_cast<std::uint16_t>(content.size()));
  else if (content.size() >= 128)
    w.put(std::uint8_t{0x81}).put(static_cast<std::uint8_t>(content.size()));
  else
    w.put(static_cast<std::uint8_t>(content.size()));
  append(out, content);
  return out;
}

/// A sound SubjectPublicKeyInfo of that size and exponent.
Bytes rsa_spki(std::size_t bits, const Bytes& exponent) {
  Bytes modulus(bits / 8 + 1, 0), algorithm = *from_hex("300d06092a864886f70d0101010500"), numbers, inside{0};
  crypto::fill_random(std::span{modulus}.subspan(1));
  modulus[1] |= 0x80, modulus.back() |= 1;
  append(numbers, der(0x02, modulus));
  append(numbers, der(0x02, exponent));
  append(inside, der(0x30, numbers));
  append(algorithm, der(0x03, inside));
  return der(0x30, algorithm);
}

}  // namespace

TEST_CASE("a thousand wrong codes at the door: five count, the code is spent, the warning comes once") {
  Door d;
  std::size_t refusals = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const std::uint32_t link = kFirstStranger + i;
    auto client = d.client(d.wrong_code());
    auto offer = d.say(link, HandshakeMessage::join, client.create_join());
    REQUIRE(offer.size() == 1);
    REQUIRE(offer[0].message == HandshakeMessage::offer);
    auto confirm = client.consume_offer(offer[0].body);
    REQUIRE(confirm);
    refusals += refused(d.say(link, HandshakeMessage::confirm, *confirm), wire::RefusedReason::bad_code);
    d.gone(link);
    d.p.world.run(100ms);
  }
  CHECK(refusals == 1000);
  REQUIRE(d.p.master.all<Warning>().size() == 1);
  CHECK(d.p.master.all<Warning>().front().code == "code_guessed");
  CHECK(d.p.master.all<Joined>().size() == 1);
  // The right code leads to the lobby now; who has the link comes in, under one of the first indices.
  Station& late = d.p.world.station("Clara");
  late.join(d.p.number(), d.p.code());
  REQUIRE(d.p.world.until([&] { return d.p.master.saw<InLobby>(); }));
  CHECK(d.link_holder_comes_in());
  CHECK(d.p.master.all<Joined>().back().participant < ParticipantId{10});
  CHECK(d.lives_on());
}

TEST_CASE("one guess to an OFFER: a second CONFIRM is not even looked at") {
  Door d;
  auto client = d.client(d.wrong_code());
  auto offer = d.say(kFirstStranger, HandshakeMessage::join, client.create_join());
  const Bytes confirm = client.consume_offer(offer.at(0).body).value();
  CHECK(refused(d.say(kFirstStranger, HandshakeMessage::confirm, confirm), wire::RefusedReason::bad_code));
  for (int i = 0; i < 20; ++i) CHECK(d.say(kFirstStranger, HandshakeMessage::confirm, confirm).empty());
  CHECK_FALSE(d.p.master.saw<Warning>());  // one guess was counted, not twenty-one
  CHECK(d.lives_on());
}

TEST_CASE("4096 junk JOINs use up no index and no memory, and who has the code comes in") {
  Door d;
  const Bytes sound = d.client(d.wrong_code()).create_join();
  std::size_t offers = 0;
  for (std::uint32_t i = 0; i < 4096; ++i) {
    Bytes join = sound;
    if (i % 4 != 0) join[i % join.size()] ^= 0x80;  // three of four are junk, some of it well-formed
    auto answer = d.say(kFirstStranger + i, HandshakeMessage::join, join);
    REQUIRE(answer.size() == 1);
    offers += answer[0].message == HandshakeMessage::offer;
  }
  CHECK(offers < 4096 / 4);  // no more than so many a second
  auto held = std::count_if(d.answers.begin(), d.answers.end(), [](const auto& told) {
    return !told.second.empty() && told.second.back().message == HandshakeMessage::offer;
  });
  CHECK(held > 0);  // the others were refused, at once or when they had to make room
  CHECK(static_cast<std::size_t>(held) <= wire::kMaxUnconfirmedJoins);
  CHECK(d.lives_on());
  d.p.world.run(wire::kConfirmTime);
  Station& friendly = d.p.world.station("Clara");
  friendly.join(d.p.number(), d.p.code());
  REQUIRE(d.p.world.until([&] { return friendly.exact; }));
  CHECK(keys_of(friendly).self <= ParticipantId{2 + wire::kMaxUnconfirmedJoins});
  CHECK_FALSE(d.p.master.saw<Warning>());
}

TEST_CASE("an index that was keyed is never given again, whoever leaves") {
  Pair p;
  std::set<ParticipantId> given{ParticipantId{1}};
  for (int i = 0; i < 6; ++i) {
    Station& guest = p.world.station("Clara");
    guest.join_link(p.number(), p.master.all<SessionNumber>().front().link_secret);
    REQUIRE(p.world.until([&] { return guest.exact; }));
    CHECK(given.insert(keys_of(guest).self).second);
    if (i % 2)
      p.master.session().kick(keys_of(guest).self, "", p.world.now);
    else
      guest.session().leave(p.world.now);
    p.world.run(1s);
  }
}

TEST_CASE("a JOIN with a weak RSA key is refused at once, and nothing of it is held") {
  Door d;
  struct Case {
    const char* what;
    Bytes spki;
  };
  const Bytes e65537{1, 0, 1};
  const Case cases[] = {{"e = 1", rsa_spki(2048, {1})},
                        {"e = 3", rsa_spki(2048, {3})},
                        {"1024 bits", rsa_spki(1024, e65537)},
                        {"16384 bits", rsa_spki(16384, e65537)},
                        {"1024 bits, made longer", [&] {
                           Bytes spki = rsa_spki(1024, e65537);
                           spki.resize(crypto::kSpkiSize);
                           return spki;
                         }()}};
  std::uint32_t link = kFirstStranger;
  for (const Case& c : cases) {
    CAPTURE(c.what);
    crypto::Join join = *crypto::decode_join(d.client(d.p.code()).create_join());
    join.spki = c.spki;
    CHECK(refused(d.say(link, HandshakeMessage::join, crypto::encode(join)), wire::RefusedReason::version));
    CHECK(d.say(link++, HandshakeMessage::confirm, Bytes(500)).empty());
    d.p.world.run(200ms);
  }
  CHECK(d.lives_on());
}
