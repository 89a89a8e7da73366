#include "base/bytes.h"

#include <catch2/catch.hpp>

using namespace lotse;

TEST_CASE("integers travel big endian and come back") {
  Bytes out;
  ByteWriter(out)
      .put(std::uint8_t{1})
      .put(std::uint16_t{0x0203})
      .put(std::uint64_t{0x0405060708090A0B})
      .put_lv(as_bytes("xy"));
  CHECK(out == Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 2, 'x', 'y'});
  ByteReader in(out);
  CHECK(in.get<std::uint8_t>() == 1);
  CHECK(in.get<std::uint16_t>() == 0x0203);
  CHECK(in.get<std::uint64_t>() == 0x0405060708090A0B);
  CHECK(as_text(in.take_lv()) == "xy");
  CHECK(in.done());
}

TEST_CASE("reading past the end gives zeros, says so, and stays so") {
  Bytes out{0, 9, 'a'};
  ByteReader in(out);
  CHECK(in.take_lv().empty());
  CHECK_FALSE(in.ok());
  CHECK(in.get<std::uint32_t>() == 0);
  CHECK_FALSE(in.done());
}

TEST_CASE("left-over bytes are not done") {
  Bytes out{1, 2};
  ByteReader in(out);
  in.get<std::uint8_t>();
  CHECK(in.ok());
  CHECK_FALSE(in.done());
}
