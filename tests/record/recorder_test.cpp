#include "record/recorder.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

#include "film_reader.h"
#include "scene.h"

namespace lotse::record {
namespace {

using std::chrono::milliseconds;

Instant at(int ms) { return Instant{milliseconds{5000 + ms}}; }

void no_error(const std::string& line) { FAIL_CHECK(line); }

/// Until the recorder has encoded and flushed something more than `bytes`.
void wait_beyond(const Recorder& recorder, std::uint64_t bytes) {
  while (recorder.bytes_written() <= bytes) std::this_thread::sleep_for(milliseconds{2});
}

}  // namespace

TEST_CASE("a recording begins at its first frame, ends at finish and shows the newest frame in between") {
  TemporaryFolder folder;
  const Size size{320, 240};
  Recorder recorder(folder / "a.mkv", no_error);
  std::vector<codec::Image> pages;
  for (std::uint32_t i = 0; i < 40; ++i) pages.push_back(text_page(size, i));
  recorder.frame(pages[0].view(), {}, at(0));
  wait_beyond(recorder, 0);
  for (int i = 1; i < 40; ++i) recorder.frame(pages[static_cast<std::size_t>(i)].view(), {}, at(5000 + i));
  recorder.finish(at(9000));
  recorder.frame(pages[0].view(), {}, at(10000));
  recorder.finish(at(11000));

  const Film film = read_film(folder / "a.mkv");
  REQUIRE(film.shown.size() >= 2);
  CHECK(film.shown.size() < 30);  // a burst is conflated
  CHECK(film.shown.front().ms == 0);
  CHECK(film.shown.front().key);
  CHECK(film.shown[film.shown.size() - 2].ms == 5039);
  CHECK(luma_psnr(film.shown[film.shown.size() - 2].picture.view(), pages[39].view()) > 38);
  CHECK(film.shown.back().ms == 9000);
  CHECK(luma_psnr(film.shown.back().picture.view(), pages[39].view()) > 38);
  long long before = -1;
  for (const Shown& shown : film.shown) {
    CHECK(shown.ms > before);
    before = shown.ms;
  }
  CHECK(std::filesystem::file_size(folder / "a.mkv") == recorder.bytes_written());
  struct stat file {};
  REQUIRE(::stat((folder / "a.mkv").c_str(), &file) == 0);
  CHECK((file.st_mode & 0777) == 0600);
}

TEST_CASE("the last frame lasts until the end") {
  TemporaryFolder folder;
  const codec::Image page = text_page({160, 120}, 1);
  {
    Recorder recorder(folder / "a.mkv", no_error);
    recorder.frame(page.view(), {}, at(0));
    recorder.finish(at(600'000));
  }
  const Film film = read_film(folder / "a.mkv");
  CHECK(film.duration_ms >= 600'000);
  CHECK(film.duration_ms < 600'100);
  CHECK(std::filesystem::file_size(folder / "a.mkv") < 30'000);
}

TEST_CASE("the end of a recorder's life finishes the file") {
  TemporaryFolder folder;
  const codec::Image page = text_page({160, 120}, 1);
  { Recorder(folder / "a.mkv", no_error).frame(page.view(), {}, at(0)); }
  const Film film = read_film(folder / "a.mkv");
  REQUIRE_FALSE(film.shown.empty());
  CHECK(luma_psnr(film.shown[0].picture.view(), page.view()) > 38);
}

TEST_CASE("a recording without a frame leaves no file") {
  TemporaryFolder folder;
  Recorder recorder(folder / "a.mkv", no_error);
  CHECK(std::filesystem::exists(folder / "a.mkv"));
  recorder.frame({}, {}, at(0));
  recorder.finish(at(10));
  CHECK_FALSE(std::filesystem::exists(folder / "a.mkv"));
}

TEST_CASE("the pointer is in the picture") {
  TemporaryFolder folder;
  codec::Image page = text_page({160, 120}, 1);
  const std::vector<std::uint8_t> red{0, 0, 255, 255};
  PointerImage pointer{{12, 12}, {0, 0}, {}, {40, 40}};
  for (int i = 0; i < 144; ++i) pointer.argb.insert(pointer.argb.end(), red.begin(), red.end());
  Recorder recorder(folder / "a.mkv", no_error);
  recorder.frame(page.view(), pointer, at(0));
  recorder.finish(at(100));
  fill(page, {40, 40, 12, 12}, 255, 0, 0);
  CHECK(psnr(read_film(folder / "a.mkv").shown.back().picture.view(), page.view()) > 36);
}

TEST_CASE("a new size during the recording is scaled to fit the first") {
  TemporaryFolder folder;
  Recorder recorder(folder / "a.mkv", no_error);
  const codec::Image first = text_page({200, 100}, 1), second = plain({100, 100}, 255, 255, 255);
  recorder.frame(first.view(), {}, at(0));
  wait_beyond(recorder, 0);
  recorder.frame(second.view(), {}, at(1000));
  recorder.finish(at(2000));
  const Film film = read_film(folder / "a.mkv");
  REQUIRE(film.shown.size() >= 2);
  CHECK(luma_psnr(film.shown.front().picture.view(), first.view()) > 38);
  codec::Image bars = plain({200, 100}, 0, 0, 0);
  fill(bars, {50, 0, 100, 100}, 255, 255, 255);
  CHECK(film.shown.back().picture.size() == Size{200, 100});
  CHECK(psnr(film.shown.back().picture.view(), bars.view()) > 36);
}

TEST_CASE("playing can begin at a change every fifteen seconds") {
  TemporaryFolder folder;
  Recorder recorder(folder / "a.mkv", no_error);
  const auto show = [&](std::uint32_t seed, int ms) {
    const std::uint64_t before = recorder.bytes_written();
    recorder.frame(text_page({160, 120}, seed).view(), {}, at(ms));
    wait_beyond(recorder, before);
  };
  show(1, 0);
  show(2, 14'000);
  show(3, 16'000);
  show(4, 29'000);
  recorder.finish(at(60'000));
  std::vector<long long> keys;
  for (const Shown& shown : read_film(folder / "a.mkv").shown)
    if (shown.key) keys.push_back(shown.ms);
  CHECK(keys == std::vector<long long>{0, 16'000});
}

TEST_CASE("an existing file is refused and left alone") {
  TemporaryFolder folder;
  std::ofstream(folder / "a.mkv") << "mine";
  try {
    Recorder recorder(folder / "a.mkv", no_error);
    FAIL("it was opened");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::file_exists);
    CHECK(error.what() == "cannot record to " + (folder / "a.mkv") + ": File exists");
  }
  std::string content;
  std::ifstream(folder / "a.mkv") >> content;
  CHECK(content == "mine");
  CHECK_THROWS_WITH(Recorder(folder / "none/a.mkv", no_error), Catch::EndsWith("No such file or directory"));
  CHECK_THROWS_WITH(Recorder("/dev/full", no_error), Catch::EndsWith("File exists"));
}

TEST_CASE("a write that fails is told once") {
  TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {  // the limit holds for all files of a process: so in a process of its own
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{50'000, 50'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::atomic<int> told = 0;
    std::string line;
    {
      Recorder recorder(folder / "a.mkv", [&](const std::string& text) {
        line = text;
        ++told;
      });
      for (int i = 0; told == 0; ++i) {
        recorder.frame(noise({320, 240}, static_cast<std::uint32_t>(i)).view(), {}, at(i));
        std::this_thread::sleep_for(milliseconds{5});
      }
      recorder.frame(noise({320, 240}, 0).view(), {}, at(1'000'000));
    }
    ::_exit(told == 1 && line == "cannot record to " + (folder / "a.mkv") + ": File too large" ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace lotse::record
