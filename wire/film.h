// What a packet of a film carries under its seal: where on the screen it lies, what it is built on, a frame of VP9.
// docs/protocol/slots.md.
#pragma once
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/geometry.h"
#include "base/ids.h"

namespace lotse::wire {

///   u16 x, u16 y, u16 width, u16 height, u32 base, then the frame
struct Film {
  Rect area;               // of the screen
  std::uint32_t base = 0;  // version of the frame that this one is built on; 0: none
  Bytes frame;
};

Bytes encode(const Film& film);
/// What the frames of a film show: its area, and the pixels that make corners and sides even.
Rect frame_area(const Rect& area);
/// Nothing when it is malformed: of an area that is too small or too large. The screen is not known here.
std::optional<Film> parse_film(ByteView plaintext);

/// In a KEY REQUEST numbers behind those of slots ask for key frames of films.
SlotId film_asked(SlotId film);
/// The film that is asked for; nothing: it is a slot, or no film.
std::optional<SlotId> asked_film(SlotId asked);

}  // namespace lotse::wire
