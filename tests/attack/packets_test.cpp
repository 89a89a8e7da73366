// Sealed packets that the relay, or a network that it runs, changes, cuts, repeats and sends back.
#include "crypto/replay.h"
#include "scene.h"
#include "wire/limits.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;
using Message = wire::pb::Message;

namespace {

/// The next line of who says it to all.
Bytes chat_frame(Station& from, const std::string& text) {
  Message message;
  message.mutable_chat()->set_text(text);
  message.mutable_chat()->set_to_all(true);
  static std::map<std::pair<Bytes, std::uint16_t>, std::uint64_t> said;  // by session and member
  const Core& core = *from.session().core();
  message.mutable_chat()->set_line(++said[{Bytes(core.facts.uuid.begin(), core.facts.uuid.end()), core.self.value()}]);
  return keys_of(from).envelope.seal_to_all(crypto::Stream::chat, serialized(message)).value();
}

Bytes private_chat(Station& from, Station& to, const std::string& text) {
  Message message;
  message.mutable_chat()->set_text(text);
  message.mutable_chat()->set_line(1);
  return sealed(from, to, message);
}

// A message that does nothing: nobody controls, so there is nothing to give back.
Message idle() {
  Message message;
  message.mutable_control_request()->set_wanted(false);
  return message;
}

}  // namespace

TEST_CASE("a packet with any byte of its clear header changed does nothing, and each is counted") {
  Scene s;
  const int kind = GENERATE(0, 1, 2);
  CAPTURE(kind);
  Bytes frame;
  if (kind == 0) frame = chat_frame(s.guest, "true words");
  if (kind == 1) frame = private_chat(s.guest, s.clara, "true words");
  if (kind == 2) {
    auto frames = s.recorded([&] {
      s.world.between = [&](Station&, World::Way way, Bytes& f) { return way == World::Way::up || !is_packet(f); };
      for (int x = 0; x < 64; ++x) s.master.fill({x, 0, 1, 64}, 0x03FFAAu * (x + 1u));  // a key, not a delta
      s.world.run(500ms);
      s.world.between = nullptr;
    });
    std::erase_if(frames, [](const Bytes& f) { return !is_packet(f) || header_of(f).kind != wire::PacketKind::key; });
    REQUIRE_FALSE(frames.empty());
    frame = frames.front();
  }
  const std::size_t header = kind == 2 ? wire::kPictureHeader : wire::kMessageHeader;
  const std::size_t shows = s.clara.shows;
  auto before = dropped(s.clara);
  std::uint64_t sent = 0;
  for (std::size_t at = 1; at <= header; ++at)
    for (const std::uint8_t bit : {std::uint8_t{1}, std::uint8_t{0x10}, std::uint8_t{0x80}}) {
      Bytes changed = frame;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ bit);
      s.deliver(s.clara, changed);
      ++sent;
    }
  s.world.run(wire::kUnknownEpochKept + 100ms);  // those of an epoch to come were kept for a moment
  CHECK(dropped(s.clara) == before + sent);
  CHECK(s.clara.shows == shows);
  CHECK_FALSE(s.clara.saw<ChatLine>());
  s.deliver(s.clara, frame);
  s.world.run(200ms);
  if (kind == 2)
    CHECK(s.clara.shows > shows);
  else
    CHECK(s.clara.all<ChatLine>().size() == 1);
  CHECK(s.lives_on());
}

TEST_CASE("a line of chat that is cut short or has something added is dropped, and the whole one still comes") {
  Scene s;
  const bool to_all = GENERATE(true, false);
  const Bytes frame =
      to_all ? chat_frame(s.guest, "the whole truth") : private_chat(s.guest, s.clara, "the whole truth");
  const auto before = dropped(s.clara);
  std::uint64_t sent = 0;
  for (std::size_t size = 1; size < frame.size(); ++size, ++sent)
    s.deliver(s.clara, Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)));
  Bytes longer = frame;
  longer.push_back(0);
  s.deliver(s.clara, longer);
  CHECK(dropped(s.clara) == before + sent + 1);
  CHECK_FALSE(s.clara.saw<ChatLine>());
  s.deliver(s.clara, frame);
  REQUIRE(s.clara.all<ChatLine>().size() == 1);
  CHECK(s.clara.all<ChatLine>().front().text == "the whole truth");
  CHECK(s.lives_on());
}

TEST_CASE("what was said once is heard once: in the window of counters and far behind it") {
  Scene s;
  const bool to_all = GENERATE(true, false);
  const Bytes frame = to_all ? chat_frame(s.guest, "once") : private_chat(s.guest, s.clara, "once");
  s.deliver(s.clara, frame);
  const auto before = s.clara.session().drops().replayed;
  s.deliver(s.clara, frame);
  CHECK(s.clara.session().drops().replayed == before + 1);
  // The same packet, and one that was held back, after the window has moved on.
  const Bytes late = to_all ? chat_frame(s.guest, "late") : private_chat(s.guest, s.clara, "late");
  for (std::uint64_t i = 0; i <= crypto::ReplayWindow::kSize; ++i) {
    Bytes next = to_all && i + 1 < crypto::ReplayWindow::kSize
                     ? Bytes{}  // counters that were taken and never sent are gaps
                     : (to_all ? chat_frame(s.guest, "next") : sealed(s.guest, s.clara, idle()));
    if (next.empty())
      keys_of(s.guest).envelope.epochs().reserve(crypto::Stream::chat);
    else
      s.deliver(s.clara, next);
  }
  const auto moved = s.clara.session().drops().replayed;
  s.deliver(s.clara, frame);
  s.deliver(s.clara, late);
  CHECK(s.clara.session().drops().replayed == moved + 2);
  for (const ChatLine& line : s.clara.all<ChatLine>()) CHECK(line.text != "late");
  CHECK(s.lives_on());
}

TEST_CASE("a program whose counter starts again, or a second user of it, is not heard twice") {
  Scene s;
  const crypto::SigningKey& signing = keys_of(s.guest).keys.signing;
  // A snapshot of the member's program that is woken up twice.
  auto one = epoch_keys_as(s.guest, ParticipantId{1}, signing), two = epoch_keys_as(s.guest, ParticipantId{1}, signing);
  Message first, second;
  first.mutable_chat()->set_text("first");
  second.mutable_chat()->set_text("second");
  for (Message* message : {&first, &second}) {
    message->mutable_chat()->set_to_all(true);
    message->mutable_chat()->set_line(1);
  }
  const Bytes a = *one->seal_to_all(crypto::Stream::chat, serialized(first));
  const Bytes b = *two->seal_to_all(crypto::Stream::chat, serialized(second));
  REQUIRE(header_of(a).counter == header_of(b).counter);
  s.deliver(s.clara, a);
  const auto before = s.clara.session().drops().replayed;
  s.deliver(s.clara, b);
  CHECK(s.clara.session().drops().replayed == before + 1);
  REQUIRE(s.clara.all<ChatLine>().size() == 1);
  CHECK(s.clara.all<ChatLine>().front().text == "first");

  // The same with the key of a pair.
  const auto pair = [&] {
    return crypto::pair_keys(keys_of(s.guest).facts.uuid, keys_of(s.guest).keys.dh, ParticipantId{1},
                             keys_of(s.clara).keys.dh.public_key(), ParticipantId{2});
  };
  Envelope three(keys_of(s.guest).facts.uuid, ParticipantId{1}, signing);
  s.deliver(s.clara, sealed(s.guest, s.clara, idle()));
  three.set_pair(ParticipantId{2}, *pair());
  s.deliver(s.clara, *three.seal_to(ParticipantId{2}, crypto::Stream::control, serialized(second)));
  CHECK(s.clara.session().drops().replayed == before + 2);
  CHECK(s.clara.all<ChatLine>().size() == 1);
}

TEST_CASE("what a program sent comes back to it: dropped and counted, for the master and for members") {
  Scene s;
  auto frames = s.recorded([&] {
    s.guest.session().chat("hello", std::nullopt, s.world.now);
    s.master.session().chat("hello", std::vector{ParticipantId{1}}, s.world.now);
    s.master.fill({0, 0, 64, 64}, 0x00FFAA);
    s.world.run(500ms);
  });
  std::erase_if(frames, [](const Bytes& f) { return !is_packet(f); });
  REQUIRE(frames.size() > 3);
  for (const Bytes& frame : frames) {
    Station& sender = header_of(frame).source == kFirstMaster       ? s.master
                      : header_of(frame).source == ParticipantId{1} ? s.guest
                                                                    : s.clara;
    const auto before = sender.session().drops().other;
    const std::size_t events = sender.events.size();
    s.deliver(sender, frame);
    CHECK(sender.session().drops().other == before + 1);
    CHECK(sender.events.size() == events);
  }
  CHECK(s.lives_on());
}

TEST_CASE("a key near its limit makes a new epoch in time, and never seals one packet more") {
  Scene s;
  SECTION("the epoch's") {
    crypto::EpochKeys& keys = keys_of(s.master).envelope.epochs();
    const Epoch before = keys.newest();
    const auto near_the_end = crypto::kMaxSealsPerKey - (1u << 20);
    while (keys.most_sealed() + 1 < near_the_end)
      for (std::uint64_t i = std::min<std::uint64_t>(near_the_end - 1 - keys.most_sealed(), 1u << 16); i > 0; --i)
        keys.reserve(crypto::Stream::audio);
    s.master.session().poll(s.world.now);
    CHECK(keys.newest() == before);
    keys.reserve(crypto::Stream::audio);
    s.master.session().poll(s.world.now);
    CHECK(keys.newest() == Epoch{before.value() + 1});
    CHECK(keys.most_sealed() < 1000);
    s.world.run(3s);
    CHECK(keys.newest() == Epoch{before.value() + 1});
    CHECK(keys_of(s.clara).envelope.newest_epoch() == keys.newest());
  }
  SECTION("a pair's") {
    const Epoch before = keys_of(s.master).envelope.newest_epoch();
    crypto::PairKeys worn{crypto::SealKey{crypto::KeyAndIv::random(), crypto::kMaxSealsPerKey - 1},
                          crypto::OpenKey{crypto::KeyAndIv::random()}};
    Envelope& envelope = keys_of(s.guest).envelope;
    envelope.set_pair(ParticipantId{2}, std::move(worn));
    CHECK(envelope.seal_to(ParticipantId{2}, crypto::Stream::control, as_bytes("the last")));
    for (int i = 0; i < 3; ++i)
      CHECK_FALSE(envelope.seal_to(ParticipantId{2}, crypto::Stream::control, as_bytes("more")));
    s.world.run(3s);
    CHECK(keys_of(s.master).envelope.newest_epoch() == before);
  }
  CHECK(s.lives_on());
}
