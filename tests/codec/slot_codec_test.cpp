#include "codec/slot_codec.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

constexpr std::uint8_t kFill = 0, kLossless = 1, kJpeg = 2;

Image decoded(ByteView payload, Size size) {
  SlotDecoder decoder;
  Image out(size);
  REQUIRE(decode_guarded(decoder, payload, out).has_value());
  return out;
}

// Every edge length once as width and once as height, and the small ones in all combinations.
std::vector<Size> all_sizes() {
  std::vector<Size> sizes;
  for (int side = 1; side <= kSlotSide; ++side)
    sizes.insert(sizes.end(), {{side, kSlotSide}, {kSlotSide, side}, {side, 65 - side}});
  for (int width = 1; width <= 4; ++width)
    for (int height = 1; height <= 4; ++height) sizes.push_back({width, height});
  return sizes;
}

TEST_CASE("a lossless slot comes back exactly, whatever its size and content") {
  SlotEncoder encoder;
  Random random(7);
  for (Size size : all_sizes()) {
    for (const Image& image : {text_picture(size, random), gradient_picture(size), noise_picture(size, random),
                               photo_picture(size, random), patchwork_picture(size, random)}) {
      const EncodedSlot encoded = encoder.encode(image.view(), Rank::lossless, Motion::still);
      INFO(size.width << "x" << size.height);
      REQUIRE(encoded.rank == Rank::lossless);
      REQUIRE(same_pixels(decoded(encoded.payload, size).view(), image.view()));
    }
  }
}

TEST_CASE("random patchworks come back exactly") {
  const unsigned seed = std::random_device{}();
  SlotEncoder encoder;
  Random random(seed);
  for (int round = 0; round < 400; ++round) {
    const Size size{1 + static_cast<int>(random() % 64), 1 + static_cast<int>(random() % 64)};
    const Image image = patchwork_picture(size, random);
    const EncodedSlot encoded = encoder.encode(image.view(), Rank::lossless, Motion::still);
    INFO("seed " << seed << " round " << round << " size " << size.width << "x" << size.height);
    REQUIRE(encoded.rank == Rank::lossless);
    REQUIRE(same_pixels(decoded(encoded.payload, size).view(), image.view()));
  }
}

TEST_CASE("the unused byte of a pixel changes nothing") {
  Random random(3);
  for (Image image : {text_picture({64, 64}, random), plain_picture({9, 9}, 1, 2, 3), photo_picture({33, 7}, random)}) {
    SlotEncoder encoder;
    const Bytes clean = encoder.encode(image.view(), Rank::normal, Motion::still).payload;
    const std::uint64_t hash = picture_hash(image.view());
    for (int y = 0; y < image.size().height; ++y)
      for (int x = 0; x < image.size().width; ++x)
        image.writable().row(y)[x * 4 + 3] = static_cast<std::uint8_t>(random());
    CHECK(encoder.encode(image.view(), Rank::normal, Motion::still).payload == clean);
    CHECK(picture_hash(image.view()) == hash);
  }
}

TEST_CASE("JPEG slots of every size keep the picture at every rank") {
  // What a smooth picture with a little grain must at least reach, in dB; the grain itself is what goes first.
  const auto [rank, floor] =
      GENERATE(table<Rank, double>({{Rank::rough, 30.0}, {Rank::low, 32.0}, {Rank::normal, 34.0}, {Rank::high, 37.0}}));
  const Motion motion = GENERATE(Motion::still, Motion::moving);
  SlotEncoder encoder;
  Random random(11);
  int jpegs = 0;
  for (Size size : all_sizes()) {
    const Image image = photo_picture(size, random);
    const EncodedSlot encoded = encoder.encode(image.view(), rank, motion);
    INFO(size.width << "x" << size.height << " rank " << static_cast<int>(rank));
    if (encoded.payload[0] != kJpeg) continue;  // a few pixels are cheaper as they are
    ++jpegs;
    CHECK(encoded.rank == rank);
    CHECK(encoded.payload[1] >> 1 == static_cast<int>(rank));
    CHECK(psnr(decoded(encoded.payload, size).view(), image.view()) > floor);
  }
  CHECK(jpegs > 150);
}

TEST_CASE("a higher rank is a better picture") {
  SlotEncoder encoder;
  Random random(5);
  const Image image = photo_picture({64, 64}, random);
  double before = 0;
  for (Rank rank : {Rank::rough, Rank::low, Rank::normal, Rank::high, Rank::lossless}) {
    const double now =
        psnr(decoded(encoder.encode(image.view(), rank, Motion::still).payload, {64, 64}).view(), image.view());
    CHECK(now > before);
    before = now;
  }
  CHECK(before == 99);
}

TEST_CASE("the chooser") {
  SlotEncoder encoder;
  Random random(1);
  const Size size{64, 64};
  SECTION("one colour is a fill of four bytes, exact at any rank") {
    const Image image = plain_picture(size, 12, 34, 56);
    for (Rank rank : {Rank::rough, Rank::normal, Rank::lossless}) {
      const EncodedSlot encoded = encoder.encode(image.view(), rank, Motion::moving);
      CHECK(encoded.payload == Bytes{kFill, 12, 34, 56});
      CHECK(encoded.rank == Rank::lossless);
      CHECK(same_pixels(decoded(encoded.payload, size).view(), image.view()));
    }
  }
  SECTION("text is lossless from rank low on, moving or not") {
    const Image image = text_picture(size, random);
    for (Rank rank : {Rank::low, Rank::normal, Rank::high})
      for (Motion motion : {Motion::still, Motion::moving})
        CHECK(encoder.encode(image.view(), rank, motion).payload[0] == kLossless);
  }
  SECTION("a pattern of few colours is tried lossless though no pixel equals its neighbour") {
    Image image(size);
    for (int y = 0; y < 64; ++y)
      for (int x = 0; x < 64; ++x) image.writable().row(y)[x * 4] = (x + y) % 2 ? 255 : 0;
    CHECK(encoder.encode(image.view(), Rank::normal, Motion::still).payload[0] == kLossless);
  }
  SECTION("photos are JPEG: 4:4:4 at rest, 4:2:0 in motion or at low ranks") {
    const Image image = photo_picture(size, random);
    const auto kind = [&](Rank rank, Motion motion) {
      const Bytes payload = encoder.encode(image.view(), rank, motion).payload;
      return Bytes(payload.begin(), payload.begin() + 2);
    };
    CHECK(kind(Rank::rough, Motion::still) == Bytes{kJpeg, 0 << 1 | 1});
    CHECK(kind(Rank::low, Motion::still) == Bytes{kJpeg, 1 << 1 | 1});
    CHECK(kind(Rank::normal, Motion::still) == Bytes{kJpeg, 2 << 1 | 0});
    CHECK(kind(Rank::normal, Motion::moving) == Bytes{kJpeg, 2 << 1 | 1});
    CHECK(kind(Rank::high, Motion::moving) == Bytes{kJpeg, 3 << 1 | 0});
  }
  SECTION("a grey photo needs no colour planes of full size") {
    Image image = photo_picture(size, random);
    reduce_colors(image.writable(), Colors::grey);
    CHECK(encoder.encode(image.view(), Rank::normal, Motion::still).payload[1] == (2 << 1 | 1));
  }
  SECTION("a photo beside plain white is weighed: JPEG where lossless costs more than twice") {
    Image image = plain_picture(size, 255, 255, 255);
    const Image noise = noise_picture({64, 32}, random);
    copy_pixels(noise.view(), image.writable().part({0, 0, 64, 32}));
    CHECK(encoder.encode(image.view(), Rank::low, Motion::still).payload[0] == kJpeg);
  }
}

TEST_CASE("reduced colours are what they are called and stay so when reduced again") {
  Random random(9);
  const Image source = noise_picture({64, 64}, random);
  for (Colors colors : {Colors::full, Colors::c256, Colors::grey}) {
    Image once(source.size());
    copy_pixels(source.view(), once.writable());
    reduce_colors(once.writable(), colors);
    Image twice(source.size());
    copy_pixels(once.view(), twice.writable());
    reduce_colors(twice.writable(), colors);
    CHECK(same_pixels(once.view(), twice.view()));
    CHECK(same_pixels(once.view(), source.view()) == (colors == Colors::full));
    SlotEncoder encoder;
    const Bytes payload = encoder.encode(once.view(), Rank::lossless, Motion::still).payload;
    CHECK(same_pixels(decoded(payload, once.size()).view(), once.view()));
  }
  const auto reduced = [](Image pixel, Colors colors) {
    reduce_colors(pixel.writable(), colors);
    const std::uint8_t* p = pixel.view().data;
    return Bytes{p[0], p[1], p[2]};
  };
  CHECK(reduced(plain_picture({1, 1}, 255, 255, 255), Colors::c256) == Bytes{255, 255, 255});
  CHECK(reduced(plain_picture({1, 1}, 0, 0, 0), Colors::c256) == Bytes{0, 0, 0});
  CHECK(reduced(plain_picture({1, 1}, 0x7F, 0x9F, 0x3F), Colors::c256) == Bytes{0x55, 0x92, 0x24});
  CHECK(reduced(plain_picture({1, 1}, 255, 0, 0), Colors::grey) == Bytes{29, 29, 29});
  CHECK(reduced(plain_picture({1, 1}, 0, 255, 0), Colors::grey) == Bytes{149, 149, 149});
  CHECK(reduced(plain_picture({1, 1}, 255, 255, 255), Colors::grey) == Bytes{255, 255, 255});
}

}  // namespace
}  // namespace lotse::codec
