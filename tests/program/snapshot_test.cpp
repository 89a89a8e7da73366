#include "program/canvas/snapshot.h"

#include <png.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

namespace lotse::program {
namespace {

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "lotse-snapshot-XXXXXX").string();
  Folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  auto files() const {
    return std::distance(std::filesystem::directory_iterator(path), std::filesystem::directory_iterator{});
  }
};

codec::Image noise(Size size) {
  std::mt19937 random(1);
  codec::Image image(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width * 4; ++x) image.writable().row(y)[x] = static_cast<std::uint8_t>(random());
  return image;
}

/// B G R, rows without padding.
std::vector<std::uint8_t> read(const std::string& file, Size size) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_file(&image, file.c_str()) != 0);
  REQUIRE(image.width == static_cast<unsigned>(size.width));
  REQUIRE(image.height == static_cast<unsigned>(size.height));
  CHECK(image.format == PNG_FORMAT_RGB);  // no alpha, no palette
  image.format = PNG_FORMAT_BGR;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
  return pixels;
}

bool same(const std::vector<std::uint8_t>& pixels, codec::FrameView picture) {
  std::size_t i = 0;
  for (int y = 0; y < picture.size.height; ++y)
    for (std::ptrdiff_t x = 0; x < picture.size.width; ++x, i += 3)
      if (std::memcmp(&pixels[i], picture.row(y) + x * 4, 3) != 0) return false;
  return true;
}

}  // namespace

TEST_CASE("a snapshot holds every pixel exactly") {
  Folder folder;
  const codec::Image image = noise({333, 77});
  write_snapshot(folder.path + "/a.png", image.view());
  CHECK(same(read(folder.path + "/a.png", {333, 77}), image.view()));
  const codec::FrameView part = image.view().part({10, 20, 31, 7});
  write_snapshot(folder.path + "/a.png", part);  // in the place of the old one
  CHECK(same(read(folder.path + "/a.png", {31, 7}), part));
  write_snapshot(folder.path + "/b.png", image.view().part({0, 0, 1, 1}));
  CHECK(same(read(folder.path + "/b.png", {1, 1}), image.view().part({0, 0, 1, 1})));
  CHECK(folder.files() == 2);
}

TEST_CASE("the cursor is drawn into the snapshot only where it is wanted") {
  Folder folder;
  codec::Image image = noise({40, 30});
  record::PointerImage cursor{{2, 1}, {0, 0}, {1, 2, 3, 255, 0, 0, 0, 0}, {10, 5}};
  write_snapshot(folder.path + "/a.png", image.view(), &cursor);
  const std::uint8_t under[] = {1, 2, 3};
  codec::Image expected = image;
  std::memcpy(expected.writable().row(5) + 40, under, 3);
  CHECK(same(read(folder.path + "/a.png", {40, 30}), expected.view()));
  CHECK_FALSE(same(read(folder.path + "/a.png", {40, 30}), image.view()));
}

TEST_CASE("a snapshot that can't be written is one clear line and leaves nothing") {
  Folder folder;
  const codec::Image image = noise({20, 20});
  CHECK_THROWS_WITH(write_snapshot(folder.path + "/none/a.png", image.view()),
                    "cannot write the snapshot " + folder.path + "/none/a.png: No such file or directory");
  std::filesystem::create_directory(folder.path + "/d");
  CHECK_THROWS_WITH(write_snapshot(folder.path + "/d", image.view()), Catch::EndsWith("Is a directory"));
  CHECK_THROWS_WITH(write_snapshot(folder.path + "/e.png", {}), Catch::EndsWith("there is no picture"));
  CHECK(folder.files() == 1);
}

TEST_CASE("a full disk leaves the old snapshot") {
  Folder folder;
  write_snapshot(folder.path + "/a.png", noise({10, 10}).view());
  const pid_t child = ::fork();
  if (child == 0) {  // the limit holds for all files of a process: so in a process of its own
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{2000, 2000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_snapshot(folder.path + "/a.png", noise({100, 100}).view());
    } catch (const std::runtime_error& error) {
      ::_exit(std::string(error.what()).ends_with("a.png: File too large") ? 0 : 2);
    }
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(same(read(folder.path + "/a.png", {10, 10}), noise({10, 10}).view()));
  CHECK(folder.files() == 1);
}

}  // namespace lotse::program
