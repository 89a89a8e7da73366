// What both sides of a handshake compute alike: the transcript, the inputs of CPace, and every key that comes out.
#pragma once
#include "crypto/messages.h"

namespace lotse::crypto {

/// Messages 0..n, one after another; hash() is T_n after message n was added.
class Transcript {
 public:
  explicit Transcript(const SessionFacts& facts) : messages_(facts.encoded()) {}
  void add(ByteView message) { append(messages_, message); }
  Hash32 hash() const { return sha256({messages_}); }

 private:
  Bytes messages_;
};

/// Nine digits, as the relay promises them.
bool valid(const SessionFacts& facts);

/// PRS out of what a person or a link says. Nothing when it does not fit the mode (sizes of ClientHandshake's
/// Credentials): with an empty secret anybody could be the other side.
std::optional<Bytes> password(AuthMode mode, ByteView secret);

Bytes cpace_sid(const SessionFacts& facts, const ClientId& client);  // session_uuid || client_id
Bytes cpace_ci(const SessionFacts& facts, std::uint8_t mode);
Bytes client_data(const Join& join);    // ADa
Bytes master_data(const Offer& offer);  // ADb

using Mac = std::array<std::uint8_t, kMacSize>;

/// Everything under one ISK.
class Schedule {
 public:
  Schedule(const SessionFacts& facts, const Join& join, const Offer& offer, const Secret<32>& k);

  Mac ta(const Hash32& t2, ByteView before_ta) const;
  Mac tb(const Hash32& t3) const;
  KeyAndIv hello_key(const Hash32& t2) const;
  /// K_e xor the mask: the same call hides and shows.
  EpochSecret mask(const Hash32& t3, std::span<const std::uint8_t, 32> epoch_secret) const;

  struct Roots {
    KeyAndIv c2m, m2c;
  };
  /// Out of PRK_i = Extract(T_3, ISK || s_i).
  Roots roots(const Hash32& t3, std::span<const std::uint8_t, 32> s) const;

 private:
  Isk isk_;
  Secret<64> mac_key_;
  Bytes ya_ada_, yb_adb_;
};

Bytes oaep_label(const Hash32& t3);
Bytes hello_aad(const Hash32& t2, const Hash32& client_nonce);
Bytes box_aad(const Hash32& t3, ByteView rsa_ct);
Bytes ready_text(const Hash32& t4);

/// 30 bits for people to compare, and how they are said.
std::uint32_t sas_bits(const Hash32& t2, const Hash32& client_nonce);
std::string nine_digits(std::uint32_t bits30);

}  // namespace lotse::crypto
