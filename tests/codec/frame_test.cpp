#include <catch2/catch.hpp>

#include "codec/canvas.h"
#include "codec/slot_codec.h"
#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

TEST_CASE("pixels are compared by colour only") {
  Random random(2);
  Image a = noise_picture({17, 5}, random), b = a;
  b.writable().row(3)[4 * 4 + 3] = 77;
  CHECK(same_pixels(a.view(), b.view()));
  b.writable().row(4)[16 * 4] ^= 1;
  CHECK_FALSE(same_pixels(a.view(), b.view()));
  CHECK_FALSE(same_pixels(a.view(), a.view().part({0, 0, 17, 4})));
  CHECK(same_pixels(FrameView{}, FrameView{}));
}

TEST_CASE("the hash of a picture is that of its pixels, not of its memory") {
  Random random(4);
  const Image large = noise_picture({200, 150}, random);
  const Rect rect{31, 17, 64, 50};
  Image alone(rect.size());
  copy_pixels(large.view().part(rect), alone.writable());
  CHECK(picture_hash(large.view().part(rect)) == picture_hash(alone.view()));
  alone.writable().row(49)[63 * 4 + 2] ^= 1;
  CHECK(picture_hash(large.view().part(rect)) != picture_hash(alone.view()));
  // larger than a slot: every pixel still counts
  Image changed = large;
  changed.writable().row(149)[199 * 4] ^= 1;
  CHECK(picture_hash(changed.view()) != picture_hash(large.view()));
  // published value of XXH3 with 64 bits for no input, and that of one black pixel
  CHECK(picture_hash(FrameView{}) == 0x2D06800538D394C2u);
}

TEST_CASE("a canvas has the digest of its slots' hashes") {
  Random random(6);
  Canvas canvas;
  CHECK(canvas.digest() == 0);
  CHECK(canvas.digest() == digest_of({}));
  const Size size{150, 70};
  const Image screen = noise_picture(size, random);
  canvas.reset(size);
  const std::uint64_t black = canvas.digest();
  std::vector<std::uint64_t> hashes;
  for (std::uint32_t i = 0; i < canvas.grid().count(); ++i) {
    const FrameView slot = screen.view().part(canvas.grid().rect(SlotId{i}));
    canvas.put(SlotId{i}, slot);
    hashes.push_back(picture_hash(slot));
  }
  CHECK(canvas.grid().count() == 6);
  CHECK(canvas.digest() == digest_of(hashes));
  CHECK(canvas.digest() != black);
  CHECK(same_pixels(canvas.view(), screen.view()));
  canvas.reset(size);
  CHECK(canvas.digest() == black);
}

TEST_CASE("a canvas takes only slots that it has") {
  Random random(6);
  Canvas canvas;
  canvas.put(SlotId{0}, noise_picture({64, 64}, random).view());
  CHECK(canvas.digest() == 0);
  canvas.reset({100, 64});
  const std::uint64_t black = canvas.digest();
  canvas.put(SlotId{2}, noise_picture({64, 64}, random).view());
  canvas.put(SlotId{0xFFFFFFFF}, noise_picture({64, 64}, random).view());
  canvas.put(SlotId{1}, noise_picture({64, 64}, random).view());  // that one is 36 wide
  CHECK(canvas.digest() == black);
  canvas.put(SlotId{1}, noise_picture({36, 64}, random).view());
  CHECK(canvas.digest() != black);
  for (Size size : {Size{0, 10}, Size{-5, 10}, Size{kMaxSide + 1, 10}}) {
    canvas.reset(size);
    CHECK(canvas.grid().count() == 0);
    CHECK(canvas.digest() == 0);
  }
}

}  // namespace
}  // namespace lotse::codec
