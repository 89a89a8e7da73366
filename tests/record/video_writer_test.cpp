#include "record/video_writer.h"

#include <fcntl.h>

#include <catch2/catch.hpp>

#include "film_reader.h"
#include "scene.h"

namespace lotse::record {
namespace {

using Kind = VideoWriter::Kind;

YuvImage yuv(const codec::Image& image) {
  YuvImage result(image.size());
  for (int y = 0; y < image.size().height; ++y) result.set_row(y, image.view().row(y));
  return result;
}

/// Writes `pages` 100 ms apart and reads the file.
Film film_of(const std::string& path, const std::vector<codec::Image>& pages,
             VideoWriter::Codec codec = VideoWriter::Codec::best) {
  OutputFile file(path);
  VideoWriter writer(file, pages.front().size(), codec);
  for (std::size_t i = 0; i < pages.size(); ++i)
    writer.write(yuv(pages[i]), VideoTime{100 * i}, i == 0 ? Kind::key : Kind::usual);
  writer.finish();
  return read_film(path);
}

}  // namespace

TEST_CASE("text stays sharp: VP9 4:4:4, from the first picture on") {
  TemporaryFolder folder;
  const Size size{640, 400};
  const std::vector<codec::Image> pages{text_page(size, 1), text_page(size, 2), text_page(size, 3)};
  const Film film = film_of(folder / "text.mkv", pages);
  CHECK(film.codec == "vp9");
  CHECK(film.pixels == "yuv444p");
  CHECK(film.colours == "bt709 bt709 bt709 tv");
  CHECK(film.duration_ms >= 200);
  REQUIRE(film.shown.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    CHECK(film.shown[i].ms == 100 * static_cast<long long>(i));
    CHECK(luma_psnr(film.shown[i].picture.view(), pages[i].view()) > 38);
    CHECK(psnr(film.shown[i].picture.view(), pages[i].view()) > 36);
  }
}

TEST_CASE("flat colours come back as they were") {
  TemporaryFolder folder;
  const Size size{64, 64};
  struct Colour {
    std::uint8_t r, g, b;
  };
  for (const Colour& c : {Colour{0, 0, 0}, Colour{255, 255, 255}, Colour{128, 128, 128}, Colour{255, 0, 0},
                          Colour{0, 255, 0}, Colour{0, 0, 255}, Colour{229, 72, 77}}) {
    const codec::Image image = plain(size, c.r, c.g, c.b);
    const std::string path = folder / (std::to_string(c.r) + "-" + std::to_string(c.g) + "-" + std::to_string(c.b));
    const Film film = film_of(path, {image});
    REQUIRE(film.shown.size() == 1);
    const std::uint8_t* pixel = film.shown[0].picture.view().row(32) + 32 * 4;
    CAPTURE(int{c.r}, int{c.g}, int{c.b});
    CHECK(std::abs(pixel[0] - c.b) <= 3);
    CHECK(std::abs(pixel[1] - c.g) <= 3);
    CHECK(std::abs(pixel[2] - c.r) <= 3);
  }
}

TEST_CASE("a change of colour that leaves the brightness as it was is recorded") {
  TemporaryFolder folder;
  codec::Image red = text_page({320, 192}, 1), green = red;
  fill(red, {64, 64, 96, 64}, 200, 60, 60);    // luma 89.8
  fill(green, {64, 64, 96, 64}, 60, 102, 60);  // luma 90.0
  const Film film = film_of(folder / "hue.mkv", {red, red, green});
  REQUIRE(film.shown.size() == 3);
  CHECK(psnr(film.shown[2].picture.view(), green.view()) > 36);
}

TEST_CASE("a faint change is recorded") {
  TemporaryFolder folder;
  codec::Image before = text_page({320, 192}, 1);
  fill(before, {64, 64, 96, 64}, 250, 250, 250);
  codec::Image after = before;
  fill(after, {64, 64, 96, 64}, 242, 243, 246);
  const Film film = film_of(folder / "faint.mkv", {before, before, after});
  REQUIRE(film.shown.size() == 3);
  const codec::FrameView shown = film.shown[2].picture.view();
  CHECK(psnr(shown.part({72, 72, 80, 48}), after.view().part({72, 72, 80, 48})) > 40);
}

TEST_CASE("odd sizes and the smallest are recorded") {
  TemporaryFolder folder;
  for (const Size size : {Size{1, 1}, Size{2, 7}, Size{65, 33}, Size{333, 17}, Size{1365, 3}}) {
    CAPTURE(size.width, size.height);
    const codec::Image page = text_page(size, 5);
    const Film film = film_of(folder / (std::to_string(size.width) + ".mkv"), {page});
    REQUIRE(film.shown.size() == 1);
    CHECK(film.shown[0].picture.size() == size);
    CHECK(luma_psnr(film.shown[0].picture.view(), page.view()) > 38);
  }
}

TEST_CASE("the other encoders serve where VP9 is missing") {
  TemporaryFolder folder;
  const codec::Image page = text_page({320, 200}, 4);
  const Film h264 = film_of(folder / "h264.mkv", {page, page}, VideoWriter::Codec::h264);
  CHECK(h264.codec == "h264");
  REQUIRE(h264.shown.size() == 2);
  CHECK(luma_psnr(h264.shown[0].picture.view(), page.view()) > 38);
  const Film mpeg4 = film_of(folder / "mpeg4.mkv", {page, page}, VideoWriter::Codec::mpeg4);
  CHECK(mpeg4.codec == "mpeg4");
  REQUIRE(mpeg4.shown.size() == 2);
  CHECK(luma_psnr(mpeg4.shown[1].picture.view(), page.view()) > 25);
}

TEST_CASE("a still screen costs next to nothing") {
  TemporaryFolder folder;
  OutputFile file(folder / "still.mkv");
  const codec::Image page = text_page({1280, 720}, 6);
  VideoWriter writer(file, page.size());
  const YuvImage picture = yuv(page);
  std::uint64_t first = 0;
  for (int second = 0; second <= 60; ++second) {
    writer.write(picture, VideoTime{1000 * second}, second == 0 ? Kind::key : Kind::usual);
    writer.flush();
    if (second == 2) first = file.bytes();
  }
  const std::uint64_t minute = file.bytes();
  CHECK(minute - first < 58 * 400);  // bytes
  writer.finish();
}

TEST_CASE("what was flushed plays without an end") {
  TemporaryFolder folder;
  OutputFile file(folder / "cut.mkv");
  const codec::Image page = text_page({320, 200}, 7);
  VideoWriter writer(file, page.size());
  writer.write(yuv(page), VideoTime{0}, Kind::key);
  writer.write(yuv(page), VideoTime{500}, Kind::usual);
  writer.flush();
  writer.write(yuv(page), VideoTime{1000}, Kind::usual);
  const Film film = read_film(folder / "cut.mkv");
  REQUIRE(film.shown.size() == 2);
  CHECK(film.shown[1].ms == 500);
}

TEST_CASE("a full disk is one clear line") {
  OutputFile file(::open("/dev/full", O_WRONLY | O_CLOEXEC), "/dev/full");
  const codec::Image page = text_page({320, 200}, 8);
  const auto write = [&] {
    VideoWriter writer(file, page.size());
    writer.write(yuv(page), VideoTime{0}, Kind::key);
    writer.flush();
  };
  CHECK_THROWS_WITH(write(), "cannot record to /dev/full: No space left on device");
  CHECK(file.error() == ENOSPC);
}

}  // namespace lotse::record
