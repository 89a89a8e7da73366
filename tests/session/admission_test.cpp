#include "session/admission.h"

#include <catch2/catch.hpp>

#include "wire/limits.h"

using namespace lotse;
using namespace lotse::session;
using namespace std::chrono_literals;

namespace {

struct Door {
  crypto::SessionFacts facts{"428117903", {7}};
  crypto::MasterKeys keys;
  std::vector<std::pair<wire::HandshakeMessage, Bytes>> sent;
  std::vector<Event> events;
  Admission door{facts,
                 keys,
                 {[this](LinkId, wire::HandshakeMessage m, Bytes b) { sent.emplace_back(m, std::move(b)); },
                  [this](Event e) { events.push_back(std::move(e)); }, [](Admitted) {}, [](LinkId, ParticipantId) {}}};
  Bytes junk_join(crypto::AuthMode mode = crypto::AuthMode::code) {
    bool link = mode == crypto::AuthMode::link;
    crypto::ClientHandshake client(facts, {mode, link ? Bytes(16) : crypto::normalized_code("000000"), {}},
                                   {"x", {}, {}}, crypto::RsaKey::make());
    return client.create_join();
  }
};

}  // namespace

TEST_CASE("a code has six digits and grows old") {
  Door d;
  Instant now{Duration(1s)};
  d.door.use_auto_code(now);
  std::string first = *d.door.code();
  CHECK(first.size() == 6);
  CHECK(first.find_first_not_of("0123456789") == std::string::npos);
  d.door.poll(now + 59min);
  CHECK(*d.door.code() == first);
  d.door.poll(now + 60min);
  REQUIRE(d.events.size() == 1);
  CHECK(std::get<NewCode>(d.events[0]).code == *d.door.code());
}

TEST_CASE("no more knockers are held than the limit says, and silent ones go") {
  Door d;
  Instant now{Duration(1s)};
  d.door.use_auto_code(now);
  Bytes join = d.junk_join();
  for (std::uint32_t i = 0; i < wire::kMaxUnconfirmedJoins; ++i)
    d.door.on_message(LinkId{i}, wire::HandshakeMessage::join, join, now + i * 200ms);
  CHECK(d.sent.back().first == wire::HandshakeMessage::offer);
  std::pair busy(wire::HandshakeMessage::refused, Bytes{static_cast<std::uint8_t>(wire::RefusedReason::busy)});
  Instant full = now + 13s;
  std::size_t before = d.sent.size();
  d.door.on_message(LinkId{1000}, wire::HandshakeMessage::join, join, full);
  REQUIRE(d.sent.size() == before + 2);  // the oldest makes room
  CHECK(d.sent[before] == busy);
  CHECK(d.sent.back().first == wire::HandshakeMessage::offer);
  d.door.poll(full + wire::kConfirmTime);
  before = d.sent.size();
  d.door.on_message(LinkId{1001}, wire::HandshakeMessage::join, join, full + wire::kConfirmTime);
  CHECK(d.sent.size() == before + 1);
}

TEST_CASE("junk that claims to have a code keeps nobody out who has a link") {
  Door d;
  Instant now{Duration(1s)};
  d.door.use_auto_code(now);
  Bytes junk = d.junk_join(), by_link = d.junk_join(crypto::AuthMode::link);
  for (std::uint32_t i = 0; i < 4096; ++i)
    d.door.on_message(LinkId{i}, wire::HandshakeMessage::join, junk, now + i * 1ms);
  CHECK(d.sent.back().first == wire::HandshakeMessage::refused);
  d.door.on_message(LinkId{9999}, wire::HandshakeMessage::join, by_link, now + 4096ms);
  CHECK(d.sent.back().first == wire::HandshakeMessage::offer);
}

TEST_CASE("junk that claims to have a link keeps a link waiting for seconds, not for minutes") {
  Door d;
  Instant now{Duration(1s)};
  d.door.use_auto_code(now);
  Bytes by_link = d.junk_join(crypto::AuthMode::link);
  for (std::uint32_t i = 0; i < 4096; ++i)
    d.door.on_message(LinkId{i}, wire::HandshakeMessage::join, by_link, now + i * 1ms);
  d.door.on_message(LinkId{9999}, wire::HandshakeMessage::join, by_link, now + 4096ms + 1s);
  CHECK(d.sent.back().first == wire::HandshakeMessage::offer);
}

TEST_CASE("ten knocks a second are answered, the eleventh is told to wait") {
  Door d;
  Instant now{Duration(1s)};
  d.door.use_auto_code(now);
  Bytes join = d.junk_join();
  for (std::uint32_t i = 0; i < 11; ++i) d.door.on_message(LinkId{i}, wire::HandshakeMessage::join, join, now);
  CHECK(d.sent[9].first == wire::HandshakeMessage::offer);
  CHECK(d.sent[10].first == wire::HandshakeMessage::refused);
}

TEST_CASE("a repeated JOIN gets the same OFFER") {
  Door d;
  Instant now{Duration(1s)};
  d.door.use_auto_code(now);
  Bytes join = d.junk_join();
  d.door.on_message(LinkId{1}, wire::HandshakeMessage::join, join, now);
  d.door.on_message(LinkId{1}, wire::HandshakeMessage::join, join, now + 1s);
  REQUIRE(d.sent.size() == 2);
  CHECK(d.sent[0] == d.sent[1]);
}

TEST_CASE("garbage at the door is refused and nothing is held") {
  Door d;
  Instant now{Duration(1s)};
  d.door.use_auto_code(now);
  Bytes join = d.junk_join();
  for (std::size_t cut = 0; cut < join.size(); cut += 17)
    d.door.on_message(LinkId{1}, wire::HandshakeMessage::join, ByteView(join).first(cut), now + cut * 1s);
  for (const auto& [message, body] : d.sent) CHECK(message == wire::HandshakeMessage::refused);
  d.door.on_message(LinkId{2}, wire::HandshakeMessage::confirm, join, now);
  d.door.on_message(LinkId{2}, wire::HandshakeMessage::ready, join, now);
}
