#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

// A payload of coder 1 by hand: a zstd frame that stores `codes` as they are.
Bytes stored(Bytes codes) {
  const auto size = static_cast<std::uint32_t>(codes.size());
  Bytes payload{1, 0x20, static_cast<std::uint8_t>(size)};
  for (std::uint32_t header = size << 3 | 1, i = 0; i < 3; ++i)
    payload.push_back(static_cast<std::uint8_t>(header >> i * 8));
  append(payload, codes);
  return payload;
}

// The decoded pixels as 0xRRGGBB, or nothing when refused.
std::vector<std::uint32_t> pixels_of(const Bytes& codes, Size size) {
  SlotDecoder decoder;
  Image out(size);
  if (!decode_guarded(decoder, stored(codes), out)) return {};
  std::vector<std::uint32_t> pixels;
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const std::uint8_t* p = out.view().row(y) + x * 4;
      pixels.push_back(static_cast<std::uint32_t>(p[0] | p[1] << 8 | p[2] << 16));
    }
  return pixels;
}
using Pixels = std::vector<std::uint32_t>;

TEST_CASE("each byte code draws what docs/PROTOCOL.md says") {
  SECTION("literal: blue, green, red") { CHECK(pixels_of({0xFE, 0x56, 0x34, 0x12}, {1, 1}) == Pixels{0x123456}); }
  SECTION("the first prediction is black; differences wrap") {
    CHECK(pixels_of({0x40 | 3 << 4 | 2 << 2 | 0}, {1, 1}) == Pixels{0x0100FE});
    CHECK(pixels_of({0x80 | 35, 0x9 << 4 | 0x4}, {1, 1}) == Pixels{0x0403FF});
  }
  SECTION("an index names the colour last drawn by a literal or a difference") {
    const std::uint32_t color = 0x123456;
    const auto place = static_cast<std::uint8_t>(color * 0x9E3779B1u >> 26);
    CHECK(pixels_of({0xFE, 0x56, 0x34, 0x12, 0xFE, 0, 0, 1, place}, {3, 1}) == Pixels{color, 0x010000, color});
    CHECK(pixels_of({static_cast<std::uint8_t>(place ^ 1)}, {1, 1}) == Pixels{0});
  }
  SECTION("runs of the left neighbour go on in the next row with the one above") {
    CHECK(pixels_of({0xFE, 1, 0, 0, 0xFE, 2, 0, 0, 0xC0 + 3}, {3, 2}) == Pixels{1, 2, 2, 1, 1, 1});
  }
  SECTION("runs of the neighbour above repeat rows; in the first row above is left") {
    CHECK(pixels_of({0xFE, 1, 0, 0, 0xFE, 2, 0, 0, 0xDF + 3}, {3, 2}) == Pixels{1, 2, 2, 1, 2, 2});
    CHECK(pixels_of({0xFE, 7, 0, 0, 0xDF + 1}, {3, 1}) == Pixels{7, 7, 7});
  }
  SECTION("long runs: 31 and a byte") {
    CHECK(pixels_of({0xFE, 9, 0, 0, 0xDE, 0}, {32, 1}) == Pixels(32, 9));
    CHECK(pixels_of({0xFE, 9, 0, 0, 0xFD, 224}, {64, 4}) == Pixels(256, 9));
  }
  SECTION("the median edge: left or above at an edge, the plane elsewhere") {
    const auto last = [](std::uint8_t corner, std::uint8_t above, std::uint8_t left) {
      const Pixels p =
          pixels_of({0xFE, corner, 0, 0, 0xFE, above, 0, 0, 0xFE, left, 0, 0, 0x40 | 2 << 4 | 2 << 2 | 2}, {2, 2});
      return p.empty() ? 0xFFFFFFFF : p.back();
    };
    CHECK(last(10, 90, 10) == 90);
    CHECK(last(10, 10, 90) == 90);
    CHECK(last(90, 50, 20) == 20);
    CHECK(last(50, 60, 70) == 70);
    CHECK(last(55, 40, 60) == 45);
  }
}

TEST_CASE("byte codes that do not add up are refused") {
  CHECK(pixels_of({}, {1, 1}).empty());
  CHECK(pixels_of({0xFF}, {1, 1}).empty());
  CHECK(pixels_of({0xFE, 1, 2}, {1, 1}).empty());
  CHECK(pixels_of({0x80}, {1, 1}).empty());
  CHECK(pixels_of({0xDE}, {64, 64}).empty());
  CHECK(pixels_of({0xFD}, {64, 64}).empty());
  CHECK(pixels_of({0xC0 + 1}, {1, 1}).empty());        // one more than there are
  CHECK(pixels_of({0xC0, 0xDF + 3}, {2, 2}).empty());  // the same from above
  CHECK(pixels_of({0xC0}, {2, 1}).empty());            // too few
  CHECK(pixels_of({0xC0, 0xC0}, {1, 1}).empty());      // too many
  CHECK(pixels_of({0xDE, 255}, {64, 4}).empty());      // 286 of 256
  CHECK(pixels_of({0xC0}, {1, 1}) == Pixels{0});
}

TEST_CASE("zstd frames other than the two forms of the coder are refused") {
  const Size size{1, 1};
  SlotDecoder decoder;
  Image out(size);
  const Bytes valid = stored({0xC0});
  REQUIRE(decode_guarded(decoder, valid, out).has_value());
  const auto refused = [&](Bytes payload) {
    const auto result = decode_guarded(decoder, payload, out);
    return !result.has_value();
  };
  for (int descriptor = 0; descriptor < 256; ++descriptor) {
    Bytes payload = valid;
    payload[1] = static_cast<std::uint8_t>(descriptor);
    INFO(descriptor);
    CHECK(refused(payload) == (descriptor != 0x20));
  }
  SECTION("a claim of more than a slot can need") { CHECK(refused(*from_hex("0160ffff010000"))); }
  SECTION("a claim of more or less than there is") {
    Bytes more = valid, less = valid;
    more[2] = 2;
    less[2] = 0;
    CHECK(refused(more));
    CHECK(refused(less));
  }
  SECTION("two frames") {
    Bytes twice = valid;
    append(twice, ByteView(valid).subspan(1));
    CHECK(refused(twice));
  }
  SECTION("an empty frame and a historic or skippable one behind it") {
    for (const char* second : {"2000010000", "25b52ffd00000000", "27b52ffd00000000", "502a4d1800000000"}) {
      Bytes payload = valid;
      append(payload, *from_hex(second));
      INFO(second);
      CHECK(refused(payload));
    }
  }
  SECTION("a run of one byte as long as zstd allows") { CHECK(refused(*from_hex("0160ffffffff1fc0"))); }
}

}  // namespace
}  // namespace lotse::codec
