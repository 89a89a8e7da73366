// The handshake: messages 1 to 5 as bodies of bytes, made by create_x, taken by consume_x, in the order of their
// numbers. The steps, layouts and labels are those of docs/PROTOCOL.md, "Handshake". No sockets, no clock, no threads.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/epoch.h"
#include "crypto/sealer.h"
#include "crypto/secret.h"
#include "crypto/signing.h"

namespace lotse::crypto {

enum class AuthMode : std::uint8_t { none = 0, code = 1, link = 2, paired = 3 };

/// Message 0, as the relay told both sides.
struct SessionFacts {
  std::string number;  // nine digits; with anything else the consume calls say malformed
  SessionUuid uuid{};
  /// version u8 = 1, number[9], uuid[16]: the bytes that T_0 begins with.
  Bytes encoded() const;
};

using DhPublic = std::array<std::uint8_t, 32>;  // X25519

class DhKey {
 public:
  static DhKey make();
  const DhPublic& public_key() const { return public_; }
  /// Nothing when the result is all zero (RFC 7748 section 6.1).
  std::optional<Secret<32>> agree(const DhPublic& other) const;

 private:
  friend struct KnownDhKey;  // of the tests
  Secret<32> secret_;
  DhPublic public_{};
};

/// RSA-2048, e = 65537, used once. Making one takes 0.1-0.4 s: make it ahead, on a worker.
class RsaKey {
 public:
  static RsaKey make();
  ~RsaKey();
  RsaKey(RsaKey&&) noexcept;
  RsaKey& operator=(RsaKey&&) noexcept;

 private:
  friend class ClientHandshake;
  friend struct KnownRsaKey;  // of the tests: many handshakes with one key that is no secret
  RsaKey();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

enum class HandshakeError : std::uint8_t {
  malformed,        // lengths, version, suite, points, weak RSA keys
  wrong_order,      // a message that this state does not take
  bad_fingerprint,  // the link names another master
  bad_signature,
  bad_code,     // the confirmation tag does not fit: wrong code, or somebody in between
  not_allowed,  // an auth_mode that the master does not offer
};

/// Both directions of the pair (first master, client) and what else comes out of PRK_i.
struct PairKeys {
  SealKey seal;
  OpenKey open;
};

/// How a client proves itself. `secret`: the digits or words of a code (separators and case do not matter), the 16
/// bytes of a link, 32 of a pairing; empty for none.
struct Credentials {
  AuthMode mode = AuthMode::none;
  Bytes secret;
  std::optional<std::string> fingerprint;  // of the link
};
/// A code as people type it, in the form that enters CPace: Unicode NFC (bytes that are no UTF-8 stay), blanks and
/// dashes dropped, ASCII lower case.
Bytes normalized_code(std::string_view typed);

struct ClientHello {
  std::string name;
  Bytes ticket;    // of an earlier join, or empty
  Bytes identity;  // proof of a long-lived identity (crypto/identity.h), or empty
};

/// What a JOIN claims to be, before anything of it was checked; nothing where it is not even long enough.
std::optional<AuthMode> mode_of_join(ByteView join);

/// One client's side. Use: create_join, consume_offer, (consume_lobby)*, consume_key, create_ready.
class ClientHandshake {
 public:
  ClientHandshake(SessionFacts facts, Credentials credentials, ClientHello hello, RsaKey rsa);
  ~ClientHandshake();
  ClientHandshake(ClientHandshake&&) noexcept;

  /// Before consume_offer: what the hello shows besides name and ticket, made of T_2 and our key of this join.
  void show_identity(std::function<Bytes(ByteView t2, const VerifyKey& client)> prove);

  Bytes create_join();
  /// Gives CONFIRM.
  Result<Bytes, HandshakeError> consume_offer(ByteView offer);
  /// Three words and the same as nine digits, once the offer was taken.
  std::string sas_words() const;
  std::string sas_digits() const;
  /// Tb alone: the code was right, the master has yet to admit. Repeatable.
  Result<Done, HandshakeError> consume_lobby(ByteView lobby);

  struct Established {
    ParticipantId self;
    PairKeys pair;
    Epoch epoch;
    EpochSecret secret;
    Bytes box;  // the master's first words: roster, policy, ticket
    VerifyKey master;
    DhPublic master_dh;
    SigningKey signing;
    DhKey dh;
    Bytes ready;  // message 5
  };
  /// Ends the handshake; the RSA key is destroyed whatever comes out.
  Result<Established, HandshakeError> consume_key(ByteView key);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The master's long keys for one session.
struct MasterKeys {
  SigningKey signing = SigningKey::make();
  DhKey dh = DhKey::make();
};

/// The master's side for one client. Use: consume_join -> OFFER, consume_confirm, (create_lobby), create_key,
/// consume_ready.
class MasterHandshake {
 public:
  /// Looks up what a client must know for `mode`; nothing: this mode is not offered.
  struct Secrets {
    std::optional<Bytes> code, link, paired;
    bool none = false;
  };
  /// `keys` outlives this.
  MasterHandshake(SessionFacts facts, const MasterKeys& keys, ParticipantId index);
  ~MasterHandshake();
  MasterHandshake(MasterHandshake&&) noexcept;

  /// Gives OFFER; the very same JOIN again gives the same OFFER.
  Result<Bytes, HandshakeError> consume_join(ByteView join, const Secrets& secrets);
  AuthMode mode() const;
  std::array<std::uint8_t, 16> client_id() const;
  /// One CONFIRM counts per OFFER: after a bad_code every further one is wrong_order.
  Result<ClientHello, HandshakeError> consume_confirm(ByteView confirm);
  /// After consume_confirm: the long-lived key that was shown and proven; nothing: none was.
  std::optional<VerifyKey> client_identity() const;
  VerifyKey client_verify_key() const;
  DhPublic client_dh() const;
  std::string sas_words() const;
  std::string sas_digits() const;
  Bytes create_lobby();
  struct Admitted {
    Bytes key;  // message 4
    PairKeys pair;
  };
  /// Once, after consume_confirm. `box`: what the client is told first (sealed under m2c).
  Admitted create_key(Epoch epoch, const EpochSecret& secret, ByteView box);
  Result<Done, HandshakeError> consume_ready(ByteView ready);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Keys between two members other than the first master: PRK = Extract(session_uuid, X25519), one key || iv each way.
std::optional<PairKeys> pair_keys(const SessionUuid& session, const DhKey& own, ParticipantId self,
                                  const DhPublic& peer_dh, ParticipantId peer);

}  // namespace lotse::crypto
