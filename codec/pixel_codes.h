// Pixels <-> byte codes: runs, a table of recent colours, differences to a prediction. What KEY packets (coder 1) and
// patches share. Grammar: docs/protocol/slots.md.
#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "codec/plane.h"

namespace lotse::codec {

/// The most that the byte codes of one slot can take.
inline constexpr std::size_t kMaxCodes = static_cast<std::size_t>(kSlotSide) * kSlotSide * 4;

/// Colours, each at the place that its value gives it: the top kBits of a product. Black at first.
template <int kBits>
class ColorTable {
 public:
  static constexpr std::uint32_t place_of(std::uint32_t color) { return color * 0x9E3779B1u >> (32 - kBits); }
  std::uint32_t at(std::uint32_t place) const { return colors_[place]; }
  bool has(std::uint32_t color) const { return colors_[place_of(color)] == color; }
  void put(std::uint32_t color) { colors_[place_of(color)] = color; }

 private:
  std::array<std::uint32_t, std::size_t{1} << kBits> colors_{};
};

/// The colours that one byte names, and for patches those that two bytes name, too. Both hold the same but for its age.
struct KeyColors {
  ColorTable<6> few;
  void put(std::uint32_t color) { few.put(color); }
};
struct PatchColors {
  ColorTable<6> few;
  ColorTable<11> many;
  void put(std::uint32_t color) { few.put(color), many.put(color); }
  /// The colours of `plane` at which something begins: those that differ from their left neighbour, in reading order.
  void put_all(const Plane& plane);
};

/// A slot on its own. `repeats` belongs to `plane`; `out` has kMaxCodes bytes. Returns the end of what was written.
std::uint8_t* write_key_codes(const Plane& plane, const Repeats& repeats, std::uint8_t* out);
/// `plane` is filled up to its size, which is set. False: `codes` do not draw exactly one slot.
bool read_key_codes(ByteView codes, Plane& plane);

/// A slot as a change of `base`, which has its size. The colours go on from slot to slot.
std::uint8_t* write_patch_codes(const Plane& plane, const Plane& base, PatchColors& colors, std::uint8_t* out);
/// The code that keeps the rest of a slot: on its own it keeps the whole.
inline constexpr std::uint8_t kKeepRest = 0xFF;
/// `plane` holds the base and becomes the picture. Takes the codes of one slot from `codes`; false: they are wrong.
bool read_patch_codes(ByteReader& codes, PatchColors& colors, Plane& plane);

}  // namespace lotse::codec
