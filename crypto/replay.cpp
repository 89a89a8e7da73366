#include "crypto/replay.h"

#include <algorithm>

namespace lotse::crypto {

bool ReplayWindow::fresh(std::uint64_t counter) const {
  if (!any_ || counter > top_) return true;
  if (top_ - counter >= kSize) return false;
  return (bits_[counter / 64 % kBlocks] >> (counter % 64) & 1) == 0;
}

void ReplayWindow::mark(std::uint64_t counter) {
  if (any_ && counter <= top_ && top_ - counter >= kSize) return;  // its block belongs to newer counters by now
  if (!any_ || counter > top_) {
    std::uint64_t from = any_ ? top_ / 64 : counter / 64;
    std::uint64_t passed = std::min(counter / 64 - from, kBlocks);
    for (std::uint64_t i = 1; i <= passed; ++i) bits_[(from + i) % kBlocks] = 0;
    top_ = counter;
    any_ = true;
  }
  bits_[counter / 64 % kBlocks] |= std::uint64_t{1} << (counter % 64);
}

}  // namespace lotse::crypto
