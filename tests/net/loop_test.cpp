#include "net/loop.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "net/line_reader.h"

namespace lotse::net {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

struct Pipe {
  Pipe() { REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~Pipe() {
    ::close(ends[0]);
    close_writer();
  }
  void write(const std::string& text) { REQUIRE(::write(ends[1], text.data(), text.size()) == ssize_t(text.size())); }
  void close_writer() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
  std::array<int, 2> ends{};
};

/// All lines of `fd` to its end.
std::vector<std::string> all_lines(int fd) {
  Loop loop;
  std::vector<std::string> lines;
  loop.read_lines(
      fd, [&](std::string line) { lines.push_back(std::move(line)); }, [&] { loop.stop(); });
  loop.run();
  return lines;
}

}  // namespace

TEST_CASE("what is posted runs on the loop, in order, never at once") {
  Loop loop;
  std::vector<int> order;
  loop.post([&] {
    loop.post([&] { order.push_back(3); });
    order.push_back(1);
  });
  loop.post([&] { order.push_back(2); });
  loop.post([&] { loop.post([&] { loop.stop(); }); });
  CHECK(order.empty());
  loop.run();
  CHECK(order == std::vector{1, 2, 3});
}

TEST_CASE("what the loop posted comes before what a thread posts when it has seen that") {
  Loop loop;
  std::vector<int> order;
  loop.post([&] {
    loop.post([&] { order.push_back(1); });
    std::thread([&] {
      loop.post([&] {
        order.push_back(2);
        loop.stop();
      });
    }).join();
  });
  loop.run();
  CHECK(order == std::vector{1, 2});
}

TEST_CASE("a stop before the run counts, and a stopped loop runs again") {
  Loop loop;
  int runs = 0;
  loop.post([&] { runs++; });
  loop.stop();
  loop.run();
  CHECK(runs == 0);
  loop.post([&] { loop.stop(); });
  loop.run();
  CHECK(runs == 1);
}

TEST_CASE("a timer has one deadline: the last one") {
  Loop loop;
  std::vector<std::string> fired;
  Loop::Timer replaced(loop, [&] { fired.push_back("replaced"); });
  Loop::Timer disarmed(loop, [&] { fired.push_back("disarmed"); });
  Loop::Timer last(loop, [&] { loop.stop(); });
  const Instant now = Loop::now();
  replaced.set(now + hours(1));
  replaced.set(now - hours(1));
  replaced.set(now + milliseconds(2));
  disarmed.set(now + milliseconds(1));
  disarmed.set(Instant::never());
  last.set(now + milliseconds(5));
  CHECK(fired.empty());
  loop.run();
  CHECK(fired == std::vector<std::string>{"replaced"});
}

TEST_CASE("a timer that was replaced when it had ended already does not fire twice") {
  Loop loop;
  int fired = 0;
  Loop::Timer timer(loop, [&] { fired++; });
  Loop::Timer first(loop, [&] { timer.set(Loop::now() + hours(1)); });
  Loop::Timer last(loop, [&] { loop.stop(); });
  const Instant past = Loop::now() - milliseconds(10);
  first.set(past);
  timer.set(past + milliseconds(1));  // both waits have ended when the loop begins
  last.set(past + milliseconds(2));
  loop.run();
  CHECK(fired == 0);
}

TEST_CASE("a timer sets itself again, and may destroy itself") {
  Loop loop;
  int fired = 0;
  std::unique_ptr<Loop::Timer> timer;
  timer = std::make_unique<Loop::Timer>(loop, [&] {
    if (++fired < 3) return timer->set(Loop::now());
    timer.reset();
    loop.post([&] { loop.stop(); });
  });
  timer->set(Loop::now());
  loop.run();
  CHECK(fired == 3);
}

TEST_CASE("workers run beside the loop, two at a time") {
  Loop loop;
  std::promise<void> met;
  int results = 0;
  std::atomic<bool> apart = true;
  const auto loop_thread = std::this_thread::get_id();
  auto done = [&] {
    if (std::this_thread::get_id() == loop_thread) apart = false;
    loop.post([&] {
      if (++results == 2) loop.stop();
    });
  };
  loop.work([&] {
    met.get_future().wait();  // ends only when the other runs at the same time
    done();
  });
  loop.work([&] {
    met.set_value();
    done();
  });
  loop.run();
  CHECK(results == 2);
  CHECK(apart);
}

TEST_CASE("a loop may go with work under way, tasks posted and timers set") {
  std::promise<void> begun, go_on;
  std::atomic<bool> ended = false;
  std::thread other;
  {
    Loop loop;
    Loop::Timer timer(loop, [] {});
    timer.set(Loop::now() + hours(1));
    loop.work([&] {
      begun.set_value();
      go_on.get_future().wait();
      loop.post([] {});
      ended = true;
    });
    begun.get_future().wait();
    other = std::thread([&] { go_on.set_value(); });
  }
  CHECK(ended);
  other.join();
}

TEST_CASE("signals end in the loop") {
  Loop loop;
  int stops = 0, hangups = 0;
  loop.on_signals([&] { ++stops == 2 ? loop.stop() : void(std::raise(SIGINT)); },
                  [&] {
                    hangups++;
                    std::raise(SIGTERM);
                  });
  std::raise(SIGHUP);
  loop.run();
  CHECK(stops == 2);
  CHECK(hangups == 1);
}

TEST_CASE("lines come out of a pipe as they are written") {
  Loop loop;
  Pipe pipe;
  std::vector<std::string> lines;
  loop.read_lines(
      pipe.ends[0],
      [&](std::string line) {
        lines.push_back(std::move(line));
        if (lines.size() == 1) pipe.write("th");  // the next one is read only when this one has been seen
        if (lines.size() == 1) pipe.write("ree\n\nrest");
        if (lines.size() == 3) pipe.close_writer();
      },
      [&] { loop.stop(); });
  pipe.write("one two\n");
  loop.run();
  CHECK(lines == std::vector<std::string>{"one two", "three", "", "rest"});
  CHECK((::fcntl(pipe.ends[0], F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("lines come out of a file, a device, and a descriptor that cannot be read") {
  const auto path = std::filesystem::temp_directory_path() / ("lotse-lines-" + std::to_string(::getpid()));
  std::string text;
  for (int i = 0; i < 20000; i++) text += "line " + std::to_string(i) + "\n";  // more than one chunk
  std::ofstream(path) << text;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const std::vector<std::string> lines = all_lines(file);
  ::close(file);
  std::filesystem::remove(path);
  REQUIRE(lines.size() == 20000);
  CHECK(lines[19999] == "line 19999");

  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(all_lines(null).empty());
  ::close(null);
  CHECK(all_lines(-1).empty());
  const int folder = ::open("/", O_RDONLY | O_CLOEXEC);
  CHECK(all_lines(folder).empty());
  ::close(folder);
}

TEST_CASE("after a line that stops the loop nothing more is said") {
  Loop loop;
  Pipe pipe;
  int lines = 0;
  pipe.write("quit\nmore\n");
  pipe.close_writer();
  loop.read_lines(
      pipe.ends[0],
      [&](std::string) {
        lines++;
        loop.stop();
      },
      [&] { lines = -1; });
  loop.run();
  CHECK(lines == 1);
}

TEST_CASE("a loop may go while a reader waits") {
  Pipe silent, busy;
  busy.write("line\n");
  Loop loop;
  loop.read_lines(
      silent.ends[0], [](std::string) {}, [] {});
  loop.read_lines(
      busy.ends[0], [](std::string) {}, [] {});
}

TEST_CASE("a line above 1 MiB is cut there") {
  LineSplitter splitter;
  CHECK(splitter.feed("").empty());
  const std::string half(700 * 1024, 'x');
  CHECK(splitter.feed(half).empty());
  CHECK(splitter.feed(half).empty());
  const auto lines = splitter.feed("y\nnext\r\n");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].size() == LineSplitter::kMaxLine);
  CHECK(lines[1] == "next\r");
  CHECK(splitter.finish().empty());
}

}  // namespace lotse::net
