#include <catch2/catch.hpp>

#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

struct Sample {
  Size size;
  Bytes payload;
};

// Valid payloads of every coder, rank and subsampling, in sizes that meet the edges of JPEG's blocks.
std::vector<Sample> valid_samples() {
  std::vector<Sample> samples;
  SlotEncoder encoder;
  Random random(21);
  for (Size size : {Size{64, 64}, Size{17, 33}, Size{8, 8}, Size{1, 1}, Size{63, 1}}) {
    samples.push_back({size, {0, 1, 2, 3}});
    for (const Image& image : {noise_picture(size, random), text_picture(size, random), photo_picture(size, random)})
      for (Rank rank : {Rank::rough, Rank::low, Rank::normal, Rank::high, Rank::lossless})
        for (Motion motion : {Motion::still, Motion::moving})
          samples.push_back({size, encoder.encode(image.view(), rank, motion).payload});
  }
  return samples;
}

TEST_CASE("every truncation of a valid payload is refused") {
  SlotDecoder decoder;
  for (const Sample& sample : valid_samples()) {
    Image out(sample.size);
    // All short cuts and all near the end; the long middle in steps, since each costs a decoding.
    for (std::size_t size = 0; size < sample.payload.size();
         size += size < 40 || size + 40 > sample.payload.size() ? 1 : 23) {
      INFO(sample.size.width << "x" << sample.size.height << " coder " << int{sample.payload[0]} << ", " << size
                             << " of " << sample.payload.size());
      REQUIRE_FALSE(decode_guarded(decoder, ByteView(sample.payload).first(size), out).has_value());
    }
    REQUIRE(decode_guarded(decoder, sample.payload, out).has_value());  // and the decoder has survived it
  }
}

TEST_CASE("damaged and random payloads stay inside the slot") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  Random random(seed);
  SlotDecoder decoder;
  std::vector<Sample> samples = valid_samples();
  for (Sample& sample : samples) {
    Image out(sample.size);
    for (int round = 0; round < 20; ++round) {
      Bytes damaged = sample.payload;
      for (unsigned hits = 1 + random() % 4; hits > 0; --hits)
        damaged[random() % damaged.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
      (void)decode_guarded(decoder, damaged, out);
    }
  }
  for (int round = 0; round < 3000; ++round) {
    Bytes noise(random() % 200);
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random());
    if (!noise.empty()) noise[0] %= 4;
    if (noise.size() > 2 && noise[0] == 1) noise[1] = 0x20;
    Image out({1 + static_cast<int>(random() % 64), 1 + static_cast<int>(random() % 64)});
    (void)decode_guarded(decoder, noise, out);
  }
}

TEST_CASE("a payload for another size is refused or decoded inside the slot") {
  SlotDecoder decoder;
  for (const Sample& sample : valid_samples()) {
    for (Size size : {Size{1, 1}, Size{16, 16}, Size{64, 64}, Size{64, 1}, Size{1, 64}}) {
      Image out(size);
      const bool decoded = decode_guarded(decoder, sample.payload, out).has_value();
      const bool same_area = size.width * size.height == sample.size.width * sample.size.height;
      if (sample.payload[0] == 1) CHECK(decoded == same_area);
    }
  }
}

TEST_CASE("what is wrong is said") {
  SlotDecoder decoder;
  Image out({8, 8});
  const auto error = [&](const Bytes& payload) {
    const auto result = decode_guarded(decoder, payload, out);
    REQUIRE_FALSE(result.has_value());
    return result.error();
  };
  CHECK(error({}) == DecodeError::truncated);
  CHECK(error({0, 1, 2}) == DecodeError::truncated);
  CHECK(error({0, 1, 2, 3, 4}) == DecodeError::corrupt);
  for (int coder = 3; coder < 256; ++coder)
    CHECK(error({static_cast<std::uint8_t>(coder), 1, 2, 3}) == DecodeError::unknown_coder);
  CHECK(error({1}) == DecodeError::truncated);
  CHECK(error({1, 0x20, 1}) == DecodeError::truncated);
  CHECK(error({1, 0x20, 1, 9}) == DecodeError::corrupt);
  CHECK(error({2}) == DecodeError::truncated);
  CHECK(error({2, 4}) == DecodeError::truncated);
  for (int settings = 8; settings < 256; ++settings)
    CHECK(error({2, static_cast<std::uint8_t>(settings), 1, 2, 3}) == DecodeError::corrupt);
}

TEST_CASE("no marker gets through to the JPEG library") {
  Random random(31);
  SlotEncoder encoder;
  SlotDecoder decoder;
  Image out({64, 64});
  const Bytes valid = encoder.encode(photo_picture({64, 64}, random).view(), Rank::normal, Motion::still).payload;
  REQUIRE(valid[0] == 2);
  for (int marker = 1; marker < 256; ++marker) {
    // what follows would be a frame of 65535x65535 or a table, if anybody looked
    const Bytes poison{
        0xFF, static_cast<std::uint8_t>(marker), 0, 17, 8, 0xFF, 0xFF, 0xFF, 0xFF, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11,
        1};
    for (std::size_t place : {std::size_t{2}, valid.size() / 2, valid.size()}) {
      Bytes payload = valid;
      payload.insert(payload.begin() + static_cast<std::ptrdiff_t>(place), poison.begin(), poison.end());
      const auto result = decode_guarded(decoder, payload, out);
      REQUIRE_FALSE(result.has_value());
      REQUIRE(result.error() == DecodeError::corrupt);
    }
  }
  Bytes endless(200 * 1024, 0x55);
  endless[0] = 2, endless[1] = 4;
  CHECK_FALSE(decode_guarded(decoder, endless, out).has_value());
  CHECK(decode_guarded(decoder, valid, out).has_value());
}

}  // namespace
}  // namespace lotse::codec
