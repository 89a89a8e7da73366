#include "program/canvas/canvas_file.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <climits>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace lotse::program {
namespace {

constexpr char kMagic[] = {'L', 'O', 'T', 'S', 'E', 'C', 'V', '1'};
constexpr std::uint32_t kBgrx = 1;

static_assert(std::endian::native == std::endian::little, "the file and its futex are little endian");
static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free);  // else it would be no atomic for other processes

[[noreturn]] void fail(const std::string& path, int error) {
  throw std::system_error(error, std::generic_category(), "canvas file " + path);
}

/// Keeps what follows behind what came before, as others see it. Thread sanitizers do not know fences, and need not:
/// the readers are other processes.
void store_fence() {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtsan"
#endif
  std::atomic_thread_fence(std::memory_order_release);
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
}

/// The sequence lock of Boehm, "Can seqlocks get along with programming language memory models?" (2012): odd before the
/// first byte changes, even after the last one.
void begin_writing(std::uint64_t& sequence, std::uint64_t odd) {
  std::atomic_ref(sequence).store(odd, std::memory_order_relaxed);
  store_fence();
}
void end_writing(std::uint64_t& sequence, std::uint64_t even) {
  std::atomic_ref(sequence).store(even, std::memory_order_release);
  // Not FUTEX_PRIVATE: the waiters are other processes. Where no one waits it costs less than a microsecond.
  ::syscall(SYS_futex, &sequence, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void copy_rows(codec::FrameView from, std::uint8_t* to, std::size_t stride, const Rect& place) {
  const std::size_t left = static_cast<std::size_t>(place.x) * 4, bytes = static_cast<std::size_t>(place.width) * 4;
  for (int y = place.y; y < place.bottom(); ++y)
    std::memcpy(to + static_cast<std::size_t>(y) * stride + left, from.row(y) + left, bytes);
}

}  // namespace

CanvasFile::CanvasFile(const std::string& path) : path_(path) {
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (fd_ < 0) fail(path_, errno);
  try {
    take_over();
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

CanvasFile::~CanvasFile() {
  ::munmap(mapping_, mapped_);
  ::close(fd_);
}

/// Makes sure that the file is ours and no other than a canvas, and leaves it without a picture.
void CanvasFile::take_over() {
  struct stat file {};
  if (::fstat(fd_, &file) != 0) fail(path_, errno);
  char magic[sizeof kMagic] = {};
  const bool canvas =
      ::pread(fd_, magic, sizeof magic, 0) == sizeof magic && std::memcmp(magic, kMagic, sizeof magic) == 0;
  if (!S_ISREG(file.st_mode) || (file.st_size != 0 && !canvas))
    throw std::runtime_error("canvas file " + path_ + ": is there already and is something else");
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0)
    throw std::runtime_error("canvas file " + path_ + ": another program is writing it");
  if (::fchmod(fd_, 0600) != 0) fail(path_, errno);  // fails where the file is somebody else's
  mapped_ = 0;
  grow(std::max(sizeof(CanvasFileHeader), static_cast<std::size_t>(file.st_size)));
  CanvasFileHeader& h = header();
  begin_writing(h.sequence, 1);
  std::memcpy(h.magic, kMagic, sizeof kMagic);
  h.width = h.height = h.stride = 0;
  h.format = kBgrx;
  h.time_ns = 0;
  h.data_offset = sizeof(CanvasFileHeader);
  h.presenter = h.screen = h.exact = h.reserved = 0;
  end_writing(h.sequence, 0);  // nothing published yet
}

void CanvasFile::grow(std::size_t bytes) {
  if (bytes <= mapped_) return;
  // Blocks are taken now: a page that has none would be a SIGBUS when it is written.
  int error = EINTR;
  while (error == EINTR) error = ::posix_fallocate(fd_, 0, static_cast<off_t>(bytes));
  if (error != 0) fail(path_, error);
  void* mapping = mapping_ == nullptr ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0)
                                      : ::mremap(mapping_, mapped_, bytes, MREMAP_MAYMOVE);
  if (mapping == MAP_FAILED) fail(path_, errno);
  mapping_ = static_cast<std::uint8_t*>(mapping);
  mapped_ = bytes;
}

void CanvasFile::publish(codec::FrameView picture, std::span<const Rect> dirty, ParticipantId presenter,
                         ScreenId screen, Exact exact, Instant visible) {
  const Rect all{0, 0, picture.size.width, picture.size.height};
  if (all.empty()) return;
  const auto width = static_cast<std::uint32_t>(all.width), height = static_cast<std::uint32_t>(all.height);
  const std::size_t stride = std::size_t{width} * 4;
  grow(sizeof(CanvasFileHeader) + stride * height);
  CanvasFileHeader& h = header();
  const bool other =
      h.width != width || h.height != height || h.presenter != presenter.value() || h.screen != screen.value();

  const std::uint64_t before = h.sequence;  // nobody else writes it
  begin_writing(h.sequence, before + 1);
  h.width = width;
  h.height = height;
  h.stride = static_cast<std::uint32_t>(stride);
  h.time_ns = visible.since_start().count();
  h.presenter = presenter.value();
  h.screen = screen.value();
  h.exact = static_cast<std::uint32_t>(exact);
  std::uint8_t* pixels = mapping_ + sizeof(CanvasFileHeader);
  if (other)
    copy_rows(picture, pixels, stride, all);
  else
    for (const Rect& rect : dirty) copy_rows(picture, pixels, stride, rect.intersect(all));
  end_writing(h.sequence, before + 2);
}

}  // namespace lotse::program
