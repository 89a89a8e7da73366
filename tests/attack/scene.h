// A session under attack: a master that shares, two members that watch, and what an attacker needs to say anything.
#pragma once
#include <catch2/catch.hpp>

#include "tests/session/world.h"
#include "wire/messages.pb.h"

namespace lotse::test {

using session::Core;
using session::Session;

/// Anna leads and shares, Bernd (1) and Clara (2) watch.
struct Scene : Pair {
  Station& clara;
  Scene();

  /// Hands a frame to a program as its relay would; then the session may act on it.
  void deliver(Station& to, const Bytes& frame);
  /// A change of the screen, a line of chat and an epoch still reach both members.
  bool lives_on();
  /// What the relay gets while `work` is done.
  std::vector<Bytes> recorded(const std::function<void()>& work);
};

/// The keys of a program: what a changed one has.
Core& keys_of(Station& station);
std::uint64_t dropped(Station& station);  // all that it counted
Bytes serialized(const wire::pb::Message& message);
/// A private message under the key that two programs share.
Bytes sealed(Station& from, Station& to, const wire::pb::Message& message);
/// Packets among frames, pictures or messages.
bool is_packet(ByteView frame);
wire::PacketHeader header_of(ByteView frame);
/// `member`'s epoch keys in the hands of somebody who says that he is `as`, with a signing key of his own.
std::unique_ptr<session::Envelope> epoch_keys_as(Station& member, ParticipantId as, const crypto::SigningKey& signing);

}  // namespace lotse::test
