// A long-lived identity: by it people recognise each other from session to session. Optional; it admits nobody.
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/signing.h"

namespace lotse::crypto {

inline constexpr std::size_t kIdentityProof = 32 + 64;  // bytes: public key || signature
inline constexpr std::size_t kIdentityFile = 141;       // bytes, see Identity::encrypted

/// Move-only; an Ed25519 key.
class Identity {
 public:
  static Identity make();
  const VerifyKey& public_key() const { return key_.verify_key(); }

  /// What a client shows in its hello: bound to the session, to its key of this join and by T_2 to this very handshake,
  /// so that nobody can show it elsewhere.
  Bytes prove_client(const SessionUuid& session, const VerifyKey& client, ByteView t2) const;
  /// What a master shows: bound to the session and to its key in it.
  Bytes prove_master(const SessionUuid& session, const VerifyKey& master) const;

  /// For a file: "LOTSEID1" || public key[32] || opslimit u32 || memlimit u32 (KiB) || salt[16] || nonce[24] ||
  /// secretbox(seed[32]) of 48 bytes || checksum[5] (of all before it by SHA-256: a damaged file is not a wrong
  /// passphrase). Argon2id makes the key out of the passphrase in the form
  /// of a code (normalized_code); takes about a second and 256 MiB.
  Bytes encrypted(std::string_view passphrase) const;
  enum class Failure { damaged, wrong_passphrase };
  static Result<Identity, Failure> decrypt(ByteView file, std::string_view passphrase);
  /// The public key in a file, without the passphrase; nothing: damaged.
  static std::optional<VerifyKey> public_key_in(ByteView file);

 private:
  explicit Identity(SigningKey key) : key_(std::move(key)) {}
  SigningKey key_;
};

/// The key that is shown, when the proof is whole and right.
std::optional<VerifyKey> verify_client_proof(ByteView proof, const SessionUuid& session, const VerifyKey& client,
                                             ByteView t2);
std::optional<VerifyKey> verify_master_proof(ByteView proof, const SessionUuid& session, const VerifyKey& master);

}  // namespace lotse::crypto
