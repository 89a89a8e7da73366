// Seals what goes out and opens what comes in: which key, which counter, whose signature, seen before or not.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/ids.h"
#include "crypto/epoch.h"
#include "crypto/handshake.h"
#include "crypto/replay.h"
#include "crypto/signing.h"
#include "wire/packet.h"

namespace lotse::session {

/// Why a packet was dropped. Counted, never answered: it may be a stranger's.
enum class Drop : std::uint8_t {
  malformed,
  other_session,
  unknown_member,
  unknown_epoch,  // may become known: keep it for a second
  replayed,
  forged,
};

/// Not thread-safe. Knows keys, no meanings.
class Envelope {
 public:
  /// `signing` outlives this.
  Envelope(const SessionUuid& session, ParticipantId self, const crypto::SigningKey& signing);
  ~Envelope();

  crypto::EpochKeys& epochs() { return epochs_; }
  ParticipantId self() const { return self_; }
  Epoch newest_epoch() const { return epochs_.newest(); }

  void set_pair(ParticipantId peer, crypto::PairKeys keys);
  void drop_pair(ParticipantId peer);
  bool has_pair(ParticipantId peer) const { return pairs_.contains(peer); }

  // Each gives a whole frame for the relay, or nothing when the key is used up (crypto::kMaxSealsPerKey).
  /// To one, under the pair's key. Nothing without one.
  std::optional<Bytes> seal_to(ParticipantId peer, crypto::Stream stream, ByteView message);
  /// To all, under the epoch's key, signed. Nothing without an epoch.
  std::optional<Bytes> seal_to_all(crypto::Stream stream, ByteView message);
  /// A packet of the picture. Frame ends and states are signed like messages, SIGN by what it lists; a key is proven by
  /// the SIGN of its batch alone.
  std::optional<Bytes> seal_picture(wire::PacketKind kind, const wire::PictureFields& fields, ByteView payload);

  struct Opened {
    ParticipantId source;
    bool private_message = false;  // came under the pair's key
    Bytes plaintext;               // signature checked and cut off
  };
  struct Result {
    std::optional<Opened> opened;
    Drop drop{};
  };
  /// `signer`: the Ed25519 key of the source as the roster has it; nothing when it is no member.
  Result open(const wire::ParsedPacket& packet, const std::optional<crypto::VerifyKey>& signer);

 private:
  struct Pair {
    crypto::PairKeys keys;
    crypto::ReplayWindow seen;
  };
  Result open_pair(const wire::ParsedPacket& packet);
  crypto::Signature sign(const wire::PacketHeader& header, ByteView clear, ByteView plaintext) const;
  bool proven(const wire::ParsedPacket& packet, const crypto::VerifyKey& signer, Bytes& plaintext) const;
  bool may_seal_to_all() const;
  wire::PacketHeader header(wire::PacketKind kind, wire::Keying keying, crypto::Stream stream, ParticipantId to) const;

  SessionUuid session_;
  ParticipantId self_;
  const crypto::SigningKey& signing_;
  crypto::EpochKeys epochs_;
  std::map<ParticipantId, Pair> pairs_;
};

}  // namespace lotse::session
