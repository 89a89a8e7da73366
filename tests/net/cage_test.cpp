#include "net/cage.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <future>
#include <thread>

#include "codec/slot_codec.h"
#include "net/caged_workers.h"
#include "net/loop.h"

using namespace lotse;
using namespace lotse::net;

namespace {

// What `call` gives on a caged thread: 0, or its errno.
int errno_inside(const std::function<long()>& call) {
  std::promise<int> result;
  CagedWorkers workers(1, Cage::locked);
  workers.post([&] {
    errno = 0;
    result.set_value(call() < 0 ? errno : 0);
  });
  return result.get_future().get();
}

// The signal that ends a process whose caged thread does `call`; 0: none did.
int signal_inside(const std::function<void()>& call) {
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::thread([&] {
      if (!lock_this_thread_in()) _exit(2);
      call();
    }).join();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("a caged thread opens no file, makes no socket, starts nothing and runs no new code") {
  CHECK(errno_inside([] { return open("/etc/passwd", O_RDONLY); }) == EPERM);
  CHECK(errno_inside([] { return open("/tmp/lotse-cage", O_CREAT | O_WRONLY, 0600); }) == EPERM);
  CHECK(errno_inside([] { return socket(AF_INET, SOCK_STREAM, 0); }) == EPERM);
  CHECK(errno_inside([] { return fork(); }) == EPERM);
  CHECK(errno_inside([] { return kill(getpid(), 0); }) == EPERM);
  CHECK(errno_inside([] { return unlink("/nowhere"); }) == EPERM);
  CHECK(errno_inside([] {
          void* m = mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          return m == MAP_FAILED ? -1L : 0L;
        }) == EPERM);
  static char page[8192];
  CHECK(errno_inside([] { return mprotect(page, 1, PROT_EXEC); }) != 0);
}

TEST_CASE("a caged thread writes to no descriptor and reads none that is open already") {
  int pair[2];
  REQUIRE(pipe(pair) == 0);
  char byte = 0;
  CHECK(errno_inside([&] { return read(pair[0], &byte, 1); }) == EPERM);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they have to say what they found
  CHECK(errno_inside([&] { return write(pair[1], "x", 1); }) == EPERM);
#endif
  CHECK(errno_inside([&] { return send(pair[1], "x", 1, 0); }) == EPERM);
  close(pair[0]);
  close(pair[1]);
}

TEST_CASE("exec and ptrace inside the cage end the program") {
  char* const words[] = {const_cast<char*>("/bin/true"), nullptr};
  CHECK(signal_inside([&] { execve(words[0], words, nullptr); }) == SIGSYS);
  CHECK(signal_inside([] { ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }) == SIGSYS);
  CHECK(signal_inside([] {}) == 0);
}

TEST_CASE("the cage of one thread leaves the others alone") {
  CHECK(errno_inside([] { return open("/etc/passwd", O_RDONLY); }) == EPERM);
  int fd = open("/etc/passwd", O_RDONLY);
  CHECK(fd >= 0);
  close(fd);
}

TEST_CASE("every kind of slot decodes inside the cage, and what comes out reaches the loop") {
  Loop loop;
  loop.start_decoders(Cage::locked);
  int good = 0, bad = 0, rounds = 0;
  constexpr int kRounds = 200;
  codec::Image noise(Size{64, 64});
  auto view = noise.writable();
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 64; ++x)
      *reinterpret_cast<std::uint32_t*>(view.row(y) + 4 * x) =
          static_cast<std::uint32_t>(y * 7919 + x * 104729) & 0xffffff;
  codec::SlotEncoder encoder;
  std::vector<Bytes> payloads;
  for (codec::Rank rank : {codec::Rank::lossless, codec::Rank::rough})
    payloads.push_back(encoder.encode(noise.view(), rank, codec::Motion::still).payload);
  payloads.push_back({0xff, 1, 2, 3});
  for (int i = 0; i < kRounds; ++i)
    loop.decode([&, payload = payloads[static_cast<std::size_t>(i) % payloads.size()]] {
      codec::SlotDecoder decoder;
      codec::Image out(Size{64, 64});
      bool fits = decoder.decode(payload, out.writable()).has_value();
      Bytes much(4u << 20, 1);  // above what malloc takes from the arena
      loop.post([&, fits] {
        fits ? ++good : ++bad;
        if (++rounds == kRounds) loop.stop();
      });
    });
  loop.run();
  CHECK(good == 134);
  CHECK(bad == 66);
}
