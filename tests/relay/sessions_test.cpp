#include "tests/relay/rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::HandshakeMessage;
using wire::Operation;
using wire::RelayError;

TEST_CASE("everybody is welcomed with a nonce of his own") {
  Rig rig;
  Peer a = rig.connect(), b = rig.connect();
  CHECK(a.nonce() != b.nonce());
}

TEST_CASE("a master without a number gets a new one of nine digits and is participant 0") {
  Rig rig;
  Master master = rig.opened();
  auto opened = master.got<wire::SessionOpened>();
  REQUIRE(opened.size() == 1);
  CHECK(wire::to_string(opened[0].number) == "428117903");
  CHECK(opened[0].uuid == master.identity()->uuid);
  CHECK(rig.lines.line(master.conn()).admitted);
  Peer client = rig.member(master, 1);
  client.send_bytes(message_frame(1, 0));
  CHECK(master.packets().size() == 1);
}

TEST_CASE("numbers come evenly from the nine-digit ones that do not begin with zero") {
  RandomNumbers numbers;
  std::set<char> first;
  for (int i = 0; i < 500; ++i) {
    std::string text = std::to_string(numbers.number());
    REQUIRE(text.size() == 9);
    first.insert(text[0]);
  }
  CHECK(first.size() == 9);
  CHECK(numbers.nonce() != numbers.nonce());
}

TEST_CASE("a number in use is not given again") {
  Rig rig;
  rig.numbers.next_ = {111111111, 111111111, 222222222};
  Master a = rig.opened(), b = rig.opened();
  CHECK(wire::to_string(a.number()) == "111111111");
  CHECK(wire::to_string(b.number()) == "222222222");
}

TEST_CASE("an OPEN with a wrong signature opens nothing") {
  Rig rig;
  Master master = rig.connect_master();
  auto request = master.signed_request(Operation::open, {}, kEverybody, 0);
  SECTION("a bit of it is wrong") { request.signature[5] ^= 1; }
  SECTION("it is for another sequence") { request.sequence += 1; }
  SECTION("it is for another connection") {
    Master other = rig.connect_master(master.identity());
    request = other.signed_request(Operation::open, {}, kEverybody, 0);
  }
  master.send(wire::Open{master.identity()->uuid, master.identity()->key.verify_key(), {}, request});
  CHECK(master.error() == RelayError::not_allowed);
  CHECK(master.closed());
  CHECK(rig.core->sessions() == 0);
  CHECK(rig.core->counters().bad_signatures == 1);
}

TEST_CASE("a client learns the session's uuid and its own link; an unknown number is said to be one") {
  Rig rig;
  Master master = rig.opened();
  Peer client = rig.connect();
  client.send(wire::Attach{master.number()});
  auto opened = client.got<wire::SessionOpened>();
  REQUIRE(opened.size() == 1);
  CHECK(opened[0].uuid == master.identity()->uuid);
  CHECK(opened[0].link != master.link());
  Peer lost = rig.connect();
  lost.send(wire::Attach{wire::number_of("999999999")});
  CHECK(lost.error() == RelayError::no_session);
  CHECK(lost.closed());
}

TEST_CASE("handshakes pass between a link and the master, with the relay's name of the link") {
  Rig rig;
  Master master = rig.opened();
  Peer client = rig.connect(), other = rig.connect();
  client.send(wire::Attach{master.number()});
  other.send(wire::Attach{master.number()});
  client.send(wire::Handshake{LinkId{4711}, HandshakeMessage::join, {1, 2, 3}});
  auto joins = master.got<wire::Handshake>();
  REQUIRE(joins.size() == 1);
  CHECK(joins[0].link == client.link());
  CHECK(joins[0].body == Bytes{1, 2, 3});
  master.send(wire::Handshake{client.link(), HandshakeMessage::offer, {9}});
  REQUIRE(client.got<wire::Handshake>().size() == 1);
  CHECK(client.got<wire::Handshake>()[0].body == Bytes{9});
  CHECK(other.got<wire::Handshake>().empty());
}

TEST_CASE("a link may say only what its place allows") {
  Rig rig;
  Master master = rig.opened();
  Peer client = rig.connect();
  client.send(wire::Attach{master.number()});
  SECTION("a client offers") { client.send(wire::Handshake{{}, HandshakeMessage::offer, {}}); }
  SECTION("a client opens a second time") { client.send(wire::Attach{master.number()}); }
  SECTION("an admitted client joins") {
    master.admit(client, 1);
    client.send(wire::Handshake{{}, HandshakeMessage::join, {}});
  }
  SECTION("a client speaks as the relay") { client.send(wire::MasterPresence{true}); }
  SECTION("garbage") { client.send_bytes({0x77, 1, 2}); }
  SECTION("a packet without a header") { client.send_bytes({wire::kPacketFrame, 1, 1}); }
  CHECK(client.error() == RelayError::bad_request);
  CHECK(client.closed());
  master.send(wire::Handshake{LinkId{77}, HandshakeMessage::join, {}});
  CHECK(master.error() == RelayError::not_allowed);
  CHECK_FALSE(master.closed());
}

TEST_CASE("an admitted client may still say ready and resume") {
  Rig rig;
  Master master = rig.opened();
  Peer client = rig.member(master, 1);
  client.send(wire::Handshake{{}, HandshakeMessage::ready, {1}});
  client.send(wire::Handshake{{}, HandshakeMessage::resume, {2}});
  CHECK(master.got<wire::Handshake>().size() == 2);
  CHECK_FALSE(client.closed());
}

TEST_CASE("a frame of another protocol version is answered as such") {
  Rig rig;
  Peer client = rig.connect();
  Bytes frame = wire::encode(wire::Attach{wire::number_of("428117903")});
  frame[1] = 9;
  client.send_bytes(frame);
  CHECK(client.error() == RelayError::version);
}

TEST_CASE("nobody but the master, and no old or forged request, moves the session") {
  Rig rig;
  Master master = rig.opened();
  Peer client = rig.connect();
  client.send(wire::Attach{master.number()});
  SECTION("replayed") {
    auto request = master.signed_request(Operation::lock, {}, kEverybody, 0);
    master.send(request);
    CHECK_FALSE(master.error());
    master.send(request);
    CHECK(master.error() == RelayError::not_allowed);
  }
  SECTION("forged") {
    auto request = master.signed_request(Operation::admit, client.link(), ParticipantId{1}, 0);
    request.target = ParticipantId{2};
    master.send(request);
    CHECK(master.error() == RelayError::not_allowed);
    CHECK_FALSE(rig.lines.line(client.conn()).admitted);
  }
  SECTION("by a client that got hold of it") {
    client.send(master.signed_request(Operation::admit, client.link(), ParticipantId{1}, 0));
    CHECK(client.error() == RelayError::not_allowed);
    CHECK_FALSE(rig.lines.line(client.conn()).admitted);
  }
  SECTION("of an older term") {
    master.term = 2;
    master.request(Operation::lock);
    master.term = 1;
    master.request(Operation::end);
    CHECK(master.error() == RelayError::not_allowed);
    CHECK_FALSE(client.closed());
  }
  SECTION("from the master's earlier connection") {
    auto request = master.signed_request(Operation::end, {}, kEverybody, 0);
    Master again = rig.connect_master(master.identity());
    again.open(master.number());
    again.send(request);
    CHECK(again.error() == RelayError::not_allowed);
    CHECK(rig.core->counters().sessions_ended == 0);
  }
  CHECK_FALSE(master.error() == RelayError::bad_request);
}

TEST_CASE("not_allowed is said at most once a second and closes nothing") {
  Rig rig;
  Master master = rig.opened();
  Peer client = rig.member(master, 1);
  for (int i = 0; i < 10; ++i) client.send_bytes(message_frame(2, 0));
  CHECK(client.got<wire::Error>().size() == 1);
  rig.pass(1s);
  client.send_bytes(message_frame(2, 0));
  CHECK(client.got<wire::Error>().size() == 2);
  CHECK_FALSE(client.closed());
  CHECK(rig.core->counters().dropped_source == 11);
}

TEST_CASE("messages go to whom they are for, and to nobody else") {
  Rig rig;
  Master master = rig.opened();
  Peer one = rig.member(master, 1), two = rig.member(master, 2), three = rig.member(master, 3);
  Peer stranger = rig.connect();
  stranger.send(wire::Attach{master.number()});
  one.send_bytes(message_frame(1, 2));
  CHECK(two.packets().size() == 1);
  CHECK(three.packets().empty());
  one.send_bytes(message_frame(1, 0xFFFF));
  CHECK(one.packets().empty());
  CHECK(two.packets().size() == 2);
  CHECK(three.packets().size() == 1);
  CHECK(master.packets().size() == 1);
  CHECK(stranger.packets().empty());
  one.send_bytes(message_frame(1, 9));
  CHECK(rig.core->counters().dropped_receiver == 1);
}

TEST_CASE("a packet passes untouched, and all receivers share one buffer") {
  Rig rig;
  Master master = rig.opened();
  Peer one = rig.member(master, 1), two = rig.member(master, 2);
  Bytes frame = picture_frame({.source = 0, .size = 5000});
  master.send_bytes(frame);
  REQUIRE(one.packets().size() == 1);
  CHECK(*one.arrived().back() == frame);
  CHECK(one.arrived().back() == two.arrived().back());
}

TEST_CASE("a wrong source, a foreign session and a link that was not admitted send nothing") {
  Rig rig;
  Master master = rig.opened();
  Peer one = rig.member(master, 1), two = rig.member(master, 2);
  Peer waiting = rig.connect();
  waiting.send(wire::Attach{master.number()});
  one.send_bytes(message_frame(2, 0));
  one.send_bytes(picture_frame({.source = 0}));
  Bytes foreign = message_frame(1, 0);
  foreign[5] ^= 1;  // the session tag
  one.send_bytes(foreign);
  waiting.send_bytes(message_frame(0, 1));
  waiting.send_bytes(message_frame(0xFFFF, 1));
  CHECK(master.packets().empty());
  CHECK(two.packets().empty());
  CHECK(one.packets().empty());
  CHECK(rig.core->counters().dropped_source == 5);
}

TEST_CASE("a session is closed to those of another") {
  Rig rig;
  Master a = rig.opened(), b = rig.opened();
  Peer in_a = rig.connect();
  in_a.send(wire::Attach{a.number()});
  b.admit(in_a, 1);  // link numbers of b are its own
  CHECK_FALSE(rig.lines.line(in_a.conn()).admitted);
  b.request(Operation::end);
  CHECK_FALSE(in_a.closed());
}

TEST_CASE("the master is told when a link goes, with the member that it was") {
  Rig rig;
  Master master = rig.opened();
  Peer member = rig.member(master, 1), joining = rig.connect(), silent = rig.connect();
  joining.send(wire::Attach{master.number()});
  joining.send(wire::Handshake{{}, HandshakeMessage::join, {1}});
  silent.send(wire::Attach{master.number()});
  LinkId first = member.link(), second = joining.link();
  member.drop();
  joining.drop();
  silent.drop();
  auto down = master.got<wire::LinkDown>();
  REQUIRE(down.size() == 2);
  CHECK((down[0].link == first && down[0].participant == ParticipantId{1}));
  CHECK((down[1].link == second && down[1].participant == kEverybody));
}

TEST_CASE("a removed member is cut at once and never comes back under its index") {
  Rig rig;
  Master master = rig.opened();
  Peer one = rig.member(master, 1), two = rig.member(master, 2);
  master.request(Operation::remove, {}, ParticipantId{1});
  CHECK(one.error() == RelayError::removed);
  CHECK(one.closed());
  CHECK(master.got<wire::LinkDown>().size() == 1);
  one.send_bytes(message_frame(1, 0xFFFF));
  CHECK(two.packets().empty());
  Peer again = rig.connect();
  again.send(wire::Attach{master.number()});
  master.admit(again, 1);
  CHECK(master.error() == RelayError::not_allowed);
  CHECK_FALSE(rig.lines.line(again.conn()).admitted);
}

TEST_CASE("a link in the lobby can be removed by its link") {
  Rig rig;
  Master master = rig.opened();
  Peer waiting = rig.connect();
  waiting.send(wire::Attach{master.number()});
  master.request(Operation::remove, waiting.link());
  CHECK(waiting.error() == RelayError::removed);
}

TEST_CASE("the master cannot be removed, by nobody") {
  Rig rig;
  Master master = rig.opened();
  master.request(Operation::remove, {}, kFirstMaster);
  master.request(Operation::remove, master.link());
  CHECK_FALSE(master.closed());
}

TEST_CASE("a member that comes back on another link takes its own place") {
  Rig rig;
  Master master = rig.opened();
  Peer old = rig.member(master, 1);
  Peer back = rig.member(master, 1);
  CHECK(old.error() == RelayError::replaced);
  CHECK(old.closed());
  master.send_bytes(message_frame(0, 1));
  CHECK(back.packets().size() == 1);
  auto down = master.got<wire::LinkDown>();
  REQUIRE(down.size() == 1);
  CHECK(down[0].participant == kEverybody);  // the member itself is not gone
}

TEST_CASE("the end reaches everybody, and the number stays told apart for 30 s") {
  Rig rig;
  Master master = rig.opened();
  wire::Number number = master.number();
  Peer member = rig.member(master, 1), waiting = rig.connect();
  waiting.send(wire::Attach{number});
  master.request(Operation::end);
  CHECK(member.error() == RelayError::ended);
  CHECK(waiting.error() == RelayError::ended);
  CHECK(master.closed());
  CHECK(rig.store.size() == 0);
  Peer late = rig.connect();
  late.send(wire::Attach{number});
  CHECK(late.error() == RelayError::ended);
  rig.pass(29s);
  rig.numbers.next_ = {428117903};
  CHECK(rig.opened().number() != number);
  rig.pass(1s);
  Peer later = rig.connect();
  later.send(wire::Attach{number});
  CHECK(later.error() == RelayError::no_session);
  rig.numbers.next_ = {428117903};
  CHECK(rig.opened().number() == number);
}

TEST_CASE("a locked session lets nobody new in, but its members back") {
  Rig rig;
  Master master = rig.opened();
  master.request(Operation::lock, {}, kEverybody, 1);
  Peer fresh = rig.connect(), back = rig.connect();
  fresh.send(wire::Attach{master.number()});
  fresh.send(wire::Handshake{{}, HandshakeMessage::join, {1}});
  CHECK(fresh.error() == RelayError::locked);
  CHECK(fresh.closed());
  back.send(wire::Attach{master.number()});
  back.send(wire::Handshake{{}, HandshakeMessage::resume, {2}});
  REQUIRE(master.got<wire::Handshake>().size() == 1);
  CHECK(master.got<wire::Handshake>()[0].message == HandshakeMessage::resume);
  master.request(Operation::lock, {}, kEverybody, 0);
  Peer later = rig.connect();
  later.send(wire::Attach{master.number()});
  later.send(wire::Handshake{{}, HandshakeMessage::join, {3}});
  CHECK(master.got<wire::Handshake>().size() == 2);
}

TEST_CASE("while the master is away its clients stay, and hear when it goes and comes") {
  Rig rig;
  Master master = rig.opened();
  wire::Number number = master.number();
  Peer one = rig.member(master, 1), two = rig.member(master, 2);
  master.drop();
  REQUIRE(one.got<wire::MasterPresence>().size() == 1);
  CHECK_FALSE(one.got<wire::MasterPresence>()[0].present);
  one.send_bytes(message_frame(1, 2));
  CHECK(two.packets().size() == 1);
  Peer newcomer = rig.connect();
  newcomer.send(wire::Attach{number});
  REQUIRE(newcomer.got<wire::MasterPresence>().size() == 1);
  CHECK_FALSE(newcomer.got<wire::MasterPresence>()[0].present);
  newcomer.send(wire::Handshake{{}, HandshakeMessage::join, {7}});
  LinkId gone = two.link();
  two.drop();
  rig.pass(9min);

  Master back = rig.connect_master(master.identity());
  back.open(number, 1);
  CHECK(back.number() == number);
  CHECK(one.got<wire::MasterPresence>().back().present);
  REQUIRE(back.got<wire::Handshake>().size() == 1);  // what was said meanwhile
  CHECK(back.got<wire::Handshake>()[0].link == newcomer.link());
  REQUIRE(back.got<wire::LinkDown>().size() == 1);  // what happened meanwhile
  CHECK(back.got<wire::LinkDown>()[0].link == gone);
  back.send_bytes(message_frame(0, 1));
  CHECK(one.packets().size() == 1);
  rig.pass(20min);
  CHECK_FALSE(one.closed());
}

TEST_CASE("a master that reconnects before its old connection is known to be dead replaces it") {
  Rig rig;
  Master master = rig.opened();
  Peer one = rig.member(master, 1);
  Master again = rig.connect_master(master.identity());
  again.open(master.number(), 1);
  CHECK(master.error() == RelayError::replaced);
  again.send_bytes(message_frame(0, 1));
  CHECK(one.packets().size() == 1);
  master.drop();  // the old socket's end, late
  CHECK(one.got<wire::MasterPresence>().back().present);
}

TEST_CASE("a session is forgotten when its master stays away for ten minutes") {
  Rig rig;
  Master master = rig.opened();
  wire::Number number = master.number();
  Peer one = rig.member(master, 1);
  master.drop();
  rig.pass(10min - 1s);
  CHECK_FALSE(one.closed());
  rig.pass(1s);
  CHECK(one.error() == RelayError::ended);
  CHECK(rig.core->sessions() == 0);
  CHECK(rig.store.size() == 0);
  Master back = rig.connect_master(master.identity());
  back.open(number);
  CHECK(back.error() == RelayError::no_session);
}

TEST_CASE("somebody else's number is not to be had") {
  Rig rig;
  Master master = rig.opened();
  master.drop();
  SECTION("with a key of his own") {
    auto thief = std::make_shared<Identity>();
    thief->uuid = master.identity()->uuid;
    Master other = rig.connect_master(thief);
    other.open(master.number());
    CHECK(other.error() == RelayError::not_allowed);
  }
  SECTION("with the right signature under another name") {
    Master other = rig.connect_master(master.identity());
    auto request = other.signed_request(Operation::open, {}, kEverybody, 0);
    wire::Open open{master.identity()->uuid, master.identity()->key.verify_key(), master.number(), request};
    SECTION("of the session") { open.uuid[0] ^= 1; }
    SECTION("of its key") { open.key[0] ^= 1; }
    other.send(open);
    CHECK(other.error() == RelayError::not_allowed);
  }
  SECTION("with a session of his own") {
    auto thief = std::make_shared<Identity>();
    thief->uuid.fill(1);
    Master other = rig.connect_master(thief);
    other.open(master.number());
    CHECK(other.error() == RelayError::not_allowed);
  }
  SECTION("with the public key but not its signature") {
    Master other = rig.connect_master();
    auto request = other.signed_request(Operation::open, {}, kEverybody, 0);
    other.send(wire::Open{master.identity()->uuid, master.identity()->key.verify_key(), master.number(), request});
    CHECK(other.error() == RelayError::not_allowed);
  }
}

TEST_CASE("after a restart of the relay the session goes on with its number") {
  Rig rig;
  Master master = rig.opened();
  wire::Number number = master.number();
  rig.pass(30min);
  rig.store.elapse(30min);
  rig.pass(1min);  // it is written down now and then that the master is here
  rig.store.elapse(9min);
  rig.restart();
  Peer client = rig.connect();
  client.send(wire::Attach{number});
  REQUIRE(client.got<wire::MasterPresence>().size() == 1);
  CHECK_FALSE(client.got<wire::MasterPresence>()[0].present);
  client.send(wire::Handshake{{}, HandshakeMessage::resume, {5}});
  Master back = rig.connect_master(master.identity());
  back.open(number, 7);
  CHECK(back.number() == number);
  CHECK(client.got<wire::MasterPresence>().back().present);
  REQUIRE(back.got<wire::Handshake>().size() == 1);
  back.admit(client, 3);
  client.send_bytes(message_frame(3, 0));
  CHECK(back.packets().size() == 1);
}

TEST_CASE("a restarted relay has forgotten sessions whose master was away too long") {
  Rig rig;
  Master master = rig.opened();
  rig.store.elapse(10min + 1s);
  rig.restart();
  Peer client = rig.connect();
  client.send(wire::Attach{master.number()});
  CHECK(client.error() == RelayError::no_session);
}

TEST_CASE("the relay's end is told to everybody and keeps the sessions") {
  Rig rig;
  Master master = rig.opened();
  Peer one = rig.member(master, 1), fresh = rig.connect();
  rig.core->shut_down(rig.now);
  CHECK(master.error() == RelayError::shutting_down);
  CHECK(one.error() == RelayError::shutting_down);
  CHECK(fresh.error() == RelayError::shutting_down);
  CHECK(one.closed());
  CHECK(rig.store.size() == 1);
}

TEST_CASE("a ping is answered in every stage") {
  Rig rig;
  Peer fresh = rig.connect();
  fresh.send(wire::Ping{5});
  REQUIRE(fresh.got<wire::Pong>().size() == 1);
  CHECK(fresh.got<wire::Pong>()[0].value == 5);
  Master master = rig.opened();
  master.send(wire::Ping{6});
  CHECK(master.got<wire::Pong>()[0].value == 6);
  master.send(wire::Pong{6});
  CHECK_FALSE(master.closed());
}
