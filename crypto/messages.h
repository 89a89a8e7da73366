// The bodies of the handshake messages as bytes: fixed layouts, nothing unknown, nothing left over. Decides nothing.
#pragma once
#include <array>
#include <optional>

#include "base/bytes.h"
#include "base/ids.h"
#include "crypto/cpace.h"
#include "crypto/handshake.h"

namespace lotse::crypto {

inline constexpr std::uint8_t kProtocolVersion = 1;
inline constexpr std::uint8_t kSuiteNumber = 1;
inline constexpr std::size_t kMacSize = 64;  // Ta, Tb: HMAC-SHA-512
inline constexpr std::size_t kOfferSize = 194;
inline constexpr std::size_t kSigSize = 64;
// What a hello may hold, in bytes.
inline constexpr std::size_t kMaxName = 256;
inline constexpr std::size_t kMaxTicket = 64;
inline constexpr std::size_t kMaxIdentity = 512;
inline constexpr std::size_t kMaxHelloBox = 6 + kMaxName + kMaxTicket + kMaxIdentity + kTagSize;

using Hash32 = std::array<std::uint8_t, 32>;
using ClientId = std::array<std::uint8_t, 16>;

struct Join {
  std::uint8_t version = kProtocolVersion, suite = kSuiteNumber, mode = 0;
  ClientId client_id{};
  Bytes spki;
  VerifyKey ed{};
  DhPublic dh{};
  Hash32 commit{};
  Point ya{};
};
Bytes encode(const Join& join);
std::optional<Join> decode_join(ByteView body);

struct Offer {
  ParticipantId index;
  VerifyKey ed{};
  DhPublic dh{};
  Hash32 nonce{};
  Point yb{};
  Signature sig{};
};
Bytes encode(const Offer& offer);
std::optional<Offer> decode_offer(ByteView body);

struct Confirm {
  Hash32 nonce{};
  ByteView hello_box;  // of the bytes that were decoded
  ByteView sig;
  ByteView before_ta;
  ByteView ta;
};
/// CONFIRM without its Ta, which is made over it.
Bytes encode_before_ta(const Hash32& nonce, ByteView hello_box, const Signature& sig);
std::optional<Confirm> decode_confirm(ByteView body);

/// The plaintext of hello_box. Parts that are too long are left out: they are ours to check earlier.
Bytes encode(const ClientHello& hello);
std::optional<ClientHello> decode_hello(ByteView plaintext);

struct Key {
  ByteView tb, rsa_ct, box;  // of the bytes that were decoded
};
std::optional<Key> decode_key(ByteView body);

}  // namespace lotse::crypto
