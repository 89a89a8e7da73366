// Keys, deltas and films that went out since the last SIGN.
#pragma once
#include <cstdint>
#include <utility>

#include "base/bytes.h"
#include "base/time.h"
#include "wire/limits.h"
#include "wire/picture_proof.h"

namespace lotse::session {

/// Numbered from 1. Not thread-safe.
class ProofBatch {
 public:
  std::uint32_t number() const { return number_; }
  bool empty() const { return hashes_.empty(); }
  void add(const wire::PacketHash& hash, std::size_t bytes, Instant now) {
    if (empty()) opened_ = now;
    append(hashes_, hash);
    bytes_ += bytes;
  }
  bool full() const { return hashes_.size() >= wire::kBatchPackets * sizeof(wire::PacketHash) || bytes_ >= kMostBytes; }
  /// When its SIGN is to follow at the latest.
  Instant due() const { return empty() ? Instant::never() : opened_ + kLongest; }
  /// What its SIGN carries. The next one begins.
  Bytes close() {
    ++number_;
    bytes_ = 0;
    return std::exchange(hashes_, {});
  }

 private:
  static constexpr std::size_t kMostBytes = 16u << 10;  // of the packets
  static constexpr Duration kLongest = std::chrono::milliseconds(900);
  std::uint32_t number_ = 1;
  Bytes hashes_;
  std::size_t bytes_ = 0;
  Instant opened_{};
};

}  // namespace lotse::session
