// Lines out of a descriptor that may be anything: the thread behind Loop::read_lines.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/loop.h"

namespace lotse::net {

/// Cuts a stream of text into lines. A line above `kMaxLine` loses what is beyond.
class LineSplitter {
 public:
  static constexpr std::size_t kMaxLine = 1 << 20;

  /// The lines that `text` completes.
  std::vector<std::string> feed(std::string_view text);
  /// At the end: a last line without \n, if there is one.
  std::vector<std::string> finish();

 private:
  std::string line_;
};

/// A thread of its own, for two reasons: epoll takes no regular files, and a read that cannot block would need
/// O_NONBLOCK, which the descriptor shares with other programs.
class LineReader {
 public:
  LineReader(Loop& loop, int fd, std::function<void(std::string)> on_line, std::function<void()> on_end);
  /// Ends the thread. What the loop has not run yet is not read any more.
  ~LineReader();
  LineReader(const LineReader&) = delete;

 private:
  struct Shared;
  static void read(Loop& loop, int fd, const std::shared_ptr<Shared>& shared);
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace lotse::net
