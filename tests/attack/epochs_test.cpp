// Who records, keeps keys or withholds: what was before a join, after a kick, and behind a rekey.
#include "scene.h"
#include "wire/limits.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

std::vector<Bytes> packets_of(std::vector<Bytes> frames, bool pictures_only = false) {
  std::erase_if(frames, [&](const Bytes& f) {
    return !is_packet(f) || (pictures_only && header_of(f).kind == wire::PacketKind::message);
  });
  return frames;
}

std::size_t opened_by(Envelope& envelope, const std::vector<Bytes>& frames, const crypto::VerifyKey& signer) {
  std::size_t opened = 0;
  for (const Bytes& frame : frames)
    opened += envelope.open(*wire::parse_packet(ByteView(frame).subspan(1)), signer).opened.has_value();
  return opened;
}

}  // namespace

TEST_CASE("what the relay recorded before a join does not open for who joined") {
  Scene s;
  const auto recording = packets_of(s.recorded([&] {
    s.guest.session().chat("before you came", std::nullopt, s.world.now);
    s.master.fill({0, 0, 200, 150}, 0x112233);
    s.world.run(1s);
  }));
  REQUIRE(recording.size() > 5);
  s.world.run(wire::kJoinEpochGap);
  Station& late = s.world.station("Dora");
  late.join(s.number(), s.code());
  REQUIRE(s.world.until([&] { return late.exact; }));
  const std::size_t shows = late.shows;
  const auto before = dropped(late);
  for (const Bytes& frame : recording) s.deliver(late, frame);
  s.world.run(2s);
  CHECK(dropped(late) == before + recording.size());
  CHECK_FALSE(late.saw<ChatLine>());
  CHECK(late.shows == shows);
  CHECK(opened_by(keys_of(late).envelope, recording, keys_of(s.master).keys.signing.verify_key()) == 0);
  CHECK(s.lives_on());
}

TEST_CASE("a cached slot from before a rekey is not shown again, neither soon after nor later") {
  Scene s;
  const auto cached = packets_of(s.recorded([&] {
    s.master.fill({0, 0, 64, 64}, 0x0000FF);
    s.world.run(1s);
  }),
                                 true);
  REQUIRE_FALSE(cached.empty());
  s.master.fill({0, 0, 64, 64}, 0x00FF00);
  REQUIRE(s.world.until([&] { return s.clara.exact && s.clara.sees(s.master); }));
  CHECK_FALSE(s.master.session().kick(ParticipantId{1}, "", s.world.now));
  const auto wait = GENERATE(Duration(500ms), Duration(wire::kOldEpochKept + 1s));
  s.world.run(wait);
  const auto before = dropped(s.clara);
  for (const Bytes& frame : cached) s.deliver(s.clara, frame);
  s.world.run(1s);
  CHECK(s.clara.sees(s.master));
  if (wait > wire::kOldEpochKept) CHECK(dropped(s.clara) == before + cached.size());
  s.master.fill({64, 64, 50, 50}, 0xFF0000);
  CHECK(s.world.until([&] { return s.clara.exact && s.clara.sees(s.master); }));
}

TEST_CASE("whom the relay does not cut, and does not tell of its kick, reads nothing any more") {
  Scene s;
  // It withholds the kick, the end of the link and everything else that would tell, but all packets reach the member.
  s.world.between = [&](Station& at, World::Way way, Bytes& frame) {
    const bool private_word = is_packet(frame) && header_of(frame).keying == wire::Keying::pair;
    return &at != &s.guest || way == World::Way::up || (is_packet(frame) && !private_word);
  };
  CHECK_FALSE(s.master.session().kick(ParticipantId{1}, "", s.world.now));
  s.world.run(50ms);
  std::vector<Bytes> after = packets_of(s.recorded([&] {
    for (int x = 0; x < 200; ++x) s.master.fill({x, 0, 1, 150}, 0x445566u * (x + 1u));  // keys, not one delta
    s.clara.session().chat("now that Bernd is gone", std::nullopt, s.world.now);
    s.world.run(1s);
  }));
  std::erase_if(after, [](const Bytes& f) { return header_of(f).keying == wire::Keying::pair; });
  REQUIRE(after.size() > 5);
  const std::size_t shows = s.guest.shows;
  const auto before = dropped(s.guest);
  for (const Bytes& frame : after) s.deliver(s.guest, frame);
  s.world.run(2s);
  CHECK(dropped(s.guest) == before + after.size());
  CHECK(s.guest.shows == shows);
  CHECK_FALSE(s.guest.saw<ChatLine>());
  CHECK(opened_by(keys_of(s.guest).envelope, after, keys_of(s.master).keys.signing.verify_key()) == 0);
  // And what it says is heard by nobody.
  const auto at_clara = dropped(s.clara);
  s.deliver(s.clara, *keys_of(s.guest).envelope.seal_to_all(crypto::Stream::chat, {}));
  CHECK(dropped(s.clara) == at_clara + 1);
  CHECK(s.world.until([&] { return s.clara.exact && s.clara.sees(s.master); }));
}

TEST_CASE("a kick that is sent again, to its member or to another, does nothing more") {
  Scene s;
  const auto frames = packets_of(s.recorded([&] {
    s.master.session().kick(ParticipantId{1}, "", s.world.now);
    s.world.run(10ms);
  }));
  std::vector<Bytes> kicks = frames;
  std::erase_if(kicks, [](const Bytes& f) { return header_of(f).destination != ParticipantId{1}; });
  REQUIRE_FALSE(kicks.empty());
  REQUIRE(s.world.until([&] { return s.guest.saw<Ended>(); }));
  const auto before = dropped(s.clara);
  for (Bytes kick : kicks) {
    s.deliver(s.clara, kick);
    kick[1 + 11] = 2;  // Clara's index as the destination
    s.deliver(s.clara, kick);
    s.deliver(s.guest, kick);
  }
  CHECK(dropped(s.clara) == before + 2 * kicks.size());
  CHECK_FALSE(s.clara.saw<Ended>());
  CHECK(s.guest.all<Ended>().size() == 1);
  // Who was kicked and comes back with a new code is a new member: the old kick does not fit its keys.
  Station& again = s.world.station("Bernd");
  again.join(s.number(), s.master.all<NewCode>().back().code);
  REQUIRE(s.world.until([&] { return again.exact; }));
  CHECK(keys_of(again).self == ParticipantId{3});
  for (Bytes kick : kicks) {
    kick[1 + 11] = 3;
    s.deliver(again, kick);
  }
  CHECK_FALSE(again.saw<Ended>());
}

TEST_CASE("an epoch that was sent is not taken a second time, nor an older one put back") {
  Scene s;
  auto keys = packets_of(s.recorded([&] {
    s.world.run(wire::kJoinEpochGap);
    Station& late = s.world.station("Dora");
    late.join(s.number(), s.code());
    REQUIRE(s.world.until([&] { return late.exact; }));
    late.kill();
    s.world.run(2s);
  }));
  std::erase_if(keys, [](const Bytes& f) {
    return header_of(f).keying != wire::Keying::pair || header_of(f).destination != ParticipantId{2};
  });
  REQUIRE(keys.size() >= 2);
  const Epoch epoch = keys_of(s.clara).envelope.newest_epoch();
  const auto before = s.clara.session().drops().replayed;
  for (const Bytes& key : keys) s.deliver(s.clara, key);
  CHECK(s.clara.session().drops().replayed == before + keys.size());
  CHECK(keys_of(s.clara).envelope.newest_epoch() == epoch);
  CHECK(s.lives_on());
}
