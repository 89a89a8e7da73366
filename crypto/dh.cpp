// X25519 (RFC 7748) and the keys of a pair of members.
#include <sodium.h>

#include "crypto/handshake.h"
#include "crypto/hkdf.h"
#include "crypto/must.h"

namespace lotse::crypto {
namespace {

KeyAndIv one_way(const Secret<32>& prk, ParticipantId from, ParticipantId to, const DhPublic& dh_a,
                 const DhPublic& dh_b) {
  Bytes indexes;
  ByteWriter{indexes}.put(from.value()).put(to.value());
  return expand<44>(prk, {as_bytes("rv1 pair"), indexes, dh_a, dh_b});
}

}  // namespace

DhKey DhKey::make() {
  DhKey key;
  fill_random(key.secret_.writable());
  must(crypto_scalarmult_curve25519_base(key.public_.data(), key.secret_.view().data()) == 0);
  return key;
}

std::optional<Secret<32>> DhKey::agree(const DhPublic& other) const {
  Secret<32> shared;
  // -1 when the result is all zero.
  if (crypto_scalarmult_curve25519(shared.writable().data(), secret_.view().data(), other.data()) != 0)
    return std::nullopt;
  return shared;
}

std::optional<PairKeys> pair_keys(const SessionUuid& session, const DhKey& own, ParticipantId self,
                                  const DhPublic& peer_dh, ParticipantId peer) {
  if (self == peer) return std::nullopt;
  auto shared = own.agree(peer_dh);
  if (!shared) return std::nullopt;
  const bool lower = self < peer;
  const DhPublic& dh_a = lower ? own.public_key() : peer_dh;
  const DhPublic& dh_b = lower ? peer_dh : own.public_key();
  auto prk = extract(session, {shared->view()});
  return PairKeys{SealKey{one_way(prk, self, peer, dh_a, dh_b)}, OpenKey{one_way(prk, peer, self, dh_a, dh_b)}};
}

}  // namespace lotse::crypto
