// Films: what comes out is close to what went in, whatever layers lack; hostile frames are refused.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "codec/film.h"

using namespace lotse;
using namespace lotse::codec;

namespace {

constexpr Size kSize{320, 180};
constexpr Duration kFrame = std::chrono::milliseconds(33);
constexpr double kRate = 600e3;

Image drawn(int frame, Size size = kSize) {
  Image image(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      std::uint8_t* pixel = image.writable().row(y) + 4 * x;
      double wave = std::sin((x + 4 * frame) * 0.05) * std::cos((y - 2 * frame) * 0.04) * 90;
      for (int c = 0; c < 3; ++c) pixel[c] = static_cast<std::uint8_t>(128 + wave * (c - 1) / 2 + wave / 4);
    }
  return image;
}

double psnr(FrameView a, FrameView b) {
  double sum = 0;
  for (int y = 0; y < a.size.height; ++y)
    for (int x = 0; x < a.size.width; ++x)
      for (int c = 0; c < 3; ++c) sum += std::pow(a.row(y)[4 * x + c] - b.row(y)[4 * x + c], 2);
  return 10 * std::log10(255 * 255 / (sum / (3.0 * a.size.width * a.size.height) + 1e-9));
}

std::vector<FilmFrame> coded(int frames) {
  FilmEncoder encoder(kSize);
  std::vector<FilmFrame> out;
  for (int i = 0; i < frames; ++i) {
    encoder.draw(drawn(i).view(), {0, 0});
    auto frame = encoder.encode(i == 0 ? FilmEncoder::Key::now : FilmEncoder::Key::if_due, kRate, kFrame);
    REQUIRE(frame);
    out.push_back(std::move(*frame));
  }
  return out;
}

}  // namespace

TEST_CASE("a film comes out nearly as it went in, in the bits that it may take") {
  auto frames = coded(60);
  FilmDecoder decoder(kSize);
  Image out(kSize);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    bytes += frames[i].data.size();
    CHECK(frames[i].key == (i == 0));
    REQUIRE(decoder.decode(frames[i].data, out.writable()));
    CHECK(psnr(out.view(), drawn(static_cast<int>(i)).view()) > 30);
  }
  CHECK(static_cast<double>(bytes) * 8 < 1.5 * kRate * 60 * 0.033);
}

TEST_CASE("a film without its upper layers shows the same pixels in those that are left") {
  FilmDecoder all(kSize), without_2(kSize), only_0(kSize);
  Image a(kSize), b(kSize), c(kSize);
  std::size_t layers[3] = {};
  for (const FilmFrame& frame : coded(24)) {
    ++layers[frame.layer];
    REQUIRE(all.decode(frame.data, a.writable()));
    if (frame.layer < 2) {
      REQUIRE(without_2.decode(frame.data, b.writable()));
      CHECK(same_pixels(a.view(), b.view()));
    }
    if (frame.layer == 0) {
      REQUIRE(only_0.decode(frame.data, c.writable()));
      CHECK(same_pixels(a.view(), c.view()));
    }
  }
  CHECK(layers[0] == 6);
  CHECK(layers[1] == 6);
  CHECK(layers[2] == 12);
}

TEST_CASE("only what changed has to be drawn, and a key frame is built on nothing") {
  FilmEncoder encoder(kSize);
  Image picture = drawn(0);
  encoder.draw(picture.view(), {0, 0});
  for (int i = 0; i < 6; ++i) REQUIRE(encoder.encode(FilmEncoder::Key::if_due, kRate, kFrame));
  Rect part{64, 32, 96, 64};
  Image other = drawn(40);
  copy_pixels(other.view().part(part), picture.writable().part(part));
  encoder.draw(other.view().part(part), {part.x, part.y});
  auto key = encoder.encode(FilmEncoder::Key::now, kRate, kFrame);
  REQUIRE(key);
  CHECK(key->key);
  FilmDecoder decoder(kSize);
  Image out(kSize);
  REQUIRE(decoder.decode(key->data, out.writable()));
  CHECK(psnr(out.view(), picture.view()) > 30);
}

TEST_CASE("frames of another size, several in one, and cut ones are refused") {
  auto frames = coded(2);
  Image out(kSize), small({64, 64});
  FilmDecoder decoder(kSize), other({64, 64});
  CHECK(other.decode(frames[0].data, small.writable()).error() == FilmError::unfit);
  CHECK_FALSE(decoder.decode({}, out.writable()));
  CHECK_FALSE(decoder.decode(frames[1].data, out.writable()));  // built on what is not here
  Bytes superframe = frames[0].data;
  superframe.push_back(0xC0);
  CHECK(decoder.decode(superframe, out.writable()).error() == FilmError::unfit);
  for (std::size_t size : {1u, 4u, 8u, 12u})
    CHECK_FALSE(decoder.decode(ByteView(frames[0].data).first(size), out.writable()));
  Bytes hidden = frames[0].data;
  hidden[0] &= 0xFD;  // show_frame
  CHECK(decoder.decode(hidden, out.writable()).error() == FilmError::unfit);
  REQUIRE(decoder.decode(frames[0].data, out.writable()));
}

TEST_CASE("random changes of a film's bytes do no harm") {
  auto frames = coded(8);
  std::mt19937 random(5);
  Image out(kSize), fresh(kSize);
  FilmDecoder unharmed(kSize);
  REQUIRE(unharmed.decode(frames[0].data, fresh.writable()));
  int refused = 0;
  for (int round = 0; round < 40; ++round) {
    FilmDecoder decoder(kSize);
    for (const FilmFrame& frame : frames) {
      Bytes bytes = frame.data;
      for (unsigned i = random() % 4; i > 0; --i) bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
      if (random() % 4 == 0) bytes.resize(1 + random() % bytes.size());
      refused += !decoder.decode(bytes, out.writable());
    }
    // A key frame brings it back, as if nothing had been.
    REQUIRE(decoder.decode(frames[0].data, out.writable()));
    REQUIRE(same_pixels(out.view(), fresh.view()));
  }
  CHECK(refused > 40);
}
