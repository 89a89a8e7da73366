#include "codec/patch.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

// `base` after the patch; fails when it is refused.
Image patched(ByteView payload, const Image& base) {
  PatchDecoder decoder;
  Image out = base;
  const MutableFrameView slots[] = {out.writable()};
  REQUIRE(decoder.decode(payload, slots).has_value());
  return out;
}

Bytes patch_of(const Image& now, const Image& base) {
  PatchEncoder encoder;
  REQUIRE(encoder.add(now.view(), base.view()));
  return encoder.finish();
}

// Some of the pixels of `base`, in blotches, come from `other`.
Image blotched(const Image& base, const Image& other, Random& random) {
  Image image = base;
  const Size size = base.size();
  for (auto count = random() % 6; count > 0; --count) {
    const Rect at{static_cast<int>(random() % 64), static_cast<int>(random() % 64), 1 + static_cast<int>(random() % 30),
                  1 + static_cast<int>(random() % 12)};
    const Rect part = at.intersect({0, 0, size.width, size.height});
    if (!part.empty()) copy_pixels(other.view().part(part), image.writable().part(part));
  }
  return image;
}

// 0xRRGGBB of a patch by hand over a base of the same pixels, or nothing when it is refused.
using Pixels = std::vector<std::uint32_t>;
Pixels pixels_of(const Bytes& codes, Size size, const Pixels& base) {
  Image out(size);
  for (std::size_t i = 0; i < base.size(); ++i)
    for (std::size_t byte = 0; byte < 3; ++byte)
      out.writable().data[i * 4 + byte] = static_cast<std::uint8_t>(base[i] >> byte * 8);
  Bytes payload{0};
  append(payload, codes);
  PatchDecoder decoder;
  const MutableFrameView slots[] = {out.writable()};
  if (!decoder.decode(payload, slots)) return {};
  Pixels pixels;
  for (std::size_t i = 0; i < base.size(); ++i) {
    const std::uint8_t* p = out.view().data + i * 4;
    pixels.push_back(static_cast<std::uint32_t>(p[0] | p[1] << 8 | p[2] << 16));
  }
  return pixels;
}

std::uint8_t place(std::uint32_t color) { return static_cast<std::uint8_t>(color * 0x9E3779B1u >> 26); }

TEST_CASE("a patch over any base gives exactly the picture, at every size of a slot") {
  Random random(17);
  for (int side = 1; side <= kSlotSide; ++side) {
    for (Size size : {Size{side, kSlotSide}, Size{kSlotSide, side}, Size{side, 65 - side}, Size{side, 1}}) {
      const Image text = text_picture(size, random), photo = photo_picture(size, random),
                  patchwork = patchwork_picture(size, random);
      for (const Image& base : {text, photo, patchwork}) {
        INFO(size.width << "x" << size.height);
        const Image now = blotched(base, patchwork, random);
        REQUIRE(same_pixels(patched(patch_of(now, base), base).view(), now.view()));
        REQUIRE(same_pixels(patched(patch_of(patchwork, base), base).view(), patchwork.view()));
      }
    }
  }
}

TEST_CASE("random pictures over random pictures come back exactly") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  Random random(seed);
  PatchEncoder encoder;
  PatchDecoder decoder;
  for (int round = 0; round < 60; ++round) {
    const Size size{1 + static_cast<int>(random() % 200), 1 + static_cast<int>(random() % 150)};
    const SlotGrid grid(size);
    const Image before = patchwork_picture(size, random), now = blotched(before, noise_picture(size, random), random);
    Image out = before;
    std::vector<MutableFrameView> slots;
    encoder.begin({});
    for (std::uint32_t i = 0; i < grid.count(); ++i) {
      const Rect rect = grid.rect(SlotId{i});
      REQUIRE(encoder.add(now.view().part(rect), before.view().part(rect)));
      slots.push_back(out.writable().part(rect));
    }
    REQUIRE(decoder.decode(encoder.finish(), slots).has_value());
    REQUIRE(same_pixels(out.view(), now.view()));
  }
}

TEST_CASE("what stays costs one byte a slot, a typed letter few") {
  Random random(3);
  const Image base = text_picture({64, 64}, random);
  CHECK(patch_of(base, base) == Bytes{0, 0xFF});
  // A letter as sub-pixel anti-aliasing draws it, where none was.
  Image now = base;
  const Image glyphs = text_picture({64, 64}, random);
  copy_pixels(glyphs.view().part({16, 17, 8, 14}), now.writable().part({40, 31, 8, 14}));
  const Bytes payload = patch_of(now, base);
  CHECK(payload.size() < 40);
  CHECK(same_pixels(patched(payload, base).view(), now.view()));
}

TEST_CASE("each code of a patch draws what docs/protocol/slots.md says") {
  const Pixels base{1, 2, 3, 4, 5, 6};
  const Size size{3, 2};
  CHECK(pixels_of({0xFF}, size, base) == base);
  CHECK(pixels_of({0xE4 + 1, 0xFE, 9, 0, 0, 0xFF}, size, base) == Pixels{1, 2, 9, 4, 5, 6});
  CHECK(pixels_of({0xE4 + 5}, size, base) == base);
  CHECK(pixels_of({0xFD, 0, 6}, size, base) == base);
  CHECK(pixels_of({0xE4, 0xC0 + 3, 0xFF}, size, base) == Pixels{1, 1, 1, 1, 1, 6});
  CHECK(pixels_of({0xE4 + 2, 0xCE + 1, 0xE4}, size, base) == Pixels{1, 2, 3, 1, 2, 6});
  SECTION("the prediction is made of the neighbours that stand there, kept ones too") {
    CHECK(pixels_of({0xE4 + 3, 0x40 | 2 << 4 | 2 << 2 | 0, 0xE4}, size, base) == Pixels{1, 2, 3, 4, 2, 6});
  }
  SECTION("the table knows the colours that begin somewhere in the base") {
    CHECK(pixels_of({place(5), place(1), 0xFF}, size, base) == Pixels{5, 1, 3, 4, 5, 6});
  }
  SECTION("two bytes name more colours, those of the base and those drawn") {
    const auto wide = [](std::uint32_t color) { return color * 0x9E3779B1u >> 21; };
    const auto first = [&](std::uint32_t color) { return static_cast<std::uint8_t>(0xDC + (wide(color) >> 8)); };
    const auto second = [&](std::uint32_t color) { return static_cast<std::uint8_t>(wide(color)); };
    CHECK(pixels_of({first(5), second(5), 0xFE, 0x56, 0x34, 0x12, first(0x123456), second(0x123456), 0xFF}, size,
                    base) == Pixels{5, 0x123456, 0x123456, 4, 5, 6});
    CHECK(pixels_of({0xDC, 0, place(0), 0xFF}, size, base) == Pixels{0, 0, 3, 4, 5, 6});
  }
  SECTION("long runs") {
    const Pixels old(64 * 5, 3);
    CHECK(pixels_of({0xE4 + 24, 0xFF - 24, 0xDB, 64 - 14, 0xFC, 0}, {64, 5}, old).empty());  // more than there are
    CHECK(pixels_of({0xFC, 255, 0xFE, 7, 0, 0, 0xCD, 25}, {64, 5}, old) == [&] {
      Pixels pixels(280, 3);
      pixels.resize(320, 7);
      return pixels;
    }());
    CHECK(pixels_of({0xFE, 7, 0, 0, 0xDB, 254, 0xFD, 0, 50, 0xC0}, {64, 5}, old) == [&] {
      Pixels pixels(269, 7);
      pixels.resize(319, 3);
      pixels.push_back(3);
      return pixels;
    }());
  }
}

TEST_CASE("codes that do not add up are refused") {
  const Pixels base{1, 2, 3, 4, 5, 6};
  const Size size{3, 2};
  for (const char* codes : {"",     "ff00", "ffff", "e4",   "ea",   "fd0000", "fd0007", "fd00",   "fd", "fc", "fc00",
                            "e9ff", "cd",   "db",   "cd00", "db00", "c6",     "d4",     "fe0102", "80", "dc"}) {
    INFO(codes);
    CHECK(pixels_of(*from_hex(codes), size, base).empty());
  }
}

TEST_CASE("the table goes on from slot to slot, and what was dropped leaves nothing") {
  const Image base = plain_picture({8, 8}, 0, 0, 0);
  Random random(4);
  const Image colourful = noise_picture({8, 8}, random);
  PatchEncoder encoder;
  REQUIRE(encoder.add(colourful.view(), base.view()));
  const std::size_t first = encoder.last();
  CHECK(first > 64 * 3);
  REQUIRE(encoder.add(colourful.view(), base.view()));
  CHECK(encoder.last() < first);
  const Bytes expected = encoder.finish();

  encoder.begin({});
  REQUIRE(encoder.add(colourful.view(), base.view()));
  REQUIRE(encoder.add(noise_picture({8, 8}, random).view(), base.view()));
  encoder.drop_last();
  CHECK(encoder.last() == 0);
  encoder.drop_last();  // once
  REQUIRE(encoder.keep());
  CHECK(encoder.last() == 1);
  encoder.drop_last();
  REQUIRE(encoder.add(colourful.view(), base.view()));
  CHECK(encoder.finish() == expected);
}

TEST_CASE("a kept slot is not looked at: its pixels may be others on the other side") {
  Random random(5);
  const Image base = text_picture({32, 32}, random), now = text_picture({32, 32}, random);
  PatchEncoder encoder;
  REQUIRE(encoder.keep());
  REQUIRE(encoder.add(now.view(), base.view()));
  Image lossy = photo_picture({64, 32}, random), out = base;
  const Image was = lossy;
  const MutableFrameView slots[] = {lossy.writable(), out.writable()};
  PatchDecoder decoder;
  REQUIRE(decoder.decode(encoder.finish(), slots).has_value());
  CHECK(same_pixels(lossy.view(), was.view()));
  CHECK(same_pixels(out.view(), now.view()));
}

TEST_CASE("a full patch takes no more slots and stays in order") {
  Random random(6);
  const Image noise = noise_picture({64, 64}, random), base = plain_picture({64, 64}, 1, 1, 1);
  PatchEncoder encoder;
  std::size_t codes = 0, count = 0;
  while (encoder.add(noise_picture({64, 64}, random).view(), base.view())) codes += encoder.last(), ++count;
  CHECK(codes > kMaxPatchCodes - kMaxPatchCodes / 32);
  CHECK(codes <= kMaxPatchCodes);
  while (encoder.keep()) ++count;
  std::vector<Image> images(count, base);
  std::vector<MutableFrameView> slots;
  for (Image& image : images) slots.push_back(image.writable());
  PatchDecoder decoder;
  CHECK(decoder.decode(encoder.finish(), slots).has_value());
}

TEST_CASE("moves are taken from the picture before, later ones win") {
  Random random(8);
  const Size size{200, 150};
  const Image before = noise_picture(size, random);
  const std::vector<Move> moves{
      {{10, 20, 100, 90}, {60, 50}}, {{50, 30, 80, 70}, {10, 20}}, {{0, 0, 1, 1}, {199, 149}}};
  PatchEncoder encoder;
  encoder.begin(moves);
  const Bytes payload = encoder.finish();
  CHECK(payload.size() == 1 + 3 * 12);
  CHECK(PatchDecoder::moves(payload, size) == moves);
  Image expected = before;
  for (const Move& move : moves)
    copy_pixels(before.view().part({move.from.x, move.from.y, move.to.width, move.to.height}),
                expected.writable().part(move.to));
  const SlotGrid grid(size);
  for (std::uint32_t i = 0; i < grid.count(); ++i) {
    const Rect rect = grid.rect(SlotId{i});
    Image out(rect.size());
    predict(before.view(), moves, rect, out.writable());
    CHECK(same_pixels(out.view(), expected.view().part(rect)));
  }
}

// A patch as the first release wrote it. A later one must still read it.
void check_golden(const Image& now, const Image& base, std::string_view hex) {
  CHECK(same_pixels(patched(*from_hex(hex), base).view(), now.view()));
}

TEST_CASE("patches of the first release can still be read") {
  Random random(77);
  const Image base = text_picture({40, 20}, random);
  REQUIRE(picture_hash(base.view()) == 0x2F46DB5C9976901Au);
  Image now = base;
  copy_pixels(base.view().part({2, 3, 6, 9}), now.writable().part({26, 3, 6, 9}));
  check_golden(now, base, "00fc79c21726fc0adb12ebd5fc0719c3fc0ac21726dba0ff");
  const Image more = text_picture({40, 34}, random);
  REQUIRE(picture_hash(more.view()) == 0x65C905B9E0B89CA7u);
  check_golden(
      more, gradient_picture({40, 34}),
      "012083950300f2c61821b0271d4b3229c668cb0c4b054b243994648923d00a8089ca26db089495492b754d80f4488ebbc1d54c96e2ee"
      "0559bd7bc1d544f66e065733b037e37e9e3b9196a6609dbbd5ddb0bb19a6a93499a67337ae2284da611bf7ba1562a034a5b068864408"
      "0404023ffc018f56a5a5d801");
}

}  // namespace
}  // namespace lotse::codec
