#include "files/disk.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "crypto/running_hash.h"
#include "scratch_folder.h"

using namespace lotse;
using namespace lotse::files;
namespace fs = std::filesystem;

namespace {

/// Waits for each answer of the disk.
struct Answers final : DiskEvents {
  std::optional<std::uint64_t> have;
  Why why{};
  std::optional<Why> finish_why;
  std::optional<std::string> path;
  std::optional<Bytes> bytes;
  std::optional<std::array<std::uint8_t, 32>> sha256;

  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::function<void()>> tasks;
  Disk disk{*this, [this](std::function<void()> task) {
              std::lock_guard lock(mutex);
              tasks.push_back(std::move(task));
              wake.notify_one();
            }};

  void wait() {
    std::unique_lock lock(mutex);
    wake.wait(lock, [this] { return !tasks.empty(); });
    auto task = std::move(tasks.front());
    tasks.erase(tasks.begin());
    lock.unlock();
    task();
  }
  void on_read(const FileId&, std::uint32_t, std::uint64_t, const Bytes* b) override {
    bytes = b ? std::optional(*b) : std::nullopt;
  }
  void on_digest(const FileId&, const std::array<std::uint8_t, 32>* h) override {
    sha256 = h ? std::optional(*h) : std::nullopt;
  }
  void on_target(const FileId&, std::optional<std::uint64_t> h, Why w) override { have = h, why = w; }
  void on_written(const FileId&, std::optional<std::uint64_t> h, Why w) override { have = h, why = w; }
  void on_finished(const FileId&, const std::optional<std::string>& p, std::optional<Why> w) override {
    path = p, finish_why = w;
  }

  void open(const std::string& folder, const std::string& name, std::uint64_t size) {
    disk.open_target({kId, name, size}, folder);
    wait();
  }
  void put(std::uint64_t offset, const std::string& text) {
    disk.write(kId, offset, Bytes(text.begin(), text.end()));
    wait();
  }
  void finish(const std::string& text) {
    crypto::RunningHash hash;
    hash.add(Bytes(text.begin(), text.end()));
    disk.finish(kId, hash.finish());
    wait();
  }
  static constexpr FileId kId{1, 2, 3, 4, 5, 6, 7, 8};
};

}  // namespace

TEST_CASE("what is received lies under its name when it is whole, and never before") {
  Folder folder;
  Answers a;
  a.open(folder.path, "../../note.txt", 10);
  CHECK(a.have == 0);
  a.put(0, "hello");
  CHECK(a.have == 5);
  CHECK(folder.names() == std::vector<std::string>{".note.txt.010203040506.part"});
  a.put(5, "world");
  SECTION("right") {
    a.finish("helloworld");
    CHECK(a.path == folder.file("note.txt"));
    CHECK(folder.names() == std::vector<std::string>{"note.txt"});
    CHECK(folder.read("note.txt") == "helloworld");
  }
  SECTION("another hash: nothing is left") {
    a.finish("helloWorld");
    CHECK_FALSE(a.path);
    CHECK_FALSE(a.finish_why);
    CHECK(folder.names().empty());
  }
  SECTION("nothing is overwritten") {
    folder.write("note.txt", "mine");
    folder.write("note (2).txt", "mine, too");
    a.finish("helloworld");
    CHECK(a.path == folder.file("note (3).txt"));
    CHECK(folder.read("note.txt") == "mine");
    CHECK(folder.read("note (2).txt") == "mine, too");
  }
  SECTION("given up") {
    a.disk.close(Answers::kId, false);
    a.open(folder.path, "other", 1);  // the thread has done what was before
    CHECK(folder.names() == std::vector<std::string>{".other.010203040506.part"});
  }
}

TEST_CASE("what is there already is kept, hashed and gone on with") {
  Folder folder;
  {
    Answers a;
    a.open(folder.path, "note.txt", 10);
    a.put(0, "hello");
  }
  Answers b;
  b.open(folder.path, "note.txt", 10);
  CHECK(b.have == 5);
  b.put(5, "world");
  b.finish("helloworld");
  CHECK(folder.read("note.txt") == "helloworld");
}

TEST_CASE("no link leads out of the folder") {
  Folder folder, elsewhere;
  elsewhere.write("victim", "precious");
  const std::string part = folder.file(".note.txt.010203040506.part");
  SECTION("a symbolic one") { fs::create_symlink(elsewhere.file("victim"), part); }
  SECTION("a hard one") { fs::create_hard_link(elsewhere.file("victim"), part); }
  SECTION("a pipe") { REQUIRE(::mkfifo(part.c_str(), 0600) == 0); }
  Answers a;
  a.open(folder.path, "note.txt", 10);
  CHECK_FALSE(a.have);
  CHECK(a.why == Why::unwritable);
  CHECK(elsewhere.read("victim") == "precious");
}

TEST_CASE("a folder that is not there, and a disk that is too small") {
  Folder folder;
  Answers a;
  a.open(folder.file("nowhere"), "x", 1);
  CHECK(a.why == Why::unwritable);
  a.open(folder.path, "x", std::uint64_t{1} << 43);
  CHECK(a.why == Why::disk_full);
  CHECK(folder.names().empty());
}

TEST_CASE("a file that is sent is read as it was when it was chosen, or not at all") {
  Folder folder;
  folder.write("a.txt", "0123456789");
  std::string problem;
  auto source = examine(folder.file("a.txt"), problem);
  REQUIRE(source);
  CHECK(source->name == "a.txt");
  CHECK(source->size == 10);
  Answers a;
  a.disk.open_source(Answers::kId, *source);
  a.disk.read(Answers::kId, 1, 4, 3);
  a.wait();
  REQUIRE(a.bytes);
  CHECK(std::string(a.bytes->begin(), a.bytes->end()) == "456");
  a.disk.digest(Answers::kId);
  a.wait();
  crypto::RunningHash hash;
  hash.add(Bytes{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'});
  CHECK(a.sha256 == hash.finish());
  SECTION("it grows") { folder.write("a.txt", "0123456789a"); }
  SECTION("it changes") {
    folder.write("a.txt", "012345678X");
    struct timespec times[2] = {{0, UTIME_NOW}, {12345, 0}};
    ::utimensat(AT_FDCWD, folder.file("a.txt").c_str(), times, 0);
  }
  a.disk.read(Answers::kId, 1, 0, 3);
  a.wait();
  CHECK_FALSE(a.bytes);
  CHECK_FALSE(examine(folder.path, problem));
  CHECK(problem == "that is a folder: choose the files in it");
  CHECK_FALSE(examine(folder.file("no"), problem));
}
