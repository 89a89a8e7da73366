// Misuse that would give a nonce twice ends the program, also where asserts are compiled out.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>

#include "crypto/epoch.h"
#include "crypto/sealer.h"

using namespace lotse;
using namespace lotse::crypto;

namespace {

bool aborts(const std::function<void()>& misuse) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // Catch would report it
    misuse();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace

TEST_CASE("a counter serves the key that made it, once") {
  SealKey a{KeyAndIv::random()}, b{KeyAndIv::random()};
  Bytes out;
  CHECK_FALSE(aborts([&] { a.seal(a.reserve(), {}, {}, out); }));
  CHECK(aborts([&] { a.seal(b.reserve(), {}, {}, out); }));
  CHECK(aborts([&] {
    Counter counter = a.reserve();
    a.seal(std::move(counter), {}, {}, out);
    a.seal(std::move(counter), {}, {}, out);  // NOLINT(bugprone-use-after-move): that is the misuse
  }));
}

TEST_CASE("a key that is used up seals no more") {
  SealKey key{KeyAndIv::random(), kMaxSealsPerKey};
  CHECK(aborts([&] { key.reserve(); }));
}

TEST_CASE("a counter does not outlive its epoch, nor change its stream") {
  EpochKeys keys(SessionUuid{}, ParticipantId{1});
  CHECK(aborts([&] { keys.reserve(Stream::chat); }));
  CHECK(aborts([&] { keys.newest_secret(); }));
  keys.add(Epoch{1}, EpochSecret::random());
  Bytes out;
  CHECK(aborts([&] {
    Counter counter = keys.reserve(Stream::chat);
    keys.add(Epoch{2}, EpochSecret::random());
    keys.reserve(Stream::chat);
    keys.seal(Stream::chat, std::move(counter), {}, {}, out);
  }));
  CHECK(aborts([&] {
    keys.reserve(Stream::audio);
    keys.seal(Stream::audio, keys.reserve(Stream::chat), {}, {}, out);
  }));
}
