#include "tests/relay/rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::HandshakeMessage;
using wire::Operation;
using wire::RelayError;

TEST_CASE("who neither opens nor attaches is cut after ten seconds") {
  Rig rig;
  Peer idle = rig.connect();
  Master master = rig.opened();
  rig.pass(10s - 1ms);
  CHECK_FALSE(idle.closed());
  rig.pass(1ms);
  CHECK(idle.error() == RelayError::bad_request);
  CHECK(idle.closed());
  CHECK_FALSE(master.closed());
}

TEST_CASE("joins of one address are limited, and the answer says for how long") {
  Rig rig;
  Master master = rig.opened();
  for (std::size_t i = 0; i < wire::kMaxJoinsPerMinute; ++i) {
    Peer peer = rig.connect();
    peer.send(wire::Attach{wire::number_of("555555555")});
    REQUIRE(peer.error() == RelayError::no_session);
  }
  Peer refused = rig.connect();
  refused.send(wire::Attach{master.number()});
  REQUIRE(refused.error() == RelayError::rate_limited);
  CHECK(refused.got<wire::Error>()[0].detail == 1);
  Peer elsewhere = rig.connect("192.0.2.77");
  elsewhere.send(wire::Attach{master.number()});
  CHECK_FALSE(elsewhere.error());
  rig.pass(1s);
  Peer later = rig.connect();
  later.send(wire::Attach{master.number()});
  CHECK_FALSE(later.error());
}

TEST_CASE("joins of one session are limited, wherever they come from") {
  Limits limits;
  limits.joins_per_minute_session = 3;
  Rig rig(limits);
  Master master = rig.opened();
  for (int i = 0; i < 3; ++i) {
    Peer peer = rig.connect("192.0.2." + std::to_string(i));
    peer.send(wire::Attach{master.number()});
    REQUIRE_FALSE(peer.error());
  }
  Peer refused = rig.connect("192.0.2.9");
  refused.send(wire::Attach{master.number()});
  REQUIRE(refused.error() == RelayError::rate_limited);
  CHECK(refused.got<wire::Error>()[0].detail == 20);
}

TEST_CASE("a session holds so many links that wait for admission, and who only knocked makes room") {
  Rig rig;
  Master master = rig.opened();
  std::vector<Peer> waiting;
  auto attach = [&](std::size_t i) {
    waiting.push_back(rig.connect("192.0.2." + std::to_string(i % 200)));
    waiting.back().send(wire::Attach{master.number()});
  };
  for (std::size_t i = 0; i < wire::kMaxPendingLinks; ++i) {
    attach(i);
    REQUIRE_FALSE(waiting.back().error());
    if (i % 100 == 99) rig.pass(30s);  // no more than so many a minute
  }
  waiting[0].send(wire::Handshake{{}, wire::HandshakeMessage::confirm, Bytes(100)});
  attach(200);
  CHECK_FALSE(waiting.back().error());
  CHECK_FALSE(waiting[0].closed());
  CHECK(waiting[1].error() == RelayError::rate_limited);
  CHECK(waiting[1].closed());
}

TEST_CASE("when all who wait have proven something, or only just knocked, nobody more may wait") {
  Rig rig;
  Master master = rig.opened();
  std::vector<Peer> waiting;
  for (std::size_t i = 0; i < wire::kMaxPendingLinks; ++i) {
    waiting.push_back(rig.connect("192.0.2." + std::to_string(i % 200)));
    waiting.back().send(wire::Attach{master.number()});
    waiting.back().send(wire::Handshake{{}, wire::HandshakeMessage::confirm, Bytes(100)});
    REQUIRE_FALSE(waiting.back().error());
    if (i % 100 == 99) rig.pass(30s);
  }
  rig.pass(30s);
  Peer refused = rig.connect();
  refused.send(wire::Attach{master.number()});
  CHECK(refused.error() == RelayError::rate_limited);
  for (Peer& peer : waiting) REQUIRE_FALSE(peer.closed());
  master.admit(waiting[0], 1);
  Peer next = rig.connect();
  next.send(wire::Attach{master.number()});
  CHECK_FALSE(next.error());
}

TEST_CASE("a link that is not admitted in time is cut") {
  Rig rig;
  Master master = rig.opened();
  Peer member = rig.member(master, 1), waiting = rig.connect();
  waiting.send(wire::Attach{master.number()});
  rig.pass(Duration(wire::kAdmissionTime) - 1ms);
  CHECK_FALSE(waiting.closed());
  rig.pass(1ms);
  CHECK(waiting.error() == RelayError::removed);
  CHECK_FALSE(member.closed());
}

TEST_CASE("a link that is not admitted says only so much") {
  Rig rig;
  Master master = rig.opened();
  Peer talker = rig.connect();
  talker.send(wire::Attach{master.number()});
  for (int i = 0; i < 3; ++i) talker.send(wire::Handshake{{}, HandshakeMessage::join, Bytes(8000)});
  CHECK_FALSE(talker.closed());
  for (int i = 0; i < 2; ++i) talker.send(wire::Handshake{{}, HandshakeMessage::join, Bytes(8000)});
  CHECK(talker.error() == RelayError::bad_request);
  Peer empty = rig.connect();
  empty.send(wire::Attach{master.number()});
  for (int i = 0; i < 600; ++i) empty.send(wire::Handshake{{}, HandshakeMessage::join, {}});
  CHECK(empty.error() == RelayError::bad_request);
}

TEST_CASE("handshakes for a master that is away take no more memory than that") {
  Rig rig;
  Master master = rig.opened();
  master.drop();
  Peer talker = rig.connect();
  talker.send(wire::Attach{master.number()});
  std::size_t before = rig.core->frame_bytes();
  for (int i = 0; i < 100; ++i) talker.send(wire::Handshake{{}, HandshakeMessage::join, Bytes(8000)});
  CHECK(talker.closed());
  CHECK(rig.core->frame_bytes() <= before + wire::kPendingHandshakeBytes);
}

TEST_CASE("sessions are limited by address and altogether") {
  Limits limits;
  limits.sessions = 3;
  limits.sessions_per_address = 2;
  Rig rig(limits);
  Master a = rig.opened(), b = rig.opened();
  Master third = rig.opened();
  CHECK(third.error() == RelayError::full);
  Master elsewhere = rig.connect_master({}, "203.0.113.1");
  elsewhere.open();
  CHECK_FALSE(elsewhere.error());
  Master more = rig.connect_master({}, "203.0.113.2");
  more.open();
  CHECK(more.error() == RelayError::full);
  a.request(Operation::end);
  rig.pass(30s);
  Master again = rig.opened();
  CHECK_FALSE(again.error());
}

TEST_CASE("connections are limited by address and altogether") {
  Limits limits;
  limits.links = 4;
  limits.links_per_address = 2;
  Rig rig(limits);
  Peer a = rig.connect();
  rig.connect();
  Peer c = rig.connect();
  CHECK(c.error() == RelayError::full);
  CHECK(c.closed());
  rig.connect("192.0.2.2");
  Peer e = rig.connect("192.0.2.3"), f = rig.connect("192.0.2.4");
  CHECK_FALSE(e.error());
  CHECK(f.error() == RelayError::full);
  a.drop();
  Peer g = rig.connect();
  CHECK_FALSE(g.error());
}

TEST_CASE("a session holds at most 1000 members") {
  Limits limits;
  limits.joins_per_minute = limits.joins_per_minute_session = 100000;
  Rig rig(limits);
  Master master = rig.opened();
  for (std::uint16_t i = 1; i < wire::kMaxMembers; ++i) REQUIRE_FALSE(rig.member(master, i).error());
  Peer over = rig.member(master, 1000);
  CHECK(over.error() == RelayError::full);
  CHECK(master.got<wire::LinkDown>().size() == 1);
}

TEST_CASE("messages wait in order, and a receiver that takes none is closed at its limit") {
  Rig rig;
  Master master = rig.opened();
  Peer sender = rig.member(master, 1), slow = rig.member(master, 2), fine = rig.member(master, 3);
  rig.stall(slow);
  std::uint64_t sent = 0;
  constexpr std::size_t size = 64u << 10;
  for (; sent < 100; ++sent) sender.send_bytes(message_frame(1, 0xFFFF, size, sent));
  CHECK_FALSE(slow.closed());
  rig.flow(slow);
  auto got = slow.packets();
  REQUIRE(got.size() == 100);
  for (std::uint64_t i = 0; i < 100; ++i) REQUIRE(got[i].counter == i);
  for (; sent < 300; ++sent) sender.send_bytes(message_frame(1, 0xFFFF, size, sent));
  CHECK(slow.closed());
  CHECK(rig.lines.queued(slow.conn()) <= wire::kReceiverBacklog + 100);
  CHECK(fine.packets().size() == 300);
  auto down = master.got<wire::LinkDown>();
  REQUIRE(down.size() == 1);
  CHECK(down[0].participant == ParticipantId{2});
  rig.lines.let_out(slow.conn(), 100u << 20);
  CHECK(slow.error() == RelayError::too_slow);
}

TEST_CASE("when all receivers of a session wait for too much together, the slowest goes") {
  Limits limits;
  limits.session_backlog = 3u << 20;
  Rig rig(limits);
  Master master = rig.opened();
  Peer sender = rig.member(master, 1), a = rig.member(master, 2), b = rig.member(master, 3);
  rig.stall(a);
  rig.stall(b);
  for (int i = 0; i < 10; ++i) sender.send_bytes(message_frame(1, 3, 100u << 10));
  for (int i = 0; i < 25; ++i) sender.send_bytes(message_frame(1, 2, 100u << 10));
  CHECK(a.closed());
  CHECK_FALSE(b.closed());
}

TEST_CASE("pings of one who reads nothing fill no memory") {
  Rig rig;
  Master master = rig.opened();
  Peer fresh = rig.connect();
  rig.stall(fresh);
  for (int i = 0; i < 10000 && !fresh.closed(); ++i) fresh.send(wire::Ping{1});
  CHECK(fresh.closed());
  CHECK(rig.lines.queued(fresh.conn()) < 64u << 10);
}

TEST_CASE("the bucket of a minute fills again at its pace") {
  MinuteBucket bucket;
  Instant now{1h};
  for (int i = 0; i < 6; ++i) CHECK(bucket.take(6, now) == 0);
  CHECK(bucket.take(6, now) == 10);
  CHECK(bucket.take(6, now + 4s) == 6);
  CHECK(bucket.take(6, now + 10s) == 0);
  CHECK(bucket.used(6, now + 10s) == 6.0);
  CHECK(bucket.used(6, now + 10min) == 0.0);
}
