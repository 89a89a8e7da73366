#include "net/line_reader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

namespace lotse::net {

std::vector<std::string> LineSplitter::feed(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line_.append(text.substr(0, std::min(end, kMaxLine - line_.size())));
    if (end == text.size()) break;
    lines.push_back(std::exchange(line_, {}));
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<std::string> LineSplitter::finish() {
  if (line_.empty()) return {};
  return {std::exchange(line_, {})};
}

struct LineReader::Shared {
  Shared(std::function<void(std::string)> line, std::function<void()> end)
      : on_line(std::move(line)), on_end(std::move(end)), wake(eventfd(0, EFD_CLOEXEC)) {
    if (wake < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~Shared() { ::close(wake); }

  /// False when the reader is to end.
  bool wait_until_taken() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return taken || stopping; });
    taken = false;
    return !stopping;
  }
  void mark_taken() {
    std::lock_guard lock(mutex);
    taken = true;
    changed.notify_all();
  }

  const std::function<void(std::string)> on_line;
  const std::function<void()> on_end;
  const int wake;  // eventfd: readable when the reader is to end
  std::mutex mutex;
  std::condition_variable changed;
  bool taken = false, stopping = false;
};

LineReader::LineReader(Loop& loop, int fd, std::function<void(std::string)> on_line, std::function<void()> on_end)
    : shared_(std::make_shared<Shared>(std::move(on_line), std::move(on_end))),
      thread_([&loop, fd, shared = shared_] { read(loop, fd, shared); }) {}

LineReader::~LineReader() {
  {
    std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
    shared_->changed.notify_all();
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(shared_->wake, &one, sizeof one);
  thread_.join();
}

namespace {

/// How many bytes came; 0 at the end, which an unreadable descriptor is too; nothing when `wake` ended the wait.
std::optional<std::size_t> read_some(int fd, int wake, std::span<char> into) {
  if (fd < 0) return 0;  // poll() would skip it and wait for ever
  while (true) {
    std::array<pollfd, 2> fds{{{fd, POLLIN, 0}, {wake, POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return 0;
    if (fds[1].revents) return std::nullopt;
    if (!fds[0].revents) continue;
    const ssize_t size = ::read(fd, into.data(), into.size());
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EINTR && errno != EAGAIN) return 0;
  }
}

}  // namespace

void LineReader::read(Loop& loop, int fd, const std::shared_ptr<Shared>& shared) {
  LineSplitter splitter;
  std::vector<char> chunk(64 * 1024);
  while (true) {
    const std::optional<std::size_t> size = read_some(fd, shared->wake, chunk);
    if (!size) return;
    // One task a line, so that nothing more is said after a line that stops the loop.
    for (std::string& line : *size ? splitter.feed({chunk.data(), *size}) : splitter.finish())
      loop.post([shared, line = std::move(line)]() mutable { shared->on_line(std::move(line)); });
    if (!*size) return loop.post([shared] { shared->on_end(); });
    loop.post([shared] { shared->mark_taken(); });
    if (!shared->wait_until_taken()) return;
  }
}

}  // namespace lotse::net
