#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "film_reader.h"
#include "record/recorder.h"
#include "scene.h"

namespace lotse::record {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

enum class Scene { moving, still };

/// The child: shows frames in real time until it is killed. Says on `pipe` that the recording has begun.
[[noreturn]] void record_until_killed(const std::string& path, Scene scene, int pipe) {
  Recorder recorder(path, [](const std::string&) { ::_exit(1); });
  codec::Image page = text_page({640, 360}, 1);
  for (int i = 0;; ++i) {
    if (scene == Scene::moving || i == 0) {
      fill(page, {i % 600, 100, 20, 20}, static_cast<std::uint8_t>(i * 7), 0, 255);
      recorder.frame(page.view(), {}, Instant{Clock::now().time_since_epoch()});
    }
    if (i == 0 && ::write(pipe, "x", 1) != 1) ::_exit(1);
    std::this_thread::sleep_for(milliseconds{33});
  }
}

}  // namespace

TEST_CASE("a recording that was killed plays but for its last second") {
  const Scene scene = GENERATE(Scene::moving, Scene::still);
  CAPTURE(scene == Scene::moving);
  TemporaryFolder folder;
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const pid_t child = ::fork();
  if (child == 0) record_until_killed(folder / "a.mkv", scene, pipe[1]);
  char begun = 0;
  REQUIRE(::read(pipe[0], &begun, 1) == 1);
  const Clock::time_point start = Clock::now();
  std::this_thread::sleep_for(milliseconds{3300});  // the recording itself
  ::kill(child, SIGKILL);
  const auto killed = std::chrono::duration_cast<milliseconds>(Clock::now() - start).count();
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  ::close(pipe[0]);
  ::close(pipe[1]);

  const Film film = read_film(folder / "a.mkv");
  REQUIRE_FALSE(film.shown.empty());
  CHECK(film.shown.front().ms == 0);
  CHECK(film.shown.back().ms <= killed + 50);
  CHECK(film.shown.back().ms >= killed - 1000);
  if (scene == Scene::moving) CHECK(film.shown.size() > 10);
}

}  // namespace lotse::record
