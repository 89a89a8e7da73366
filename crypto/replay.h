// Which counters were seen: a sliding window (RFC 6479 style blocks), 8192 bits per (epoch, sender, stream).
#pragma once
#include <array>
#include <cstdint>

namespace lotse::crypto {

class ReplayWindow {
 public:
  static constexpr std::uint64_t kSize = 8192;
  /// True when `counter` was not seen and is not older than the window. Changes nothing: ask before opening ...
  bool fresh(std::uint64_t counter) const;
  /// ... and mark after the tag verified.
  void mark(std::uint64_t counter);

 private:
  static constexpr std::uint64_t kBlocks = kSize / 64 + 1;
  std::array<std::uint64_t, kBlocks> bits_{};
  std::uint64_t top_ = 0;
  bool any_ = false;
};

}  // namespace lotse::crypto
