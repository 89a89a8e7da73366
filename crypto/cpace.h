// CPACE-RISTR255-SHA512, initiator and responder (draft-irtf-cfrg-cpace): a Diffie-Hellman whose generator comes out of
// a password, so that a listener or a liar gets one guess per run and nothing to try out at home.
#pragma once
#include <array>
#include <initializer_list>
#include <optional>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace lotse::crypto {

using Point = std::array<std::uint8_t, 32>;  // ristretto255, encoded
using Isk = Secret<64>;                      // intermediate session key

/// prepend_len of each part, one after another: the length as LEB128, then the bytes.
Bytes lv_cat(std::initializer_list<ByteView> parts);

/// calculate_generator(PRS, CI, sid).
Point cpace_generator(ByteView prs, ByteView ci, ByteView sid);

/// One side's secret scalar and public share.
class CpaceShare {
 public:
  static CpaceShare make(const Point& generator);
  /// With a scalar given, below the group's order: for published test vectors.
  CpaceShare(const Point& generator, Secret<32> scalar);
  const Point& share() const { return share_; }
  /// K = scalar_mult_vfy. Nothing when `other` is no canonical encoding, or the result is the identity.
  std::optional<Secret<32>> agree(const Point& other) const;

 private:
  Secret<32> scalar_;
  Point share_{};
};

/// ISK = SHA-512(lv_cat(DSI_ISK, sid, K) || lv_cat(Ya, ADa) || lv_cat(Yb, ADb)).
Isk cpace_isk(ByteView sid, const Secret<32>& k, const Point& ya, ByteView ada, const Point& yb, ByteView adb);

}  // namespace lotse::crypto
