#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/codec/golden/payloads.h"
#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

Image drawn(const GoldenPayload& golden) {
  Random random(77);
  if (golden.picture == GoldenPicture::plain) return plain_picture(golden.size, 0x11, 0x22, 0x33);
  return golden.picture == GoldenPicture::text ? text_picture(golden.size, random) : gradient_picture(golden.size);
}

TEST_CASE("payloads of the first release can still be read") {
  SlotDecoder decoder;
  for (const GoldenPayload& golden : kGoldenPayloads) {
    INFO(golden.hex);
    Image out(golden.size);
    REQUIRE(decode_guarded(decoder, *from_hex(golden.hex), out).has_value());
    CHECK(psnr(out.view(), drawn(golden).view()) >= golden.least_psnr);
  }
}

TEST_CASE("the pictures that the golden payloads were made of are still drawn alike") {
  CHECK(picture_hash(drawn(kGoldenPayloads[0]).view()) == 0x295DD0754308F68Du);
  CHECK(picture_hash(drawn(kGoldenPayloads[1]).view()) == 0x2F46DB5C9976901Au);
  CHECK(picture_hash(drawn(kGoldenPayloads[2]).view()) == 0x8C9E4AA05308195Au);
  CHECK(picture_hash(drawn(kGoldenPayloads[3]).view()) == 0xEF2DFE4FD97F9A16u);
}

}  // namespace
}  // namespace lotse::codec
