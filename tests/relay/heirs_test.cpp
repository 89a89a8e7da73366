// Who may take a session over at the relay.
#include <catch2/catch.hpp>

#include "rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::Operation;
using wire::RelayError;

namespace {

struct Heirs {
  Rig rig;
  Master master = rig.opened();
  wire::Number number = master.number();
  std::shared_ptr<Identity> anna = master.identity();
  crypto::SigningKey bernd = crypto::SigningKey::make(), clara = crypto::SigningKey::make();
  Peer first = rig.member(master, 1), second = rig.member(master, 2);

  wire::Heir heir(std::uint8_t order, std::uint16_t index, const crypto::SigningKey& key,
                  const crypto::SigningKey& named_by, std::uint32_t term = 1) const {
    wire::Heir h{term, order, ParticipantId{index}, key.verify_key(), {}};
    h.signature = named_by.sign(crypto::Purpose::heir, {wire::signed_part(h, anna->uuid)});
    return h;
  }
  /// True when the relay lets it.
  bool take_over(Peer& peer, const wire::Heir& h, const crypto::SigningKey& key) {
    wire::TunnelRequest request{h.term, 1, Operation::open, {}, kEverybody, 7, {}};
    request.signature = key.sign(crypto::Purpose::tunnel, {wire::signed_part(request, anna->uuid, nonces.at(&peer))});
    return sends(peer, {h, request});
  }
  static bool sends(Peer& peer, const wire::TakeOver& wish) {
    std::size_t before = peer.got<wire::SessionOpened>().size();
    peer.send(wish);
    return peer.got<wire::SessionOpened>().size() > before;
  }
  void tunnel(Peer& peer, const crypto::SigningKey& key, Operation operation, std::uint16_t target,
              std::uint64_t sequence = 2) {
    wire::TunnelRequest request{1, sequence, operation, {}, ParticipantId{target}, 0, {}};
    request.signature = key.sign(crypto::Purpose::tunnel, {wire::signed_part(request, anna->uuid, nonces.at(&peer))});
    peer.send(request);
  }
  std::map<Peer*, wire::RelayNonce> nonces{{&first, first.nonce()}, {&second, second.nonce()}};
};

}  // namespace

TEST_CASE("an heir whom the master named takes its connection over, and the master becomes a member") {
  Heirs h;
  CHECK(h.take_over(h.first, h.heir(0, 1, h.bernd, h.anna->key), h.bernd));
  CHECK_FALSE(h.master.closed());
  h.tunnel(h.first, h.bernd, Operation::remove, 2);
  CHECK(h.second.error() == RelayError::removed);
  h.master.clear();
  h.master.request(Operation::remove, {}, ParticipantId{1});
  CHECK(h.master.error() == RelayError::not_allowed);
  CHECK_FALSE(h.first.closed());
  h.first.send_bytes(message_frame(1, 0));
  CHECK(h.master.packets().size() == 1);
}

TEST_CASE("nobody takes over by another's word") {
  Heirs h;
  bool taken = false, master_here = true;
  crypto::SigningKey stranger = crypto::SigningKey::make();
  SECTION("signed by itself") { taken = h.take_over(h.first, h.heir(0, 1, h.bernd, h.bernd), h.bernd); }
  SECTION("a term is skipped") { taken = h.take_over(h.first, h.heir(0, 1, h.bernd, h.anna->key, 2), h.bernd); }
  SECTION("the request is by another key") {
    taken = h.take_over(h.first, h.heir(0, 1, h.bernd, h.anna->key), stranger);
  }
  SECTION("the heir is somebody else") { taken = h.take_over(h.second, h.heir(0, 1, h.bernd, h.anna->key), h.bernd); }
  SECTION("another session's statement") {
    wire::Heir other = h.heir(0, 1, h.bernd, h.anna->key);
    other.signature = h.anna->key.sign(crypto::Purpose::heir, {wire::signed_part(other, SessionUuid{9})});
    taken = h.take_over(h.first, other, h.bernd);
  }
  SECTION("a deputy while the master is here") {
    taken = h.take_over(h.first, h.heir(1, 1, h.bernd, h.anna->key), h.bernd);
  }
  SECTION("a deputy while the master is only just gone") {
    h.master.drop();
    master_here = false;
    h.rig.pass(30s);
    taken = h.take_over(h.first, h.heir(1, 1, h.bernd, h.anna->key), h.bernd);
  }
  SECTION("the request of another connection") {
    wire::TunnelRequest request{1, 1, Operation::open, {}, kEverybody, 7, {}};
    request.signature =
        h.bernd.sign(crypto::Purpose::tunnel, {wire::signed_part(request, h.anna->uuid, h.nonces.at(&h.second))});
    taken = Heirs::sends(h.first, {h.heir(0, 1, h.bernd, h.anna->key), request});
  }
  CHECK_FALSE(taken);
  if (master_here) {
    h.master.request(Operation::remove, {}, ParticipantId{2});
    CHECK(h.second.error() == RelayError::removed);
  }
}

TEST_CASE("a deputy takes over a minute after the master has gone, an earlier one after it, no later one") {
  Heirs h;
  h.master.drop();
  h.rig.pass(61s);
  CHECK(h.take_over(h.second, h.heir(2, 2, h.clara, h.anna->key), h.clara));
  h.second.drop();
  h.rig.pass(61s);
  CHECK(h.take_over(h.first, h.heir(1, 1, h.bernd, h.anna->key), h.bernd));
}

TEST_CASE("a master of the past is told who leads since, and attaches") {
  Heirs h;
  wire::Heir heir = h.heir(0, 1, h.bernd, h.anna->key);
  REQUIRE(h.take_over(h.first, heir, h.bernd));
  auto opened_by_the_past = [&] {
    Master past = h.rig.connect_master(h.anna);
    past.open(h.number);
    auto told = past.got<wire::Superseded>();
    REQUIRE(told.size() == 1);
    CHECK(told[0].heirs == std::vector{heir});
    CHECK_FALSE(past.closed());
    past.clear();
    past.send(wire::Attach{h.number});
    CHECK(past.got<wire::SessionOpened>().size() == 1);
  };
  opened_by_the_past();
  SECTION("also by a relay that was restarted") {
    h.rig.restart();
    opened_by_the_past();
  }
}

TEST_CASE("the lead may pass on more often than is remembered") {
  Heirs h;
  crypto::SigningKey keys[] = {crypto::SigningKey::make(), crypto::SigningKey::make()};
  const crypto::SigningKey* named_by = &h.anna->key;
  for (std::uint32_t term = 1; term <= wire::kMaxHeirs + 8; ++term) {
    Peer& peer = term % 2 ? h.first : h.second;
    const crypto::SigningKey& key = keys[term % 2];
    REQUIRE(h.take_over(peer, h.heir(0, term % 2 ? 1 : 2, key, *named_by, term), key));
    named_by = &key;
  }
}
