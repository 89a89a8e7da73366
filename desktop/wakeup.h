// Wakes a thread that sleeps in poll().
#pragma once

namespace lotse::desktop {

/// signal() from any thread; the rest belongs to the thread that polls fd().
class Wakeup {
 public:
  /// Throws std::runtime_error when the process has no file descriptor left.
  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  void signal();
  void clear();
  int fd() const { return fd_; }

 private:
  int fd_;
};

/// Blocks all signals in the calling thread: they belong to the program's own loop, and SIGPIPE, which a dead X server
/// causes, would end the process.
void block_signals_here();

}  // namespace lotse::desktop
