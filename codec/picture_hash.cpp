#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "codec/canvas.h"
#include "codec/slot_codec.h"

namespace lotse::codec {

std::uint64_t picture_hash(FrameView pixels) {
  // Rows lie one after another in a buffer of a slot's size; a slot is one call, a larger picture several.
  std::array<std::uint32_t, kSlotSide * kSlotSide> run;
  std::size_t filled = 0;
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  bool streamed = false;
  for (int y = 0; y < pixels.size.height; ++y) {
    for (int x = 0; x < pixels.size.width;) {
      if (filled == run.size()) {
        XXH3_64bits_update(&state, run.data(), sizeof run);
        filled = 0;
        streamed = true;
      }
      const int count = std::min(pixels.size.width - x, static_cast<int>(run.size() - filled));
      std::memcpy(run.data() + filled, pixels.row(y) + static_cast<std::size_t>(x) * 4,
                  static_cast<std::size_t>(count) * 4);
      for (int i = 0; i < count; ++i) run[filled + static_cast<std::size_t>(i)] &= 0x00FFFFFF;
      filled += static_cast<std::size_t>(count);
      x += count;
    }
  }
  if (!streamed) return XXH3_64bits(run.data(), filled * 4);
  XXH3_64bits_update(&state, run.data(), filled * 4);
  return XXH3_64bits_digest(&state);
}

std::uint64_t digest_of(std::span<const std::uint64_t> slot_hashes) {
  return slot_hashes.empty() ? 0 : XXH3_64bits(slot_hashes.data(), slot_hashes.size_bytes());
}

}  // namespace lotse::codec
