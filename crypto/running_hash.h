// SHA-256 of bytes that come piece by piece.
#pragma once
#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace lotse::crypto {

/// By OpenSSL, which uses the processor's own instructions. Not thread-safe.
class RunningHash {
 public:
  RunningHash();
  ~RunningHash();
  RunningHash(RunningHash&&) noexcept;
  RunningHash& operator=(RunningHash&&) noexcept;

  void add(ByteView bytes);
  /// Of all that was added. Nothing more may be added then.
  std::array<std::uint8_t, 32> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lotse::crypto
