#include "wire/film.h"

#include "wire/limits.h"

namespace lotse::wire {

Bytes encode(const Film& film) {
  Bytes out;
  ByteWriter w(out);
  for (int side : {film.area.x, film.area.y, film.area.width, film.area.height})
    w.put(static_cast<std::uint16_t>(side));
  w.put(film.base).put(ByteView(film.frame));
  return out;
}

Rect frame_area(const Rect& area) {
  int x = area.x / 2 * 2, y = area.y / 2 * 2;
  return {x, y, (area.right() + 1) / 2 * 2 - x, (area.bottom() + 1) / 2 * 2 - y};
}

std::optional<Film> parse_film(ByteView plaintext) {
  ByteReader in(plaintext);
  Film film;
  film.area.x = in.get<std::uint16_t>();
  film.area.y = in.get<std::uint16_t>();
  film.area.width = in.get<std::uint16_t>();
  film.area.height = in.get<std::uint16_t>();
  film.base = in.get<std::uint32_t>();
  if (!in.ok() || in.left() == 0) return std::nullopt;
  if (film.area.width < kLeastFilmSide || film.area.height < kLeastFilmSide) return std::nullopt;
  Size size = frame_area(film.area).size();
  if (std::int64_t{size.width} * size.height > kMostFilmPixels) return std::nullopt;
  ByteView frame = in.rest();
  film.frame.assign(frame.begin(), frame.end());
  return film;
}

SlotId film_asked(SlotId film) { return SlotId{kMaxSlots + film.value()}; }

std::optional<SlotId> asked_film(SlotId asked) {
  if (asked.value() < kMaxSlots || asked.value() >= kMaxSlots + kMaxFilms) return std::nullopt;
  return SlotId{asked.value() - kMaxSlots};
}

}  // namespace lotse::wire
