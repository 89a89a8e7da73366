// Members, former members and the relay that speak in the name of others, or of the master.
#include "scene.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;
using Message = wire::pb::Message;

namespace {

struct Lie {
  const char* what;
  std::function<void(Message&, Station& liar)> write;
};

// The four messages that only a master may send.
std::vector<Lie> master_words() {
  return {{"roster",
           [](Message& m, Station& liar) {
             Roster roster = keys_of(liar).roster;
             roster.version += 5;
             roster.members.pop_back();
             auto made = sign_roster(roster, {}, keys_of(liar).facts.uuid, keys_of(liar).keys.signing);
             m.mutable_roster()->set_roster(made.roster.data(), made.roster.size());
             m.mutable_roster()->set_signature(made.signature.data(), made.signature.size());
           }},
          {"epoch",
           [](Message& m, Station&) {
             m.mutable_epoch()->set_epoch(1000);
             m.mutable_epoch()->set_secret(std::string(32, 'k'));
             m.mutable_epoch()->set_for_join(true);
           }},
          {"kick", [](Message& m, Station&) { m.mutable_kick()->set_reason("go"); }},
          {"end", [](Message& m, Station&) { m.mutable_end()->set_reason("over"); }}};
}

// Nothing that a master's word would have done was done.
void check_unmoved(Station& victim, Epoch epoch, std::uint64_t roster) {
  CHECK_FALSE(victim.saw<Ended>());
  CHECK(keys_of(victim).envelope.newest_epoch() == epoch);
  CHECK(keys_of(victim).roster.version == roster);
  CHECK(keys_of(victim).roster.members.size() == 3);
}

Message click(Station& target) {
  Message message;
  auto* button = message.mutable_input()->mutable_button();
  button->set_button(1);
  button->set_down(true);
  message.mutable_input()->set_generation(target.session().presenting()->sender({})->generation().value());
  return message;
}

std::size_t buttons(const Station& station) {
  return static_cast<std::size_t>(std::count_if(station.injected.begin(), station.injected.end(),
                                                [](const auto& e) { return e.kind == InputEvent::Kind::button; }));
}

}  // namespace

TEST_CASE("roster, epoch, kick and end of a member under its own pair key move nobody and are counted") {
  Scene s;
  const Epoch epoch = keys_of(s.clara).envelope.newest_epoch();
  const std::uint64_t roster = keys_of(s.clara).roster.version;
  for (const Lie& lie : master_words()) {
    CAPTURE(lie.what);
    Message message;
    lie.write(message, s.guest);
    const auto before = s.clara.session().drops().other, at_master = s.master.session().drops().other;
    s.deliver(s.clara, sealed(s.guest, s.clara, message));
    CHECK(s.clara.session().drops().other == before + 1);
    s.deliver(s.master, sealed(s.guest, s.master, message));
    CHECK(s.master.session().drops().other == at_master + 1);
    check_unmoved(s.clara, epoch, roster);
    check_unmoved(s.master, epoch, roster);
  }
  CHECK(s.lives_on());
}

TEST_CASE("a member to whom the relay lends the master's place cannot speak as the master") {
  Scene s;
  const Epoch epoch = keys_of(s.clara).envelope.newest_epoch();
  const std::uint64_t roster = keys_of(s.clara).roster.version;
  auto forger = epoch_keys_as(s.guest, kFirstMaster, keys_of(s.guest).keys.signing);
  // Counters that the master has used would be replays before anybody looks at a signature.
  for (int used = 0; used < 32; ++used) forger->seal_to_all(crypto::Stream::control, {});
  for (const Lie& lie : master_words()) {
    CAPTURE(lie.what);
    Message message;
    lie.write(message, s.guest);
    const auto before = s.clara.session().drops().forged;
    s.deliver(s.clara, *forger->seal_to_all(crypto::Stream::control, serialized(message)));
    CHECK(s.clara.session().drops().forged == before + 1);
    // His own pair key with the master's index in the clear header.
    Bytes frame = sealed(s.guest, s.clara, message);
    frame[1 + 8] = frame[1 + 9] = 0;
    const auto all = dropped(s.clara);
    s.deliver(s.clara, frame);
    CHECK(dropped(s.clara) == all + 1);
    check_unmoved(s.clara, epoch, roster);
  }
  Message chat;
  chat.mutable_chat()->set_text("pay now");
  chat.mutable_chat()->set_to_all(true);
  chat.mutable_chat()->set_line(1);
  s.deliver(s.clara, *forger->seal_to_all(crypto::Stream::chat, serialized(chat)));
  CHECK_FALSE(s.clara.saw<ChatLine>());
  CHECK(s.lives_on());
}

TEST_CASE("a kicked member with the relay in its hands neither reads nor moves those who stay") {
  Scene s;
  auto as_master = epoch_keys_as(s.guest, kFirstMaster, keys_of(s.guest).keys.signing);
  auto as_itself = epoch_keys_as(s.guest, ParticipantId{1}, keys_of(s.guest).keys.signing);
  std::vector<Bytes> private_lies;
  for (const Lie& lie : master_words()) {
    Message message;
    lie.write(message, s.guest);
    private_lies.push_back(sealed(s.guest, s.clara, message));
  }
  CHECK_FALSE(s.master.session().kick(ParticipantId{1}, "", s.world.now));
  s.world.run(1s);  // the old epoch still opens: pictures of it may be on their way
  const Epoch epoch = keys_of(s.clara).envelope.newest_epoch();
  const std::size_t members = keys_of(s.clara).roster.members.size();
  CHECK(members == 2);
  auto before = s.clara.session().drops();
  Message chat;
  chat.mutable_chat()->set_text("I am still here");
  chat.mutable_chat()->set_to_all(true);
  chat.mutable_chat()->set_line(1);
  s.deliver(s.clara, *as_itself->seal_to_all(crypto::Stream::chat, serialized(chat)));
  CHECK(s.clara.session().drops().other == before.other + 1);  // no member any more
  s.deliver(s.clara, *as_master->seal_to_all(crypto::Stream::chat, serialized(chat)));
  CHECK(s.clara.session().drops().forged == before.forged + 1);
  for (const Bytes& lie : private_lies) s.deliver(s.clara, lie);
  CHECK(s.clara.session().drops().other == before.other + 1 + private_lies.size());
  s.world.run(6s);
  s.deliver(s.clara, *as_master->seal_to_all(crypto::Stream::chat, serialized(chat)));
  CHECK(s.clara.session().drops().other == before.other + 2 + private_lies.size());  // an epoch that is over
  CHECK_FALSE(s.clara.saw<Ended>());
  CHECK_FALSE(s.clara.saw<ChatLine>());
  CHECK(keys_of(s.clara).envelope.newest_epoch() == epoch);
  s.master.fill({0, 0, 40, 40}, 0xABCDEF);
  CHECK(s.world.until([&] { return s.clara.exact && s.clara.sees(s.master); }));
}

TEST_CASE("input under the epoch's key, without a grant or for another picture steers nothing and is counted") {
  Scene s;
  const auto before = s.master.session().drops().other;
  Message input = click(s.master);
  SECTION("under the epoch's key, even with a grant") {
    CHECK_FALSE(s.master.session().grant(ParticipantId{1}, Right::control, {}, s.world.now));
    s.deliver(s.master, *keys_of(s.guest).envelope.seal_to_all(crypto::Stream::control, serialized(input)));
  }
  SECTION("without a grant") { s.deliver(s.master, sealed(s.guest, s.master, input)); }
  SECTION("with the grant of another member") {
    CHECK_FALSE(s.master.session().grant(ParticipantId{2}, Right::control, {}, s.world.now));
    s.deliver(s.master, sealed(s.guest, s.master, input));
  }
  SECTION("for a picture of another generation") {
    CHECK_FALSE(s.master.session().grant(ParticipantId{1}, Right::control, {}, s.world.now));
    input.mutable_input()->set_generation(input.input().generation() + 1);
    s.deliver(s.master, sealed(s.guest, s.master, input));
  }
  CHECK(s.master.session().drops().other == before + 1);
  CHECK(buttons(s.master) == 0);
  CHECK(s.lives_on());
  CHECK_FALSE(s.master.session().grant(ParticipantId{1}, Right::control, {}, s.world.now));
  s.deliver(s.master, sealed(s.guest, s.master, click(s.master)));
  CHECK(buttons(s.master) == 1);  // the same click with a grant
}

TEST_CASE("who may not chat says nothing to one either") {
  Scene s;
  CHECK_FALSE(s.master.session().revoke(ParticipantId{1}, Right::chat, s.world.now));
  s.world.run(100ms);
  Message chat;
  chat.mutable_chat()->set_text("psst");
  chat.mutable_chat()->set_line(1);
  s.deliver(s.clara, sealed(s.guest, s.clara, chat));
  s.deliver(s.guest, sealed(s.clara, s.guest, chat));
  CHECK(s.guest.saw<ChatLine>());
  chat.mutable_chat()->set_to_all(true);
  s.deliver(s.clara, sealed(s.guest, s.clara, chat));
  s.deliver(s.clara, *keys_of(s.guest).envelope.seal_to_all(crypto::Stream::chat, serialized(chat)));
  CHECK_FALSE(s.clara.saw<ChatLine>());
}
