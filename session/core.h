// What all parts of a session share: who we are, the keys, the roster, and the ways to say something.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "crypto/handshake.h"
#include "session/contact.h"
#include "session/envelope.h"
#include "session/events.h"
#include "session/host.h"
#include "session/roster.h"
#include "session/succession.h"
#include "wire/picture_proof.h"

namespace lotse::wire::pb {
class Message;
}

namespace lotse::session {

/// One per session and program; the parts (Lead or Follow, Presenting, Watching) hold a reference. Not thread-safe.
class Core {
 public:
  /// `first_master`, `master_key`: whom the handshake has met, or ourselves.
  Core(SessionHost& session_host, crypto::SessionFacts session_facts, ParticipantId own, crypto::MasterKeys own_keys,
       ParticipantId first_master, const crypto::VerifyKey& master_key)
      : host(session_host),
        facts(std::move(session_facts)),
        self(own),
        keys(std::move(own_keys)),
        succession(facts.uuid, first_master, master_key, 0),
        envelope(facts.uuid, own, keys.signing) {}

  SessionHost& host;
  crypto::SessionFacts facts;
  ParticipantId self;
  crypto::MasterKeys keys;  // signing and agreement; a participant has the same pair
  Succession succession;
  Envelope envelope;
  wire::RelayNonce relay_nonce{};  // of the present connection
  Roster roster;
  Instant now{};          // of the call that is being served
  bool attached = false;  // the relay takes packets from us
  bool muted = false;     // we may not know who is in the session any more: nothing is said to all

  /// Something said to all reaches those who are meant, and nobody else.
  bool may_tell_all() const { return attached && !muted; }

  ParticipantId master() const { return succession.master(); }
  bool leads() const { return self == master(); }
  /// What we have of the master's word, or as the master: what is in force.
  Word word() const { return {succession.term(), envelope.newest_epoch(), roster.version}; }
  const Member* member(ParticipantId id) const { return roster.find(id); }
  /// The members but ourselves that are here.
  std::vector<ParticipantId> others() const;

  /// Under the pair's key; makes the key of two members when it is first needed. False: no such member or not attached.
  bool tell(ParticipantId peer, const wire::pb::Message& message, crypto::Stream stream = crypto::Stream::control);
  /// The packet that tell() would send, for a handshake frame. Nothing: no such member.
  std::optional<Bytes> seal_for(ParticipantId peer, const wire::pb::Message& message);
  /// To all, signed. False while nobody could hear it, or somebody could who must not.
  bool tell_all(crypto::Stream stream, const wire::pb::Message& message);
  /// Its hash, for the SIGN of its batch. Nothing while it cannot be sent.
  std::optional<wire::PacketHash> send_picture(wire::PacketKind kind, const wire::PictureFields& fields,
                                               ByteView payload);
  void notify(Event event) { host.notify(std::move(event)); }
  /// Makes the key that two members share, where they have none yet. False: no such member.
  bool make_pair(ParticipantId peer);
};

}  // namespace lotse::session
