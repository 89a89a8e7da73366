#include "program/canvas/canvas_file.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

namespace lotse::program {
namespace {

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "lotse-canvas-XXXXXX").string();
  Folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

/// The file as another program has it.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) { map(); }
  ~Reader() { ::munmap(data_, size_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  void map_anew() {
    ::munmap(data_, size_);
    map();
  }
  CanvasFileHeader header() const {
    CanvasFileHeader h{};
    std::memcpy(&h, data_, sizeof h);
    return h;
  }
  std::uint64_t* sequence() const { return &reinterpret_cast<CanvasFileHeader*>(data_)->sequence; }
  const std::uint8_t* pixel(int x, int y) const {
    const CanvasFileHeader h = header();
    return data_ + h.data_offset + static_cast<std::size_t>(y) * h.stride + static_cast<std::size_t>(x) * 4;
  }
  std::size_t size() const { return size_; }

 private:
  void map() {
    const int fd = ::open(path_.c_str(), O_RDWR);
    size_ = std::filesystem::file_size(path_);
    data_ = static_cast<std::uint8_t*>(::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    ::close(fd);
  }
  std::string path_;
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

codec::Image filled(Size size, std::uint8_t value) {
  codec::Image image(size);
  std::memset(image.writable().data, value, static_cast<std::size_t>(size.width * size.height) * 4);
  return image;
}

constexpr ParticipantId kSeven{7};
constexpr ScreenId kTwo{2};
Instant at(long long ns) { return Instant{Duration{ns}}; }

}  // namespace

TEST_CASE("a canvas file begins as its description says, byte by byte") {
  Folder folder;
  CanvasFile file(folder.path + "/c");
  {
    Reader empty(folder.path + "/c");
    CHECK(empty.size() == 64);
    CHECK(std::memcmp(empty.header().magic, "LOTSECV1", 8) == 0);
    CHECK(empty.header().width == 0);
    CHECK(empty.header().sequence == 0);
  }
  const codec::Image image = filled({3, 2}, 0x55);
  file.publish(image.view(), {}, kSeven, kTwo, Exact::yes, at(0x0102030405060708));
  std::ifstream in(folder.path + "/c", std::ios::binary);
  const std::vector<unsigned char> bytes((std::istreambuf_iterator<char>(in)), {});
  const std::vector<unsigned char> expected{
      'L', 'O', 'T', 'S', 'E', 'C', 'V', '1', 3,  0, 0, 0, 2, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
      8,   7,   6,   5,   4,   3,   2,   1,   64, 0, 0, 0, 0, 0, 0, 0, 7,  0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
  REQUIRE(bytes.size() == 64 + 24);
  CHECK(std::vector(bytes.begin(), bytes.begin() + 64) == expected);
  CHECK(std::all_of(bytes.begin() + 64, bytes.end(), [](int b) { return b == 0x55; }));
  struct stat status {};
  REQUIRE(::stat((folder.path + "/c").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
}

TEST_CASE("only what is dirty is written, all of it with another size, presenter or screen") {
  Folder folder;
  CanvasFile file(folder.path + "/c");
  file.publish(filled({10, 10}, 1).view(), {}, kSeven, kTwo, Exact::no, at(1));
  Reader reader(folder.path + "/c");
  CHECK(*reader.pixel(9, 9) == 1);
  const Rect dirty[] = {{2, 3, 2, 1}, {8, 8, 50, 50}, {-5, -5, 6, 6}, {100, 100, 1, 1}, {4, 4, -1, 3}};
  file.publish(filled({10, 10}, 2).view(), dirty, kSeven, kTwo, Exact::no, at(2));
  CHECK(reader.header().sequence == 4);
  for (int y = 0; y < 10; ++y)
    for (int x = 0; x < 10; ++x) {
      const bool inside = (y == 3 && (x == 2 || x == 3)) || (x >= 8 && y >= 8) || (x == 0 && y == 0);
      CAPTURE(x, y);
      CHECK(*reader.pixel(x, y) == (inside ? 2 : 1));
    }
  file.publish(filled({10, 10}, 3).view(), {}, kSeven, ScreenId{3}, Exact::no, at(3));
  CHECK(*reader.pixel(5, 5) == 3);
  file.publish(filled({10, 10}, 4).view(), {}, ParticipantId{8}, ScreenId{3}, Exact::no, at(4));
  CHECK(*reader.pixel(5, 5) == 4);
  file.publish(filled({5, 20}, 5).view(), {}, ParticipantId{8}, ScreenId{3}, Exact::no, at(5));
  CHECK(reader.header().stride == 20);
  CHECK(*reader.pixel(4, 19) == 5);
}

TEST_CASE("the rows of a larger picture are found by its stride") {
  Folder folder;
  CanvasFile file(folder.path + "/c");
  codec::Image image = filled({20, 20}, 1);
  std::memset(image.writable().row(6) + 5 * 4, 9, 4);
  file.publish(image.view().part({5, 6, 10, 10}), {}, kSeven, kTwo, Exact::no, at(1));
  Reader reader(folder.path + "/c");
  CHECK(*reader.pixel(0, 0) == 9);
  CHECK(*reader.pixel(1, 0) == 1);
  CHECK(*reader.pixel(0, 1) == 1);
}

TEST_CASE("the file grows and never shrinks") {
  Folder folder;
  CanvasFile file(folder.path + "/c");
  file.publish(filled({100, 100}, 1).view(), {}, kSeven, kTwo, Exact::no, at(1));
  Reader reader(folder.path + "/c");
  CHECK(reader.size() == 64 + 40000);
  file.publish(filled({200, 100}, 2).view(), {}, kSeven, kTwo, Exact::no, at(2));
  CHECK(reader.header().width == 200);  // the old mapping shows the new header
  reader.map_anew();
  CHECK(reader.size() == 64 + 80000);
  CHECK(*reader.pixel(199, 99) == 2);
  file.publish(filled({10, 10}, 3).view(), {}, kSeven, kTwo, Exact::no, at(3));
  CHECK(std::filesystem::file_size(folder.path + "/c") == 64 + 80000);
  CHECK(*reader.pixel(9, 9) == 3);
}

namespace {

/// In another process: `task`, whose result is its exit code.
pid_t start(const std::function<int()>& task) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(task());
  return child;
}
int exit_code(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

constexpr Size kSize{640, 480};

/// Takes pictures, all pixels of which are to be their time, until it has the one of time `last`. 0, or what is wrong.
int take_pictures(const Reader& reader, long long last, const std::function<void()>& before_sleep) {
  std::atomic_ref<std::uint64_t> sequence(*reader.sequence());
  for (;;) {
    const std::uint64_t before = sequence.load(std::memory_order_acquire);
    const std::vector<std::uint8_t> copy(reader.pixel(0, 0), reader.pixel(0, kSize.height));
    const long long time = reader.header().time_ns;
    const std::uint64_t after = sequence.fetch_add(0, std::memory_order_acq_rel);
    if (before != after || before % 2 == 1) continue;
    for (const std::uint8_t byte : copy)
      if (byte != static_cast<std::uint8_t>(time)) return 3;  // torn
    if (time == last) return 0;
    before_sleep();
    const timespec patience{20, 0};
    if (::syscall(SYS_futex, reader.sequence(), FUTEX_WAIT, static_cast<std::uint32_t>(before), &patience, nullptr,
                  0) != 0 &&
        errno == ETIMEDOUT)
      return 4;  // nobody woke us
  }
}

}  // namespace

TEST_CASE("no reader takes a torn picture") {
  Folder folder;
  CanvasFile file(folder.path + "/c");
  file.publish(filled(kSize, 0).view(), {}, kSeven, kTwo, Exact::no, at(0));
  const pid_t reader = start([&] { return take_pictures(Reader(folder.path + "/c"), 200, [] {}); });
  const Rect all[] = {{0, 0, kSize.width, kSize.height}};
  for (int i = 1; i <= 200; ++i)
    file.publish(filled(kSize, static_cast<std::uint8_t>(i)).view(), all, kSeven, kTwo, Exact::no, at(i));
  CHECK(exit_code(reader) == 0);
}

TEST_CASE("every publish wakes who waits") {
  Folder folder;
  CanvasFile file(folder.path + "/c");
  file.publish(filled(kSize, 0).view(), {}, kSeven, kTwo, Exact::no, at(0));
  int asleep[2];
  REQUIRE(::pipe(asleep) == 0);
  const pid_t reader = start([&] {
    ::close(asleep[0]);
    return take_pictures(Reader(folder.path + "/c"), 20, [&] { (void)!::write(asleep[1], "x", 1); });
  });
  ::close(asleep[1]);
  char told = 0;
  for (int i = 1; ::read(asleep[0], &told, 1) == 1 && i <= 20; ++i) {
    const codec::Image image = filled(kSize, static_cast<std::uint8_t>(i));  // takes a while: now it does sleep
    const Rect all[] = {{0, 0, kSize.width, kSize.height}};
    file.publish(image.view(), all, kSeven, kTwo, Exact::no, at(i));
  }
  CHECK(exit_code(reader) == 0);
  ::close(asleep[0]);
}

TEST_CASE("what an earlier run has left is taken over, without its picture") {
  Folder folder;
  {
    CanvasFile file(folder.path + "/c");
    file.publish(filled({30, 30}, 1).view(), {}, kSeven, kTwo, Exact::yes, at(1));
  }
  Reader reader(folder.path + "/c");
  CHECK(*reader.pixel(0, 0) == 1);
  CanvasFile file(folder.path + "/c");
  CHECK(reader.header().sequence == 0);
  CHECK(reader.header().width == 0);
  CHECK(reader.size() == std::filesystem::file_size(folder.path + "/c"));
  file.publish(filled({20, 20}, 4).view(), {}, kSeven, kTwo, Exact::no, at(2));
  CHECK(*reader.pixel(19, 19) == 4);
}

TEST_CASE("nothing but a canvas file is taken over") {
  Folder folder;
  std::ofstream(folder.path + "/letter") << "Dear LOTSECV1";
  CHECK_THROWS_WITH(CanvasFile(folder.path + "/letter"), Catch::EndsWith("is there already and is something else"));
  std::string content;
  std::getline(std::ifstream(folder.path + "/letter"), content);
  CHECK(content == "Dear LOTSECV1");
  CHECK_THROWS_WITH(CanvasFile("/dev/zero"), Catch::EndsWith("is there already and is something else"));
  CHECK_THROWS_WITH(CanvasFile(folder.path), Catch::EndsWith("Is a directory"));
  CHECK_THROWS_WITH(CanvasFile(folder.path + "/none/c"), Catch::EndsWith("No such file or directory"));
  REQUIRE(::mkfifo((folder.path + "/pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(CanvasFile(folder.path + "/pipe"), Catch::EndsWith("is there already and is something else"));
  CanvasFile file(folder.path + "/c");
  std::filesystem::create_symlink(folder.path + "/c", folder.path + "/link");
  CHECK_THROWS(CanvasFile(folder.path + "/link"));
  CHECK_THROWS_WITH(CanvasFile(folder.path + "/c"), Catch::EndsWith("another program is writing it"));
}

TEST_CASE("a picture that the disk has no room for leaves the one before") {
  Folder folder;
  const pid_t writer = start([&] {  // the limit holds for all files of a process: so in a process of its own
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    CanvasFile file(folder.path + "/c");
    file.publish(filled({100, 100}, 1).view(), {}, kSeven, kTwo, Exact::no, at(1));
    try {
      file.publish(filled({200, 200}, 2).view(), {}, kSeven, kTwo, Exact::no, at(2));
      return 1;
    } catch (const std::runtime_error& error) {
      if (error.what() != "canvas file " + folder.path + "/c: File too large") return 2;
    }
    file.publish(filled({90, 90}, 3).view(), {}, kSeven, kTwo, Exact::no, at(3));
    return 0;
  });
  CHECK(exit_code(writer) == 0);
  const Reader reader(folder.path + "/c");
  CHECK(reader.header().width == 90);
  CHECK(reader.header().sequence == 4);
  CHECK(*reader.pixel(89, 89) == 3);
}

}  // namespace lotse::program
