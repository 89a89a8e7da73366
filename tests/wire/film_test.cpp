#include "wire/film.h"

#include <catch2/catch.hpp>

#include "wire/limits.h"
#include "wire/relay_frame.h"

using namespace lotse;
using namespace lotse::wire;

TEST_CASE("what a film's packet carries comes back as it was written, and lies in the bytes as the grammar says") {
  Film film{{1, 2, 16, 0x0203}, 0x04050607, {8, 9}};
  Bytes bytes = encode(film);
  CHECK(bytes == Bytes{0, 1, 0, 2, 0, 16, 2, 3, 4, 5, 6, 7, 8, 9});
  auto parsed = parse_film(bytes);
  REQUIRE(parsed);
  CHECK(parsed->area == film.area);
  CHECK(parsed->base == film.base);
  CHECK(parsed->frame == film.frame);
  for (std::size_t size = 0; size < 13; ++size) CHECK_FALSE(parse_film(ByteView(bytes).first(size)));
}

TEST_CASE("a film is neither too small nor larger than a decoder may be made for") {
  auto fits = [](Rect area) { return parse_film(encode(Film{area, 0, {1}})).has_value(); };
  CHECK(fits({0, 0, kLeastFilmSide, kLeastFilmSide}));
  CHECK_FALSE(fits({0, 0, kLeastFilmSide - 1, 100}));
  CHECK(fits({0, 0, 4096, 2304}));
  CHECK_FALSE(fits({0, 0, 4096, 2305}));
  CHECK_FALSE(fits({1, 0, 4096, 2304}));  // with its even corners it is
  CHECK_FALSE(fits({0, 0, 65535, 65535}));
}

TEST_CASE("the frames of a film begin and end at even pixels") {
  CHECK(frame_area({3, 4, 5, 6}) == Rect{2, 4, 6, 6});
  CHECK(frame_area({2, 3, 4, 4}) == Rect{2, 2, 4, 6});
}

TEST_CASE("key frames are asked for under numbers behind those of slots") {
  CHECK(asked_film(film_asked(SlotId{3})) == SlotId{3});
  CHECK_FALSE(asked_film(SlotId{kMaxSlots - 1}));
  CHECK_FALSE(asked_film(SlotId{kMaxSlots + kMaxFilms}));
  auto asked = [](std::uint32_t slot) {
    return decode(encode(KeyRequest{ParticipantId{1}, ScreenId{0}, Generation{1}, {SlotId{slot}}})).has_value();
  };
  CHECK(asked(kMaxSlots + kMaxFilms - 1));
  CHECK_FALSE(asked(kMaxSlots + kMaxFilms));
}
